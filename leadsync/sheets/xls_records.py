"""What the records of an .xls file say of cells that python-calamine gives as blank or as a bare number.

Sources: [MS-CFB] for the container (a small file system in one file), [MS-XLS] for the records in it.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from leadsync.sheets.cells import changes_meaning
from leadsync.sheets.unseen import Unseen

_END_OF_CHAIN = 0xFFFFFFFA
"""This and all above it are marks in a sector table, not sectors."""
_BUILT_IN = {9: "0%", 10: "0.00%"}
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

_FORMULA, _EOF, _BOUND_SHEET, _MUL_RK, _XF = 0x06, 0x0A, 0x85, 0xBD, 0xE0
_NUMBER, _BOOL_ERR, _RK, _FORMAT, _BOF = 0x203, 0x205, 0x27E, 0x41E, 0x809


def unseen_cells(path: str, sheet: str) -> Unseen:
    """Look through one sheet of an .xls file. Raises `ValueError`, `LookupError` or `struct.error` where it is odd."""
    records = _workbook_stream(Path(path).read_bytes())
    start, formats = _globals(records, sheet)
    found = Unseen()
    for kind, body in _records(records, start):
        if kind not in (_FORMULA, _MUL_RK, _NUMBER, _BOOL_ERR, _RK):
            continue
        row, column, style = struct.unpack_from("<HHH", body)
        if kind == _BOOL_ERR and body[7]:
            found.errors[row, column] = _ERRORS.get(body[6], "#VALUE!")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            found.errors[row, column] = _ERRORS.get(body[8], "#VALUE!")
        elif kind == _MUL_RK:
            for place in range((len(body) - 6) // 6):
                (style,) = struct.unpack_from("<H", body, 4 + 6 * place)
                if style in formats:
                    found.formats[row, column + place] = formats[style]
        elif style in formats:
            found.formats[row, column] = formats[style]
    return found


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream: a sheet, or the workbook's own."""
    depth = 0
    while start + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + size]
        start += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return


def _globals(stream: bytes, sheet: str) -> tuple[int, dict[int, str]]:
    """Where a sheet's records begin, and format codes that change a number's meaning, by style."""
    starts: dict[str, int] = {}
    codes = dict(_BUILT_IN)
    styles: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == _BOUND_SHEET:
            starts[_text(body[7:], body[6])] = struct.unpack_from("<I", body)[0]
        elif kind == _FORMAT:
            number, length = struct.unpack_from("<HH", body)
            codes[number] = _text(body[4:], length)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    shown = {style: codes.get(number, "") for style, number in enumerate(styles)}
    return starts[sheet], {style: code for style, code in shown.items() if changes_meaning(code)}


def _text(body: bytes, length: int) -> str:
    """A string whose first byte says whether its characters take one byte or two."""
    return body[1 : 1 + 2 * length].decode("utf-16-le") if body[0] & 1 else body[1 : 1 + length].decode("latin-1")


def _workbook_stream(file: bytes) -> bytes:
    sector = 1 << struct.unpack_from("<H", file, 30)[0]
    mini_sector = 1 << struct.unpack_from("<H", file, 32)[0]
    (directory,) = struct.unpack_from("<I", file, 48)
    (small, mini_table) = struct.unpack_from("<II", file, 56)

    table = _integers(b"".join(_sector(file, number, sector) for number in _table_sectors(file, sector)))
    entries = _chain(file, table, directory, sector)
    root = b""
    for place in range(0, len(entries), 128):
        entry = entries[place : place + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", entry, 116)
        if place == 0:
            root = _chain(file, table, start, sector)
        elif name.lower() == "workbook" and size >= small:
            return _chain(file, table, start, sector)[:size]
        elif name.lower() == "workbook":
            minis = _integers(_chain(file, table, mini_table, sector))
            return _chain(root, minis, start, mini_sector, offset=0)[:size]
    raise LookupError("the file holds no workbook of Excel 97 or later")


def _sector(file: bytes, number: int, size: int) -> bytes:
    return file[(number + 1) * size : (number + 2) * size]


def _integers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _table_sectors(file: bytes, size: int) -> Iterator[int]:
    """The sectors that hold the table of chains: 109 in the header, more in a chain of their own."""
    yield from (number for number in struct.unpack_from("<109I", file, 76) if number < _END_OF_CHAIN)
    (more,) = struct.unpack_from("<I", file, 68)
    for _ in range(len(file) // size):
        if more >= _END_OF_CHAIN:
            return
        *numbers, more = _integers(_sector(file, more, size))
        yield from (number for number in numbers if number < _END_OF_CHAIN)


def _chain(file: bytes, table: tuple[int, ...], number: int, size: int, offset: int = 1) -> bytes:
    parts: list[bytes] = []
    while number < len(table) and len(parts) <= len(table):
        parts.append(file[(number + offset) * size : (number + offset + 1) * size])
        number = table[number]
    return b"".join(parts)
