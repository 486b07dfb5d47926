"""The changes of people in an unsent sheet, applied to its rows."""

from datetime import UTC, datetime

import pytest

from leadsync.journal import Edit
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind
from leadsync.run import SheetEdits

AT = datetime(2026, 11, 29, 9, tzinfo=UTC)


def edits(*cells: tuple[int, str, str]) -> SheetEdits:
    return SheetEdits("d", len(cells), {4: {at: Edit(4, 0, at, old, new, "Ann", AT) for at, old, new in cells}})


@pytest.mark.parametrize(
    ("row", "sync", "expected"),
    [
        (Row(4, ("A1", "Slae")), (), Row(4, ("A1", "Sale"))),
        # Columns of leadsync's own stand between those of the draft.
        (Row(4, ("A1", "failed", "Slae")), (1,), Row(4, ("A1", "failed", "Sale"))),
        (Row(4, ("A1", "Slae"), dates=(0, 1)), (), Row(4, ("A1", "Sale"), dates=(0,))),
        (Row(4, ("A1", "Slae"), faults=(Fault("", "", FaultKind.TOO_FEW_CELLS),)), (), Row(4, ("A1", "Sale"))),
        # Read otherwise since, or of another sheet: the person has not seen this row.
        (Row(4, ("A1", "Busy")), (), Row(4, ("A1", "Busy"))),
        (Row(4, ("A1",)), (), Row(4, ("A1",))),
        (Row(5, ("A1", "Slae")), (), Row(5, ("A1", "Slae"))),
    ],
)
def test_a_row_gets_its_changes(row: Row, sync: tuple[int, ...], expected: Row) -> None:
    assert edits((1, "Slae", "Sale")).applied_to(row, sync) == expected
