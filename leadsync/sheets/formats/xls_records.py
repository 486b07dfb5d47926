"""The metadata of cells in the records of an .xls file. Source: [MS-XLS]."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from leadsync.sheets.formats.cell_metadata import (
    BUILT_IN_FORMATS,
    ERRORS,
    UNKNOWN_CELLS,
    CellMetadata,
    Formats,
    Place,
    Stopgaps,
    is_flat_in_twips,
    number_in,
)
from leadsync.sheets.formats.cell_text import Value as CellValue
from leadsync.sheets.formats.ole_streams import UNREADABLE, workbook_stream
from leadsync.sheets.formats.serial_dates import is_date_code, moment
from leadsync.sheets.formats.sheet_choice import Unreadable
from leadsync.sheets.formats.xls_formulas import Formulas, Kind, Truth, Value
from leadsync.sheets.formats.xls_strings import shared_texts, struck_texts, text_in

_FORMULA, _EOF, _FILE_PASS, _CODE_PAGE, _BOUND_SHEET, _MUL_RK, _XF = 0x06, 0x0A, 0x2F, 0x42, 0x85, 0xBD, 0xE0
_FONT, _STRUCK = 0x31, 8
_DATE_MODE, _CONTINUE, _STRINGS, _SHARED, _LABEL, _FORMULA_TEXT = 0x22, 0x3C, 0xFC, 0xFD, 0x204, 0x207
_ROW, _ROW_HIDDEN = 0x208, 0x20
_COLUMNS, _COLUMN_HIDDEN, _NO_SIZE = 0x7D, 1, b"\0\0"
_WINDOW, _ZEROS_SHOWN = 0x23E, 0x10
_OLD_FORMULAS = (0x206, 0x406)
"""Formulas of Excel 3 and 4; some programs write them into later workbooks."""
_OLD_CELLS = frozenset(range(2, 6))
"""Numbers, texts and truths of Excel 2, which calamine passes over."""
_NUMBER, _BOOL_ERR, _RK, _FORMAT, _BOF = 0x203, 0x205, 0x27E, 0x41E, 0x809
_CELLS = frozenset((_FORMULA, *_OLD_FORMULAS, _MUL_RK, _NUMBER, _BOOL_ERR, _RK))
_RICH_TEXT = 0xD6
_TEXTS = frozenset((_SHARED, _LABEL, _RICH_TEXT))
_FILLED = _CELLS | _TEXTS
_UNUSED_FONT = 4
"""The number of no font; source: [MS-XLS], 2.5.129."""
_EXCEL_97 = 0x0600
_FIRST_OF_FILES = 164
"""Numbers of formats below it are built in, some for one language alone; Gnumeric numbers its own from 50 on."""
_ON_LOADING, _ON_LOADING_ALONE = 3, 2
"""A formula's flags for a calculation on loading; Excel itself has one of them, for those that change with time."""
_ZERO = bytes(8)
"""A formula's value."""
_FOUR = struct.pack("<d", 4.0)
"""The value that JExcelAPI gives every formula."""
_EMPTY = 3
"""The kind of a formula's value that is an empty text."""
_LIBRARY = (0x0DBB, 0x07CC)
"""The build and year of the program in files by xlwt and the libraries of Perl and PEAR, and by LibreOffice."""
_SHARED_FORMULA, _ARRAY = 0x4BC, 0x221
_TOKENS = {_FORMULA: 20, _SHARED_FORMULA: 8, _ARRAY: 12}
"""Where the size of a formula's tokens stands; they follow it. Source: [MS-XLS], 2.4.127, 2.4.277 and 2.4.4."""
_CALCULATED = 0x1C1
"""The number of the engine that last worked the formulas out; most libraries write none. Source: [MS-XLS], 2.4.215."""


