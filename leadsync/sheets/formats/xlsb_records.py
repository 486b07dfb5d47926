"""The metadata of cells in the records of an .xlsb file, and cells that calamine does not know. Source: [MS-XLSB].

The container is an .xlsx's, with records instead of XML.
"""

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping, Set
from typing import BinaryIO, NamedTuple

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
from leadsync.sheets.formats.sheet_choice import Unreadable
from leadsync.sheets.formats.xls_strings import has_part_in
from leadsync.sheets.formats.xlsx_parts import parts_of, related_part
from leadsync.spreadsheet import MOST_COLUMNS

_ROW, _CELL_RK, _CELL_ERROR, _CELL_REAL = 0, 2, 3, 5
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOL, _FORMULA_ERROR = 8, 9, 10, 11
_FORMULAS = (_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOL, _FORMULA_ERROR)
_FORMAT, _STYLE, _WORKBOOK, _SHEET, _MERGED, _BEGIN_STYLES, _END_STYLES = 44, 47, 153, 156, 176, 617, 618
_FONT, _STRUCK = 43, 8
_SHARED_TEXT, _CELL_TEXT, _CELL_SHARED, _CELL_RICH, _HAS_RUNS = 19, 6, 7, 62, 1
_TEXTS = (_CELL_TEXT, _CELL_SHARED, _CELL_RICH, _FORMULA_TEXT)
_CELLS = frozenset((*range(2, 12), _CELL_RICH))
_SHORT_CELLS, _SHORTENED = frozenset(range(12, 19)), 11
"""Cells without a column of their own, which stand right of the one before; each number is so much above the long
cell's. SheetJS writes them."""
_BEGIN_SHEET, _BEGIN_CELLS, _END_CELLS = 129, 145, 146
_SIZE, _BEGIN_TEXTS = 148, 159
_UNCOUNTED = b"\x9f\1\x08"
"""The beginning of shared texts, before two counts. Spire.XLS writes 0 for the second, and no size of a sheet."""
_BEGIN_FUTURE, _END_FUTURE = 35, 36
_MORE = 0x80
"""Set in a byte of a number with more bytes to come."""
_LONG_CELLS = frozenset((1, *_CELLS))
_AMONG_CELLS = frozenset((_ROW, *_LONG_CELLS, 37, 38, 49, 50, 426, 427, 428, 1024))
"""Cells, and what else stands among them: rows, descents, formulas and indexes of metadata."""
_FROM_1904 = 1
_ROW_HIDDEN = 0x10
_COLUMNS, _COLUMN_HIDDEN = 60, 1
_VIEW, _ZEROS_SHOWN = 137, 0x10
_ALWAYS_CALCULATE = 2
_CALCULATION, _NO_ENGINE = 157, bytes(4)
"""How formulas are worked out, and the number for no engine that did: Aspose.Cells writes it, Spire.XLS no record."""


def cell_metadata(file: BinaryIO, sheet: str, identifiers: frozenset[int]) -> CellMetadata:
    """Return the metadata of one sheet of an .xlsb.

    Raises `ValueError`, `LookupError` or `struct.error` for an odd file, `Unreadable` for unknown cells.
    """
    with zipfile.ZipFile(file) as archive:
        parts = parts_of(archive)
        workbook = archive.read(parts["xl/workbook.bin"])
        relation = next(_relations(workbook, sheet))
        part = related_part(archive, parts, "xl/workbook.bin", relation)
        styles = _styles(archive.read(parts["xl/styles.bin"])) if "xl/styles.bin" in parts else _Styles()
        formats = Formats(styles.codes, identifiers, styles.struck)
        _check_known(archive.read(parts[part]))
        no_engine = not any(kind == _CALCULATION and body[:4] != _NO_ENGINE for kind, body in _records(workbook))
        metadata = _look(archive.read(parts[part]), formats, no_engine=no_engine)
        if styles.fonts:
            shared = archive.read(parts["xl/sharedstrings.bin"]) if "xl/sharedstrings.bin" in parts else b""
            metadata.struck.update(_struck(archive.read(parts[part]), shared, styles))
        metadata.epoch_1904 = any(kind == _WORKBOOK and body[0] & _FROM_1904 for kind, body in _records(workbook))
        return metadata


