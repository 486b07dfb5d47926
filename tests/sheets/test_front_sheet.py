"""The sheet in front of a marked workbook."""

from typing import Any

import openpyxl
import pytest

from leadsync.cell_marks import Front, FrontLine, FrontSection
from leadsync.sheets.output.front_sheet import add_front, is_front

LINES = [FrontLine(("2", "Phone", "1", "x" * 130), "rejected", 2, 27), FrontLine(("", "", "", "all"))]
FRONT = Front(
    "leadsync check of leads.xlsx",
    "2 of 5 rows to correct.",
    ["Checked today.", "=1+1"],
    [FrontSection("To correct", "Correct the cells.", ("row", "column", "value", "why"), LINES)],
)


@pytest.fixture
def book() -> Any:
    """A workbook of two sheets, the second with a quotation mark in its name."""
    made = openpyxl.Workbook()
    made.create_sheet("Mum's leads")
    return made


def front_of(book: Any, *, notes_end: bool = False) -> Any:
    add_front(book, book["Mum's leads"], FRONT, notes_end=notes_end)
    return book["leadsync"]


def column(sheet: Any, letter: str) -> list[object]:
    return [cell.value for cell in sheet[letter]]


def test_the_next_steps_and_the_findings_stand_below_each_other(book: Any) -> None:
    sheet = front_of(book)
    assert book.sheetnames == ["leadsync", "Sheet", "Mum's leads"]
    assert column(sheet, "B") == [
        *("leadsync check of leads.xlsx", "2 of 5 rows to correct.", "Checked today.", "=1+1", None),
        *("To correct", "Correct the cells.", "row", "2", None),
    ]
    assert [cell.value for cell in sheet[8]][1:5] == ["row", "column", "value", "why"]
    assert sheet["B4"].data_type == "s"


def test_a_line_leads_to_its_cell(book: Any) -> None:
    sheet = front_of(book)
    assert sheet["B9"].hyperlink.location == "'Mum''s leads'!AB2"
    assert sheet["B9"].fill.fgColor.rgb == "00FDEBD3"
    assert sheet["B10"].hyperlink is None


def test_a_line_is_as_high_as_its_longest_text(book: Any) -> None:
    sheet = front_of(book)
    assert (sheet.row_dimensions[9].height, sheet.row_dimensions[10].height) == (3 * 15 + 3, 15 + 3)


def test_the_workbook_opens_at_this_sheet_alone(book: Any) -> None:
    book.active = 1
    book.views[0].firstSheet = 1
    front_of(book)
    assert (book.active.title, book.views[0].firstSheet) == ("leadsync", 0)
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False, False]


def test_a_bound_of_comments_is_said(book: Any) -> None:
    sheet = front_of(book, notes_end=True)
    assert str(sheet["B5"].value).startswith("Only the first cells at fault carry their reason as a comment")


def test_the_sheet_of_an_earlier_copy_goes(book: Any) -> None:
    front_of(book)
    front_of(book)
    assert book.sheetnames == ["leadsync", "Sheet", "Mum's leads"]


@pytest.mark.parametrize(
    ("title", "text", "ours"),
    [
        ("leadsync", "leadsync check of x", True),
        ("LeadSync", "leadsync run of x", True),
        ("leadsync", "my notes", False),
        ("leadsync", None, False),
        ("notes", "leadsync run of x", False),
    ],
)
def test_only_a_sheet_with_our_name_and_title_is_ours(title: str, text: str | None, ours: bool) -> None:
    sheet: Any = openpyxl.Workbook().worksheets[0]
    sheet.title, sheet["B1"] = title, text
    assert is_front(sheet) is ours
