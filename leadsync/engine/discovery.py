"""How many calls a dialer of an unknown processor runs at once. Pure: it is told when calls began and ended.

While there are fewer calls under way than the dialer has slots, each takes the same time, and twice as many give twice
the pace. With more than that they queue, and the time they take tells how many slots they share: so the number under
way is doubled until it shows.
"""

from collections.abc import Callable
from statistics import stdev

from leadsync.engine.pace import USUAL_SECONDS
from leadsync.models import Effect, Outcome

FEWEST_CALLS = 10
"""What calls take that do not queue has to be known well: all else is compared with it."""
MOST_SLOTS = 512
"""Of the largest processor that the settings know."""
QUEUEING = 1.2
"""By how much calls have to take longer than alone, to show that they share fewer slots than there are calls."""
ROUNDS = 2
"""How many calls a step takes for each that is under way,"""
ROUNDS_TO_COUNT = 8
"""and how many until the slots that they share can be told."""
NEARLY = 0.25
"""What a busy computer adds to a call's time, in parts of a slot."""
UNSURE = 2.0
"""How many standard errors a mean is taken to be off."""
ON_ITS_WAY = 1.2
"""A call that takes no more than so many times the dialer's least is one of these: the rest of it is in no slot."""


class Discovery:
    """Finds a dialer's slots out, up to `most`; `found` is None until then. `travel` tells how many seconds of a call
    are spent on its way, as far as that is known."""

    def __init__(self, most: int = MOST_SLOTS, travel: Callable[[], float] = lambda: 0.0) -> None:
        self._most = most
        self._travel = travel
        self._limit = 1
        self._alone: list[float] = []
        """The times of calls that did not queue,"""
        self._before = float("inf")
        """and what those of the last step took."""
        self._doubted = 0
        """How many calls at once seemed to queue; asked once more before it is believed."""
        self._times: list[float] = []
        self._since = float("-inf")
        self.found: int | None = None

    @property
    def allowance(self) -> int:
        """How many calls may be under way for now."""
        return self._limit if self.found is None else self.found

    def overslept(self, seconds: float) -> None:
        """A busy computer adds to all answers alike, and these are compared with each other."""

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        """Take note of a call that was sent at `began` and ended at `ended`, seconds of one clock."""
        if self.found is not None or outcome.effect is not Effect.ANSWERED or began <= self._since:
            return
        self._times.append(ended - began)
        if len(self._times) >= max(FEWEST_CALLS, (1 + ROUNDS) * self._limit):
            self._judge(ended)

    def _judge(self, now: float) -> None:
        # The first round of a step begins all at once, as later ones do not.
        times = self._times[self._limit :] if self._limit > 1 else self._times
        taken = _mean(times)
        alone = _mean(self._alone or times)
        if self._doubted and self._limit == 1:
            # What calls take now that do not queue is known anew; so is then what they take that seemed to.
            alike = max(taken, alone) <= QUEUEING * min(taken, alone)
            self._alone = self._alone + times if alike else times
            self._go_on_with(min(self._doubted, self._most), now)
            return
        if taken > QUEUEING * alone:
            if len(times) < ROUNDS_TO_COUNT * self._limit:
                return
            if self._limit > 1 and self._doubted != self._limit:
                # A computer that is busy for a while makes calls late, too: it has to be so twice.
                self._doubted = self._limit
                self._go_on_with(1, now)
                return
            served = self._served(alone)
            # So many slots were seen at work with half as many calls.
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
        """How much of the time that a call takes it holds a slot."""
        if alone <= ON_ITS_WAY * USUAL_SECONDS:
            return min(alone, USUAL_SECONDS)
        # Where calls vary, what they take on average is known that much worse; below is better than above.
        unsure = UNSURE * stdev(self._alone) / len(self._alone) ** 0.5 if len(self._alone) > 1 else 0.0
        return max(USUAL_SECONDS, alone - self._travel() - unsure)


def _mean(times: list[float]) -> float:
    return sum(times) / len(times)
