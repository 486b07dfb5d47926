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
"""and by what the network adds, and a computer that is busy: each wait of ours takes that much longer, many in turn."""
WAITS_OF_A_CALL = 8
ENOUGH_GAINED = 0.5
TOO_LITTLE_GAINED = 0.15
"""Which part of what a cut takes out of a queue has to be gained by it, to show that there was a queue, and that there
was none. Between the two it is looked at again, because calls that go in step wait now more, now less,"""
MOST_LOOKS = 3
"""but so often at most."""
ASK_AGAIN_SECONDS = 30.0
LONGEST_BEFORE_ASKING_SECONDS = 480.0
"""A dialer that was called slow may have been busy: that is asked again, and every time twice as late."""
LATE_IN_A_ROW = 2
"""How many judgements have to find answers late: a busy computer delays them too, and for less long."""
LEARNED = 0.1
"""How much one judgement changes what is called usual."""
DEEPEST_CUT = 0.5
SHALLOWEST_CUT = 0.75
"""A cut leaves this part of the pace: less would be more of a cut than is needed, more would show nothing."""

TIMER_SECONDS = 0.001
"""What timers add in any case."""

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
        self._lag = 0.0
        self._usual = USUAL_SECONDS
        self._later_by = LATER_BY
        self._late_in_a_row = 0
        self._looks = 0
        self._ask_again_at = float("inf")
        self._ask_again_after = ASK_AGAIN_SECONDS
        self._before_the_cut: tuple[float, float] | None = None
        self._rest_until = 0.0
        self._halved_at = float("-inf")
        self._window: list[float] = []
        self._since = since

    @property
    def allowance(self) -> int:
        """How many slots may be used."""
        return int(self._limit)

    def overslept(self, seconds: float) -> None:
        """A wait in this process took so much longer than it should have: what a busy computer adds to answers too."""
        self._lag += (max(0.0, seconds - TIMER_SECONDS) - self._lag) / 8

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
        if now >= self._ask_again_at:
            self._ask_again_at = float("inf")
            self._usual, self._later_by = USUAL_SECONDS, LATER_BY
        if self._before_the_cut is not None:
            self._judge_the_cut(taken, now)
        elif (
            self._limit >= 2 and taken > self._usual * (1 + self._later_by) + AND_SECONDS + WAITS_OF_A_CALL * self._lag
        ):
            self._late_in_a_row += 1
            if self._late_in_a_row < LATE_IN_A_ROW:
                self._go_on_with(self._limit, now)
                return
            self._before_the_cut = (self._limit, taken)
            self._late_in_a_row = self._looks = 0
            part = min(max(DEEPEST_CUT, self._usual / taken), SHALLOWEST_CUT)
            # One slot at least: less than that would change nothing, and show nothing.
            self._go_on_with(max(1.0, min(self._limit * part, int(self._limit) - 1)), now)
        else:
            self._late_in_a_row = 0
            self._learn(taken)
            faster = self._limit + max(1.0, self._slots / STEPS_A_SECOND) * min(passed, 1.0)
            self._go_on_with(min(float(self._slots), faster) if now >= self._rest_until else self._limit, now)

    def _learn(self, taken: float) -> None:
        """What is usual may become less at any time, and more only where all slots are used: nobody is yielded to."""
        if taken < self._usual or self._limit >= self._slots:
            self._usual = max(USUAL_SECONDS, self._usual + LEARNED * (taken - self._usual))

    def _judge_the_cut(self, taken: float, now: float) -> None:
        assert self._before_the_cut is not None  # noqa: S101 - only then is it called
        limit, taken_before = self._before_the_cut
        self._looks += 1
        # So many calls fewer are so much less time in the queue, however many of it are others'.
        fewer = max(1, int(limit) - int(self._limit))
        expected = min(fewer * self._usual / max(1, self._slots), taken_before - self._usual)
        # What was called late may be usual by now, where a question came between.
        gained = (taken_before - taken) / expected if expected > 0 else 0.0
        if gained >= ENOUGH_GAINED:
            self._later_by = LATER_BY
            self._ask_again_after = ASK_AGAIN_SECONDS
            self._rest_until = now + REST_SECONDS
            self._before_the_cut = None
        elif gained < TOO_LITTLE_GAINED or self._looks >= MOST_LOOKS:
            # Whose answers vary that much is not asked again so soon.
            self._usual = taken
            self._later_by = min(2 * self._later_by, 1.0)
            self._ask_again_at = now + self._ask_again_after
            self._ask_again_after = min(2 * self._ask_again_after, LONGEST_BEFORE_ASKING_SECONDS)
            self._before_the_cut = None
            self._limit = min(limit, float(self._slots))
        self._go_on_with(self._limit, now)

    def _go_on_with(self, limit: float, now: float) -> None:
        """Only calls that begin from now on tell of the new pace."""
        self._limit = limit
        self._window.clear()
        self._since = now


def _mean_of_most(times: list[float]) -> float:
    """The mean without the slowest tenth: a call that was slow for its own reasons does not count."""
    most = sorted(times)[: len(times) - len(times) // 10]
    return sum(most) / len(most)