def as_calamine_reads(file: BinaryIO) -> BinaryIO:
    """Return a copy in the form that calamine reads; the file itself if it is in it.

    Each cell is in its long form, the sheet has a size, which is not looked at, and the shared texts are counted.
    """
    with zipfile.ZipFile(file) as archive:
        binary = (name for name in archive.namelist() if name.lower().endswith(".bin"))
        parts = {name: _rewritten(archive.read(name)) for name in binary}
        if not any(parts.values()):
            return file
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w") as target:
            for name in archive.namelist():
                target.writestr(name, parts.get(name) or archive.read(name))
    copy.seek(0)
    return copy


def _rewritten(part: bytes) -> bytes:
    """Return a part in the form that calamine reads; empty if it is in it."""
    if part.startswith(_record(_BEGIN_SHEET, b"")):
        kinds = {kind for kind, _ in _records(part)}
        return b"" if _SHORT_CELLS.isdisjoint(kinds) and _SIZE in kinds else _lengthened(part)
    if part.startswith(_UNCOUNTED) and part[len(_UNCOUNTED) + 4 :].startswith(bytes(4)):
        texts = sum(kind == _SHARED_TEXT for kind, _ in _records(part))
        return _record(_BEGIN_TEXTS, struct.pack("<II", texts, texts)) + part[len(_UNCOUNTED) + 8 :]
    return b""


def _lengthened(part: bytes) -> bytes:
    """Return a sheet with a size and each cell in its long form."""
    written = [_record(_BEGIN_SHEET, b""), _record(_SIZE, bytes(16))]
    column = -1
    for kind, body in _records(part):
        if kind in (_BEGIN_SHEET, _SIZE):
            continue
        if kind in _SHORT_CELLS:
            column += 1
            written.append(_record(kind - _SHORTENED, struct.pack("<I", column) + body))
            continue
        if kind == _ROW:
            column = -1
        elif kind in _LONG_CELLS:
            column = _column(body)
        written.append(_record(kind, body))
    return b"".join(written)


def _record(kind: int, body: bytes) -> bytes:
    head = [kind] if kind < _MORE else [kind & 0x7F | _MORE, kind >> 7]
    size = len(body)
    while size >= _MORE:
        head.append(size & 0x7F | _MORE)
        size >>= 7
    return bytes((*head, size)) + body


def _check_known(part: bytes) -> None:
    """Raise `Unreadable` for a record among the cells that might hold one, but is unknown."""
    is_among_cells = is_future = False
    for kind, _ in _records(part):
        if kind in (_BEGIN_CELLS, _END_CELLS):
            is_among_cells = kind == _BEGIN_CELLS
        elif kind in (_BEGIN_FUTURE, _END_FUTURE):
            is_future = kind == _BEGIN_FUTURE
        elif is_among_cells and not is_future and kind not in _AMONG_CELLS:
            raise Unreadable(UNKNOWN_CELLS.format(kind=kind))


def _look(part: bytes, formats: Formats, *, no_engine: bool) -> CellMetadata:
    metadata = CellMetadata()
    stopgaps = Stopgaps()
    row = 0
    for kind, body in _records(part):
        if kind in _FORMULAS:
            is_stopgap = _seems_not_worked_out(kind, body, no_engine=no_engine)
            stopgaps.add((row, _column(body)), "=", is_stopgap=is_stopgap)
        if kind in _TEXTS and (code := formats.of_texts.get(_style(body))) is not None:
            metadata.text_formats[row, _column(body)] = code
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
            if body[11] & _ROW_HIDDEN or is_flat_in_twips(body[8:10]):
                metadata.hidden.add(row)
        elif kind == _COLUMNS:
            first, last, width = struct.unpack_from("<III", body)
            if body[16] & _COLUMN_HIDDEN or not width:
                metadata.hidden_columns.update(range(first, min(last + 1, MOST_COLUMNS)))
        elif kind == _VIEW:
            metadata.hides_zeros = not body[0] & _ZEROS_SHOWN
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            metadata.errors[row, _column(body)] = ERRORS.get(body[8], "#VALUE!")
        elif kind in (_CELL_RK, _CELL_REAL, _FORMULA_NUMBER):
            number = number_in(body[8:16])
            if (code := formats.get(_style(body), _column(body), number)) is not None:
                metadata.keep_format((row, _column(body)), code, number)
        elif kind == _CELL_RICH:  # calamine passes over it
            metadata.texts[row, _column(body)] = _text(body, 9)[0]
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            metadata.merged.append(((top, left), (bottom, right)))
    metadata.formulas |= stopgaps.unworked()
    return metadata


