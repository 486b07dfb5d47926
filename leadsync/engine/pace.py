"""How many slots to use while others may be using them too. Pure.

A 109 means that a call waited a minute in the dialer's queue: somebody else's calls fill the slots. The pace is halved
then, and comes back a slot a second.
"""

from leadsync.models import Outcome
from leadsync.result_codes import BY_NAME

QUEUED_TOO_LONG = BY_NAME["TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS"].code
QUIET_SECONDS = 1.0
"""Calls that were queued together come back together: they count as one sign."""


class Pace:
    """Multiplicative down, additive up, between one slot and all of them."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._limit = float(slots)
        self._changed_at = 0.0

    @property
    def allowance(self) -> int:
        """How many slots may be used."""
        return int(self._limit)

    def record(self, outcome: Outcome, now: float) -> None:
        """Take note of an outcome."""
        since = now - self._changed_at
        if outcome.code == QUEUED_TOO_LONG:
            if since >= QUIET_SECONDS:
                self._limit = max(1.0, self._limit / 2)
                self._changed_at = now
        elif self._limit < self._slots and since >= QUIET_SECONDS:
            self._limit = min(float(self._slots), self._limit + 1.0)
            self._changed_at = now
