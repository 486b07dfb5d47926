"""A copy of the user's own workbook with marks, made by openpyxl: every sheet, format, formula and macro stays.

Runs in the confined process: openpyxl loads all sheets, unread ones too.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from leadsync.cell_marks import Front, FrontLine, FrontSection, RowMark, SheetMarks
from leadsync.colours import INK, MARK, QUIET, STATUS_COLOURS
from leadsync.sheets.output.extended_validations import add_validations, extended_validations
from leadsync.sheets.output.front_sheet import add_front
from leadsync.sheets.output.kept_elements import Elements, kept_elements, send_elements
from leadsync.sheets.output.own_cells import plain_font, write_text, xml_text
from leadsync.sheets.output.sheet_frame import extend_filters, freeze_id
from leadsync.sheets.output.sheet_layout import fit_to_cell
from leadsync.sheets.output.stored_values import MemoryArchive, stored_values, with_values

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_NOTES = 2_000
"""Each comment is a drawing of its own, and programs slow down with many."""
AUTHOR = "leadsync"
_BEGIN = f"{AUTHOR}: "
_BEHIND = f"\n\n{_BEGIN}"
"""Between a comment of the user's and ours."""
_WIDTHS = {"sync_row": 10, "sync_status": 14, "sync_message": 60, "sync_advice": 50, "sync_time": 26, "sync_run": 28}
_MACRO_TYPE = b"macroEnabled"
_CONTENT_TYPES = "[Content_Types].xml"


def has_macros(file: BinaryIO) -> bool:
    """Whether the workbook calls itself one with macros: programs open it under the ending .xlsm alone."""
    with zipfile.ZipFile(file) as archive:
        return _MACRO_TYPE in archive.read(_CONTENT_TYPES)


def marks_of(values: Mapping[str, Any]) -> SheetMarks:
    """The marks, from JSON."""
    title, headline, facts, tables = values["front"]
    sections = [
        FrontSection(name, note, headings, [FrontLine(*line) for line in lines])
        for name, note, headings, lines in tables
    ]
    rows = [RowMark(*row) for row in values["rows"]]
    return SheetMarks(**{**values, "rows": rows, "front": Front(title, headline, facts, sections)})


def marked(file: BinaryIO, marks: SheetMarks) -> bytes:
    """The copy of a workbook. Raises any error of openpyxl for a workbook that it cannot read."""
    from openpyxl import load_workbook

    values = stored_values(file)
    file.seek(0)
    macros = has_macros(file)
    file.seek(0)
    book = load_workbook(file, keep_vba=macros, rich_text=_has_rich_text(file))
    # A copy of a template is a workbook: programs would open it as a new, nameless one.
    book.template = False
    # The formulas keep their values: programs need not work them out on loading unless they had to before.
    book.calculation.fullCalcOnLoad = _works_out(file)
    add_validations(book, extended_validations(file))
    elements = kept_elements(file)
    sheet: Any = book[marks.sheet]
    # Without sync_* columns the sheet was never marked, and its own colours are not touched.
    if marks.places:
        _clear(sheet)
    columns = _SyncColumns(sheet, marks)
    pen = _Pen(sheet)
    for row in marks.rows:
        columns.fill(row)
        pen.mark(row)
    extend_filters(sheet, marks, columns.last)
    freeze_id(sheet, marks)
    add_front(book, sheet, marks.front, notes_end=pen.notes >= MOST_NOTES)
    return _saved(book, values, elements)


def _has_rich_text(file: BinaryIO) -> bool:
    """Whether a cell has text in several formats; to look for them takes openpyxl a fifth of its time."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml") and name.startswith("xl/")]
        texts = [name for name in names if "haredStrings" in name or name.startswith("xl/worksheets/")]
        return any(b"<r>" in archive.read(name) for name in texts)


def _works_out(file: BinaryIO) -> bool:
    with zipfile.ZipFile(file) as archive:
        return b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")


def _saved(book: Any, values: Any, elements: Mapping[str, Elements]) -> bytes:
    """The workbook's bytes; openpyxl writes each sheet into a file, for which memory stands in."""
    from openpyxl import LXML
    from openpyxl.cell._writer import etree_write_cell, lxml_write_cell
    from openpyxl.worksheet import _writer
    from openpyxl.writer import excel

    class SheetWriter(_writer.WorksheetWriter):
        def __init__(self, sheet: Any) -> None:
            super().__init__(sheet, BytesIO())

        def write_protection(self) -> None:
            super().write_protection()
            send_elements(self.xf, "protectedRanges", elements.get(self.ws.title, {}))

        def write_breaks(self) -> None:
            super().write_breaks()
            send_elements(self.xf, "ignoredErrors", elements.get(self.ws.title, {}))

        def cleanup(self) -> None:
            pass

    target = BytesIO()
    # openpyxl has no other way in. These two are the process's own: it makes one copy and ends.
    with (
        _replaced(
            _writer, "write_cell", with_values(lxml_write_cell if LXML else etree_write_cell, etree_write_cell, values)
        ),
        _replaced(excel, "WorksheetWriter", SheetWriter),
    ):
        excel.ExcelWriter(book, MemoryArchive(target, "w", zipfile.ZIP_DEFLATED)).save()
    return target.getvalue()


