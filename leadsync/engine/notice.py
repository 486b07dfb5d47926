"""What a person is told while a run does not send as usual: never a long wait without a word."""

import logging
from datetime import datetime, timedelta

from leadsync.engine.ports import Clock, Progress
from leadsync.models import Status
from leadsync.plurals import counted

STILL_SECONDS = 5.0
"""Nothing is said of shorter waits."""

_log = logging.getLogger(__name__)


def clock_time(seconds: float) -> str:
    """Return what the clock on the wall will show in so many seconds."""
    return f"{datetime.now().astimezone() + timedelta(seconds=seconds):%H:%M:%S}"


class Notice:
    """Tells the progress how the run goes. A progress that fails is no reason to stop.

    `answer_seconds` is how long a call may wait for its answer.
    """

    def __init__(self, progress: Progress, clock: Clock, answer_seconds: float) -> None:
        self._progress = progress
        self._clock = clock
        self._answer_seconds = answer_seconds
        self._flowed_at = clock.now()
        self._of: object = None
        self._said = ""

    def settle(self, status: Status) -> None:
        """Tell that a row has come to its end."""
        try:
            self._progress.settle(status)
        except Exception:
            _log.debug("the progress failed", exc_info=True)

    def say(self, text: str) -> None:
        """Say something, unless it was the last thing said."""
        if text != self._said:
            self._said = text
            try:
                self._progress.say(text)
            except Exception:
                _log.debug("the progress failed", exc_info=True)

    def clear(self) -> None:
        """Say that it goes on as usual."""
        self._of = None
        self.say("")

    def flow(self) -> None:
        """Note that a call was sent, or has ended."""
        self._flowed_at = self._clock.now()

    def look(self, calls: int, waiting: int, next_due: float) -> None:
        """Say why nothing happens, if nothing has for some seconds.

        Given are the calls under way, the rows that wait for their next attempt, and the time at which the first of
        these may go. A text stands for as long as it is true, so that it does not flicker.
        """
        now = self._clock.now()
        if now - self._flowed_at < STILL_SECONDS:
            if self._of is not None:
                self.clear()
            return
        cause = ("calls", calls) if calls else ("rows", waiting, next_due) if waiting else ("journal",)
        if cause == self._of:
            return
        self._of = cause
        if calls:
            left = self._flowed_at + self._answer_seconds - now
            what = counted(calls, "call is", "calls are")
            self.say(f"{what} waiting for an answer, until {clock_time(left)} at most")
        elif waiting:
            what = counted(waiting, "row is", "rows are")
            self.say(f"{what} waiting for the next attempt, the first until {clock_time(next_due - now)}")
        else:
            self.say("waiting for the journal, whose disk is slow to write")
