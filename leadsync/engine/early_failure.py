"""The first rows of a run as a phase: send them, wait, judge, go on. Pure.

If almost all first rows are refused alike, the settings or the sheet are wrong, not the rows.
"""

from collections import Counter

from leadsync.models import Outcome
from leadsync.result_codes import RESULT_CODES

# As promised in docs/how-to/resume.md. Six rows answered otherwise end the phase early: 45 are out of reach then.
FIRST_ROWS = 50
ALMOST_ALL = 45


class EarlyFailureCheck:
    """Counts the first rows handed out, and their decisive outcomes.

    A decisive outcome ends the row, or sets it aside. A 109, say, only makes the row wait.
    """

    def __init__(self) -> None:
        self._begun = 0
        self._outcomes = 0
        self._refusals: Counter[int] = Counter()

    @property
    def undecided(self) -> bool:
        """Whether the outcomes still to come could make it a failure."""
        return self._worst + FIRST_ROWS - self._outcomes >= ALMOST_ALL

    @property
    def may_begin(self) -> bool:
        """Whether another row may be handed out."""
        return self._begun < FIRST_ROWS or not self.undecided

    @property
    def _worst(self) -> int:
        return max(self._refusals.values(), default=0)

    def begin(self) -> bool:
        """Count a row handed out; return whether it is one of the first."""
        if self._begun == FIRST_ROWS:
            return False
        self._begun += 1
        return True

    def take_back(self) -> None:
        """Uncount one of the first rows: it was not new."""
        self._begun -= 1

    def record(self, outcome: Outcome) -> None:
        """Count a row's decisive outcome."""
        self._outcomes += 1
        if outcome.code:
            self._refusals[outcome.code] += 1

    @property
    def cause(self) -> str:
        """The verdict without its counts."""
        return f"the first rows were answered {self._refusals.most_common(1)[0][0]}"

    def verdict(self) -> str:
        """The reason to stop the run, with its remedy; empty if it may go on, or if that is open."""
        if self._begun < FIRST_ROWS or self._worst < ALMOST_ALL:
            return ""
        code, count = self._refusals.most_common(1)[0]
        entry = RESULT_CODES.get(code)
        name = entry.name if entry else "a code the documentation does not know"
        cause = (entry.if_all_fail if entry else "") or "the sheet or the settings are probably not the right ones"
        return (
            f"{count} of the first {self._outcomes} rows were answered {code} {name}: {cause}; put it right, "
            "or go on all the same with --keep-going"
        )
