"""The marks for a copy of the user's own workbook."""

import pytest

from leadsync.models import Status
from leadsync.report import Finding, MarkedRows, OwnColumns, check_front, workbook_marks
from leadsync.report.highlights import CellError

COLUMNS = OwnColumns(("Lead Id", "Phone"), ("njExternalLeadId", "phone"), (0, 3))
"""Leadsync's own columns stand between the two."""


def test_a_cell_at_fault_has_its_column_in_the_sheet() -> None:
    rows = MarkedRows(COLUMNS)
    rows.add(7, Status.REJECTED, {"sync_message": "Phone is wrong."}, ("1", "x"), [CellError(1, "wrong")])
    assert rows.rows[0].faults == [(3, "wrong")]
    [section] = rows.to_correct()
    [line] = section.lines
    assert (line.cells, line.status, line.row, line.column) == (("7", "Phone", "x", "wrong"), "rejected", 7, 3)


def test_a_fault_of_a_whole_row_is_listed_by_its_message() -> None:
    rows = MarkedRows(COLUMNS)
    rows.add(7, Status.FAILED, {"sync_message": "no such lead"}, ("1", "x"), [])
    rows.add(8, Status.SUCCEEDED, {"sync_message": ""}, ("2", "y"), [])
    assert [line.cells for line in rows.to_correct()[0].lines] == [("7", "", "", "no such lead")]


def test_a_long_list_says_how_many_more_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_marks, "MOST_LISTED", 2)
    rows = MarkedRows(COLUMNS)
    for number in range(5):
        rows.add(number, Status.REJECTED, {}, ("1", "x"), [CellError(1, "wrong")])
    [section] = rows.to_correct()
    assert (len(section.lines), section.note.endswith(" 3 more are marked in the sheet.")) == (2, True)


def test_the_front_of_a_check_keeps_what_is_only_changed_apart() -> None:
    changed = Finding("Phone", "separators removed", 52, 4, "(03) 8321 8199", "0383218199")
    front = check_front("leads.xlsx", (61, 61, 0), MarkedRows(COLUMNS), [], [changed], [])
    assert front.headline == "Nothing to correct: 61 of 61 rows can be sent."
    assert [section.title for section in front.sections] == ["Only changed"]
    assert front.sections[0].lines[0].cells == (
        "52",
        "Phone",
        "separators removed",
        "row 4: (03) 8321 8199 → 0383218199",
    )
