"""The lock of a watched folder, held by one machine while another stands by."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from leadsync.errors import BusyError, JournalError

if TYPE_CHECKING:
    from leadsync.journal import FolderLock


class Standby:
    """Asks for the lock of a folder, and says once who holds it."""

    def __init__(self, lock: "FolderLock", say: Callable[[str], None]) -> None:
        self._lock, self._say = lock, say
        self._told = ""

    def holds(self) -> bool:
        """Whether the lock is held; it is taken if it is free."""
        if self._lock.lasts():
            return True
        try:
            self._lock.acquire(patience=0)
        except BusyError:
            self._tell(self._words())
            return False
        except JournalError as error:
            self._tell(f"standby: {error} leadsync waits for it.")
            return False
        if self._told:
            self._told = ""
            self._say("This machine holds the folder now, and goes on with it.")
        return True

    def _words(self) -> str:
        try:
            holder = self._lock.holder()
        except JournalError as error:
            return f"standby: {error} leadsync waits for it."
        # It has ended in the meantime.
        return f"standby: {holder} holds this folder" if holder else self._told

    def _tell(self, words: str) -> None:
        if words != self._told:
            self._told = words
            self._say(words)
