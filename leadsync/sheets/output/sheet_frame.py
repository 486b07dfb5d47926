"""The frame of a marked sheet: filters and tables reach over leadsync's columns, the id column stays in view."""

from typing import Any

from leadsync.cell_marks import SheetMarks

_MOST_LINES = 6
"""Frozen lines: a long title above the headings would leave no room for rows."""
_MOST_WIDTH = 60
"""Characters of frozen columns."""
_USUAL_WIDTH = 8.43


def extend_filters(sheet: Any, marks: SheetMarks, last: int) -> None:
    """Let the sheet's filter and a table around the headings take in the columns up to `last`."""
    from openpyxl.worksheet.table import TableColumn

    if (ref := sheet.auto_filter.ref) and (wider := _wider(ref, sheet, marks, last)):
        sheet.auto_filter.ref = wider
    for table in sheet.tables.values():
        wider = _wider(table.ref, sheet, marks, last)
        if not wider or table.tableType or not table.tableColumns:
            continue
        first = marks.width + 1
        table.ref = wider
        if table.autoFilter is not None and table.autoFilter.ref:
            table.autoFilter.ref = _wider(table.autoFilter.ref, sheet, marks, last) or table.autoFilter.ref
        # Ids of a table's columns are unique, and need not be in order.
        number = max(column.id for column in table.tableColumns)
        for column in range(first, last + 1):
            number += 1
            name = sheet.cell(marks.headings_line, column).value
            table.tableColumns.append(TableColumn(id=number, name=name))


def _wider(ref: str, sheet: Any, marks: SheetMarks, last: int) -> str:
    """The range with the columns up to `last`; empty if it does not end beside them at the headings' line."""
    from openpyxl.utils import get_column_letter, range_boundaries

    left, top, right, bottom = (number or 0 for number in range_boundaries(ref))
    ends_beside = isinstance(sheet.cell(marks.headings_line, right + 1).value, str) and right == marks.width
    if top != marks.headings_line or not ends_beside or last <= right:
        return ""
    return f"{get_column_letter(left)}{top}:{get_column_letter(last)}{bottom}"


def freeze_id(sheet: Any, marks: SheetMarks) -> None:
    """Freeze the headings and the columns up to the id. Panes of the user's own stay; frozen lines get the id's column.

    Columns wider than half a screen are not frozen: the rest could not be scrolled into view.
    """
    from openpyxl.utils import get_column_letter

    pane = sheet.sheet_view.pane
    if pane is not None and (pane.state != "frozen" or pane.xSplit):
        return
    widths = (sheet.column_dimensions[get_column_letter(at)].width for at in range(1, marks.id_column + 2))
    columns = marks.id_column + 1 if sum(width or _USUAL_WIDTH for width in widths) <= _MOST_WIDTH else 0
    lines = marks.headings_line if marks.headings_line <= _MOST_LINES else 0
    if pane is not None and pane.ySplit:
        lines = int(pane.ySplit)
    if columns or lines:
        sheet.sheet_view.selection = sheet.sheet_view.selection[:1]
        sheet.freeze_panes = f"{get_column_letter(columns + 1)}{lines + 1}"
