"""The words about a wait for a slot, and its longest time."""

import time
from collections.abc import Callable

from leadsync.errors import Stopped
from leadsync.plurals import agreeing

SAY_AFTER_SECONDS = 5.0
"""The wait for a slot without a word, and between two words."""
LEAST_PAUSE_SECONDS = 0.1
FINDING_SECONDS = 60.0
"""The longest wait for another process to measure the dialer's slots."""
FINDING = "another leadsync is finding out how many calls the dialer runs at once; waiting for it"


class SlotWait:
    """The wait of a process without a slot, told to `say`; it ends after `longest_seconds`."""

    def __init__(self, say: Callable[[str], None], longest_seconds: float) -> None:
        self._say, self._longest = say, longest_seconds
        self._began = self._look_at = 0.0
        self._told = ""

    def begin(self) -> None:
        """The time without a slot begins now."""
        self._began = time.monotonic()

    @property
    def is_long(self) -> bool:
        """Whether it has lasted long enough for a word: others give their slots back call by call."""
        return time.monotonic() >= self._began + SAY_AFTER_SECONDS

    def is_due(self, *, has_slots: bool) -> bool:
        """Whether its reason is to be told: once it is long, then at intervals, and at its end.

        With slots in use it begins anew.
        """
        now = time.monotonic()
        if has_slots:
            self._began = now
        if not self.is_long or now < self._look_at:
            return False
        self._look_at = now + min(SAY_AFTER_SECONDS, max(self._began + self._longest - now, LEAST_PAUSE_SECONDS))
        return True

    def explain(self, why: str, *, ends_by_itself: bool = False) -> None:
        """Tell the reason, if there is one; raise Stopped at the end of the wait, unless it `ends_by_itself`."""
        if not why:
            return
        words = f"no slot of the dialer is free: {why}"
        end = self._began + self._longest
        if ends_by_itself:
            self.tell(words)
        elif time.monotonic() < end:
            self.tell(f"{words}; this run waits until {clock_time(end)}")
        else:
            words = f"no slot of the dialer came free since {clock_time(self._began)} ({why})"
            raise Stopped(f"{words}; `leadsync resume` goes on", cause="no slot of the dialer came free")

    def tell(self, text: str) -> None:
        """Show a text, once; an empty one ends it."""
        if text != self._told:
            self._told = text
            self._say(text)


def clock_time(moment: float) -> str:
    """A moment of `time.monotonic` in local time."""
    return time.strftime("%H:%M:%S", time.localtime(time.time() + moment - time.monotonic()))


def rest_words(ends: list[float]) -> str:
    """The number of slots at rest, the end of the last rest, and its reason."""
    why = "because the dialer may still be at calls that were cut or killed"
    return f"{len(ends)} {agreeing(len(ends), 'rests', 'rest')} until {clock_time(max(ends))}, {why}"
