"""A run's counts, and a thread of its own to show them: a slow terminal or function costs the run nothing."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from leadsync import terminal
from leadsync.models import Status

_UNDECIDED = (Status.CONFLICT, Status.UNKNOWN)


def counts_text(succeeded: int, failed: int, to_decide: int) -> str:
    """The counts in words, such as `1 ok, 2 failed, 2 to decide`."""
    return f"{succeeded} ok, {failed} failed" + (f", {to_decide} to decide" if to_decide else "")


class ProgressThread(ABC):
    """Counts a run's rows; a context manager, during which its thread shows them."""

    def __init__(self) -> None:
        self._succeeded = self._failed = self._to_decide = 0
        self._words = ""
        self._ended = threading.Event()
        # A daemon: a thread stuck in a write must not keep the program from its end.
        self._thread = threading.Thread(target=self._show_all, name="progress", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(terminal.PATIENCE_SECONDS)

    def settle(self, status: Status) -> None:
        """Count one row."""
        if status is Status.SUCCEEDED:
            self._succeeded += 1
        elif status in _UNDECIDED:
            self._to_decide += 1
        else:
            self._failed += 1

    def say(self, text: str) -> None:
        """Show a text until the next one; an empty one ends it."""
        self._words = terminal.one_line(text)

    @property
    def _done(self) -> int:
        return self._succeeded + self._failed + self._to_decide

    @abstractmethod
    def _show_all(self) -> None:
        """Show the counts again and again until `_ended` is set, then once more."""
