"""Texts with backslash escapes, as MySQL and PostgreSQL write them: a NULL is `\\N`, a quotation mark `\\"`. Pure.

A backslash is an ordinary character elsewhere (C:\\new). The escapes count where a cell is `\\N`, where the text's
quotes fit only with them, or for a name such as `D\\'Arcy`. Then every backslash of the text must be one of them.
"""

import csv
import re
from collections.abc import Iterable

_NULL = r'(?:^|{sign})"?\\N"?(?={sign}|[\r\n]|$)'
_QUOTE = '\\"'
_APOSTROPHE = re.compile(r"[^\W\d_]\\'[^\W\d_]")
"""A name as PHP and SQL escape it: `D\\'Arcy`."""
_ESCAPE = re.compile(r"\\(.|$)", re.DOTALL)
_KNOWN = frozenset("\\\"'NntrbZ0")
_TEXTS = {"n": "\n", "t": "\t", "r": "\r", "b": "", "Z": "", "0": ""}
_HELD = "\ufdd0"
"""In place of an escaped delimiter, while the line is split; no text has this character."""


class Misfit(Exception):  # noqa: N818 - raised as a SheetError as soon as the file's name is known
    """The line whose backslashes are no escapes, though others are."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def has_escapes(lines: Iterable[str], delimiter: str) -> bool:
    """Whether backslashes are escapes in all of a text's lines. Raises `Misfit` where only some lines say so."""
    null = re.compile(_NULL.format(sign=re.escape(delimiter)))
    numbered = [(number, line) for number, line in enumerate(lines, 1) if "\\" in line]
    is_sure = any(null.search(line) for _, line in numbered)
    quoted = [(number, line) for number, line in numbered if _QUOTE in line]
    if not is_sure and any(_APOSTROPHE.search(line) for _, line in numbered):
        # Beside other backslashes it tells nothing.
        is_sure = all(fits(line, delimiter) for _, line in numbered)
    if not is_sure and not any(_is_broken(line, delimiter) for _, line in quoted):
        return False
    for number, line in numbered:
        if not fits(line, delimiter) or (_QUOTE in line and _is_broken(doubled(line, delimiter), delimiter)):
            raise Misfit(number)
    return True


def fits(line: str, delimiter: str) -> bool:
    """Whether each backslash of a line begins an escape."""
    found = _ESCAPE.findall(line.rstrip("\r\n"))
    return all(character in _KNOWN or character == delimiter for character in found)


def doubled(line: str, delimiter: str) -> str:
    """The line for a parser of doubled quotation marks; other escapes stay for `unescaped`."""

    def replaced(match: re.Match[str]) -> str:
        if match[1] == '"':
            return '""'
        return f"\\{_HELD}" if match[1] == delimiter else match[0]

    return _ESCAPE.sub(replaced, line)


def unescaped(cell: str, delimiter: str) -> str:
    """A cell's text; blank for NULL."""
    if "\\" not in cell:
        return cell
    if cell == "\\N":
        return ""
    return _ESCAPE.sub(lambda match: delimiter if match[1] == _HELD else _TEXTS.get(match[1], match[1]), cell)


def _is_broken(line: str, delimiter: str) -> bool:
    """Whether a line's quotes fit no cell."""
    try:
        return len(list(csv.reader([line], delimiter=delimiter, strict=True))) != 1
    except csv.Error:
        return True
