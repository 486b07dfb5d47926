"""How many slots to use while others may be using them too. Pure: it is told when calls began and ended.

A call that has to queue is answered later than usual, or, after its minute, 109. A 109 halves the pace. Later answers
may also mean a dialer that is slow for every call, so a cut is an experiment: where fewer calls at once get quicker
answers, calls were queueing, and the cut stands; where they do not, this is how fast the dialer is, and the cut is
taken back. Upwards it goes by small steps, so that all slots are back within half a minute after the others left.
"""

from leadsync.models import Effect, Outcome
from leadsync.result_codes import BY_NAME

QUEUED_TOO_LONG = BY_NAME["TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS"].code

USUAL_SECONDS = 0.1
"""No call of the dialer completes faster (the vendor's limits)."""
LATER_BY = 0.2
"""By which part of the usual time answers have to be late to be called so,"""
AND_SECONDS = 0.005
"""and by what a busy network or computer adds."""
ENOUGH_GAINED = 0.25
"""Which part of the delay has to go with a cut, to show that the delay was a queue."""
DEEPEST_CUT = 0.5

WINDOW_SECONDS = 0.5
FEWEST_CALLS = 5
"""A judgement rests on half a second's calls, on a whole round of them, and on no fewer than these."""
REST_SECONDS = 5.0
"""How long the pace stays where a queue was met before it is tried to go faster."""
STEPS_A_SECOND = 16
"""The whole way up is this many seconds long."""


class Pace:
    """Multiplicative down, additive up, from one slot to all of them. Calls begun before `since` do not count."""

    def __init__(self, slots: int, since: float = float("-inf")) -> None:
        self._slots = slots
        self._limit = float(slots)
        self._usual = USUAL_SECONDS
        self._later_by = LATER_BY
        self._before_the_cut: tuple[float, float] | None = None
        self._rest_until = 0.0
        self._halved_at = float("-inf")
        self._window: list[float] = []
        self._since = since

    @property
    def allowance(self) -> int:
        """How many slots may be used."""
        return int(self._limit)

    def resize(self, slots: int) -> None:
        """Go on between one slot and so many; a pace that was at its top stays there."""
        if self._limit >= self._slots or self._limit > slots:
            self._limit = float(max(1, slots))
        self._slots = slots

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        """Take note of a call that was sent at `began` and ended at `ended`, seconds of one clock."""
        if outcome.effect is not Effect.ANSWERED:
            return
        if outcome.code == QUEUED_TOO_LONG:
            self._halve(ended)
        elif began >= self._since:
            self._window.append(ended - began)
            self._judge(ended)

    def _halve(self, now: float) -> None:
        """Calls that were queued together come back together: they count as one sign."""
        if now - self._halved_at >= 1.0:
            self._halved_at = now
            self._before_the_cut = None
            self._go_on_with(max(1.0, self._limit / 2), now)
            self._rest_until = now + REST_SECONDS

    def _judge(self, now: float) -> None:
        if self._since == float("-inf"):
            self._since = now - self._window[0]
        passed = now - self._since
        if passed < WINDOW_SECONDS or len(self._window) < max(FEWEST_CALLS, self._limit):
            return
        taken = _mean_of_most(self._window)
        if self._before_the_cut is not None:
            self._judge_the_cut(taken, now)
        elif taken > self._usual * (1 + self._later_by) + AND_SECONDS and self._limit >= 2:
            self._before_the_cut = (self._limit, taken)
            self._go_on_with(max(1.0, self._limit * max(DEEPEST_CUT, self._usual / taken)), now)
        else:
            self._usual = max(USUAL_SECONDS, min(self._usual, taken))
            faster = self._limit + max(1.0, self._slots / STEPS_A_SECOND) * min(passed, 1.0)
            self._go_on_with(min(float(self._slots), faster) if now >= self._rest_until else self._limit, now)

    def _judge_the_cut(self, taken: float, now: float) -> None:
        assert self._before_the_cut is not None  # noqa: S101 - only then is it called
        limit, taken_before = self._before_the_cut
        self._before_the_cut = None
        if taken_before - taken >= ENOUGH_GAINED * (taken_before - self._usual):
            self._later_by = LATER_BY
            self._rest_until = now + REST_SECONDS
            self._go_on_with(self._limit, now)
        else:
            # Whose answers vary that much is not asked again so soon.
            self._usual = taken
            self._later_by = min(2 * self._later_by, 1.0)
            self._go_on_with(limit, now)

    def _go_on_with(self, limit: float, now: float) -> None:
        """Only calls that begin from now on tell of the new pace."""
        self._limit = limit
        self._window.clear()
        self._since = now


def _mean_of_most(times: list[float]) -> float:
    """The mean without the slowest tenth: a call that was slow for its own reasons does not count."""
    most = sorted(times)[: len(times) - len(times) // 10]
    return sum(most) / len(most)
