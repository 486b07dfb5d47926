"""Locks of the state folder: one for each run, one for each watched folder.

The lock is the operating system's and ends with its process. A note beside it names the holder. Nobody is misled by a
dead process's note: it is read only while the lock is held.
"""

import contextlib
import hashlib
import json
import os
import socket
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from filelock import FileLock, Timeout

from leadsync.errors import BusyError, JournalError
from leadsync.private_files import make_private_folder

LEASE_SECONDS = 15.0
"""The usual time of a lease, where the journal is in a database."""
SHORT_HOLD_SECONDS = 0.5
"""The usual patience: a report holds a run for a moment only."""


class FolderLock(Protocol):
    """The right to send the files of a watched folder."""

    @property
    def passes_on(self) -> bool:
        """Whether it passes to another machine once its holder is gone."""
        ...

    def acquire(self, patience: float = SHORT_HOLD_SECONDS) -> None:
        """Take it, anew if it was lost. Raises BusyError after so many seconds, and JournalError."""
        ...

    def lasts(self) -> bool:
        """Whether it is held, and not about to pass to another machine."""
        ...

    def holder(self) -> str:
        """The machine that holds it; empty for nobody. Raises JournalError."""
        ...

    def release(self) -> None:
        """Give it back, and whatever it needs."""
        ...


class StateLock:
    """A lock in `state`, known by `name`; taken by `acquire` or as a context manager.

    Taking it raises BusyError while another process has it, in a sentence beginning with `what`, and JournalError if no
    lock can be made.
    """

    passes_on = False

    def __init__(self, state: Path, name: str, what: str) -> None:
        folder = state / "locks"
        self._folder, self._what = folder, what
        self._note, self._file = folder / f"{name}.json", folder / f"{name}.lock"
        self._lock = FileLock(self._file, mode=0o600, thread_local=False)
        self._taken: tuple[int, int] | None = None

    def acquire(self, patience: float = SHORT_HOLD_SECONDS) -> None:
        """Take the lock, or raise after so many seconds."""
        if self._lock.is_locked and not self.lasts():
            self._lock.release(force=True)
        try:
            make_private_folder(self._folder.parent)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._lock.acquire(timeout=patience)
            self._taken = self._identity()
        except Timeout:
            raise BusyError(f"{self._what} by another leadsync ({self._holder()}); wait until it has ended.") from None
        except OSError as error:
            raise JournalError(
                f"No lock can be made in {self._folder}: {error.strerror}; correct its permissions, or choose another "
                "folder with --state."
            ) from error
        self._leave_note()

    def lasts(self) -> bool:
        """Whether it is held: it lasts as long as its process, unless somebody removes its file. Then another process
        may have a lock of the same name on a new one."""
        return self._lock.is_locked and self._identity() == self._taken

    def holder(self) -> str:
        """This machine, or nobody."""
        return socket.gethostname() if self.lasts() else ""

    def release(self) -> None:
        """Give the lock back."""
        with contextlib.suppress(OSError):
            self._note.unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _identity(self) -> tuple[int, int] | None:
        """Device and number of the lock's file; None if it is gone, and where nobody can remove an open file."""
        if os.name == "nt":
            return None
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError:
            # Out of reach is not removed.
            return self._taken
        return found.st_dev, found.st_ino

    def _leave_note(self) -> None:
        """A courtesy to other processes; it may fail, on a full disk for one."""
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        with (
            contextlib.suppress(OSError),
            # By the mode at its making: a chmod afterwards would leave it open for a moment.
            os.fdopen(os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as note,
        ):
            json.dump({"pid": os.getpid(), "since": since}, note)

    def _holder(self) -> str:
        try:
            known = json.loads(self._note.read_text("utf-8"))
            return f"process {known['pid']}, since {known['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "it has just started"


def run_lock(state: Path, run_id: str) -> StateLock:
    """The lock of a run: its holder alone changes or sends the run."""
    return StateLock(state, run_id, f"Run {run_id} is being sent or changed")


def state_folder_lock(state: Path, folder: Path) -> StateLock:
    """The lock of a watched folder; `folder` is its resolved path."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:32]
    return StateLock(state, name, f"{folder.name} is being watched")
