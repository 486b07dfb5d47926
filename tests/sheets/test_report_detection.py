"""Report workbooks of leadsync's own, told by their sheets' names and columns."""

from typing import Any

from leadsync.sheets.formats.report_detection import is_own, marked_sheet, report_sheets
from leadsync.sheets.formats.sheet_values import ValueSheet, ValueWorkbook
from leadsync.spreadsheet import MARKED_SHEET, REPORT_SHEET, SUMMARY_SHEET, TO_CORRECT_SHEET

Values = list[list[Any]]

OWN: Values = [["a title"], ["Lead Id", "sync_run"], ["1", "r1"]]
OTHER: Values = [["Lead Id", "Name"], ["1", "Ann"]]


def book(**sheets: Values) -> ValueWorkbook:
    workbook = ValueWorkbook()
    for name, values in sheets.items():
        workbook.add(name, ValueSheet(values, []))
    return workbook


def test_a_reports_sheets_come_with_those_to_work_on_first() -> None:
    sheets = {SUMMARY_SHEET: OTHER, REPORT_SHEET: OWN, TO_CORRECT_SHEET.upper(): OWN, "copy": OWN, "mine": OTHER}
    assert report_sheets(book(**sheets)) == ([TO_CORRECT_SHEET.upper(), REPORT_SHEET], ["copy"])


def test_a_single_table_needs_the_summary_beside_it() -> None:
    assert report_sheets(book(**{TO_CORRECT_SHEET: OWN})) == ([], [])
    assert report_sheets(book(**{TO_CORRECT_SHEET: OWN, SUMMARY_SHEET: OTHER})) == ([TO_CORRECT_SHEET], [])


def test_a_workbook_with_such_names_alone_is_no_report() -> None:
    sheets = {REPORT_SHEET: OTHER, TO_CORRECT_SHEET: OTHER, SUMMARY_SHEET: OTHER}
    assert report_sheets(book(**sheets)) == ([], [])
    assert not is_own(book(**sheets))


def test_leadsyncs_columns_are_found_below_twenty_lines_at_most() -> None:
    assert is_own(book(a=[[""]] * 18 + OWN))
    assert not is_own(book(a=[[""]] * 20 + OWN))


def test_the_marked_sheet_of_the_users_workbook_is_the_only_one_with_the_columns() -> None:
    marked: dict[str, Values] = {MARKED_SHEET.title(): OTHER, "Leads": OWN}
    assert marked_sheet(book(**marked)) == "Leads"
    assert marked_sheet(book(**{**marked, "Copy": OWN})) == ""
    assert marked_sheet(book(Leads=OWN)) == ""
