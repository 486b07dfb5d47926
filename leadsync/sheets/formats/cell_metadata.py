"""The facts about cells missing from python-calamine's values: errors, formats, formulas without a value, struck text.

python-calamine gives an error and a formula without a value as blank, and no number formats at all. `xlsx_parts`,
`xlsb_records`, `xls_records` and `ods_parts` look for such cells in the four formats of workbook.
"""

import re
import struct
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from xml.parsers import expat

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.conditional_formats import Veil
from leadsync.sheets.formats.format_codes import is_plain
from leadsync.sheets.formats.number_formats import changes_meaning, changes_text, hides, shows_words
from leadsync.sheets.formats.serial_dates import has_date_among_parts, is_date_code, shows_day
from leadsync.sheets.formats.text_formulas import makes_text

_BLOCK = 1 << 18
_NOTHING = re.compile(r"0(?:\.0+)?(?:[a-z]+)?")
_REAL_SIZE = 8
_HEIGHT = re.compile(r"(\d*\.?\d+)(in|cm|mm|pt|)")
_POINTS = {"in": 72, "cm": 28.35, "mm": 2.835, "pt": 1, "": 1}
_TWIPS = 20
"""Of a point."""
_VOLATILE = re.compile(r"\b(?:TODAY|NOW|RAND(?:BETWEEN)?|OFFSET|INDIRECT|HYPERLINK)\(", re.IGNORECASE)
"""Formulas that LibreOffice works out whenever it opens a file, beside others that keep their stopgaps."""
_LOWEST = 2
"""The points of a row's height from which on something of it is to be seen."""

Place = tuple[int, int]
"""Row and column, counted from 0."""

BUILT_IN_FORMATS = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    37: "#,##0 ;(#,##0)", 38: "#,##0 ;[Red](#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', 42: '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', 44: '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)',
    48: "##0.0E+0",
}  # fmt: skip
"""Built-in codes of numbers by their numbers (ECMA-376 part 1, 18.8.30); 5 to 8, currencies, differ by country."""
ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
"""Errors by their numbers in records."""

UNKNOWN_CELLS = (
    "the workbook has cells of an unknown kind (record {kind}), which would be lost; "
    "open it in a spreadsheet program and save it anew, as .xlsx"
)
"""Why a workbook of records is not read."""


@dataclass(slots=True)
class CellMetadata:
    """A sheet's cells by place: `errors` and `formulas` without a value, with their texts; `formats` of numbers and
    `text_formats` to follow; `values` in place of calamine's numbers and moments, `texts` in place of any value;
    `unclear` numbers of `identifiers`, the columns of names, with the text that hides their digits and stands in
    `texts` for other columns.

    `struck` holds the cells with struck text, wholly or in part, `merged` the first and last cell of each range unknown
    to calamine, `hidden` and `hidden_columns` those hidden or without a size. `hides_zeros`: the sheet shows no number
    0. `doubted` are formulas with a 0 that perhaps nobody worked out, `veils` the rules of conditional formats that
    alter values. `epoch_1904`: the workbook counts days from
    1904. `repeated` names a row or cell with two entries; calamine gives only the last.
    """

    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    text_formats: dict[Place, str] = field(default_factory=dict)
    values: dict[Place, Value] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    unclear: dict[Place, str] = field(default_factory=dict)
    identifiers: frozenset[int] = frozenset()
    struck: set[Place] = field(default_factory=set)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hides_zeros: bool = False
    doubted: Collection[Place] = ()
    veils: list[Veil] = field(default_factory=list)
    epoch_1904: bool = False
    repeated: str = ""

    def keep_format(self, place: Place, code: str, number: float) -> None:
        """Keep the format code of a number, and a negative one: calamine may give a time of the day for it."""
        self.formats[place] = code
        if number < 0:
            self.values[place] = number

    def missed(self) -> dict[int, list[int]]:
        """The columns of errors and formulas without a value, by row."""
        return _by_row(chain(self.errors, self.formulas))

    def struck_columns(self) -> dict[int, list[int]]:
        """The columns of struck text, by row."""
        return _by_row(sorted(self.struck))


