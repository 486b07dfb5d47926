"""Rules for all cells: blanks, invisible characters, and unsendable text."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from leadsync.models import NO_CHANGE
from leadsync.reasons import Detail, FaultKind
from leadsync.spreadsheet import LONGEST_CELL


class Cleaned(NamedTuple):
    """A value as sent, with its rewritings in `repairs` and doubts for a person in `warnings`.

    Each is a few words, always the same for one sort.
    """

    value: str
    repairs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The fault of a value not sent, with the figures and names for the words about it."""

    kind: FaultKind
    details: Mapping[str, Detail] = field(default_factory=dict)


# Left behind by copying from web pages, chats and telephones: marks of writing direction, joiners, soft hyphens, BOMs.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_INVISIBLE_CHARACTER = re.compile(f"[{_INVISIBLE}]")
_OUTER = "".join(
    character
    for character in map(chr, (*range(0x3001), *range(0xFE00, 0xFF00)))
    if character.isspace() or _INVISIBLE_CHARACTER.match(character)
)
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# #N/A, #REF!, #DIV/0! of Excel, Err:502 of LibreOffice, and ### of a column too narrow.
_ERROR_CELL = re.compile(r"#[A-Z]+(?:[/_][A-Z0]+)?[!?]?|Err:\d{3}|#{3,}")
_EXCEL_TEXT = re.compile(r'="([^"]*)"|=HYPERLINK\(\s*"(?:[^"]|"")*"\s*[,;]\s*"((?:[^"]|"")*)"\s*\)', re.IGNORECASE)
"""A formula with a text as its value: as such, or the text of a link."""
_FORMULA = re.compile(
    r"=\s*(?:[^\W\d_][\w.]*\(.*\)|HYPERLINK\(.*|[+-]?\d+(?:[.,]\d+)?|\x22[^\x22]*\x22\s*&.*"
    r"|(?:'[^']+'!|\w+!)?\$?[A-Z]{1,3}\$?[1-9]\d{0,6})\s*",
    re.IGNORECASE | re.DOTALL,
)
"""A function, another cell, a number, or texts joined: the value is not in a text file."""
_APOSTROPHES = frozenset("'‘’")
# 't Hooft and 's-Hertogenbosch: a letter or two and a blank or dash behind; '90s' is quoted.
_TEXT_MARK = re.compile(r"[‘’](?=[\d+(])|'(?!\w\w?[ -])(?!.*'$)", re.DOTALL)
_BEGINNINGS = ("", " ", "=", "#", "E", "<", "'")
_NO_CHANGE = re.compile(r"<\s*no\s*change\s*>", re.IGNORECASE)
_ODD_PUNCTUATION = {
    **dict.fromkeys("’‘‛´", "'"),
    **dict.fromkeys("“”„″", '"'),
    **dict.fromkeys("∕⁄", "/"),
    "−": "-",
}


def trim(text: str) -> str:
    """The text without outer blanks, the non-breaking and the invisible ones included."""
    return text.strip() if text.isascii() else text.strip(_OUTER)


def visible(text: str) -> str:
    """Return the text without invisible characters, for values to compare or dial; names may be spelt with them."""
    return text if text.isascii() else _INVISIBLE_CHARACTER.sub("", text)


def unwrap(text: str) -> str:
    """Return the 00123 of `="00123"`; exports write this so that a spreadsheet keeps the zeros of a csv file.

    So it is of a link, `=HYPERLINK("https://…","00123")`.
    """
    wrapped = _EXCEL_TEXT.fullmatch(text) if text.startswith("=") else None
    return trim(wrapped[1] or (wrapped[2] or "").replace('""', '"')) if wrapped else text


def without_apostrophe(text: str) -> str:
    """Return the 00123 of `'00123`; a spreadsheet program marks text so, and some exports keep the mark.

    `'t Hooft`, `'s-Hertogenbosch` and texts in single quotes keep theirs.
    """
    return trim(text[1:]) if text[:1] in _APOSTROPHES and _TEXT_MARK.match(text) else text


def plain(text: str) -> str:
    """The text with digits, blanks, dashes, quotes and full-width signs of any script as their ASCII counterparts,
    and runs of blanks as one; line breaks stay."""
    if not text.isascii():
        text = "".join(map(_plain_character, text))
    return re.sub(r"[ \t]+", " ", text) if "  " in text or "\t" in text else text


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    if character in _ODD_PUNCTUATION:
        return _ODD_PUNCTUATION[character]
    narrow = unicodedata.normalize("NFKC", character)
    # NFKC alone would rewrite more: ² to 2, ½ to 1⁄2, ligatures to letters.
    return narrow if "\uff01" <= character <= "\uff5e" else character


def is_no_change(text: str) -> bool:
    """Whether the text is `<No Change>` in any letter case; the angle brackets are required.

    The documentation's field table and its table of codes spell it differently, so letter case and blanks do not
    count.
    """
    return text.startswith("<") and _NO_CHANGE.fullmatch(text) is not None


def no_change(text: str) -> Cleaned:
    """`<No Change>` as the API spells it."""
    return Cleaned(NO_CHANGE, () if text == NO_CHANGE else ("spelt <No Change>",))


def is_ordinary(text: str) -> bool:
    """Whether nothing in this module has anything to say about a cell: most of them, and a million rows have ten
    million cells."""
    # `text[-1]` never fails: an empty text begins with "", one of the beginnings.
    return text.isascii() and text.isprintable() and text[:1] not in _BEGINNINGS and text[-1] != " " and len(text) < 99


def unsendable(text: str, *, formulas: bool = False) -> Refused | None:
    """Why a cell's text cannot be sent, whatever its field; None for ordinary text. Line breaks are ordinary.

    With `formulas` a formula's text is what the cell shows; a text file has it in place of the value.
    """
    if len(text) > LONGEST_CELL:
        return Refused(FaultKind.LONG_TEXT)
    if text.startswith(("#", "Err:")) and _ERROR_CELL.fullmatch(text):
        return Refused(FaultKind.ERROR_TEXT)
    if text.startswith("=") and not formulas and _FORMULA.fullmatch(text):
        return Refused(FaultKind.FORMULA_TEXT)
    # A printable text has neither; this question is ten times cheaper than the search.
    if not text.isprintable() and (found := _UNSENDABLE.search(text)):
        return Refused(FaultKind.UNSENDABLE, {"character": f"U+{ord(found[0]):04X}"})
    return None


def clean_text(text: str) -> Cleaned | Refused:
    """Return a campaign field's text as it stands, with accents composed, as an agent types them.

    `<No Change>` is refused: only dispositions and phone fields know it, elsewhere it would replace the value.
    """
    if is_no_change(text):
        return Refused(FaultKind.NO_CHANGE_ELSEWHERE)
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return Cleaned(text)
    return Cleaned(unicodedata.normalize("NFC", text), ("accents composed",))
