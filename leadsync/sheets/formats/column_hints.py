"""Hints for a text that looks like one column: an unusual delimiter, or columns aligned by blanks. Pure."""

import re
from collections.abc import Iterable, Sequence

from leadsync.spreadsheet import HeadingNames, loose

_NO_DELIMITERS = frozenset("\"'()[]{}.-_&\\")
"""Signs of headings and texts."""
_COLUMN_GAP = re.compile(r"[ \u00a0]{2,}")


def one_column_hint(lines: Sequence[str], delimiter: str, names: HeadingNames) -> str:
    """Return the remedy if the line with known headings is one cell for this delimiter; else an empty text."""
    for line in lines:
        text = line.strip()
        if delimiter in text or _names_any([text], names.fields):
            return ""
        if len(pieces := _COLUMN_GAP.split(text)) > 1 and _names_any(pieces, names.fields):
            return "its columns are aligned by blanks (fixed width); save it as .csv or .xlsx"
        for sign in dict.fromkeys(character for character in text if _is_sign(character)):
            pieces = text.split(sign)
            if len(pieces) > 1 and _names_any(pieces, names.ids):
                return f"it looks like one column; give --delimiter '{sign}', or delimiter in [input]"
    return ""


def _is_sign(character: str) -> bool:
    return not character.isalnum() and not character.isspace() and character not in _NO_DELIMITERS


def _names_any(pieces: Iterable[str], names: frozenset[str]) -> bool:
    return not names.isdisjoint(map(loose, pieces))
