"""Workbooks as XML Spreadsheet 2003, which many programs write under .xls. Source: [MS-OE376], part 4, 1.3.

Expat reads them as events, without a tree; declared entities are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import BinaryIO

from python_calamine import SheetVisibleEnum

from leadsync.sheets.formats.cell_metadata import CellMetadata, Place, Stopgaps, Walk, is_flat, is_nothing, walk_xml
from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.format_codes import is_plain
from leadsync.sheets.formats.number_formats import changes_text
from leadsync.sheets.formats.serial_dates import NAMED_FORMATS, is_date_code, moment, moment_in
from leadsync.sheets.formats.sheet_values import ValueSheet, ValueWorkbook
from leadsync.spreadsheet import MOST_COLUMNS

_MOST_ROWS = 1 << 20
_STATES = {"SheetHidden": SheetVisibleEnum.Hidden, "SheetVeryHidden": SheetVisibleEnum.VeryHidden}
_STRIKES = ("S", "Strike", "Del")
"""Elements with struck text in a cell."""
_WINDOW = "WindowHeight"
"""An element of the workbook's window, as programs with one write it; a library has none."""
_STOPGAPS = ("", "0")
"""What libraries write for the value of a formula."""
_FIRST = 1 << 12
_BLANKS = b" \t\r\n"


def read_xml_spreadsheet(file: BinaryIO) -> ValueWorkbook:
    """Return the whole workbook. Raises `ValueError`, `LookupError` or `ExpatError` for an odd file."""
    file.seek(0)
    first = file.read(_FIRST)
    file.seek(len(first) - len(first.lstrip(_BLANKS)))  # some programs leave blank lines in front, no XML may have them
    walk = _WorkbookWalk()
    walk_xml(file.read, walk)
    return walk.workbook


@dataclass(slots=True)
class _Sheet:
    """A sheet under way. `styles` are those of its columns; `usual` is the style of all others."""

    name: str
    usual: str = ""
    styles: dict[int, str] = field(default_factory=dict)
    values: list[list[Value]] = field(default_factory=list)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    metadata: CellMetadata = field(default_factory=CellMetadata)
    stopgaps: Stopgaps = field(default_factory=Stopgaps)
    state: str = ""
    column: int = 0
    skipped: int = 0

    def begin_columns(self, attributes: Mapping[str, str]) -> None:
        """Take the style of some columns."""
        first = _index(attributes, self.column, MOST_COLUMNS)
        self.column = first + _number(attributes, "Span", MOST_COLUMNS) + 1
        if _is_hidden(attributes) or is_nothing(attributes.get("Width", "")):
            self.metadata.hidden_columns.update(range(first, self.column))
        if style := attributes.get("StyleID"):
            self.styles |= dict.fromkeys(range(first, self.column), style)

    def begin_row(self, attributes: Mapping[str, str]) -> None:
        """Go to the next row."""
        row = _index(attributes, len(self.values) + self.skipped, _MOST_ROWS)
        self.values += [[]] * (row - len(self.values))  # one list for all rows left out: nothing is added to it
        self.values.append([])
        self.skipped = _number(attributes, "Span", _MOST_ROWS)
        self.column = 0
        if _is_hidden(attributes) or is_flat(attributes.get("Height", "")):
            self.metadata.hidden.update(range(row, row + self.skipped + 1))

    def begin_cell(self, attributes: Mapping[str, str]) -> Place:
        """Go to the next cell, and return its place."""
        row, column = len(self.values) - 1, _index(attributes, self.column, MOST_COLUMNS)
        right, down = (_number(attributes, name, _MOST_ROWS) for name in ("MergeAcross", "MergeDown"))
        if right or down:
            self.merged.append(((row, column), (row + down, column + right)))
        self.column = column + right + 1
        return row, column

    def put(self, place: Place, value: Value) -> None:
        """Set a cell of the last row."""
        line = self.values[-1]
        line += [""] * (place[1] - len(line))
        line.append(value)

    def put_formula(self, place: Place, formula: str) -> None:
        """Set a cell of the last row, with a formula never worked out."""
        self.put(place, "")
        self.metadata.formulas[place] = formula


