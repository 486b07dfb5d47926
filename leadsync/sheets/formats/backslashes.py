"""Texts with backslash escapes, as MySQL and PostgreSQL write them: a NULL is `\\N`, a quotation mark `\\"`. Pure.

A backslash is an ordinary character elsewhere (C:\\new). The escapes count where a cell is `\\N`, where the text's
quotes fit only with them, for a name such as `D\\'Arcy`, or where a backslash ends a line and the next one goes on with
its last cell. Then every backslash of the text must be one of them.
"""

import csv
import re
from collections.abc import Iterable, Iterator

_NULL = r'(?:^|{sign})"?\\N"?(?={sign}|[\r\n]|$)'
_QUOTE = '\\"'
_APOSTROPHE = re.compile(r"[^\W\d_]\\'[^\W\d_]")
"""A name as PHP and SQL escape it: `D\\'Arcy`."""
_ESCAPE = re.compile(r"\\(.|$)", re.DOTALL)
_KNOWN = frozenset("\\\"'NntrbZ0")
_TEXTS = {"n": "\n", "\ufdd1": "\n", "t": "\t", "r": "\r", "b": "", "Z": "", "0": ""}
_HELD = "\ufdd0"
"""In place of an escaped delimiter, while the line is split; no text has this character."""
_HELD_BREAK = "\ufdd1"
"""In place of an escaped line break."""
_MOST_BREAKS = 1000
"""More line breaks than a cell has."""


class Misfit(Exception):  # noqa: N818 - raised as a SheetError as soon as the file's name is known
    """The line whose backslashes are no escapes, though others are."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def has_escapes(lines: Iterable[str], delimiter: str) -> bool:
    """Whether backslashes are escapes in all of a text's lines. Raises `Misfit` where only some lines say so."""
    null = re.compile(_NULL.format(sign=re.escape(delimiter)))
    numbered = [(number, line) for number, line in numbered_rows(lines, delimiter) if "\\" in line]
    is_sure = any(null.search(line) for _, line in numbered)
    quoted = [(number, line) for number, line in numbered if _QUOTE in line]
    if not is_sure and any(_APOSTROPHE.search(line) or _HELD_BREAK in line for _, line in numbered):
        # Beside other backslashes it tells nothing.
        is_sure = all(fits(line, delimiter) for _, line in numbered)
    if not is_sure and not any(_is_broken(line, delimiter) for _, line in quoted):
        return False
    for number, line in numbered:
        if not fits(line, delimiter) or (_QUOTE in line and _is_broken(doubled(line, delimiter), delimiter)):
            raise Misfit(number)
    return True


def numbered_rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; lines joined by escaped breaks are one if its cells are as many as the first's."""
    width = 0
    open_lines: list[str] = []
    for number, line in enumerate(lines, 1):
        width = width or line.count(delimiter)
        open_lines.append(line)
        if width and _is_open(line) and len(open_lines) < _MOST_BREAKS:
            continue
        first = number - len(open_lines) + 1
        yield from _row_of(open_lines, first, delimiter, width)
        open_lines = []
    yield from enumerate(open_lines, number - len(open_lines) + 1 if open_lines else 1)


def _row_of(lines: list[str], first: int, delimiter: str, width: int) -> Iterator[tuple[int, str]]:
    if (
        len(lines) > 1
        and not lines[-1].isspace()
        and sum(line.count(delimiter) - line.count(f"\\{delimiter}") for line in lines) == width
    ):
        yield first, _HELD_BREAK.join(line.rstrip("\r\n") for line in lines[:-1]) + _HELD_BREAK + lines[-1]
    else:
        yield from enumerate(lines, first)


def _is_open(line: str) -> bool:
    """Whether a line ends with a backslash that escapes its line break, and ends no path such as `C:\\`."""
    text = line.rstrip("\r\n")
    return text.endswith("\\") and not text.endswith(":\\") and (len(text) - len(text.rstrip("\\"))) % 2 == 1


def fits(line: str, delimiter: str) -> bool:
    """Whether each backslash of a line begins an escape."""
    found = _ESCAPE.findall(line.rstrip("\r\n"))
    return all(character in _KNOWN or character in (delimiter, _HELD_BREAK) for character in found)


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