@contextmanager
def _replaced(module: Any, name: str, replacement: Any) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, replacement)
    try:
        yield
    finally:
        setattr(module, name, before)


def _clear(sheet: "Worksheet") -> None:
    """Take the marks of an earlier copy off: a cell corrected since must not look wrong."""
    from openpyxl.styles import PatternFill

    # openpyxl reads a colour of six digits with 00 in front.
    mark = f"00{MARK[1:]}"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == mark:
                cell.fill = PatternFill()
            if cell.comment is not None:
                old, found, _ = cell.comment.text.rpartition(_BEGIN)
                if found:
                    cell.comment = _comment(old.rstrip(), cell.comment) if old.strip() else None


def _comment(text: str, like: Any = None) -> Any:
    """A comment as tall as its text; `like` is the one whose author and size stay."""
    from openpyxl.comments import Comment

    lines = sum(1 + len(line) // 42 for line in text.split("\n"))
    height, width = max(79, 20 + 17 * lines), 320
    if like is not None:
        return Comment(fit_to_cell(text), like.author, max(height, like.height), max(width, like.width))
    return Comment(fit_to_cell(text), AUTHOR, height, width)


class _Pen:
    """Fills and comments the cells at fault."""

    def __init__(self, sheet: Any) -> None:
        from openpyxl.styles import PatternFill

        self.notes = 0
        self._sheet = sheet
        self._fill = PatternFill("solid", fgColor=MARK[1:])
        self._styles: dict[int, Any] = {}
        self._anchors = {
            (row, column): (merged.min_row, merged.min_col)
            for merged in sheet.merged_cells.ranges
            for row in range(merged.min_row, merged.max_row + 1)
            for column in range(merged.min_col, merged.max_col + 1)
        }

    def mark(self, row: RowMark) -> None:
        """Mark the cells at fault; of merged cells the first: the others are hidden."""
        reasons: dict[tuple[int, int], list[str]] = {}
        for column, why in row.faults:
            place = self._anchors.get((row.number, column + 1), (row.number, column + 1))
            # Several faults of one cell make one comment.
            reasons.setdefault(place, []).append(why)
        for place, reason in reasons.items():
            cell = self._sheet.cell(*place)
            before = cell.style_id
            if before in self._styles:
                cell._style = self._styles[before]  # noqa: SLF001 - a fill for each cell takes ten times as long
            else:
                cell.fill = self._fill
                self._styles[before] = cell._style  # noqa: SLF001
            if self.notes < MOST_NOTES:
                self._note(cell, xml_text("\n".join(dict.fromkeys(reason))))

    def _note(self, cell: Any, why: str) -> None:
        self.notes += 1
        before = cell.comment
        cell.comment = _comment(f"{before.text}{_BEHIND}{why}", before) if before else _comment(f"{_BEGIN}{why}")


class _SyncColumns:
    """The `sync_*` columns: the sheet's present ones, and new ones at its end."""

    def __init__(self, sheet: Any, marks: SheetMarks) -> None:
        self._sheet = sheet
        last = max(
            [marks.width, *(one.max_col for one in sheet.merged_cells.ranges if one.max_row >= marks.headings_line)]
        )
        self._places = {name: place + 1 for name, place in marks.places.items()}
        self._present = frozenset(marks.places)
        for name in marks.columns:
            if name not in self._places:
                last += 1
                self._places[name] = last
                self._head(name, marks.headings_line)
        self.last = last
        self._looks: dict[str, Any] = {}

    def fill(self, row: RowMark) -> None:
        """Write the cells of one row, as texts."""
        for name, text in row.cells.items():
            if not text and name not in self._present:
                continue
            cell = self._sheet.cell(row.number, self._places[name])
            write_text(cell, text)
            look = row.status if name == "sync_status" else ""
            if look not in self._looks:
                _paint(cell, look)
                self._looks[look] = cell._style  # noqa: SLF001 - as above
            cell._style = self._looks[look]  # noqa: SLF001

    def _head(self, name: str, line: int) -> None:
        from openpyxl.styles import Alignment, PatternFill
        from openpyxl.utils import get_column_letter

        cell = self._sheet.cell(line, self._places[name])
        write_text(cell, name)
        cell.font = plain_font("#FFFFFF", bold=True)
        cell.fill = PatternFill("solid", fgColor=QUIET[1:])
        cell.alignment = Alignment(vertical="center")
        self._sheet.column_dimensions[get_column_letter(cell.column)].width = _WIDTHS.get(name, 12)


def _paint(cell: Any, status: str) -> None:
    """Give a cell of ours its look; text stays text, in spite of zeros at its beginning."""
    from openpyxl.styles import PatternFill

    cell.style = "Normal"
    cell.number_format = "@"
    colour = STATUS_COLOURS.get(status)
    cell.font = plain_font(colour.ink, bold=True) if colour else plain_font(INK)
    if colour:
        cell.fill = PatternFill("solid", fgColor=colour.pale[1:])