@dataclass(frozen=True, slots=True)
class _Globals:
    """The facts in a workbook's own records: the sheet's first record, and by style the format codes.

    `own_codes` are those that the file gives to numbers of built-in formats: calamine takes its own for most of them.
    `has_engine`: it names the engine that worked the formulas out. `is_of_library`: a library wrote it, none did.
    `is_of_libre_office`: LibreOffice wrote it. `strings` are the bodies of the records with the shared texts, none
    before Excel 97; `shared` are these texts if calamine misreads them, else None.
    `epoch_1904`: days count from 1904. `struck` are the styles with a line through the text, `struck_texts` the numbers
    of the shared texts with a part struck out.
    """

    start: int
    codes: dict[str, str]
    own_codes: dict[int, str]
    has_engine: bool
    is_of_library: bool
    is_of_libre_office: bool
    strings: list[bytes]
    shared: list[str] | None
    epoch_1904: bool
    struck: frozenset[int]
    struck_texts: set[int]


def cell_metadata(file: BinaryIO, sheet: str, identifiers: frozenset[int]) -> CellMetadata:
    """Return the metadata of one sheet of an .xls.

    Raises `ValueError`, `LookupError` or `struct.error` for an odd file, `Unreadable` for unknown cells.
    """
    stream = workbook_stream(file)
    workbook = _globals(stream, sheet)
    metadata = CellMetadata(epoch_1904=workbook.epoch_1904)
    formats = Formats(workbook.codes, identifiers)
    stopgaps = Stopgaps()
    for kind, body in _records(stream, workbook.start):
        if kind == _ROW and (body[12] & _ROW_HIDDEN or is_flat_in_twips(body[6:8])):
            metadata.hidden.add(int.from_bytes(body[:2], "little"))
        elif kind == _COLUMNS and (body[8] & _COLUMN_HIDDEN or body[4:6] == _NO_SIZE):
            first, last = struct.unpack_from("<HH", body)
            metadata.hidden_columns.update(range(first, last + 1))
        elif kind == _WINDOW:
            metadata.hides_zeros = not body[0] & _ZEROS_SHOWN
        elif kind in _OLD_CELLS:
            raise Unreadable(UNKNOWN_CELLS.format(kind=kind))
        if kind not in _FILLED:
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        if kind in _TEXTS or _is_text(kind, body):
            if (code := formats.of_texts.get(str(style))) is not None:
                metadata.text_formats[row, column] = code
            if kind in _TEXTS:
                continue
        if kind == _FORMULA:
            stopgaps.add((row, column), "=", is_stopgap=_seems_not_worked_out(body, workbook))
            if body[6:14] == _ZERO:
                stopgaps.zeros.add((row, column))
        if kind == _BOOL_ERR and body[7]:
            metadata.errors[row, column] = ERRORS.get(body[6], "#VALUE!")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            metadata.errors[row, column] = ERRORS.get(body[8], "#VALUE!")
        elif kind in _OLD_FORMULAS:
            metadata.formulas[row, column] = "="
        elif kind != _BOOL_ERR:
            is_number = kind != _FORMULA or body[12:14] != b"\xff\xff"
            for at, style_of_number, number in _numbers(kind, body):
                if is_number and (own := workbook.own_codes.get(style_of_number)) is not None:
                    metadata.values[row, at] = _value(number, own, workbook)
                if (code := formats.get(str(style_of_number), at, number)) is not None:
                    metadata.keep_format((row, at), code, number)
    metadata.formulas |= _unworked(stream, workbook, stopgaps)
    if workbook.shared is not None:
        metadata.texts.update(_texts(stream, workbook.start, workbook.shared))
    metadata.struck.update(_struck(stream, workbook))
    return metadata


def _value(number: float, code: str, workbook: _Globals) -> CellValue:
    """Return a number as it is, or under a date's code its moment."""
    return moment(number, code, epoch_1904=workbook.epoch_1904) if is_date_code(code) else number


def _numbers(kind: int, body: bytes) -> Iterator[tuple[int, int, float]]:
    """Yield the column, style and number of each cell in a record of numbers."""
    _, column, style = struct.unpack_from("<HHH", body)
    if kind != _MUL_RK:
        yield column, style, number_in(body[6:14])
        return
    for at, place in enumerate(range(4, len(body) - 2, 6), column):
        yield at, struct.unpack_from("<H", body, place)[0], number_in(body[place + 2 : place + 6])