class _WorkbookWalk(Walk):
    """Goes from cell to cell of all sheets."""

    def __init__(self) -> None:
        self.workbook = ValueWorkbook()
        self._codes: dict[str, str] = {}
        self._struck = set[str]()
        """The styles with a line through the text."""
        self._style = ""
        self._epoch_1904 = self._works_out = False
        self._sheet: _Sheet | None = None
        self._row_style = ""
        self._cell: dict[str, str] | None = None
        self._place = (0, 0)
        self._kind: str | None = None
        self._text: list[str] | None = None
        self._is_comment = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        attributes = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if self._sheet is not None:
            self._start_within(self._sheet, name, attributes)
        elif name == "Style":
            self._style = attributes.get("ID", "")
            parent = attributes.get("Parent", "Default")
            self._codes[self._style] = self._codes.get(parent, "")
            self._strike(is_struck=parent in self._struck)
        elif name == "Font" and "StrikeThrough" in attributes:
            self._strike(is_struck=attributes["StrikeThrough"] in ("1", "true"))
        elif name == "NumberFormat":
            code = attributes.get("Format", "")
            self._codes[self._style] = NAMED_FORMATS.get(code.lower(), code)
        elif name == "Date1904":
            self._epoch_1904 = True
        elif name == _WINDOW:
            self._works_out = True
        elif name == "Worksheet":
            self._sheet = _Sheet(attributes["Name"])
            self._sheet.metadata.epoch_1904 = self._epoch_1904

    def _strike(self, *, is_struck: bool) -> None:
        (self._struck.add if is_struck else self._struck.discard)(self._style)

    def _start_within(self, sheet: _Sheet, name: str, attributes: dict[str, str]) -> None:
        if name == "Comment":
            self._is_comment = True
        elif self._text is not None and name in _STRIKES and not self._is_comment:
            sheet.metadata.struck.add(self._place)
        elif self._is_comment or self._text is not None:
            return
        elif name == "Table":
            sheet.usual = attributes.get("StyleID", "Default")
        elif name == "Column":
            sheet.begin_columns(attributes)
        elif name == "Row":
            sheet.begin_row(attributes)
            self._row_style = attributes.get("StyleID", "")
        elif name == "Cell":
            self._cell, self._kind = attributes, None
            self._place = sheet.begin_cell(attributes)
        elif name == "Data" and self._cell is not None:
            self._kind, self._text = attributes.get("Type", "String"), []
        elif name == "DoNotDisplayZeros":
            sheet.metadata.hides_zeros = True
        # The element holds the state of a sheet: SheetHidden and the like.
        elif name == "Visible":
            self._text = []

    def text(self, data: str) -> None:
        if self._text is not None and not self._is_comment:
            self._text.append(data)

    def end(self, name: str) -> None:
        if name == "Comment":
            self._is_comment = False
        if self._sheet is None or self._is_comment:
            return
        if name == "Data" and self._text is not None and self._kind is not None:
            self._end_data(self._sheet, "".join(self._text))
        elif name == "Visible" and self._text is not None:
            self._sheet.state = "".join(self._text).strip()
            self._text = None
        elif name == "Cell" and self._cell is not None:
            if self._kind is None and "Formula" in self._cell:
                self._sheet.put_formula(self._place, self._cell["Formula"])
            self._cell = None
        elif name == "Worksheet":
            sheet, self._sheet = self._sheet, None
            if not self._works_out:
                sheet.metadata.formulas |= sheet.stopgaps.unworked()
            if sheet.name in self.workbook.sheets:
                raise ValueError("two sheets have the same name")
            visible = _STATES.get(sheet.state, SheetVisibleEnum.Visible)
            self.workbook.add(sheet.name, ValueSheet(sheet.values, sheet.merged, sheet.metadata), visible)

    def _end_data(self, sheet: _Sheet, text: str) -> None:
        self._text = None
        if (formula := (self._cell or {}).get("Formula")) is not None:
            if self._kind != "String" and not text.strip():
                sheet.put_formula(self._place, formula)
                return
            sheet.stopgaps.add(self._place, formula, is_stopgap=text.strip() in _STOPGAPS)
        style = (self._cell or {}).get("StyleID") or self._row_style
        style = style or sheet.styles.get(self._place[1]) or sheet.usual
        code = self._codes.get(style, "")
        if style in self._struck:
            sheet.metadata.struck.add(self._place)
        value: Value = text
        if self._kind == "Error":
            sheet.metadata.errors[self._place] = text.strip() or "#VALUE!"
        elif self._kind == "Number":
            number = float(text)
            if not isfinite(number):
                raise ValueError("a number is none")
            value = moment(number, code, epoch_1904=self._epoch_1904) if is_date_code(code) else number
        elif self._kind == "DateTime":
            value = moment_in(text.strip())
        elif self._kind == "String" and changes_text(code):
            sheet.metadata.text_formats[self._place] = code
        elif self._kind == "Boolean":
            value = text.strip() in ("1", "true", "True")
        if self._kind in ("Number", "DateTime") and not is_plain(code):
            sheet.metadata.formats[self._place] = code
        sheet.put(self._place, value)


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether a row or column is hidden by name."""
    return attributes.get("Hidden") in ("1", "true")


def _index(attributes: Mapping[str, str], usual: int, most: int) -> int:
    """Return the place of a row, column or cell, counted from 0: as stated, or behind the one before."""
    index = int(attributes.get("Index", usual + 1)) - 1
    if not usual <= index < most:
        raise ValueError("a row, column or cell stands out of its order")
    return index


def _number(attributes: Mapping[str, str], name: str, most: int) -> int:
    return min(max(int(attributes.get(name, 0)), 0), most)
