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
_WHOLE = " |{bar}| [{elapsed}, {rate_fmt}{postfix}]"
"""What stands behind words where there is room for it, and how many columns that takes."""
_WIDTH_OF_WHOLE = 60
_WIDE = 1000
"""The columns of a stream that does not say how many it has."""


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
        from tqdm.utils import disp_len

        ok, failed, words = self._ok, self._failed, one_line(self._words)
        counts = f"{ok} ok, {failed} failed"
        bar.n = ok + failed
        # Words come first: a narrow terminal loses the bar, then the counts, before it loses a word.
        width = bar.format_dict["ncols"] or _WIDE
        words = _shortened(words, width - len(f"{bar.total}/{bar.total} "))
        left = width - len(f"{bar.n}/{bar.total} ") - disp_len(words)
        tail = _WHOLE if left >= _WIDTH_OF_WHOLE else "{postfix}" if left > len(f", {counts}") else ""
        bar.bar_format = f"{{n_fmt}}/{{total_fmt}} {{desc}}{tail}" if words else None
        bar.set_description_str(words, refresh=False)
        bar.set_postfix_str(counts)


def _shortened(text: str, width: int) -> str:
    """A text in so many columns. What is left out is in the middle: at the end stands the time of the next try."""
    from tqdm.utils import disp_len

    if disp_len(text) <= width:
        return text
    start, end = text[:width], text[-width // 2 :]
    while end and disp_len(end) > width // 2:
        end = end[1:]
    while start and disp_len(f"{start}…{end}") > width:
        start = start[:-1]
    return f"{start}…{end}"
