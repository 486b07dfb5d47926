"""The container of .xls files and of encrypted workbooks: a small file system in one file. Source: [MS-CFB]."""

import struct
from collections.abc import Iterator
from itertools import islice

_END_OF_CHAIN = 0xFFFFFFFA
"""This and all above it are marks in a sector table, not sectors."""
_ENTRY = 128
_LARGEST_SECTOR = 12
"""As a power of 2."""


class OleFile:
    """The streams and storages at the top of a container; those of documents embedded in it are left out.

    Raises `struct.error` where the file is cut off or damaged.
    """

    def __init__(self, file: bytes) -> None:
        self._file = file
        self._sector = 1 << min(struct.unpack_from("<H", file, 30)[0], _LARGEST_SECTOR)
        self._mini_sector = 1 << min(struct.unpack_from("<H", file, 32)[0], _LARGEST_SECTOR)
        (directory,) = struct.unpack_from("<I", file, 48)
        self._small, self._mini_table = struct.unpack_from("<II", file, 56)
        most = len(file) // self._sector  # of anything: chains that a hostile file has run in circles end there
        self._table = _integers(b"".join(map(self._sector_at, islice(self._table_sectors(), most))))
        self._entries = self._chain(directory)
        self.names = {self._name(entry): entry for entry in self._top()}
        """Directory entries by name, in small letters."""

    def stream(self, name: str) -> bytes:
        """The bytes of a stream at the top, by its name in small letters. Raises `KeyError`."""
        start, size = self._place(self.names[name])
        if size >= self._small:
            return self._chain(start)[:size]
        root = self._chain(self._place(0)[0])
        return _chained(root, _integers(self._chain(self._mini_table)), start, self._mini_sector)[:size]

    def _top(self) -> Iterator[int]:
        """The entries of the root, a tree in which each knows two siblings."""
        (child,) = struct.unpack_from("<I", self._entries, 76)
        waiting, seen = [child], set[int]()
        while waiting:
            entry = waiting.pop()
            if entry in seen or (entry + 1) * _ENTRY > len(self._entries):
                continue
            seen.add(entry)
            yield entry
            waiting += struct.unpack_from("<II", self._entries, entry * _ENTRY + 68)

    def _name(self, entry: int) -> str:
        place = entry * _ENTRY
        (length,) = struct.unpack_from("<H", self._entries, place + 64)
        return self._entries[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()

    def _place(self, entry: int) -> tuple[int, int]:
        start, size = struct.unpack_from("<II", self._entries, entry * _ENTRY + 116)
        return start, size

    def _sector_at(self, number: int) -> bytes:
        return self._file[(number + 1) * self._sector : (number + 2) * self._sector]

    def _table_sectors(self) -> Iterator[int]:
        """The sectors that hold the table of chains: 109 in the header, more in a chain of their own."""
        yield from (number for number in struct.unpack_from("<109I", self._file, 76) if number < _END_OF_CHAIN)
        (more,) = struct.unpack_from("<I", self._file, 68)
        for _ in range(len(self._file) // self._sector):
            if more >= _END_OF_CHAIN:
                return
            numbers = _integers(self._sector_at(more))
            if not numbers:
                return
            yield from (number for number in numbers[:-1] if number < _END_OF_CHAIN)
            more = numbers[-1]

    def _chain(self, number: int) -> bytes:
        return _chained(self._file[self._sector :], self._table, number, self._sector)


def _integers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _chained(data: bytes, table: tuple[int, ...], number: int, size: int) -> bytes:
    parts: list[bytes] = []
    while number < len(table) and len(parts) * size <= len(data):
        parts.append(data[number * size : (number + 1) * size])
        number = table[number]
    return b"".join(parts)
