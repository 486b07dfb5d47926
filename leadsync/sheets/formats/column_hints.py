"""Hints for a text that looks like one column: another delimiter, quoted lines, columns aligned by blanks. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from leadsync.spreadsheet import HeadingNames, loose

_NO_DELIMITERS = frozenset("\"'()[]{}.-_&\\")
"""Signs of headings and texts."""
_COLUMN_GAP = re.compile(r"[ \u00a0]{2,}")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_WORDS = {"\t": "tab"}
_ALIGNED = "its columns are aligned by blanks (fixed width); save it as .csv or .xlsx"
_QUOTED_LINES = (
    "each line is one quoted cell; in a text editor, take away the quotation marks around the lines and write doubled "
    "ones once, or have the program export it anew"
)


def one_column_hint(lines: Sequence[str], delimiter: str, names: HeadingNames) -> str:
    """Return the remedy if the line with known headings is one cell for this delimiter; else an empty text."""
    texts = list(map(str.strip, lines))
    divided = [text for text in texts if delimiter in text]
    if len(divided) > 1 and all(map(_QUOTED.fullmatch, divided)) and not _names_any(texts, names.fields):
        return _QUOTED_LINES
    for text in texts:
        if delimiter in text or _names_any([text], names.fields):
            return ""
        if len(pieces := _COLUMN_GAP.split(text)) > 1 and _names_any(pieces, names.fields):
            return _ALIGNED
        if not divided and _names_several(text.split(), names.fields):
            return _ALIGNED
        for sign in dict.fromkeys(filter(_is_sign, text)):
            pieces = text.split(sign)
            if len(pieces) > 1 and _names_any(pieces, names.ids):
                return f"it looks like one column; give --delimiter '{_WORDS.get(sign, sign)}', or delimiter in [input]"
    return ""


def _names_several(words: Sequence[str], names: frozenset[str]) -> bool:
    """Whether single words, or two side by side, name more than one field."""
    return len(names.intersection(map(loose, [*words, *map("".join, pairwise(words))]))) > 1


def _is_sign(character: str) -> bool:
    is_blank = character.isspace() and character != "\t"
    return not (character.isalnum() or is_blank or character in _NO_DELIMITERS)


def _names_any(pieces: Iterable[str], names: frozenset[str]) -> bool:
    return not names.isdisjoint(map(loose, pieces))
