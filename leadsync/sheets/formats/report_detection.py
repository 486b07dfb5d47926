"""Knowing a report workbook of leadsync's own when it is given back, whichever program has saved it since."""

from itertools import chain, islice

from python_calamine import CalamineWorkbook

from leadsync.sheets.formats.sheet_values import ValueWorkbook
from leadsync.spreadsheet import (
    MARKED_SHEET,
    READY_SHEET,
    REPORT_SHEET,
    RUN_COLUMN,
    SUMMARY_SHEET,
    TO_CORRECT_SHEET,
    TO_DECIDE_SHEET,
)

_TABLES = (TO_CORRECT_SHEET, TO_DECIDE_SHEET, READY_SHEET, REPORT_SHEET)
_FEW = 20

Workbook = CalamineWorkbook | ValueWorkbook


def report_sheets(workbook: Workbook) -> tuple[list[str], list[str]]:
    """Return a report's sheets with tables, those to work on first, and sheets like them under another name.

    Both are empty for any other workbook, and for a retry or review file: its single sheet is read like any other.
    """
    names = {name.strip().casefold(): name for name in workbook.sheet_names}
    found = [names[name.casefold()] for name in _TABLES if name.casefold() in names]
    summary = names.get(SUMMARY_SHEET.casefold())
    if not found or (len(found) == 1 and summary is None) or not _is_table(workbook, found[0]):
        return [], []
    others = [name for name in workbook.sheet_names if name not in found and name != summary]
    return found, [name for name in others if _is_table(workbook, name)]


def marked_sheet(workbook: Workbook) -> str:
    """Return the sheet that leadsync has marked in the user's own workbook; empty without one, or with several."""
    if MARKED_SHEET not in (name.strip().casefold() for name in workbook.sheet_names):
        return ""
    marked = [name for name in workbook.sheet_names if _is_table(workbook, name)]
    return marked[0] if len(marked) == 1 else ""


def is_own(workbook: Workbook) -> bool:
    """Whether a sheet of the workbook is leadsync's own: of a report, a retry or a review file."""
    return any(_is_table(workbook, name) for name in workbook.sheet_names)


def _is_table(workbook: Workbook, name: str) -> bool:
    """Whether leadsync's columns stand among the headings, whatever was written above them."""
    cells = chain.from_iterable(islice(workbook.get_sheet_by_name(name).iter_rows(), _FEW))
    return any(isinstance(value, str) and value.strip().casefold() == RUN_COLUMN for value in cells)
