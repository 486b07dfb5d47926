"""Filters, tables and frozen panes around leadsync's columns."""

from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.table import Table, TableStyleInfo

from leadsync.cell_marks import Front, SheetMarks
from leadsync.sheets.output.sheet_frame import extend_filters, freeze_id

HEADINGS = ("Name", "Lead Id", "Outcome")


def marks(*, line: int = 1, id_column: int = 1) -> SheetMarks:
    return SheetMarks("Sheet", line, 3, id_column, ("sync_status", "sync_run"), {}, [], Front("", "", [], []))


@pytest.fixture
def sheet() -> Any:
    """A sheet with three columns of the user's and two of leadsync's."""
    made = openpyxl.Workbook().worksheets[0]
    made.append([*HEADINGS, "sync_status", "sync_run"])
    made.append(["Bo", "1", "Sale", "failed", "r"])
    return made


@pytest.mark.parametrize(
    ("before", "after"),
    [("A1:C2", "A1:E2"), ("B1:C2", "B1:E2"), ("A1:B2", "A1:B2"), ("A2:C2", "A2:C2"), ("A1:E2", "A1:E2")],
)
def test_a_filter_over_the_last_column_takes_in_the_new_ones(sheet: Any, before: str, after: str) -> None:
    sheet.auto_filter.ref = before
    extend_filters(sheet, marks(), 5)
    assert sheet.auto_filter.ref == after


def table(sheet: Any, ref: str, **values: Any) -> Table:
    made = Table(displayName="Leads", ref=ref, tableStyleInfo=TableStyleInfo(name="TableStyleLight1"), **values)
    made._initialise_columns()
    for column, name in zip(made.tableColumns, HEADINGS, strict=False):
        column.name = name
    sheet.add_table(made)
    return made


def test_a_table_takes_in_the_new_columns_with_ids_of_their_own(sheet: Any) -> None:
    made = table(sheet, "A1:C2")
    made.tableColumns[0].id = 7
    extend_filters(sheet, marks(), 5)
    assert (made.ref, made.autoFilter.ref) == ("A1:E2", "A1:E2")
    assert [(column.id, column.name) for column in made.tableColumns] == [
        (7, "Name"), (2, "Lead Id"), (3, "Outcome"), (8, "sync_status"), (9, "sync_run"),
    ]  # fmt: skip


def test_a_table_filled_by_a_query_stays(sheet: Any) -> None:
    made = table(sheet, "A1:C2", tableType="queryTable")
    extend_filters(sheet, marks(), 5)
    assert (made.ref, len(made.tableColumns)) == ("A1:C2", 3)


@pytest.mark.parametrize(("line", "id_column", "frozen"), [(1, 0, "B2"), (1, 1, "C2"), (6, 0, "B7"), (7, 0, "B1")])
def test_headings_and_id_are_frozen(sheet: Any, line: int, id_column: int, frozen: str) -> None:
    freeze_id(sheet, marks(line=line, id_column=id_column))
    assert sheet.freeze_panes == frozen


@pytest.mark.parametrize(("width", "frozen"), [(47, "C2"), (48, "A2")])
def test_columns_wider_than_half_a_screen_are_not_frozen(sheet: Any, width: float, frozen: str) -> None:
    # The other of the two has openpyxl's default of 13 characters.
    sheet.column_dimensions["A"].width = width
    freeze_id(sheet, marks())
    assert sheet.freeze_panes == frozen


@pytest.mark.parametrize(("own", "frozen"), [("A4", "C4"), ("B1", "B1"), ("D4", "D4")])
def test_panes_of_the_user_stay(sheet: Any, own: str, frozen: str) -> None:
    sheet.freeze_panes = own
    freeze_id(sheet, marks())
    assert sheet.freeze_panes == frozen


def test_a_split_that_is_not_frozen_stays(sheet: Any) -> None:
    sheet.freeze_panes = "A4"
    sheet.sheet_view.pane.state = "split"
    freeze_id(sheet, marks())
    assert sheet.sheet_view.pane.xSplit is None
