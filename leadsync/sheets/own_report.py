"""Knowing a report workbook of leadsync's own when it is given back, whichever program has saved it since."""

from python_calamine import CalamineWorkbook

from leadsync.models import REPORT_SHEET, SUMMARY_SHEET, TO_CORRECT_SHEET, TO_DECIDE_SHEET
from leadsync.sheets.second_reader import SecondWorkbook

_MARK = "sync_run"
_TABLES = (TO_CORRECT_SHEET, TO_DECIDE_SHEET, REPORT_SHEET)


def report_sheets(workbook: CalamineWorkbook | SecondWorkbook) -> list[str]:
    """The sheets of a report that hold tables, those to work on first; none where it is any other workbook, or a
    retry or review file, whose single sheet is read like any other."""
    found = [name for name in _TABLES if name in workbook.sheet_names]
    if not found or (len(found) == 1 and SUMMARY_SHEET not in workbook.sheet_names):
        return []
    first = next(iter(workbook.get_sheet_by_name(found[0]).iter_rows()), [])
    return found if _MARK in first else []
