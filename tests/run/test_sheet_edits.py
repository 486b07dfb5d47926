"""The changes of people in an unsent sheet, applied to its rows."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.journal import LEFT_OUT, Edit, Effects, State, open_journal
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind, Skip, SkipKind
from leadsync.run import SheetEdits, kept_draft
from tests.journal.samples import LATER, RUN, a_run, entry

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


@pytest.mark.parametrize("sheet", ["Leads", "Others"])
def test_a_sheet_keeps_the_changes_of_its_run_and_none_of_another_sheet_in_the_workbook(
    tmp_path: Path, sheet: str
) -> None:
    with open_journal(tmp_path) as journal:
        journal.create(replace(a_run(tmp_path), sheet="Leads"))
        left_out = Skip(SkipKind.LEFT_OUT, text="ann")
        journal.add(RUN, [entry(3, "B", State.SKIPPED)._replace(reason=left_out)])
        journal.confirm(RUN, Effects())
        journal.create(replace(a_run(tmp_path, LATER), sheet=sheet, complete=False))
        journal.add(LATER, [entry(2, "A"), entry(3, "B")])
        assert kept_draft(journal, journal.run(LATER)) == LATER
        found = [(edit.number, edit.position, edit.new) for edit in journal.edits(LATER)]
        assert found == ([(3, LEFT_OUT, "left out")] if sheet == "Leads" else [])
