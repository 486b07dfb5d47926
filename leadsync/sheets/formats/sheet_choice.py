"""The choice of a workbook's sheet: the named one, or the only one with data. Runs in the confined process."""

from collections.abc import Iterator
from itertools import islice

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from leadsync.commands import arguments
from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.report_detection import Workbook
from leadsync.sheets.formats.sheet_values import Sheet

_MOST_LISTED = 5
_MOST_NAMES = 30

Sheets = dict[str, Sheet]
Chosen = tuple[str, Sheet, list[Remark]]
"""A sheet's name, the sheet, and remarks about the choice."""


class Unreadable(Exception):  # noqa: N818 - raised as a SheetError as soon as the file's name is known
    """Why the workbook cannot be read, as the end of a sentence."""


class SeveralSheets(Exception):  # noqa: N818 - as above
    """The workbook has several sheets that could be meant, of these names; the longest is the likeliest."""

    def __init__(self, names: list[str], longest: str) -> None:
        self.names = names
        self.longest = longest

    def in_file(self, shown: str) -> SheetError:
        """The error about the file of this name."""
        return SheetError(
            f"{shown}: there is more than one sheet with data: {_listed(self.names)}",
            f"name the one to read, such as {arguments('--sheet', self.longest)}",
            folder_remedy="leave one sheet with data in it, or name it as sheet in [input]",
            sheets=tuple(self.names),
        )


def choose(workbook: Workbook, wanted: str | None) -> Chosen:
    """Return the named sheet, or the only visible one with data, as more than one line with text.

    Raises Unreadable and SeveralSheets.
    """
    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise Unreadable(f"there is no sheet {wanted!r}; its sheets are {_listed(workbook.sheet_names)}")
        return wanted, workbook.get_sheet_by_name(wanted), []
    shown, hidden, short = _sort(workbook)
    index = _index_sheet(shown)
    if index:
        del shown[index]
    for candidates in (shown, hidden, short):
        if len(candidates) > 1:
            raise SeveralSheets(list(candidates), max(candidates, key=lambda name: _last_line(candidates[name])))
        if candidates:
            name, sheet = next(iter(candidates.items()))
            remarks = _left_out(name, candidates is hidden, shown, hidden)
            return name, sheet, list(map(Remark.fact, [*_of_index(index), *remarks]))
    raise Unreadable("its sheets are empty; give a sheet with headings on its first line and leads below them")


def _last_line(sheet: Sheet) -> int:
    return sheet.end[0] if sheet.end else -1


def _index_sheet(sheets: Sheets) -> str:
    """The sheet whose cells name all others, such as the summary of an export from Numbers; empty without one."""
    for name in sheets if len(sheets) > 1 else ():
        cells = {cell for row in islice(_filled(sheets[name]), _MOST_NAMES) for cell in row if isinstance(cell, str)}
        if cells.issuperset(other for other in sheets if other != name):
            return name
    return ""


def _of_index(index: str) -> list[str]:
    return [f"The sheet {index!r} lists the other sheets and was not read."] if index else []


def _sort(workbook: Workbook) -> tuple[Sheets, Sheets, Sheets]:
    """The sheets with data, the hidden ones with data, and the visible ones with a single line, all by name."""
    shown: Sheets = {}
    hidden: Sheets = {}
    short: Sheets = {}
    for metadata in workbook.sheets_metadata:
        if metadata.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        filled = sum(1 for _, _ in zip(_filled(sheet), range(2), strict=False))
        visible = metadata.visible == SheetVisibleEnum.Visible
        if filled > 1:
            (shown if visible else hidden)[metadata.name] = sheet
        elif filled and visible:
            short[metadata.name] = sheet
    return shown, hidden, short


def _filled(sheet: Sheet) -> Iterator[list[Value]]:
    return (row for row in sheet.iter_rows() if any(value != "" for value in row))


def _left_out(name: str, is_hidden: bool, shown: Sheets, hidden: Sheets) -> list[str]:
    if is_hidden:
        return [f"The sheet {name!r} is hidden; it was read because no other has data."]
    others = list(hidden) if shown else []
    remarks = [f"The hidden sheet {other!r} has data too and was not read." for other in others[:_MOST_LISTED]]
    if more := len(others) - len(remarks):
        remarks.append(f"{more:,} more hidden sheets have data too and were not read.")
    return remarks


def _listed(names: list[str]) -> str:
    listed = ", ".join(map(repr, names[:_MOST_NAMES]))
    return listed if len(names) <= _MOST_NAMES else f"{listed}, and {len(names) - _MOST_NAMES:,} more"
