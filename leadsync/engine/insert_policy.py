"""What follows where the dialer does not have a lead and the user asked for such leads to be inserted. Pure."""

from dataclasses import dataclass, replace

from leadsync.leads import as_insert
from leadsync.models import Lead, Outcome
from leadsync.reasons import Fault

_MISSING = 101


@dataclass(frozen=True, slots=True)
class InsertPolicy:
    """Missing leads are inserted; one of the campaign template's phone fields has to be filled for that."""

    phone_fields: tuple[str, ...]

    def after(self, lead: Lead, outcome: Outcome) -> Lead | Fault | None:
        """The insert that the outcome of an update calls for, why it cannot be made, or None where none is called
        for."""
        if outcome.code != _MISSING or lead.inserts:
            return None
        return as_insert(lead, self.phone_fields)


def beside_missing(outcome: Outcome) -> Outcome:
    """The outcome of an insert that followed an update, with both of the dialer's answers in its words."""
    what = "the insert" if outcome.code is None else "the insert was answered"
    return replace(outcome, message=f"101 COULDNT_FIND_THE_LEAD, so it was inserted; {what}: {outcome.message}")