def _struck(stream: bytes, workbook: _Globals) -> Iterator[Place]:
    """Yield the cells with struck text, wholly or in part."""
    if not (workbook.struck or workbook.struck_texts):
        return
    for kind, body in _records(stream, workbook.start):
        if kind not in _FILLED:
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        if kind == _MUL_RK:
            styles = (struct.unpack_from("<H", body, place)[0] for place in range(4, len(body) - 2, 6))
            yield from ((row, column + at) for at, style in enumerate(styles) if style in workbook.struck)
        elif style in workbook.struck or (
            kind == _SHARED and struct.unpack_from("<I", body, 6)[0] in workbook.struck_texts
        ):
            yield row, column


def _texts(stream: bytes, start: int, shared: list[str]) -> Iterator[tuple[Place, str]]:
    """Yield all texts of a sheet with their places, those of formulas too."""
    formula = (0, 0)
    for kind, bodies in _whole_records(stream, start):
        if kind == _FORMULA:
            formula = struct.unpack_from("<HH", bodies[0])
        elif kind == _SHARED:
            row, column, number = struct.unpack_from("<HH2xI", bodies[0])
            yield (row, column), shared[number]
        elif kind == _LABEL:
            row, column = struct.unpack_from("<HH", bodies[0])
            yield (row, column), text_in(bodies, 6)
        elif kind == _FORMULA_TEXT:
            yield formula, text_in(bodies, 0)


def _unworked(stream: bytes, workbook: _Globals, stopgaps: Stopgaps) -> dict[Place, str]:
    """Return the formulas with a value that is not theirs; Excel itself stores none for a lost text."""
    unworked = stopgaps.unworked()
    is_of_excel = workbook.has_engine and not workbook.is_of_libre_office
    if not stopgaps.zeros or not workbook.strings or is_of_excel:
        return unworked
    formulas = _formulas(stream, workbook)
    formulas.values.update(dict.fromkeys(unworked, Kind.ANY))
    loses_texts = workbook.is_of_library or workbook.is_of_libre_office
    wrong = formulas.wrong_zeros(loses_texts=loses_texts, is_unworked=bool(unworked))
    return dict.fromkeys(sorted(wrong | (unworked.keys() - stopgaps.zeros)), "=")


def _formulas(stream: bytes, workbook: _Globals) -> Formulas:
    """Return the formulas of a sheet with a stored 0, and all values."""
    values: dict[Place, Value] = dict(_texts(stream, workbook.start, shared_texts(workbook.strings)))
    formulas = Formulas(values, {}, {})
    place = (0, 0)
    for kind, body in _records(stream, workbook.start):
        if kind in _CELLS:
            place = struct.unpack_from("<HH", body)
        if kind in _TOKENS:
            begin = _TOKENS[kind] + 2
            tokens = body[begin : begin + int.from_bytes(body[begin - 2 : begin], "little")]
            if kind != _FORMULA:
                formulas.shared[place] = tokens
            elif body[6:14] == _ZERO:
                formulas.tokens[place] = tokens
        if kind == _BOOL_ERR:
            values[place] = Kind.NUMBER if body[7] else Truth(body[6])
        elif kind == _FORMULA and body[12:14] == b"\xff\xff":
            if body[6]:
                values[place] = "" if body[6] == _EMPTY else Kind.NUMBER
        elif kind in _CELLS:
            values.update(((place[0], column), number) for column, _, number in _numbers(kind, body))
    return formulas


def _is_text(kind: int, body: bytes) -> bool:
    """Whether a cell is a formula with a text as its value."""
    return kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 0


def _seems_not_worked_out(body: bytes, workbook: _Globals) -> bool | None:
    """Whether a formula's value looks like a stopgap; in this format there always is one. None: it tells nothing.

    Libraries write a 0, an empty text or, as JExcelAPI does, a 4. Gnumeric keeps them all, LibreOffice the zeros: it
    works an empty text out. Aspose.Cells and Spire.XLS name an engine, but ask for a calculation on loading.
    """
    is_zero = body[6:14] == _ZERO
    is_empty = body[12:14] == b"\xff\xff" and body[6] == _EMPTY
    asks = bool(body[14] & (_ON_LOADING if is_zero else _ON_LOADING_ALONE))
    if workbook.is_of_libre_office:
        return None if is_empty else is_zero
    if workbook.has_engine:
        return (is_zero or is_empty) and asks
    return is_zero or is_empty or (body[6:14] == _FOUR and asks)


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream: a sheet, or the workbook's own."""
    depth = 0
    while start + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + size]
        start += 4 + size
        # A chart in a sheet is a substream of its own within it.
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return


