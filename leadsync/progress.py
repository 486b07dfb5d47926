"""A run's progress: a bar for terminals, a few lines elsewhere. Drawing never blocks the run, nor fails it."""

import threading
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from leadsync import terminal
from leadsync.models import Status
from leadsync.terminal import RawStream, one_line, writer_to

if TYPE_CHECKING:
    from tqdm import tqdm

_DRAW_SECONDS = 0.2
"""The time between two pictures of the bar."""


class SilentProgress:
    """Shows nothing but what a person should know, a line each."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = writer_to(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.flush()

    def settle(self, status: Status) -> None:
        """Nothing to show."""

    def say(self, text: str) -> None:
        """A line, where there is something to say; dropped if the stream is far behind."""
        if text:
            self._writer.write(one_line(text[0].upper() + text[1:]) + "\n")


class BarProgress:
    """Rows done, rate, time left, and how many succeeded and failed so far, on a terminal.

    A thread draws the bar several times a second. The run only counts.
    """

    def __init__(self, stream: TextIO, rows: int) -> None:
        from tqdm import tqdm

        # tqdm's own second thread would draw as well.
        tqdm.monitor_interval = 0
        # Without smoothing: the time left is that of the pace really reached, waits included.
        new_bar = partial(
            tqdm, total=rows, file=RawStream(stream), unit="row", dynamic_ncols=True, mininterval=0, smoothing=0
        )
        self._ok = self._failed = 0
        self._words = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._draw, args=(new_bar,), name="progress", daemon=True)

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
            self._ok += 1
        else:
            self._failed += 1

    def say(self, text: str) -> None:
        """Shown behind the counts until there is something else to say."""
        self._words = text

    def _draw(self, new_bar: "partial[tqdm[None]]") -> None:
        bar = new_bar()
        while not self._ended.wait(_DRAW_SECONDS):
            self._show(bar)
        self._show(bar)
        bar.close()

    def _show(self, bar: "tqdm[None]") -> None:
        ok, failed, words = self._ok, self._failed, self._words
        counts = f"{ok} ok, {failed} failed"
        bar.n = ok + failed
        bar.set_postfix_str(f"{counts}; {one_line(words)}" if words else counts)