@dataclass(slots=True)
class Stopgaps:
    """The formulas of a sheet with a value that a library may have put in place of working them out.

    A program that works formulas out does so with more of them than those that come to nothing. One that only opens and
    saves another's workbook keeps its stopgaps, as LibreOffice and Gnumeric do with the zeros of XlsxWriter: a 0 for a
    formula that makes a text shows that all zeros are such.
    """

    formulas: dict[Place, str] = field(default_factory=dict)
    zeros: set[Place] = field(default_factory=set)
    is_one_worked_out: bool = False
    is_text_zero: bool = False
    valued: set[int] = field(default_factory=set)
    """The columns with a formula that comes to something."""

    def add(self, place: Place, text: str, *, is_stopgap: bool | None) -> None:
        """Count a formula with a value; None if it tells nothing of the others. `text` is the formula if known."""
        if is_stopgap:
            self.formulas[place] = text
        elif is_stopgap is not None:
            self.valued.add(place[1])
            self.is_one_worked_out = self.is_one_worked_out or not _VOLATILE.search(text)

    def add_zero(self, place: Place, formula: str) -> None:
        """Count a formula with a stored 0; `formula` has no sign in front, and none of a shared one is known."""
        self.zeros.add(place)
        self.is_text_zero = self.is_text_zero or makes_text(formula)

    def unworked(self) -> dict[Place, str]:
        """Return the formulas never worked out: all of them, or none."""
        return {} if self.is_one_worked_out else self.formulas

    def doubtful(self) -> set[Place]:
        """Return the formulas perhaps never worked out: those of `unworked`, and the zeros of columns with no other.

        Formulas of other columns may have their values from the library, or be worked out by LibreOffice, as arrays.
        """
        return {*self.unworked(), *(place for place in self.zeros if place[1] not in self.valued)}

    def wrong_zeros(self) -> dict[Place, str]:
        """Return the formulas with a stored 0, if one of them makes a text; else none."""
        return dict.fromkeys(sorted(self.zeros), "=") if self.is_text_zero else {}


def _by_row(places: Iterable[Place]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for row, column in places:
        rows.setdefault(row, []).append(column)
    return rows


class Formats:
    """The format codes of a workbook's styles, and which of them its cells need.

    A format with a meaning of its own is followed everywhere, any other but a plain one in columns of names. `of_texts`
    are those that show a text otherwise than as it is. `of_days`, those of dates, count for numbers below 1, and
    `of_moments`, those of dates and times, for numbers below 0: Excel shows no such moment.
    `struck` are the styles with a line through the text.
    """

    def __init__(
        self, codes: Mapping[str, str], identifiers: frozenset[int], struck: Collection[str] = frozenset()
    ) -> None:
        self.struck = struck
        self.everywhere = {style: code for style, code in codes.items() if _is_followed(code)}
        self.of_days = {style: code for style, code in codes.items() if shows_day(code)}
        self.of_moments = {style: code for style, code in codes.items() if is_date_code(code)}
        self.of_texts = {style: code for style, code in codes.items() if changes_text(code)}
        others = {style: code for style, code in codes.items() if not (is_plain(code) or is_date_code(code))}
        self.of_names = {**others, **self.everywhere} if identifiers else {}
        self._identifiers = identifiers

    def get(self, style: str, column: int, number: float) -> str | None:
        """Return the code for a cell with this style and number; None if it has no effect."""
        code = (self.of_names if column in self._identifiers else self.everywhere).get(style)
        if code is None and number < 1:
            return (self.of_moments if number < 0 else self.of_days).get(style)
        return code


def _is_followed(code: str) -> bool:
    """Whether a format has a meaning of its own: of a number, of a part of them, or of a 0."""
    return changes_meaning(code) or hides(code) or shows_words(code) or has_date_among_parts(code)


def number_in(body: bytes) -> float:
    """Return the number of a record: 8 bytes as they are, or 4 with a sign for a whole number and for hundredths."""
    if len(body) >= _REAL_SIZE:
        return float(struct.unpack_from("<d", body)[0])
    (packed,) = struct.unpack_from("<i", body)
    number = packed >> 2 if packed & 2 else struct.unpack("<d", bytes(4) + struct.pack("<i", packed & ~3))[0]
    return float(number) / (100 if packed & 1 else 1)


def is_nothing(size: str) -> bool:
    """Whether the size of a row or column is zero, with or without decimals and a unit."""
    return _NOTHING.fullmatch(size) is not None


def is_flat(height: str) -> bool:
    """Whether nothing of a row of this height is to be seen; in points without a unit."""
    found = _HEIGHT.fullmatch(height)
    return found is not None and float(found[1]) * _POINTS[found[2]] < _LOWEST


def is_flat_in_twips(height: bytes) -> bool:
    """Whether nothing of a row is to be seen, by its height in a record."""
    return int.from_bytes(height, "little") < _TWIPS * _LOWEST


class Walk:
    """Handlers for the events of an XML document; element names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


def walk_xml(read: Callable[[int], bytes], walk: Walk) -> None:
    """Send an XML document's events to `walk`. Raises `ValueError` for entities, `ExpatError` for other text."""

    def refuse(*_: object) -> None:
        raise ValueError("a sheet has no business declaring entities")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: walk.start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: walk.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = walk.text
    while block := read(_BLOCK):
        parser.Parse(block)
    parser.Parse(b"", True)
