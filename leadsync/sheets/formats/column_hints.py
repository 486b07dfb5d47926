"""Hints for a text that is no table, or looks like one column: another delimiter, other quotation marks. Pure."""

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
_WHOLE = re.compile(r'"((?:[^"]|"")*)"[\s,;|]*')
"""A line in one quoted cell, with nothing but delimiters behind it."""
_DELIMITERS = ",;\t|"
_QUOTED_HEADINGS = (
    "the headings are one quoted cell; in a text editor, take away the quotation marks around that line, and the "
    "delimiters behind them"
)
_QUOTED_LINES = (
    "each line is one quoted cell; in a text editor, take away the quotation marks around the lines and write doubled "
    "ones once, or have the program export it anew"
)


_JSON = re.compile(r'\[?\s*\{\s*"|\[\s*\Z')
_IS_JSON = "this is JSON, not a table; have the program export it as .csv or .xlsx"
_IS_LABELLED = "each line is one field of a lead, not a lead; have the program export a table, as .csv or .xlsx"
_LABELLED = re.compile(r"([^:=]+)[:=]\s*")
_SEVERAL = re.compile(r" [^\w\s\"'()]{1,3} |([^\w\s\"'.])\1+")
"""A delimiter of several characters, perhaps: ` - `, `::`."""
_PAIRS = ("''", "“”", "„“", "””", "‘’", "’’", "«»", "``", "´´")
"""Quotation marks unknown to programs for delimited text."""


def one_column_hint(lines: Sequence[str], delimiter: str, names: HeadingNames) -> str:
    """Return the remedy for a text that is no table, or has its known headings in one cell; else an empty text."""
    texts = list(filter(None, map(str.strip, lines)))
    if texts and _JSON.match(texts[0]) and ("{" in texts[0] or "".join(texts[1:2]).startswith("{")):
        return _IS_JSON
    divided = [text for text in texts if delimiter in text]
    if len(divided) > 1 and all(map(_QUOTED.fullmatch, divided)) and not _names_any(texts, names.fields):
        return _QUOTED_LINES
    if place_hint := _whole_headings_hint(texts, names):
        return place_hint
    if len(divided) > 1 and (hint := _quoting_hint(divided, delimiter, names)):
        return hint
    for text in texts:
        pieces = text.split(delimiter)
        if len(pieces) > 1 and sum(map(bool, map(str.strip, pieces))) < 2 and not _names_any(pieces, names.fields):
            # A greeting, such as `Hi Jane,`, or a title.
            continue
        if len(pieces) > 1 or _names_any([text], names.fields):
            return ""
        if hint := _hint_of(text, texts, delimiter, names):
            return hint
        if not divided and _names_several(text.split(), names.fields):
            return _ALIGNED
    return ""


def _whole_headings_hint(texts: Sequence[str], names: HeadingNames) -> str:
    """Return the remedy for headings in one quoted cell, perhaps with the lines below."""
    whole = [match[1] if (match := _WHOLE.fullmatch(text)) else "" for text in texts]
    for cell in whole:
        pieces = next((cell.split(sign) for sign in _DELIMITERS if sign in cell), [])
        if _names_any([piece.strip('"') for piece in pieces], names.ids):
            return _QUOTED_LINES if 2 * sum(map(bool, whole)) > len(texts) else _QUOTED_HEADINGS
    return ""


def _hint_of(text: str, texts: Sequence[str], delimiter: str, names: HeadingNames) -> str:
    """Return the remedy for a line of headings in one cell."""
    labels = [label[1] for label in map(_LABELLED.match, texts) if label]
    if len(labels) == len(texts) > 1 and _names_any(labels, names.ids) and _names_several(labels, names.fields):
        return _IS_LABELLED
    for several in _SEVERAL.finditer(text):
        pieces = text.split(several[0])
        # One dash may be a title's.
        if _names_any(pieces, names.ids) and (len(pieces) > 2 or several[1]):
            return (
                f"its columns are separated by several characters, {several[0]!r}; in a text editor, write a tab "
                "for them, or save the sheet as .xlsx"
            )
    if len(pieces := _COLUMN_GAP.split(text)) > 1 and _names_any(pieces, names.fields):
        return _ALIGNED
    for sign in dict.fromkeys(filter(_is_sign, text)):
        if len(pieces := text.split(sign)) > 1 and _names_any(pieces, names.ids):
            word, other = _WORDS.get(sign, f"'{sign}'"), _WORDS.get(delimiter, f"'{delimiter}'")
            if sum(delimiter in line for line in texts) * 2 > len(texts):
                return f"the headings are separated by {word} and the lines below by {other}; write {other} in both"
            return f"it looks like one column; give --delimiter {word}, or delimiter in [input]"
    return ""


def _quoting_hint(divided: Sequence[str], delimiter: str, names: HeadingNames) -> str:
    """Return the remedy for cells in other quotation marks than a program's."""
    place = next((at for at, text in enumerate(divided) if _names_any(text.split(delimiter), names.ids)), None)
    if place is None:
        return ""
    for pair in _PAIRS:
        first, last = pair[0], pair[1]
        between = f"{last}{delimiter}{first}"
        if all(text[0] == first and between in text for text in divided[place : place + 2]):
            marks = first if first == last else first + last
            return (
                f"its cells stand in quotation marks of another kind, {marks}; in a text editor, write straight double "
                'ones ("), or save the sheet as .xlsx'
            )
    return ""


def _names_several(words: Sequence[str], names: frozenset[str]) -> bool:
    """Whether single words, or two side by side, name more than one field."""
    return len(names.intersection(map(loose, [*words, *map("".join, pairwise(words))]))) > 1


def _is_sign(character: str) -> bool:
    is_blank = character.isspace() and character != "\t"
    return not (character.isalnum() or is_blank or character in _NO_DELIMITERS)


def _names_any(pieces: Iterable[str], names: frozenset[str]) -> bool:
    return not names.isdisjoint(map(loose, pieces))
