"""The shared texts of an .xls file of Excel 97 or later.

If the workbook names another code page than Unicode, python-calamine takes them for bytes of it: `mpg` comes as
`m\\0p\\0g\\0`, and Chinese as Latin letters. It also cuts off a text at the end of its first record.
Source: [MS-XLS], 2.4.265 and 2.5.293.
"""

import struct
from collections.abc import Container

_WIDE, _EXTENDED, _RICH = 1, 4, 8


def shared_texts(records: list[bytes]) -> list[str]:
    """Return the texts in their order; `records` are the bodies of the SST and its continuations.

    Raises `struct.error` or `LookupError` if they are cut off.
    """
    source = _Bytes(records)
    _, count = struct.unpack("<II", source.take(8))
    return [_rich_text(source)[0] for _ in range(count)]


def struck_texts(records: list[bytes], fonts: Container[int]) -> set[int]:
    """Return the numbers of the shared texts with a part in one of these fonts.

    Raises `struct.error` or `LookupError` if they are cut off.
    """
    source = _Bytes(records)
    _, count = struct.unpack("<II", source.take(8))
    return {number for number in range(count) if has_part_in(*_rich_text(source), fonts)}


def has_part_in(text: str, runs: bytes, fonts: Container[int]) -> bool:
    """Whether a text has a part in one of these fonts; its runs are pairs of first character and font."""
    pairs = list(struct.iter_unpack("<HH", runs))
    ends = [start for start, _ in pairs[1:]] + [len(text)]
    return any(font in fonts and text[start:end].strip() for (start, font), end in zip(pairs, ends, strict=False))


def text_in(records: list[bytes], place: int) -> str:
    """Return the text of a record of its own, from `place` on; `records` are the bodies of it and its continuations.

    Raises `struct.error` or `LookupError` if it is cut off.
    """
    source = _Bytes([records[0][place:], *records[1:]])
    length, flags = struct.unpack("<HB", source.take(3))
    return source.text(length, wide=bool(flags & _WIDE))


def _rich_text(source: "_Bytes") -> tuple[str, bytes]:
    length, flags = struct.unpack("<HB", source.take(3))
    runs = struct.unpack("<H", source.take(2))[0] if flags & _RICH else 0
    extension = struct.unpack("<I", source.take(4))[0] if flags & _EXTENDED else 0
    text = source.text(length, wide=bool(flags & _WIDE))
    formatted = source.take(4 * runs)
    source.take(extension)
    return text, formatted


class _Bytes:
    """Bytes over several records. In each further one a text states anew the width of its characters."""

    def __init__(self, records: list[bytes]) -> None:
        self._records = iter(records)
        self._record = next(self._records)
        self._place = 0

    def take(self, size: int) -> bytes:
        """Return so many bytes. Raises `LookupError` at the end."""
        taken = b""
        while len(taken) < size:
            self._turn()
            end = self._place + size - len(taken)
            taken += self._record[self._place : end]
            self._place = min(end, len(self._record))
        return taken

    def text(self, length: int, *, wide: bool) -> str:
        """Return so many characters. Raises `LookupError` at the end."""
        units = b""
        while len(units) < 2 * length:
            if self._turn():
                wide = bool(self.take(1)[0] & _WIDE)
            size = 2 if wide else 1
            count = min(length - len(units) // 2, (len(self._record) - self._place) // size)
            if not count:
                raise LookupError("a text is cut in the middle of a character")
            data = self.take(count * size)
            units += data if wide else data.decode("latin-1").encode("utf-16-le")
        return units.decode("utf-16-le", "surrogatepass")

    def _turn(self) -> bool:
        """Go to the next record if this one is used up; return whether it was."""
        turned = False
        while self._place >= len(self._record):
            try:
                self._record = next(self._records)
            except StopIteration:
                raise LookupError("the text is cut off") from None
            self._place = 0
            turned = True
        return turned