def _whole_records(stream: bytes, start: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the records of one substream, each with the bodies of its own and of its continuations."""
    kind, bodies = 0, list[bytes]()
    for following, body in _records(stream, start):
        if following == _CONTINUE:
            bodies.append(body)
            continue
        if bodies:
            yield kind, bodies
        kind, bodies = following, [body]
    if bodies:
        yield kind, bodies


def _globals(stream: bytes, sheet: str) -> _Globals:
    starts: dict[str, int] = {}
    codes = dict(BUILT_IN_FORMATS)
    given = set[int]()
    styles: list[tuple[int, int]] = []
    fonts: list[bool] = []
    version, build, year = struct.unpack_from("<H2xHH", stream, 4)
    text = _Texts(wide=version >= _EXCEL_97)
    strings: list[bytes] = []
    epoch_1904 = has_engine = False
    for kind, bodies in _whole_records(stream, 0):
        body = bodies[0]
        if kind == _STRINGS:
            strings = bodies
        elif kind == _BOUND_SHEET:
            starts[text.of(body[7:], body[6])] = struct.unpack_from("<I", body)[0]
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            codes[number] = text.format(body)
            if number < _FIRST_OF_FILES:
                given.add(number)
        elif kind == _XF:
            styles.append(struct.unpack_from("<HH", body))
        elif kind == _FONT:
            if len(fonts) == _UNUSED_FONT:
                fonts.append(False)
            fonts.append(bool(body[2] & _STRUCK))
        elif kind == _DATE_MODE:
            epoch_1904 = body[:2] == b"\1\0"
        elif kind == _CALCULATED:
            has_engine = True
        elif kind == _CODE_PAGE:
            text.code_page = f"cp{struct.unpack_from('<H', body)[0]}"
    by_style = {str(style): codes.get(number, "") for style, (_, number) in enumerate(styles)}
    own_codes = {style: codes[number] for style, (_, number) in enumerate(styles) if number in given}
    struck_fonts = {font for font, is_struck in enumerate(fonts) if is_struck}
    struck = frozenset(style for style, (font, _) in enumerate(styles) if font in struck_fonts)
    # `xls_strings` says how calamine misreads them; texts in one record of Unicode are right.
    misread = version >= _EXCEL_97 and (text.code_page != "cp1200" or len(strings) > 1)
    shared = (shared_texts(strings) if strings else []) if misread else None
    in_part = struck_texts(strings, struck_fonts) if strings and struck_fonts else set[int]()
    kin = (build, year) == _LIBRARY
    makers = has_engine, kin and not has_engine, kin and has_engine
    return _Globals(starts[sheet], by_style, own_codes, *makers, strings, shared, epoch_1904, struck, in_part)


def is_locked(file: BinaryIO) -> bool:
    """Whether an .xls file is encrypted; False if it is unreadable."""
    try:
        return any(kind == _FILE_PASS for kind, _ in _records(workbook_stream(file), 0))
    except UNREADABLE:
        return False


class _Texts:
    """The strings of the workbook's own records: in Excel 5 and 95 bytes of a code page, since then of Unicode."""

    def __init__(self, *, wide: bool) -> None:
        self._wide = wide
        self.code_page = "cp1252"

    def of(self, body: bytes, length: int) -> str:
        """A string of so many characters; its first byte says whether they take one byte or two."""
        if not self._wide:
            return body[:length].decode(self.code_page, "replace")
        return body[1 : 1 + 2 * length].decode("utf-16-le") if body[0] & 1 else body[1 : 1 + length].decode("latin-1")

    def format(self, body: bytes) -> str:
        """The code in the body of a FORMAT record."""
        return self.of(body[4:], struct.unpack_from("<H", body, 2)[0]) if self._wide else self.of(body[3:], body[2])
