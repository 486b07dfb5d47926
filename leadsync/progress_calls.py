"""A run's progress for programs: calls of a function, a bar in notebooks, lines in the log.

A thread of its own makes the calls, so that a slow or faulty function costs the run nothing.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from leadsync import terminal
from leadsync.models import Status

_CALL_SECONDS = 0.2
"""The time between two calls."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The state of a run while it is sent.

    `rows` are to be sent, `succeeded` and `failed` have come to their end. `words` say what the run waits for; mostly
    empty.
    """

    rows: int
    succeeded: int
    failed: int
    seconds: float
    words: str

    @property
    def done(self) -> int:
        """The rows that have come to their end."""
        return self.succeeded + self.failed


class ProgressCalls:
    """Calls `show` several times a second, and once at the end; its first error ends the calls."""

    def __init__(self, rows: int, show: Callable[[RunProgress], object]) -> None:
        self._rows, self._call = rows, show
        self._succeeded = self._failed = 0
        self._words = ""
        self._began = time.monotonic()
        self._ended = threading.Event()
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
        """One row more."""
        if status is Status.SUCCEEDED:
            self._succeeded += 1
        else:
            self._failed += 1

    def say(self, text: str) -> None:
        """Shown until there is something else to say."""
        self._words = terminal.one_line(text)

    def _show_all(self) -> None:
        try:
            while not self._ended.wait(_CALL_SECONDS):
                self._show()
            self._show()
        except Exception as error:
            _log.warning("the progress of the run is not shown any more: %s: %s", type(error).__name__, error)

    def _show(self) -> None:
        seconds = time.monotonic() - self._began
        self._call(RunProgress(self._rows, self._succeeded, self._failed, seconds, self._words))


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def notebook_bar(rows: int) -> Callable[[RunProgress], None]:
    """A bar of tqdm's for notebooks: a widget, or text where there are no widgets."""
    from tqdm.auto import tqdm

    tqdm.monitor_interval = 0
    bar = tqdm(total=rows, unit="row")

    def show(progress: RunProgress) -> None:
        bar.n = progress.done
        counts = f"{progress.succeeded} ok, {progress.failed} failed"
        bar.set_postfix_str(f"{counts}; {progress.words}" if progress.words else counts, refresh=False)
        bar.refresh()
        if progress.done >= rows:
            bar.close()

    return show


def words_to_log() -> Callable[[RunProgress], None]:
    """Log what the run waits for, each time that it changes."""
    said = ""

    def show(progress: RunProgress) -> None:
        nonlocal said
        if progress.words and progress.words != said:
            _log.warning("%s", progress.words)
        said = progress.words

    return show
