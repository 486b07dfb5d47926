"""The words beside the figures of a total, and the figures of columns. Pure.

A label says Total in any column, counts (`3 sales`), or has the value above and a word more (`Jane Total`).
"""

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

from leadsync.sheets.formats.footer_words import TOTALS, VOCABULARY, WORDS, folded
from leadsync.sheets.formats.footers import is_total
from leadsync.sheets.source_lines import SourceLine

_COUNTED = re.compile(r"\d[\d.,]*\s+[^\W\d_]+")
_BEGUN = re.compile(rf"(?:{'|'.join(sorted(TOTALS - {'report', 'balance'}))}|sub[\s-]?total|grand\s+total)\s.*")
_PLURAL = frozenset({"s", "es", "n", "en"})
"""The endings of most plurals."""
_MOST_MORE = 3
"""Words beside the value above."""
_LARGE = 100
"""The highest priority, too."""
_NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")


class Label(Enum):
    """What a text beside figures says."""

    TOTAL = auto()
    LONGER = auto()
    """The value above with a word more."""
    COUNTED = auto()
    """Things counted, perhaps with their number."""
    BEGUN = auto()
    """A total and other words: `Sub total North`, or a name such as `Total Oil`."""
    SAME = auto()
    """The value above."""
    NONE = auto()


def label_of(cell: str, above: str) -> Label:
    """Tell a text's label; `above` is the value above it."""
    label = _own_label(cell)
    if label is Label.TOTAL:
        return label
    text, group = folded(cell.strip()), folded(above.strip())
    if text == group:
        return Label.SAME
    if group and group in text and (more := _more(text, group)):
        return Label.LONGER if TOTALS.isdisjoint(more) else Label.TOTAL
    return Label.COUNTED if label is Label.NONE and _is_plural(text, group) else label


def _is_plural(text: str, word: str) -> bool:
    """Whether a text is a word with an ending: `sales` below `sale`."""
    return bool(word) and text.startswith(word) and text.removeprefix(word) in _PLURAL


@lru_cache(4096)
def _own_label(cell: str) -> Label:
    """A text's label by its own words: names and the like repeat."""
    text = folded(cell.strip())
    if is_total(text):
        return Label.TOTAL
    words = WORDS.findall(text)
    if _COUNTED.fullmatch(text) or (words and VOCABULARY.issuperset(words)):
        return Label.COUNTED
    return Label.BEGUN if _BEGUN.fullmatch(text) else Label.NONE


def _more(text: str, group: str) -> list[str]:
    """The words in front of a group's value, or behind it; empty for another text."""
    if text.startswith(f"{group} "):
        rest = text[len(group) :]
    elif text.endswith(f" {group}"):
        rest = text[: -len(group)]
    else:
        return []
    words = WORDS.findall(rest)
    return words if len(words) <= _MOST_MORE and not any(map(str.isdigit, rest)) else []


class ColumnSums:
    """The sums of columns with figures alone, and the columns of texts."""

    def __init__(self, width: int) -> None:
        self._sums: list[float | None] = [0.0] * width
        self._count = 0

    def learn(self, leads: Sequence[SourceLine]) -> None:
        """Add the lines' figures."""
        self._count += len(leads)
        for at, known in enumerate(self._sums):
            if known is not None:
                self._sums[at] = _added(known, [line.cells[at] for line in leads])

    def fits(self, line: SourceLine, id_at: int) -> bool:
        """Whether the figures beside the id of a line among those learned are sums or the number of the others."""
        others = [(at, cell) for at, cell in enumerate(line.cells) if at != id_at and cell.strip()]
        return all(any(map(str.isalpha, cell)) or self._has(at, cell) for at, cell in others)

    def are_large(self, line: SourceLine, id_at: int) -> bool:
        """Whether the figures beside a line's id are too large to be sums by chance, cents counted."""
        cells = [cell for at, cell in enumerate(line.cells) if at != id_at and cell.strip()]
        figures = [int(re.sub(r"\D", "", cell)) for cell in cells if number_of(cell) is not None]
        return bool(cells) and len(figures) == len(cells) and min(figures) > _LARGE

    def _has(self, at: int, cell: str) -> bool:
        number, total = number_of(cell), self._sums[at]
        if number is None:
            return False
        return number == self._count - 1 or (total is not None and abs(total - 2 * number) < 0.005)

    def is_of_texts(self, at: int) -> bool:
        """Whether a column has texts."""
        return self._sums[at] is None


def _added(total: float, cells: Sequence[str]) -> float | None:
    for cell in cells:
        if cell and not cell.isspace():
            value = number_of(cell)
            if value is None:
                return None
            total += value
    return total


def number_of(cell: str) -> float | None:
    """Return the number that a cell is; None for another text."""
    text = cell.strip()
    return float(text.replace(",", "")) if len(text) < 20 and _NUMBER.fullmatch(text) else None
