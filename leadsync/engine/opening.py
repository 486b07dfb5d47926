"""Whether a run begins well: where almost all first rows are refused alike, the cause is not in the rows. Pure."""

from collections import Counter

from leadsync.models import Outcome
from leadsync.result_codes import RESULT_CODES

FIRST_ROWS = 50
ALMOST_ALL = 45

_LIKELY_CAUSE = {
    101: "the ids in [campaign] probably name another campaign, or the column of external ids is the wrong one",
    102: "phone_fields in [input] probably does not name the template's phone fields",
    104: "the sheet is probably a list of numbers not to be called",
    105: "the phone column is probably the wrong one",
    106: "the dispositions are probably spelt otherwise than the campaign spells them",
    107: "these leads were never dialed; the sheet needs a disposition for each",
    111: "the column of Contact Hours probably holds something else",
}


class Opening:
    """Watches the first outcomes of a run."""

    def __init__(self) -> None:
        self._outcomes = 0
        self._refusals: Counter[int] = Counter()

    @property
    def over(self) -> bool:
        """Whether enough outcomes are known."""
        return self._outcomes >= FIRST_ROWS

    @property
    def in_doubt(self) -> bool:
        """Whether the outcomes still to come could make it a bad beginning."""
        worst = max(self._refusals.values(), default=0)
        return worst + FIRST_ROWS - self._outcomes >= ALMOST_ALL

    def record(self, outcome: Outcome) -> None:
        """Take note of a row's first outcome."""
        self._outcomes += 1
        if outcome.code:
            self._refusals[outcome.code] += 1

    def verdict(self) -> str:
        """Why the run should not go on, in a sentence with its remedy; empty where it may."""
        if not self._refusals:
            return ""
        code, count = self._refusals.most_common(1)[0]
        if count < ALMOST_ALL:
            return ""
        name = RESULT_CODES[code].name if code in RESULT_CODES else "a code the documentation does not know"
        cause = _LIKELY_CAUSE.get(code, "the sheet or the settings are probably not the right ones")
        return (
            f"{count} of the first {self._outcomes} rows were answered {code} {name}: {cause}; put it right, "
            "or go on all the same with --keep-going"
        )
