"""The number of workers: one for each slot, and more to write the next rows down while all slots are taken.

Rows written down ahead should last for the journal's time to write the next. With too few of them slots stand empty.
With too many, more rows are in doubt after the death of the machine: nobody else knows which of them had left.
"""

LEAST_AHEAD, MOST_AHEAD = 0.25, 1.0
"""Bounds of the rows ahead, in parts of the slots. A journal on this machine takes a tenth of a call."""
SPARE = 2.0
"""The journal's usual time so many times: a page of rows is read, or a commit is slow."""
LEARNED = 0.02
"""The weight of one time in the usual time."""


class WorkerCount:
    """Is told the times of the journal and of calls, in seconds."""

    def __init__(self) -> None:
        self._writing = 0.0
        self._calling = 0.0

    def written(self, seconds: float) -> None:
        """A row was written down as begun."""
        self._writing += LEARNED * (seconds - self._writing)

    def called(self, seconds: float) -> None:
        """A call has ended."""
        self._calling = self._calling + LEARNED * (seconds - self._calling) if self._calling else seconds

    def of(self, slots: int) -> int:
        """The workers for so many slots."""
        ahead = SPARE * self._writing / self._calling if self._calling else 0.0
        return slots + 2 + int(slots * min(max(ahead, LEAST_AHEAD), MOST_AHEAD))
