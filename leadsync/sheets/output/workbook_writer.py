"""A workbook of several sheets, written with XlsxWriter line by line, in memory of constant size."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime, timedelta
from html import escape
from io import BytesIO
from itertools import chain
from typing import IO, Any

from leadsync.colours import INK, MARK, QUIET, RULE, STATUS_COLOURS
from leadsync.errors import OutputError
from leadsync.models import Status
from leadsync.report_values import Line, Summary
from leadsync.sheets.output.sheet_layout import MOST_LINES, SheetLayout, fit_to_cell
from leadsync.sheets.output.summary_sheet import draw
from leadsync.sheets.source_lines import letter
from leadsync.spreadsheet import LONGEST_CELL, SUMMARY_SHEET
from leadsync.temporary_files import temporary_folder

MOST_NOTES = 2_000
"""Each comment is a drawing of its own, and programs slow down with many."""
_SAMPLE = 500
_LINE_POINTS = 15
_MOST_LINES_SHOWN = 12
_NARROWEST, _WIDEST = 9, 60
_INSIDE_ESCAPE = re.compile(r"(?<=_x[0-9A-Fa-f]{4})(?=_)")
_EARLIEST = date(1900, 3, 1)
"""The first day on which spreadsheet programs agree; before it Excel has a leap day that never was."""
_DATE_FORMATS = {10: "yyyy-mm-dd", 16: "yyyy-mm-dd hh:mm", 19: "yyyy-mm-dd hh:mm:ss"}
"""By the length of the ISO text: a day, a minute, a second."""
_DAY_ZERO, _DAY = datetime.fromisoformat("1899-12-30"), timedelta(days=1)
_ODD = re.compile(r"[\x01-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufffe\uffff]")
"""Control characters, and all white space but the blank."""
_TEXT = "@"
"""The format of a cell for typed text, kept as it is."""


class _Target:
    """The stream that a workbook is written into."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def open_workbook(stream: IO[bytes], **options: object) -> Iterator[Any]:
    """Open an XlsxWriter workbook, which is written into the stream at the end. Raises OSError."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    target = _Target(stream)
    workbook = xlsxwriter.Workbook(target, options)
    workbook.set_properties({"author": "leadsync"})
    yield workbook
    try:
        workbook.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error
    finally:
        # XlsxWriter leaves its archive open where writing fails; cleared away, the archive writes once more.
        target.stream = BytesIO()


@contextmanager
def started_workbook(
    stream: IO[bytes], *, layouts: Sequence[SheetLayout], summary: Callable[[], Summary] | None = None
) -> Iterator[Callable[[Sequence[Line | None]], None]]:
    """Start a workbook with these sheets; the context gives the function for a line, or None, of each of them.

    The workbook is written at the end. With `summary`, called then, a sheet *Summary* comes first. Raises OSError.
    """
    # XlsxWriter keeps the rows in files until the end; in a folder of ours they are gone where writing fails, too.
    with (
        temporary_folder("report") as folder,
        ExitStack() as files,
        open_workbook(stream, constant_memory=True, tmpdir=str(folder)) as workbook,
    ):
        front = workbook.add_worksheet(SUMMARY_SHEET) if summary else None
        formats = {wrap: _Formats(workbook, wrap=wrap) for wrap in {layout.wrap_text for layout in layouts}}
        sheets = [_SheetWriter(workbook, layout, formats[layout.wrap_text]) for layout in layouts]
        for worksheet in workbook.worksheets():
            # A private attribute: XlsxWriter closes these files only in `close`, and an error leaves them open.
            files.enter_context(closing(worksheet.row_data_fh))

        def put(lines: Sequence[Line | None]) -> None:
            for sheet, line in zip(sheets, lines, strict=True):
                if line is not None:
                    sheet.put(line)

        yield put
        for sheet in sheets:
            sheet.finish()
        if front is not None and summary is not None:
            draw(workbook, front, summary(), notes_end=any(sheet.notes >= MOST_NOTES for sheet in sheets))
            front.activate()


class _Formats:
    """The formats of a workbook's cells, made at their first use: a workbook knows each one by its number.

    They are for all its sheets: of two equal ones XlsxWriter numbers only the first.
    """

    def __init__(self, workbook: Any, wrap: bool) -> None:
        self._workbook = workbook
        self._base = {"valign": "vcenter", "text_wrap": True} if wrap else {}
        self._made: dict[tuple[object, ...], Any] = {}

    def text(self, *, marked: bool = False) -> Any:
        return self._get(("text", marked), lambda: {"num_format": _TEXT} | _mark(marked))

    def moment(self, length: int, *, marked: bool) -> Any:
        return self._get(
            (length, marked), lambda: {"num_format": _DATE_FORMATS[length], "align": "left"} | _mark(marked)
        )

    def status(self, status: Status) -> Any:
        return self._get((status,), lambda: _status_look(status))

    def heading(self, *, own: bool, asks: bool) -> Any:
        ground = "#B4690E" if asks else INK if own else QUIET
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": ground, "valign": "vcenter", "border_color": RULE}
        return self._get(("heading", own, asks), lambda: look | {"text_wrap": False})

    def _get(self, key: tuple[object, ...], look: Callable[[], dict[str, object]]) -> Any:
        if key not in self._made:
            self._made[key] = self._workbook.add_format({**self._base, **look()})
        return self._made[key]


def _status_look(status: Status) -> dict[str, object]:
    colour = STATUS_COLOURS[status]
    return {"num_format": _TEXT, "bg_color": colour.pale, "font_color": colour.ink, "bold": True}


def _mark(marked: bool) -> dict[str, object]:
    return {"bg_color": MARK, "border": 1, "border_color": "#D98A1F"} if marked else {}


class _SheetWriter:
    """Writes one page, line by line."""

    def __init__(self, workbook: Any, layout: SheetLayout, formats: _Formats) -> None:
        self.count = 0
        self.notes = 0
        self._layout = layout
        self._sheet = workbook.add_worksheet(layout.name)
        self._formats = formats
        self._text = self._formats.text()
        self._places = [f'<c r="{letter(column)}' for column in range(len(layout.headings))]
        self._widths = [len(heading) + 3 for heading in layout.headings]
        # Before any cell: with constant memory XlsxWriter cannot go back to a row.
        self._sheet.set_row(0, 24)
        for column, heading in enumerate(layout.headings):
            asks = bool(layout.choices) and column == len(layout.headings) - 1
            look = self._formats.heading(own=column < layout.own, asks=asks)
            write_text(self._sheet, 0, column, fit_to_cell(heading), look)

    def put(self, line: Line) -> None:
        """Add a line."""
        self.count += 1
        if self.count > MOST_LINES:
            raise OutputError(
                f"{self._layout.name} would have more rows than the {MOST_LINES:,} that a workbook's sheet holds; "
                "`leadsync resume` and `leadsync report` with --format csv write them as text."
            )
        if self.count <= _SAMPLE:
            self._fit(line.cells)
        noted = bool(line.notes) and self.notes < MOST_NOTES
        if not self._layout.wrap_text and not noted and (cells := self._plain_row(line)):
            self._put_plain_row(cells)
            return
        sheet, row = self._sheet, self.count
        if self._layout.wrap_text:
            sheet.set_row(row, _LINE_POINTS * max(map(_lines_needed, line.cells)) + 3)
        odd = _odd_places(line)
        for column, cell in enumerate(line.cells):
            value, look = self._odd(line, column, cell) if column in odd else (fit_to_cell(cell), self._text)
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, value, look)
            elif value:
                write_text(sheet, row, column, value, look)
            elif look is not self._text:
                sheet.write_blank(row, column, None, look)
        for column, note in list(zip(line.marked, line.notes, strict=False))[: max(MOST_NOTES - self.notes, 0)]:
            self.notes += 1
            size = {"x_scale": 2.4, "y_scale": 1.4, "author": "leadsync"}
            sheet.write_comment(row, column, fit_to_cell(note), size)

    def _odd(self, line: Line, column: int, cell: str) -> tuple[str | datetime, Any]:
        """Return value and format of a date, a status or a highlighted cell."""
        marked = column in line.marked
        when = _moment(cell) if column in line.dates and len(cell) in _DATE_FORMATS else None
        if when is not None:
            return when, self._formats.moment(len(cell), marked=marked)
        if column == line.status_at and line.status is not None:
            return cell, self._formats.status(line.status)
        return fit_to_cell(cell), self._formats.text(marked=True) if marked else self._text

    def _plain_row(self, line: Line) -> str:
        """Return a row's cells as XML; empty if XlsxWriter has to write them: odd characters, a new format."""
        joined = "\0".join(("", *line.cells, ""))
        if len(joined) > LONGEST_CELL or joined.count("\0") != len(line.cells) + 1 or _needs_care(joined):
            return ""
        # A format has its number only after XlsxWriter has written a cell with it.
        if self._text.xf_index is None:
            return ""
        number = str(self.count + 1)
        text = f'{number}" s="{self._text.xf_index}" t="inlineStr"><is><t>'
        parts = [
            f"{place}{text}{cell}</t></is></c>" if cell else ""
            for place, cell in zip(self._places, escape(joined, quote=False)[1:-1].split("\0"), strict=True)
        ]
        for column in _odd_places(line):
            value, look = self._odd(line, column, line.cells[column])
            if look.xf_index is None:
                return ""
            place = f'{self._places[column]}{number}" s="{look.xf_index}"'
            if isinstance(value, datetime):
                parts[column] = f"{place}><v>{(value - _DAY_ZERO) / _DAY!r}</v></c>"
            elif value:
                parts[column] = f'{place} t="inlineStr"><is><t>{escape(value, quote=False)}</t></is></c>'
            elif look is not self._text:
                parts[column] = f"{place}/>"
        return "".join(parts)

    def _put_plain_row(self, cells: str) -> None:
        """Put a row into XlsxWriter's own file of rows, past its interface.

        A dozen calls for each cell take four times as long. The attributes used are private: a test names them.
        """
        sheet, row = self._sheet, self.count
        if sheet.table:
            # The row before is still held back; that a new one begins sends it on.
            sheet.write_blank(row, 0, None, self._text)
            sheet.table.clear()
        # XlsxWriter's own notes of the last row: the next row and the sheet's dimension follow from them.
        sheet.previous_row = sheet.dim_rowmax = row
        sheet.fh.write(f'<row r="{row + 1}">{cells}</row>')

    def _fit(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            if len(cell) + 2 > self._widths[column]:
                longest = max(map(len, cell.split("\n")))
                self._widths[column] = max(self._widths[column], longest + 2)

    def finish(self) -> None:
        """Set the widths, the filter, and the way of printing."""
        sheet, last = self._sheet, len(self._layout.headings) - 1
        for column, width in enumerate(self._widths):
            sheet.set_column(column, column, min(max(width, _NARROWEST), _WIDEST), self._text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, self.count, max(last, 0))
        # Ids and phones are texts on purpose; Excel would mark each with a green corner.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.count + 1}"})
        sheet.set_tab_color(self._layout.tab)
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.set_margins(0.3, 0.3, 0.4, 0.4)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        if self._layout.choices and self.count:
            listed = ", ".join(self._layout.choices[:-1]) + f" or {self._layout.choices[-1]}"
            rule = {
                "validate": "list",
                "source": list(self._layout.choices),
                # Excel takes 32 characters for a title.
                "input_title": self._layout.headings[last][:32],
                "input_message": f"Write {listed}; leave it blank to decide later.",
                "error_title": "That is no decision",
                "error_message": f"Write {listed}.",
            }
            sheet.data_validation(1, last, self.count, last, rule)


def _needs_care(joined: str) -> bool:
    """Whether cells put together between NULs cannot be written as they stand."""
    # One expression for all of it takes three times as long.
    return "_x" in joined or "\0 " in joined or " \0" in joined or _ODD.search(joined) is not None


def _odd_places(line: Line) -> set[int]:
    """Return the positions of dates, highlighted cells and the status."""
    places = {*line.dates, *line.marked}
    if line.status is not None:
        places.add(line.status_at)
    return places


def write_text(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    """Write a text exactly, whatever XlsxWriter makes of it.

    XlsxWriter takes `<r>…</r>` for its own markup. Of two likenesses of an escape with one underscore between them
    (`_x0041_x0041_`) it guards only the first. In pieces of the same format both are mere text.
    """
    pieces = _INSIDE_ESCAPE.split(text) if "_x" in text else [text]
    if text.startswith("<r>") and text.endswith("</r>"):
        pieces[:1] = [pieces[0][:1], pieces[0][1:]]
    if len(pieces) == 1:
        sheet.write_string(row, column, text, look)
    else:
        parts = chain.from_iterable((look, piece) for piece in pieces[1:])
        sheet.write_rich_string(row, column, pieces[0], *parts, look)


def _lines_needed(cell: str) -> int:
    """Return a text's number of lines in the widest column; programs do not find it out on opening the file."""
    if len(cell) <= _WIDEST and "\n" not in cell:
        return 1
    return min(sum(-(-len(part) // _WIDEST) or 1 for part in cell.split("\n")), _MOST_LINES_SHOWN)


def _moment(text: str) -> datetime | None:
    """Return the date of an ISO text, None for a day unknown to spreadsheet programs."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo is None and when.date() >= _EARLIEST else None
