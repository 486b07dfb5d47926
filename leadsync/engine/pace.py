"""The number of slots to use beside other clients of the dialer. Pure: it is told the beginnings and ends of calls.

A queueing call is answered later than usual, or, after its minute, 109. A 109 halves the pace. Late answers may also
mean a dialer slow for every call, so a cut is an experiment. If fewer calls get quicker answers, calls were queueing:
the cut stands. Otherwise this is the dialer's pace, and the cut is taken back. Upwards it goes by small steps: all
slots are back within half a minute after the others left.
"""

from leadsync.models import Effect, Outcome
from leadsync.result_codes import BY_NAME

QUEUED_TOO_LONG = BY_NAME["TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS"].code

USUAL_SECONDS = 0.1
"""No call of the dialer completes faster (the vendor's limits)."""

# The thresholds were chosen against the practice dialer with a rival (decision record 8), and `make bench` holds them.
# On 24 November 2026 the rival got 0.845 of its half, and a dialer with 400 ms a call 0.955 of its pace.

# An answer is late beyond the sum of both: a part of the usual time, and seconds for the network.
LATER_BY = 0.2
NETWORK_SECONDS = 0.005
WAITS_OF_A_CALL = 8
"""The waits of this process within a call; a busy computer lengthens each."""
# A cut should gain its calls' time in the queue. From half of that on there was a queue, below 0.15 there was none.
# In between it looks again: calls in step wait now more, now less.
ENOUGH_GAINED = 0.5
TOO_LITTLE_GAINED = 0.15
MOST_LOOKS = 3
# A dialer judged slow may only have been busy, so the question comes again, each time twice as late.
ASK_AGAIN_SECONDS = 30.0
LONGEST_BEFORE_ASKING_SECONDS = 480.0
# A busy computer delays answers too, but for less long than two judgements.
LATE_IN_A_ROW = 2
LEARNED = 0.1
"""The weight of one judgement in the usual time."""
# The part of the pace after a cut: a deeper cut is more than needed, a shallower one shows nothing.
DEEPEST_CUT = 0.5
SHALLOWEST_CUT = 0.75

TIMER_SECONDS = 0.001
"""The lag of timers on an idle computer."""

# A judgement rests on half a second's calls, on a whole round of them, and on no fewer than these.
WINDOW_SECONDS = 0.5
FEWEST_CALLS = 5
REST_SECONDS = 5.0
"""The rest at the pace after a queue, before a faster one is tried."""
SECONDS_TO_ALL_SLOTS = 16
"""The time from one slot to all of them, in equal steps."""


class Pace:
    """Multiplicative down, additive up, from one slot to all. Calls begun before `since` do not count."""

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
        """The number of slots to use."""
        return int(self._limit)

    def overslept(self, seconds: float) -> None:
        """Note a wait of this process, too long by so much: a busy computer adds the same to answers."""
        # A moving average: one late timer alone says little.
        self._lag += (max(0.0, seconds - TIMER_SECONDS) - self._lag) / 8

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        """Note a call from `began` to `ended`, in seconds of one clock."""
        if outcome.effect is not Effect.ANSWERED:
            return
        if outcome.code == QUEUED_TOO_LONG:
            self._halve(ended)
        elif began >= self._since:
            self._window.append(ended - began)
            self._judge(ended)

    def _halve(self, now: float) -> None:
        """Halve the pace, once a second at most: calls queued together come back together, as one sign."""
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
            self._limit >= 2
            and taken > self._usual * (1 + self._later_by) + NETWORK_SECONDS + WAITS_OF_A_CALL * self._lag
        ):
            self._late_in_a_row += 1
            if self._late_in_a_row < LATE_IN_A_ROW:
                self._go_on_with(self._limit, now)
                return
            self._before_the_cut = (self._limit, taken)
            self._late_in_a_row = self._looks = 0
            part = min(max(DEEPEST_CUT, self._usual / taken), SHALLOWEST_CUT)
            # One slot at least: a smaller cut changes nothing. It once divided by nothing in the judgement of a cut.
            self._go_on_with(max(1.0, min(self._limit * part, int(self._limit) - 1)), now)
        else:
            self._late_in_a_row = 0
            self._learn(taken)
            faster = self._limit + max(1.0, self._slots / SECONDS_TO_ALL_SLOTS) * min(passed, 1.0)
            self._go_on_with(min(float(self._slots), faster) if now >= self._rest_until else self._limit, now)

    def _learn(self, taken: float) -> None:
        """Learn the usual time: downwards at any time, upwards only with all slots in use, yielding to nobody."""
        if taken < self._usual or self._limit >= self._slots:
            self._usual = max(USUAL_SECONDS, self._usual + LEARNED * (taken - self._usual))

    def _judge_the_cut(self, taken: float, now: float) -> None:
        assert self._before_the_cut is not None  # noqa: S101 - only then is it called
        limit, taken_before = self._before_the_cut
        self._looks += 1
        # Each call less saves its share of the queue, whoever's calls the rest are.
        fewer = max(1, int(limit) - int(self._limit))
        expected = min(fewer * self._usual / max(1, self._slots), taken_before - self._usual)
        # With a question in between, a late time may be usual by now: then nothing was to gain.
        gained = (taken_before - taken) / expected if expected > 0 else 0.0
        if gained >= ENOUGH_GAINED:
            self._later_by = LATER_BY
            self._ask_again_after = ASK_AGAIN_SECONDS
            self._rest_until = now + REST_SECONDS
            self._before_the_cut = None
        elif gained < TOO_LITTLE_GAINED or self._looks >= MOST_LOOKS:
            # A dialer with answers so uneven is judged by a wider margin, and asked again later.
            self._usual = taken
            self._later_by = min(2 * self._later_by, 1.0)
            self._ask_again_at = now + self._ask_again_after
            self._ask_again_after = min(2 * self._ask_again_after, LONGEST_BEFORE_ASKING_SECONDS)
            self._before_the_cut = None
            self._limit = min(limit, float(self._slots))
        self._go_on_with(self._limit, now)

    def _go_on_with(self, limit: float, now: float) -> None:
        """Go on with a pace; only calls from now on tell about it."""
        self._limit = limit
        self._window.clear()
        self._since = now


def _mean_of_most(times: list[float]) -> float:
    """The mean without the slowest tenth: some calls are slow for reasons of their own."""
    most = sorted(times)[: len(times) - len(times) // 10]
    return sum(most) / len(most)
