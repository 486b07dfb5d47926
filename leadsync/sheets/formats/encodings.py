"""Which encoding delimited text is in: found out from all of its bytes, never from a name.

In this order: a byte order mark; the pattern of NULs that UTF-16 and UTF-32 leave without one; UTF-8, which other
encodings do not pass for; a script other than Latin that charset-normalizer is sure of; Windows-1252. The Latin
encodings cannot be told apart by a few names, so of them only the commonest is ever guessed, and said.
"""

import codecs
from typing import BinaryIO, NamedTuple

from leadsync.errors import SheetError
from leadsync.sheets.formats.libraries import CHARSETS, require

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_LATIN = frozenset(
    (
        "big5", "big5hkscs", "cp932", "shift_jis", "euc_jp", "iso2022_jp", "cp949",
        "euc_kr", "gb2312", "gbk", "gb18030",
        "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "cp1253",
        "iso8859_7", "cp1255", "iso8859_8", "cp1256", "iso8859_6", "tis_620", "cp874",
    )
)  # fmt: skip
_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_OVERRULE = "give --encoding if letters look wrong"


class Encoding(NamedTuple):
    """A codec's name, whether the file began with a byte order mark, and what is to be said about the choice."""

    name: str
    mark: bool = False
    remark: str = ""

    @property
    def wants_mark(self) -> bool:
        """Whether what is written for this file should begin with a mark: it had one, or it was not UTF-8."""
        return self.mark or self.name not in ("utf-8", "ascii")


def find_encoding(sheet: BinaryIO, shown: str) -> Encoding:
    """The encoding of a whole file, which is read once. `shown` is its name in messages."""
    sheet.seek(0)
    head = sheet.read(_SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, mark=True, remark="" if name == "utf-8-sig" else f"The text is {name.upper()}.")
    if wide := _by_nuls(head):
        return Encoding(wide, remark=f"The text is {wide.upper()}, without a byte order mark; {_OVERRULE}.")
    bad = _first_not_utf8(sheet)
    return Encoding("utf-8") if bad is None else _guessed(sheet, bad, shown)


def named_encoding(name: str, sheet: BinaryIO) -> Encoding:
    """The encoding that the user named. Raises `SheetError` where Python knows none of that name."""
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name).decode(codec.name)
    except (LookupError, TypeError, AttributeError) as error:
        raise SheetError(f"--encoding {name}: there is no such text encoding; try utf-8, cp1252 or utf-16.") from error
    sheet.seek(0)
    head = sheet.read(4)
    mark = any(head.startswith(known) for known, _ in _MARKS)
    return Encoding("utf-8-sig" if codec.name == "utf-8" else codec.name, mark=mark or codec.name != "utf-8")


def _by_nuls(head: bytes) -> str:
    """UTF-16 and UTF-32 by where the NULs of mostly Latin text stand; empty for anything else."""
    if b"\0" not in head:
        return ""
    size = len(head) // 4
    filled = [sum(map(bool, head[place : size * 4 : 4])) for place in range(4)]
    many, none = size * 0.7, size * 0.1
    if not size:
        return ""
    if filled[0] > many and max(filled[1:]) <= none:
        return "utf-32-le"
    if filled[3] > many and max(filled[:3]) <= none:
        return "utf-32-be"
    if min(filled[0], filled[2]) > many and max(filled[1], filled[3]) <= size * 0.3:
        return "utf-16-le"
    if min(filled[1], filled[3]) > many and max(filled[0], filled[2]) <= size * 0.3:
        return "utf-16-be"
    return ""


def _first_not_utf8(sheet: BinaryIO) -> int | None:
    """Where the first block begins that is not UTF-8; None where all of the file is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    sheet.seek(0)
    while block := sheet.read(_BLOCK):
        try:
            decoder.decode(block, final=len(block) < _BLOCK)
        except UnicodeDecodeError as error:
            return max(0, sheet.tell() - len(block) + error.start - _SAMPLE // 2)
    return None


def _guessed(sheet: BinaryIO, place: int, shown: str) -> Encoding:
    require(CHARSETS)
    from charset_normalizer import from_bytes

    sheet.seek(place)
    sample = sheet.read(_SAMPLE)
    if place:
        sample = sample.partition(b"\n")[2] or sample
    best = from_bytes(sample).best()
    if best is not None and best.encoding in _NOT_LATIN and best.chaos < 0.1 and _decodes(sheet, best.encoding):
        return Encoding(best.encoding, remark=f"The text is not UTF-8; it was read as {best.encoding}; {_OVERRULE}.")
    if _decodes(sheet, "cp1252"):
        remark = f"The text is not UTF-8; it was read as Windows-1252 (cp1252); {_OVERRULE}."
        return Encoding("cp1252", remark=remark)
    raise SheetError(
        f"{shown}: the text is in no encoding that could be told for sure; "
        "save the file as UTF-8, or name its encoding with --encoding."
    )


def _decodes(sheet: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    sheet.seek(0)
    try:
        while block := sheet.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
