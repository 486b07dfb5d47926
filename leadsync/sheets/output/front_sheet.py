"""The sheet *leadsync* in front of a marked workbook: the next steps, the cells to correct, the values only changed."""

from typing import Any

from leadsync.cell_marks import Front, FrontSection
from leadsync.colours import INK, QUIET, RULE, STATUS_COLOURS
from leadsync.sheets.output.own_cells import plain_font, write_text
from leadsync.spreadsheet import MARKED_SHEET

_WIDTHS = (2, 12, 26, 34, 60, 60)
_LEFT = 2
_LINK = "#1B568F"
_LINE_POINTS = 15
_MOST_LINES = 20
_NOTES_END = "Only the first cells at fault carry their reason as a comment; the column sync_message has it for all."


def add_front(book: Any, marked: Any, front: Front, *, notes_end: bool) -> None:
    """Put the sheet in front of the others and open the workbook there; one of an earlier copy goes."""
    for old in [sheet for sheet in book.worksheets if is_front(sheet)]:
        book.remove(old)
    sheet = book.create_sheet(MARKED_SHEET, 0)
    _draw(sheet, marked.title, front, notes_end=notes_end)
    for other in book.worksheets:
        # Of several selected sheets a program would change all at once.
        other.sheet_view.tabSelected = other is sheet
    book.active = 0
    for view in book.views:
        view.firstSheet = 0


def is_front(sheet: Any) -> bool:
    """Whether the sheet is leadsync's own of an earlier copy, not one of the user's under the same name."""
    return bool(
        sheet.title.casefold() == MARKED_SHEET and str(sheet.cell(1, _LEFT).value or "").startswith("leadsync ")
    )


def _draw(sheet: Any, marked: str, front: Front, *, notes_end: bool) -> None:
    from openpyxl.utils import get_column_letter

    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = INK[1:]
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _write(sheet, 1, _LEFT, front.title, plain_font(INK, size=18, bold=True))
    _write(sheet, 2, _LEFT, front.headline, plain_font(INK, size=13))
    row = 3
    for fact in (*front.facts, *([_NOTES_END] if notes_end else [])):
        _write(sheet, row, _LEFT, fact, plain_font(QUIET))
        row += 1
    for section in front.sections:
        row = _section(sheet, row + 1, marked, section)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _section(sheet: Any, row: int, marked: str, section: FrontSection) -> int:
    """Draw one table; return the line below it."""
    from openpyxl.styles import Alignment, Border, PatternFill, Side

    line = Border(bottom=Side("thin", color=RULE[1:]))
    _write(sheet, row, _LEFT, section.title, plain_font(INK, size=13, bold=True))
    row += 1
    if section.note:
        _write(sheet, row, _LEFT, section.note, plain_font(QUIET))
        row += 1
    for column, heading in enumerate(section.headings, _LEFT):
        _write(sheet, row, column, heading, plain_font(QUIET)).border = line
    row += 1
    wrapped, plain = Alignment(wrap_text=True, vertical="top"), plain_font(INK)
    link = plain_font(_LINK, underline="single")
    for entry in section.lines:
        for column, text in enumerate(entry.cells, _LEFT):
            cell = _write(sheet, row, column, text, plain)
            cell.border, cell.alignment = line, wrapped
        sheet.row_dimensions[row].height = _LINE_POINTS * max(map(_lines, entry.cells, _WIDTHS[1:]), default=1) + 3
        first = sheet.cell(row, _LEFT)
        if entry.row:
            _link(first, marked, entry.row, entry.column)
            first.font = link
        if colour := STATUS_COLOURS.get(entry.status):
            first.fill = PatternFill("solid", fgColor=colour.pale[1:])
        row += 1
    return row


def _lines(text: str, width: int) -> int:
    """The lines of a text in a column; not every program finds them out on opening the file."""
    return min(sum(1 + len(part) // width for part in text.split("\n")), _MOST_LINES)


def _link(cell: Any, sheet: str, row: int, column: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    place = f"'{quoted}'!{get_column_letter(column + 1)}{row}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)


def _write(sheet: Any, row: int, column: int, text: str, font: Any) -> Any:
    """Write a text, never a formula."""
    cell = sheet.cell(row, column)
    write_text(cell, text)
    cell.font = font
    return cell
