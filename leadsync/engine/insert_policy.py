"""The inserts of missing leads, by the user's wish. Pure."""

from dataclasses import dataclass, replace

from leadsync.leads import as_insert
from leadsync.models import Lead, Outcome
from leadsync.reasons import Fault

_MISSING = 101


@dataclass(frozen=True, slots=True)
class InsertPolicy:
    """Inserts missing leads; an insert needs one of the template's phone fields."""

    phone_fields: tuple[str, ...]

    def after(self, lead: Lead, outcome: Outcome) -> Lead | Fault | None:
        """The insert after an update's outcome, or the fault in its way; None if no insert follows."""
        if outcome.code != _MISSING or lead.inserts:
            return None
        return as_insert(lead, self.phone_fields)


def beside_missing(outcome: Outcome) -> Outcome:
    """The outcome of an insert after an update, with both of the dialer's answers in its message."""
    what = "the insert" if outcome.code is None else "the insert was answered"
    return replace(outcome, message=f"101 COULDNT_FIND_THE_LEAD, so it was inserted; {what}: {outcome.message}")