def _column(body: bytes) -> int:
    return int(struct.unpack_from("<I", body)[0])


def _style(body: bytes) -> str:
    return str(int.from_bytes(body[4:7], "little"))


def _seems_not_worked_out(kind: int, body: bytes, *, no_engine: bool) -> bool:
    """Whether a formula's value is a stopgap; in this format there always is one.

    It is a 0, to be calculated on loading, or an empty text in a workbook that no engine worked out.
    """
    if kind == _FORMULA_TEXT:
        return no_engine and not _text(body, 8)[0]
    if kind != _FORMULA_NUMBER:
        return False
    value, flags = struct.unpack_from("<dH", body, 8)
    return value == 0 and bool(flags & _ALWAYS_CALCULATE)


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind and body of each record; kind and size are numbers of 7 bits a byte, the lowest first."""
    place = 0
    while place < len(part):
        kind = part[place]
        place += 1
        if kind & 0x80:
            kind = kind & 0x7F | part[place] << 7
            place += 1
        size = shift = 0
        more = True
        while more:
            size |= (part[place] & 0x7F) << shift
            more = bool(part[place] & 0x80)
            shift += 7
            place += 1
        yield kind, part[place : place + size]
        place += size


def _relations(part: bytes, sheet: str) -> Iterator[str]:
    """Yield the id of the relationship to the sheet's part."""
    for kind, body in _records(part):
        if kind == _SHEET:
            relation, place = _text(body, 8)
            if _text(body, place)[0] == sheet:
                yield relation


class _Styles(NamedTuple):
    """The format codes by the style index of cells, the indexes with a line through the text, and such fonts."""

    codes: Mapping[str, str] = {}
    struck: Set[str] = frozenset()
    fonts: Set[int] = frozenset()


def _styles(part: bytes) -> _Styles:
    codes = dict(BUILT_IN_FORMATS)
    styles: list[tuple[int, int]] = []
    fonts: list[bool] = []
    inside = False
    for kind, body in _records(part):
        if kind == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            codes[number] = _text(body, 2)[0]
        elif kind in (_BEGIN_STYLES, _END_STYLES):
            inside = kind == _BEGIN_STYLES
        elif kind == _STYLE and inside:
            styles.append(struct.unpack_from("<HH", body, 2))
        elif kind == _FONT:
            fonts.append(bool(body[2] & _STRUCK))
    struck = {font for font, is_struck in enumerate(fonts) if is_struck}
    return _Styles(
        {str(style): codes.get(number, "") for style, (number, _) in enumerate(styles)},
        {str(style) for style, (_, font) in enumerate(styles) if font in struck},
        struck,
    )


def _struck(part: bytes, shared: bytes, styles: _Styles) -> Iterator[Place]:
    """Yield the cells with struck text, wholly or in part."""
    texts = [_is_struck(body, styles.fonts) for kind, body in _records(shared) if kind == _SHARED_TEXT]
    row = 0
    for kind, body in _records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
        elif kind in _CELLS and (
            _style(body) in styles.struck
            or (kind == _CELL_SHARED and texts[struct.unpack_from("<I", body, 8)[0]])
            or (kind == _CELL_RICH and _is_struck(body[8:], styles.fonts))
        ):
            yield row, _column(body)


def _is_struck(rich: bytes, fonts: Set[int]) -> bool:
    """Whether a text has a part in one of these fonts."""
    text, place = _text(rich, 1)
    if not rich[0] & _HAS_RUNS:
        return False
    (count,) = struct.unpack_from("<I", rich, place)
    return has_part_in(text, rich[place + 4 : place + 4 + 4 * count], fonts)


def _text(body: bytes, place: int) -> tuple[str, int]:
    """Return the string at `place`, and the place behind it."""
    (length,) = struct.unpack_from("<I", body, place)
    end = place + 4 + 2 * length
    return body[place + 4 : end].decode("utf-16-le"), end
