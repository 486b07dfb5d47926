"""How many calls a dialer of an unknown processor runs at once. Pure: it is told when calls began and ended.

While there are fewer calls under way than the dialer has slots, each takes the same time, and twice as many give twice
the pace. With more than that they queue, and the time they take tells how many slots they share: so the number under
way is doubled until it shows.
"""

from leadsync.models import Effect, Outcome

FEWEST_CALLS = 3
MOST_SLOTS = 512
"""Of the largest processor that the settings know."""
QUEUEING = 1.2
"""By how much calls have to take longer than alone, to show that they share fewer slots than there are calls."""
ROUNDS = 2
"""How many calls a step takes for each that is under way,"""
ROUNDS_TO_COUNT = 8
"""and how many until the slots that they share can be told."""
NEARLY = 0.25
"""What the time that a call takes on its way, and in no slot, makes of a whole slot."""


class Discovery:
    """Finds a dialer's slots out, up to `most`; `found` is None until then."""

    def __init__(self, most: int = MOST_SLOTS) -> None:
        self._most = most
        self._limit = 1
        self._alone: float | None = None
        self._times: list[float] = []
        self._since = float("-inf")
        self.found: int | None = None

    @property
    def allowance(self) -> int:
        """How many calls may be under way for now."""
        return self._limit if self.found is None else self.found

    def resize(self, most: int) -> None:
        """Look for no more than that from now on."""
        self._most = max(1, most)
        self._limit = min(self._limit, self._most)

    def overslept(self, seconds: float) -> None:
        """A busy computer adds to all answers alike, and these are compared with each other."""

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        """Take note of a call that was sent at `began` and ended at `ended`, seconds of one clock."""
        if self.found is not None or outcome.effect is not Effect.ANSWERED or began < self._since:
            return
        self._times.append(ended - began)
        if len(self._times) >= max(FEWEST_CALLS, (1 + ROUNDS) * self._limit):
            self._judge(ended)

    def _judge(self, now: float) -> None:
        # The first round of a step begins all at once, as later ones do not.
        times = self._times[self._limit :] if self._limit > 1 else self._times
        taken = sum(times) / len(times)
        if self._alone is None:
            self._alone = taken
        if taken > QUEUEING * self._alone:
            if len(times) >= ROUNDS_TO_COUNT * self._limit:
                self.found = max(1, int(self._limit * self._alone / taken + NEARLY))
            return
        if self._limit >= self._most:
            self.found = self._most
            return
        self._alone = min(self._alone, taken)
        self._limit = min(self._limit * 2, self._most)
        self._times = []
        self._since = now
