"""A run's progress: a bar for terminals, a few lines elsewhere. Drawing never blocks the run, nor fails it."""

import time
from collections import deque
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from leadsync.models import Status
from leadsync.progress_thread import ProgressThread, counts_text
from leadsync.terminal import RawStream, one_line, writer_to

if TYPE_CHECKING:
    from tqdm import tqdm

_AGAIN_SECONDS = 9.0
"""A wait is told again and again: no wait of more than ten seconds is silent."""
_COUNT_SECONDS = 60.0
"""The time from a line to the next count of rows; a log of many hours stays readable."""
_DRAW_SECONDS = 0.2
"""The time between two pictures of the bar."""
_RATE_SECONDS = 60.0
"""The rate is that of the last minute: the pace of an hour ago says nothing of the time left."""
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} "
_WHOLE = " |{bar}| "
"""The bar behind words, if there is room for it."""
_WIDTH_OF_WHOLE = 60
"""The least columns for that."""
_USUAL_COUNTS = 20
"""The characters of the counts in that width."""
_USUAL_WIDTH = 79
"""The columns of a terminal with a width of 0: one less than usual, as tqdm leaves the last one free."""
_WIDE = 1000
"""The columns of a stream of unknown width."""


class SilentProgress(ProgressThread):
    """Shows the notices for a person, a line each, and how many of the `rows` are done: soon, then each minute.

    Where for some seconds no line is written and no row comes to its end, it says what is still waited for.
    """

    def __init__(self, stream: TextIO, rows: int) -> None:
        super().__init__()
        self._writer = writer_to(stream)
        self._rows = rows
        self._heard_at = self._wrote_at = time.monotonic()
        """The time of the last line or row, and of the last line."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._writer.flush()

    def settle(self, status: Status) -> None:
        """Count one row: nothing waits for so long."""
        super().settle(status)
        self._words = ""
        self._heard_at = time.monotonic()

    def say(self, text: str) -> None:
        """Write a line for a text; dropped if the stream is far behind."""
        super().say(text)
        if text:
            self._write(text[0].upper() + text[1:])

    def _write(self, line: str) -> None:
        self._heard_at = self._wrote_at = time.monotonic()
        self._writer.write(one_line(line) + "\n")

    def _show_all(self) -> None:
        """Tell of a wait again until others do, and of rows that come to their ends."""
        count_seconds = _AGAIN_SECONDS
        while True:
            due = min(self._heard_at + _AGAIN_SECONDS, self._wrote_at + count_seconds)
            if self._ended.wait(max(0.0, due - time.monotonic())):
                return
            now = time.monotonic()
            counts = counts_text(self._succeeded, self._failed, self._to_decide)
            if now >= self._heard_at + _AGAIN_SECONDS:
                self._write(f"Still: {self._words or f'no further row has come to its end; so far {counts}'}")
            elif now >= self._wrote_at + count_seconds:
                self._write(f"{self._done:,} of {self._rows:,} rows: {counts}")
                count_seconds = _COUNT_SECONDS


class RecentRate:
    """Rows a second over the last minute."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, int]] = deque()

    def add(self, now: float, rows: int) -> float:
        """Take the rows done by `now`, in seconds; return the rate, 0 at the beginning."""
        self._counts.append((now, rows))
        # One count older than the minute is kept: the rate spans the whole of it.
        while len(self._counts) > 2 and self._counts[1][0] <= now - _RATE_SECONDS:
            self._counts.popleft()
        began, before = self._counts[0]
        return (rows - before) / (now - began) if now > began else 0.0


class BarProgress(ProgressThread):
    """Rows done, rate, time left, and the rows succeeded and failed so far, on a terminal.

    A thread draws the bar several times a second. The run only counts.
    """

    def __init__(self, stream: TextIO, rows: int) -> None:
        from tqdm import tqdm

        super().__init__()
        # tqdm's own second thread would draw as well.
        tqdm.monitor_interval = 0
        self._new_bar: partial[tqdm[None]] = partial(
            # mininterval and smoothing 0: the thread alone decides when to draw, and `RecentRate` at which rate.
            tqdm,
            total=rows,
            file=RawStream(stream),
            unit="row",
            dynamic_ncols=True,
            mininterval=0,
            smoothing=0,
        )
        self._rows = rows
        self._rate = RecentRate()

    def _show_all(self) -> None:
        bar = self._new_bar()
        if bar.ncols is not None and bar.ncols < 1:
            # A serial console or a container's terminal tells 0 columns and lines: tqdm would draw nothing there.
            bar.dynamic_ncols, bar.ncols, bar.nrows = False, _USUAL_WIDTH, None
        while not self._ended.wait(_DRAW_SECONDS):
            self._show(bar, self._rate.add(time.monotonic(), self._done))
        self._show(bar)
        bar.close()

    def _show(self, bar: "tqdm[None]", rate: float | None = None) -> None:
        """Draw the bar with a rate; without one, in the end, with that of the whole run."""
        from tqdm.utils import disp_len

        words = self._words
        counts = counts_text(self._succeeded, self._failed, self._to_decide)
        bar.n = self._done
        # Words come first: a narrow terminal loses the bar, then the counts, before it loses a word.
        width = bar.format_dict["ncols"] or _WIDE
        words = _shortened(words, width - len(f"{bar.total}/{bar.total} "))
        left = width - len(f"{bar.n}/{bar.total} ") - disp_len(words)
        pace = "{rate_fmt}" if rate is None else f"{rate:.2f}row/s"
        tail = "{postfix}" if left > len(f", {counts}") else ""
        if left >= _WIDTH_OF_WHOLE + max(0, len(counts) - _USUAL_COUNTS):
            tail = f"{_WHOLE}[{{elapsed}}, {pace}{{postfix}}]"
        to_go = bar.format_interval((self._rows - bar.n) / rate) if rate else "?"
        # tqdm cuts a line off at its end: the pace gives way before the counts.
        fits = width >= len(f"100%| | {bar.n}/{bar.total} [00:00:00<{to_go}, {pace}, {counts}]")
        usual = None if rate is None else f"{_BAR}[{{elapsed}}<{to_go}{f', {pace}' if fits else ''}{{postfix}}]"
        bar.bar_format = f"{{n_fmt}}/{{total_fmt}} {{desc}}{tail}" if words else usual
        bar.set_description_str(words, refresh=False)
        bar.set_postfix_str(counts)


def _shortened(text: str, width: int) -> str:
    """A text in so many columns, cut at its end: the most important words come first."""
    from tqdm.utils import disp_len

    if disp_len(text) <= width:
        return text
    while text and disp_len(text) >= width:
        text = text[:-1]
    return f"{text}…"
