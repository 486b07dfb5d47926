"""The encoding of delimited text, found from all of its bytes, never from a name.

In this order: a byte order mark; the pattern of NULs in UTF-16 and UTF-32; UTF-8, as no other encoding passes for it,
even beside some stray bytes of another one, but with a doubt about a few short words of no language; Windows-1252, if
most words make sense in it, and with a doubt if some make more in another encoding; charset-normalizer's answer, with a
doubt, if the script is not Latin. Any other text is refused.
"""

import codecs
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from leadsync.errors import SheetError
from leadsync.remarks import Remark
from leadsync.sheets.formats.chance_letters import out_of_place
from leadsync.sheets.formats.libraries import CHARSETS, require
from leadsync.sheets.formats.other_encodings import encodings_of, other_letters
from leadsync.sheets.formats.plausibility import Plausibility, plausibility

_MARKS = (
    # Before UTF-16: its mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Latin encodings differ in a few letters, and a sheet of names does not show which; these differ in all.
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
_STRAYS = "The text is UTF-8, but a few letters are not: the rows with them are not sent; write these letters anew."
_MOST_BY_CHANCE = 400
"""Bytes beyond ASCII: more of them are never UTF-8 by chance."""
_BY_CHANCE = ("gb18030", "big5", "shift_jis", "mac-latin2")
_ASCII = bytes(range(0x80))
_LETTERS_PER_STRAY = 2
"""With fewer letters in UTF-8 for each stray byte, the bytes are another encoding's, and UTF-8 among them is chance."""


class Encoding(NamedTuple):
    """A codec's name, whether the file began with a byte order mark, and a remark about the choice.

    `strays`: some bytes are foreign to the encoding, and are read as U+FFFD. `doubt`: another encoding may be right.
    """

    name: str
    mark: bool = False
    remark: str = ""
    strays: bool = False
    doubt: bool = False

    @property
    def wants_mark(self) -> bool:
        """Whether files written for this one begin with a mark: it had a mark, or was not UTF-8."""
        return self.mark or self.name not in ("utf-8", "ascii")

    @property
    def remarks(self) -> list[Remark]:
        """The remark about the choice, if there is any."""
        if not self.remark:
            return []
        return [Remark.doubtful(self.remark) if self.strays or self.doubt else Remark.fact(self.remark)]


def find_encoding(sheet: BinaryIO, shown: str) -> Encoding:
    """Return the encoding of a whole file, after one reading. `shown` is the file's name in messages."""
    sheet.seek(0)
    head = sheet.read(_SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            if name == "utf-8-sig" and _is_utf8_with_strays(sheet):
                return Encoding(name, mark=True, remark=_STRAYS, strays=True)
            return Encoding(name, mark=True, remark="" if name == "utf-8-sig" else f"The text is {name.upper()}.")
    if wide := _by_nuls(head):
        return Encoding(wide, remark=f"The text is {wide.upper()}, without a byte order mark; {_OVERRULE}.")
    bad = _first_not_utf8(sheet)
    if bad is None:
        return _utf8(sheet)
    if _is_utf8_with_strays(sheet):
        return Encoding("utf-8", remark=_STRAYS, strays=True)
    return _guessed(sheet, bad, shown)


def has_mark(sheet: BinaryIO) -> bool:
    """Whether a file begins with a byte order mark."""
    sheet.seek(0)
    head = sheet.read(4)
    return any(head.startswith(mark) for mark, _ in _MARKS)


def doubts_of_western(sheet: BinaryIO) -> list[Remark]:
    """Return the doubt about a text that calls itself Windows-1252, if some of its words look wrong so."""
    found = plausibility(_texts(sheet, "cp1252"))
    if not found.wrong and not found.is_foreign:
        return []
    return [Remark.doubtful(f"The text says that it is Windows-1252, but {_in_doubt(found)}; {_OVERRULE}.")]


def named_encoding(name: str, sheet: BinaryIO) -> Encoding:
    """Return the encoding the user named. Raises `SheetError` for a name unknown to Python."""
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name).decode(codec.name)
    except (LookupError, TypeError, AttributeError) as error:
        raise SheetError(f"--encoding {name}: there is no such text encoding; try utf-8, cp1252 or utf-16.") from error
    mark = has_mark(sheet) or codec.name != "utf-8"
    return Encoding("utf-8-sig" if codec.name == "utf-8" else codec.name, mark=mark)


def _by_nuls(head: bytes) -> str:
    """Tell UTF-16 and UTF-32 by the places of NULs in mostly Latin text; empty for anything else."""
    if b"\0" not in head:
        return ""
    # Four bytes are one character in UTF-32 and two in UTF-16: the filled places tell which, and the order.
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
    """Return the place of the first text other than UTF-8, None without any."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    sheet.seek(0)
    while block := sheet.read(_BLOCK):
        try:
            decoder.decode(block, final=len(block) < _BLOCK)
        except UnicodeDecodeError as error:
            return max(0, sheet.tell() - len(block) + error.start - _SAMPLE // 2)
    return None


def _utf8(sheet: BinaryIO) -> Encoding:
    """UTF-8, with a doubt about a few words that no language has."""
    odd = out_of_place(_few_lines_beyond_ascii(sheet))
    if not odd:
        return Encoding("utf-8")
    require(CHARSETS)
    others = encodings_of([word.encode().decode("cp1252", "surrogateescape") for word in odd]) or _BY_CHANCE
    remark = (
        f"The text was read as UTF-8, but some words ({len(odd):,}) look wrong so: a few short ones of another "
        f"encoding, such as {' or '.join(others)}, may pass for it; {_OVERRULE}."
    )
    return Encoding("utf-8", remark=remark, doubt=True)


def _few_lines_beyond_ascii(sheet: BinaryIO) -> list[str]:
    """The lines with letters beyond ASCII; none if there are too many for chance."""
    lines: list[bytes] = []
    letters = 0
    rest = b""
    sheet.seek(0)
    while block := sheet.read(_BLOCK):
        whole, end, rest = (rest + block).rpartition(b"\n")
        if not whole.isascii():
            letters += len(whole.translate(None, _ASCII))
            if letters > _MOST_BY_CHANCE:
                return []
            lines += [line for line in (whole + end).splitlines() if not line.isascii()]
    return [line.decode() for line in (*lines, rest)]


def _is_utf8_with_strays(sheet: BinaryIO) -> bool:
    """Whether letters of several bytes are UTF-8 but for a few strays; no other encoding looks so by chance."""
    letters = strays = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    sheet.seek(0)
    while block := sheet.read(_BLOCK):
        text = decoder.decode(block, final=len(block) < _BLOCK)
        if not text.isascii():
            found = text.count("\ufffd")
            strays += found
            letters += len(text) - len(text.encode("ascii", "ignore")) - found
    return 0 < strays * _LETTERS_PER_STRAY <= letters or (strays == 1 and letters > 0)


def _guessed(sheet: BinaryIO, place: int, shown: str) -> Encoding:
    require(CHARSETS)
    found = plausibility(_texts(sheet, "cp1252"))
    if not found.is_foreign and _decodes(sheet, "cp1252"):
        doubt = f", but {_in_doubt(found)}" if found.wrong else ""
        remark = f"The text is not UTF-8; it was read as Windows-1252 (cp1252){doubt}; {_OVERRULE}."
        return Encoding("cp1252", remark=remark, doubt=bool(found.wrong))
    other = _other_script(sheet, place)
    if not other or not _decodes(sheet, other):
        raise _untold(shown, found.encodings)
    # Encodings of one script differ in single letters.
    return Encoding(
        other, remark=f"The text is not UTF-8; it was read as {other}, by a guess; {_OVERRULE}.", doubt=True
    )


def _other_script(sheet: BinaryIO, place: int) -> str:
    """charset-normalizer's answer for the text around a place, if the script is not Latin; else empty."""
    from charset_normalizer import from_bytes

    sheet.seek(place)
    sample = sheet.read(_SAMPLE)
    if place:
        # From the next line on: the place may lie within a character of several bytes.
        sample = sample.partition(b"\n")[2] or sample
    best = from_bytes(sample).best()
    return best.encoding if best is not None and best.encoding in _NOT_LATIN else ""


def _in_doubt(found: Plausibility) -> str:
    """Tell of wrong words by their letters alone, as the remark goes into alerts too."""
    pairs = {tuple(other_letters(found.wrong, name)): name for name in reversed(found.encodings)}
    told = [
        f"in {name} {' and '.join(f'{one} is {other}' for one, other in letters)}"
        for letters, name in reversed(pairs.items())
        if letters
    ]
    said = f"some words ({len(found.wrong):,}) look wrong so"
    return f"{said}: {', '.join(told)}" if told else said


def _untold(shown: str, others: Sequence[str]) -> SheetError:
    such_as = f", such as {' or '.join(others)}" if others else ""
    return SheetError(
        f"{shown}: the text is in no encoding that could be told for sure",
        f"save the file as UTF-8, or name its encoding with --encoding{such_as}",
        folder_remedy="save the file as UTF-8, or name its encoding in [input]",
    )


def _texts(sheet: BinaryIO, name: str) -> Iterator[str]:
    sheet.seek(0)
    rest = b""
    while block := sheet.read(_BLOCK):
        # A word is not cut in two.
        whole, end, rest = (rest + block).rpartition(b"\n")
        yield (whole + end).decode(name, "surrogateescape")
    yield rest.decode(name, "surrogateescape")


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
