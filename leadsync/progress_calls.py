"""A run's progress for programs: calls of a function, a bar in notebooks, lines in the log."""

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from leadsync.progress_thread import ProgressThread, counts_text

_CALL_SECONDS = 0.2
"""The time between two calls."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The state of a run while it is sent.

    `rows` are to be sent; `succeeded`, `failed` and `to_decide`, rows for a person to decide, have come to their end.
    `words` say what the run waits for; mostly empty.
    """

    rows: int
    succeeded: int
    failed: int
    seconds: float
    words: str
    to_decide: int = 0

    @property
    def done(self) -> int:
        """The rows that have come to their end."""
        return self.succeeded + self.failed + self.to_decide


class ProgressCalls(ProgressThread):
    """Calls `show` several times a second, and once at the end; its first error ends the calls."""

    def __init__(self, rows: int, show: Callable[[RunProgress], object]) -> None:
        super().__init__()
        self._rows, self._call = rows, show
        self._began = time.monotonic()

    def _show_all(self) -> None:
        try:
            while not self._ended.wait(_CALL_SECONDS):
                self._show()
            self._show()
        # The function is the user's: its faults end the calls, never the run.
        except Exception as error:
            _log.warning("the progress of the run is not shown any more: %s: %s", type(error).__name__, error)

    def _show(self) -> None:
        seconds = time.monotonic() - self._began
        self._call(RunProgress(self._rows, self._succeeded, self._failed, seconds, self._words, self._to_decide))


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook."""
    # IPython is asked only if something has loaded it.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def notebook_bar(rows: int) -> Callable[[RunProgress], None]:
    """A bar of tqdm's for notebooks: a widget, or text where there are no widgets."""
    from tqdm.auto import tqdm

    tqdm.monitor_interval = 0
    bar = tqdm(total=rows, unit="row")

    def show(progress: RunProgress) -> None:
        bar.n = progress.done
        counts = counts_text(progress.succeeded, progress.failed, progress.to_decide)
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
