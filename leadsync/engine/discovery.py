"""The slots of a dialer with an unknown processor. Pure: it is told the beginnings and ends of calls.

With fewer calls under way than slots, each takes the same time, and twice as many give twice the pace. With more they
queue, and their time tells the number of slots. So the number under way is doubled until a queue shows.
"""

from collections.abc import Callable
from statistics import stdev

from leadsync.engine.pace import USUAL_SECONDS
from leadsync.models import Effect, Outcome

# The time without a queue has to be well known: all else is compared with it.
FEWEST_CALLS = 10
MOST_SLOTS = 512
"""The slots of the largest processor in the settings."""
QUEUEING = 1.2
"""Calls slower than alone by this factor share fewer slots than there are calls."""
# Calls for each one under way: enough for a step, and enough to tell the slots from a mean.
ROUNDS = 2
ROUNDS_TO_COUNT = 8
# A busy computer adds to each call's time. Without this quarter of a slot, rounding down would lose a whole one.
NEARLY = 0.25
# Standard errors off a mean, towards fewer slots: one too many makes the dialer queue.
UNSURE = 2.0
ON_ITS_WAY = 1.2
"""A call of up to so many times the dialer's least time takes just that; the rest of it is travel, in no slot."""


class Discovery:
    """Measures a dialer's slots, up to `most`; `found` is None until then.

    `travel` gives the seconds of a call on its way, as far as they are known.
    """

    def __init__(self, most: int = MOST_SLOTS, travel: Callable[[], float] = lambda: 0.0) -> None:
        self._most = most
        self._travel = travel
        self._limit = 1
        self._alone: list[float] = []
        """The times of calls without a queue."""
        self._before = float("inf")
        """The mean time of the last step's calls."""
        self._doubted = 0
        """The number of calls with signs of a queue, to be tried once more."""
        self._times: list[float] = []
        self._since = float("-inf")
        self.found: int | None = None

    @property
    def allowance(self) -> int:
        """The number of calls to have under way for now."""
        return self._limit if self.found is None else self.found

    def overslept(self, seconds: float) -> None:
        """Ignore it: a busy computer adds to all answers alike, and only their ratios count."""

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        """Note a call from `began` to `ended`, in seconds of one clock."""
        if self.found is not None or outcome.effect is not Effect.ANSWERED or began <= self._since:
            return
        self._times.append(ended - began)
        if len(self._times) >= max(FEWEST_CALLS, (1 + ROUNDS) * self._limit):
            self._judge(ended)

    def _judge(self, now: float) -> None:
        # The first round of a step does not count: its calls begin all at once, later ones do not.
        times = self._times[self._limit :] if self._limit > 1 else self._times
        taken = _mean(times)
        alone = _mean(self._alone or times)
        if self._doubted and self._limit == 1:
            # The time without a queue may have changed meanwhile; so the step with signs of one is tried again.
            alike = max(taken, alone) <= QUEUEING * min(taken, alone)
            self._alone = self._alone + times if alike else times
            self._go_on_with(min(self._doubted, self._most), now)
            return
        if taken > QUEUEING * alone:
            if len(times) < ROUNDS_TO_COUNT * self._limit:
                return
            if self._limit > 1 and self._doubted != self._limit:
                # Twice: a busy computer delays calls too. Within two seconds it once made twelve slots look like one.
                self._doubted = self._limit
                self._go_on_with(1, now)
                return
            served = self._served(alone)
            # The last step, with half as many calls, has shown so many slots at work.
            seen = int(self._limit / 2 * served / self._before)
            self.found = max(1, seen, int(self._limit * served / taken + NEARLY))
            return
        if self._limit >= self._most:
            self.found = self._most
            return
        self._alone += times
        self._before = taken
        self._go_on_with(min(self._limit * 2, self._most), now)

    def _go_on_with(self, limit: int, now: float) -> None:
        self._limit = limit
        self._times = []
        self._since = now

    def _served(self, alone: float) -> float:
        """The time of a call in its slot, without its travel."""
        if alone <= ON_ITS_WAY * USUAL_SECONDS:
            return min(alone, USUAL_SECONDS)
        # The mean of uneven calls is less sure; too few slots are better than too many.
        unsure = UNSURE * stdev(self._alone) / len(self._alone) ** 0.5 if len(self._alone) > 1 else 0.0
        return max(USUAL_SECONDS, alone - self._travel() - unsure)


def _mean(times: list[float]) -> float:
    return sum(times) / len(times)
