"""The lead of a row, from the row or from its earlier run."""

import pytest

from leadsync.journal import Origin, State
from leadsync.models import Lead, Row
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.reimport import SheetFacts
from leadsync.reimport.context import Context

BLANK = Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
ORIGIN = Origin("20261122-080000-0001", State.REJECTED, "007", {})


@pytest.mark.parametrize(
    ("mapped", "origin", "lead"),
    [
        (Lead("9", {}), ORIGIN, "9"),
        (Rejected(BLANK.faults, "9"), ORIGIN, "9"),
        (BLANK, ORIGIN, "007"),
        (BLANK, None, ""),
    ],
)
def test_the_rows_own_id_goes_before_that_of_its_earlier_run(
    mapped: Lead | Rejected, origin: Origin | None, lead: str
) -> None:
    assert Context(SheetFacts(()), Row(2, ()), mapped, origin=origin).lead == lead
