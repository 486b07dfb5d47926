"""The words for a person while a run does not send as usual: no long wait without a reason."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leadsync.engine.ports import Clock, Progress
from leadsync.models import Effect, Outcome, Status
from leadsync.plurals import counted
from leadsync.result_codes import RESULT_CODES

if TYPE_CHECKING:
    from leadsync.engine.backlog import Backlog, Waiting

STILL_SECONDS = 5.0
"""The shortest wait with a notice."""
QUIET_SECONDS = 8.0
"""The longest time without a word and without a row at its end, however often one wait follows the other."""

_WHY_AGAIN = {
    Effect.NEVER_BEGAN: "the dialer was not reached",
    Effect.NOT_PROCESSED: "the dialer did not take it",
    Effect.IN_DOUBT: "the connection was cut",
    Effect.NO_ANSWER: "no answer came",
}

_log = logging.getLogger(__name__)


def clock_time(seconds: float) -> str:
    """The local time in so many seconds."""
    return f"{datetime.now().astimezone() + timedelta(seconds=seconds):%H:%M:%S}"


class Notice:
    """Passes the state of the run to the progress. A failure of the progress is no reason to stop.

    `answer_seconds` is the longest wait of a call for its answer.
    """

    def __init__(self, progress: Progress, clock: Clock, answer_seconds: float) -> None:
        self._progress = progress
        self._clock = clock
        self._answer_seconds = answer_seconds
        self._flowed_at = self._heard_at = clock.now()
        self._of: object = None
        self._said = ""

    def settle(self, status: Status) -> None:
        """Count a row at its end."""
        self._heard_at = self._clock.now()
        try:
            self._progress.settle(status)
        except Exception:
            _log.debug("the progress failed", exc_info=True)

    def say(self, text: str) -> None:
        """Show a text, unless it was the last one."""
        if text != self._said:
            self._said = text
            if text:
                self._heard_at = self._clock.now()
            try:
                self._progress.say(text)
            except Exception:
                _log.debug("the progress failed", exc_info=True)

    def clear(self) -> None:
        """Show that the run goes on as usual."""
        self._of = None
        self.say("")

    def flow(self) -> None:
        """Note the beginning or end of a call."""
        self._flowed_at = self._clock.now()

    def look(self, calls: int, backlog: "Backlog") -> None:
        """Give the reason if nothing has happened for some seconds, or nothing was heard; `calls` are under way."""
        now = self._clock.now()
        is_still = now - self._flowed_at >= STILL_SECONDS
        if not is_still and now - self._heard_at < QUIET_SECONDS:
            if self._of is not None and self._flowed_at > self._heard_at:
                self.clear()
            return
        waiting = None if calls else backlog.waiting
        cause = ("calls", calls) if calls else ("rows", *waiting) if waiting else ("journal",)
        if cause == self._of:
            # A text stands as long as it is true: written anew each time, its clock time would flicker.
            self._heard_at = now
            return
        if cause == ("journal",) and not is_still:
            # A row is on its way to its call.
            return
        self._of = cause
        if calls:
            left = self._flowed_at + self._answer_seconds - now
            what = counted(calls, "call is", "calls are")
            self.say(f"{what} waiting for an answer, until {clock_time(left)} at most")
        elif waiting:
            self.say(_another_try(waiting, now))
        else:
            self.say("waiting for the journal: its disk or its server is slow, or another process holds it")


def _another_try(waiting: "Waiting", now: float) -> str:
    """The rows, their time and the reason, which stands at the end: a narrow terminal cuts there."""
    what = counted(waiting.rows, "row waits", "rows wait")
    first, last = clock_time(waiting.first - now), clock_time(waiting.last - now)
    at = f"at {first}" if waiting.rows == 1 or first == last else f"from {first} to {last}"
    return f"{what} for another try {at}" + (f" ({waiting.why})" if waiting.why else "")


def why_again(outcome: Outcome) -> str:
    """Return in a few words why a row is sent once more after this outcome."""
    entry = RESULT_CODES.get(outcome.code) if outcome.code is not None else None
    if entry is not None and entry.why_again:
        return entry.why_again
    return _WHY_AGAIN.get(outcome.effect, "")
