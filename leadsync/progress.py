"""How a run shows itself while it goes on: a bar for terminals, a few lines elsewhere; what the engine reports to."""

from types import TracebackType
from typing import Self, TextIO

from leadsync.models import Status


class SilentProgress:
    """Shows nothing but what a person should know, a line each."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def settle(self, status: Status) -> None:
        """Nothing to show."""

    def say(self, text: str) -> None:
        """A line, where there is something to say."""
        if text:
            print(text[0].upper() + text[1:], file=self._stream, flush=True)


class BarProgress:
    """Rows done, rate, time left, and how many succeeded and failed so far, on a terminal."""

    def __init__(self, stream: TextIO, rows: int) -> None:
        from tqdm import tqdm

        self._counts = {"ok": 0, "failed": 0}
        self._note = ""
        # Without smoothing: the time left is that of the pace really reached, waits included.
        self._bar = tqdm(total=rows, file=stream, unit="row", dynamic_ncols=True, mininterval=0.2, smoothing=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def settle(self, status: Status) -> None:
        """One row more."""
        self._counts["ok" if status is Status.SUCCEEDED else "failed"] += 1
        self._show(refresh=False)
        self._bar.update()

    def say(self, text: str) -> None:
        """Shown behind the counts until there is something else to say."""
        self._note = text
        self._show(refresh=True)

    def _show(self, *, refresh: bool) -> None:
        words = f"{self._counts['ok']} ok, {self._counts['failed']} failed"
        self._bar.set_postfix_str(f"{words}; {self._note}" if self._note else words, refresh=refresh)
