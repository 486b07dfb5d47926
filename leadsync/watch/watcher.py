"""The loop over one folder: the next file, and the pauses. Clock and work are passed in."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from leadsync.errors import BusyError
from leadsync.watch.candidates import Candidate, IgnoredFile, look
from leadsync.watch.stability import StabilityFilter

PAUSE_SECONDS = 15 * 60.0
"""The pause before a file left in the folder is tried again: its trouble, such as a refused key, lasts."""


SOON_SECONDS = 5.0
"""The first pause while another leadsync sends the file, or the journal is away; each next one is twice as long.

The run of a machine that has died is free soon, and a database is back soon.
"""
STANDBY_SECONDS = 1.0
"""The interval of looks at the lock of a folder that another machine holds."""


class Clock(Protocol):
    """Time, passed in so that tests need not wait."""

    def now(self) -> float:
        """Seconds, never going back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Handled:
    """The result of one file.

    `code` is the exit code of `run` for this file alone. `moved_to` is its new path, None if it is still in the folder.
    `again`: try it again after a pause; `soon`: the first pauses are short. `over`: end the round, because the dialer
    gave no answer or a signal came.
    """

    file: Path
    code: int
    moved_to: Path | None = None
    run: str = ""
    words: str = ""
    again: bool = False
    soon: bool = False
    over: bool = False


@dataclass(slots=True)
class FolderWatcher:
    """Watches one folder.

    `work` runs a file, or returns None to leave it alone; it raises BusyError while another leadsync sends it.
    `on_ignored` gets ignored files, once for each reason. `on_away` gets the reason for an unreadable folder, "" at its
    return. `holds` takes the folder's lock if it is free; without it nothing is sent. `every` and `settle` are in
    seconds.
    """

    folder: Path
    clock: Clock
    work: Callable[[Path], Handled | None]
    on_ignored: Callable[[IgnoredFile], None]
    on_away: Callable[[str], None]
    every: float = 60.0
    settle: float = 60.0
    holds: Callable[[], bool] = lambda: True
    _stability: StabilityFilter = field(init=False)
    _not_before: dict[Path, float] = field(init=False, default_factory=dict)
    _soon: dict[Path, float] = field(init=False, default_factory=dict)
    _told: dict[Path, str] = field(init=False, default_factory=dict)
    _away: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self._stability = StabilityFilter(self.settle)

    def once(self) -> Iterator[Handled]:
        """One round over the present, stable files. Raises OSError for an unreadable folder."""
        look(self.folder)
        # The first look only remembers the files: a stable one is known after a second look.
        if not self._ready() and self._stability.unstable:
            self.clock.sleep(self.settle)
        yield from self._round()

    def forever(self) -> Iterator[Handled]:
        """Round after round; ends only by an exception, such as a signal's."""
        while True:
            if self.holds():
                yield from self._round()
                self.clock.sleep(self._pause())
            else:
                self._stand_by()

    def _pause(self) -> float:
        """The time to the next look, sooner if a file is to be tried again soon."""
        left = (self._not_before.get(path, 0.0) - self.clock.now() for path in self._soon)
        return min([self.every, *(seconds for seconds in left if seconds > 0)])

    def _stand_by(self) -> None:
        """Wait for the lock, and know the files that are stable by then. Pauses were those of another time."""
        self._not_before.clear()
        self._soon.clear()
        until = self.clock.now() + self.every
        with suppress(OSError):
            self._stability.see(look(self.folder)[0], self.clock.now())
        while self.clock.now() < until:
            self.clock.sleep(min(STANDBY_SECONDS, self.every))
            if self.holds():
                return

    def _round(self) -> Iterator[Handled]:
        """Every ready file, oldest first; looks again after each, because one may have taken hours."""
        # Each file once a round: one that stays in the folder would come first for ever.
        tried: set[Path] = set()
        while True:
            ready = [file for file in self._ready() if file.path not in tried]
            if not ready or not self.holds():
                return
            path = ready[0].path
            tried.add(path)
            try:
                handled = self.work(path)
            except BusyError:
                self._try_soon(path)
                continue
            if handled is not None and handled.soon:
                self._try_soon(path)
                yield handled
                continue
            self._soon.pop(path, None)
            if handled is None or handled.again:
                self._not_before[path] = self.clock.now() + PAUSE_SECONDS
            if handled is not None:
                yield handled
                if handled.over:
                    return
                if handled.moved_to is None and not handled.again:
                    # It has changed during its run.
                    tried.discard(path)

    def _try_soon(self, path: Path) -> None:
        seconds = min(2 * self._soon.get(path, SOON_SECONDS / 2), PAUSE_SECONDS)
        self._soon[path] = seconds
        self._not_before[path] = self.clock.now() + seconds

    def _ready(self) -> list[Candidate]:
        try:
            found, left = look(self.folder)
        except OSError as error:
            self._note_away(error.strerror or type(error).__name__)
            return []
        self._note_away("")
        for one in left:
            if self._told.get(one.path) != one.why:
                self.on_ignored(one)
        self._told = {one.path: one.why for one in left}
        now = self.clock.now()
        return [file for file in self._stability.see(found, now) if self._not_before.get(file.path, 0) <= now]

    def _note_away(self, why: str) -> None:
        if why != self._away:
            self._away = why
            self.on_away(why)
