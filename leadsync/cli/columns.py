"""Tables for a terminal: columns aligned in every script, colours at a terminal only."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import click

from leadsync.colours import STATUS_COLOURS
from leadsync.models import Status
from leadsync.terminal import Visible, visible

_SAMPLE = 1000
"""Columns are fitted to these first lines; a longer value further down moves the rest of its line."""
# Narrower, a cut value tells nothing: the line is wrapped by the terminal instead.
_NARROWEST = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers or texts; one that gives way is cut for a narrow terminal."""

    heading: str
    number: bool = False
    gives_way: bool = False


def table(columns: Sequence[Column], lines: Iterable[Sequence[str]]) -> Iterator[Visible]:
    """The lines of a table, the headings first; a `Status` among the values is coloured at a terminal."""
    remaining = iter(lines)
    sample = [[_shown(value) for value in line] for line in islice(remaining, _SAMPLE)]
    widths = [
        max([_width(column.heading), *(_width(line[at]) for line in sample)]) for at, column in enumerate(columns)
    ]
    widths = _fitted(columns, widths)
    yield _line(columns, widths, [column.heading for column in columns], bold=True)
    for line in chain(sample, ([_shown(value) for value in line] for line in remaining)):
        yield _line(columns, widths, line)


def in_colour(text: str, **look: object) -> str:
    """The text in a colour, if standard output is a terminal and `NO_COLOR` is not set."""
    # NO_COLOR counts with any value but an empty one (no-color.org).
    seen = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return click.style(text, **look) if seen else text  # type: ignore[arg-type]


def coloured_status(status: str) -> str:
    """The status in its colour, if standard output is a terminal."""
    return in_colour(status, fg=STATUS_COLOURS[status].terminal)


def _fitted(columns: Sequence[Column], widths: list[int]) -> list[int]:
    """Narrow the columns that give way, widest first, until all fit into a terminal's line."""
    if not sys.stdout.isatty():
        return widths
    surplus = sum(widths) + 2 * (len(widths) - 1) - shutil.get_terminal_size().columns
    fitted = list(widths)
    for at in sorted((at for at, column in enumerate(columns) if column.gives_way), key=lambda at: -widths[at]):
        if surplus > 0:
            narrower = max(fitted[at] - surplus, min(_NARROWEST, fitted[at]))
            surplus -= fitted[at] - narrower
            fitted[at] = narrower
    return fitted


def _line(columns: Sequence[Column], widths: Sequence[int], values: Sequence[str], *, bold: bool = False) -> Visible:
    cells = []
    for column, width, value in zip(columns, widths, values, strict=True):
        text = _cut(value, width) if column.gives_way else value
        blanks = " " * max(width - _width(text), 0)
        look = in_colour(text, bold=True) if bold else coloured_status(text) if text in _STATUSES else text
        cells.append(blanks + look if column.number else look + blanks)
    return Visible("  ".join(cells).rstrip())


_STATUSES = frozenset(status.value for status in Status)


def _shown(value: str) -> str:
    """A value on one line, without control characters."""
    return visible(" ".join(value.split()))


def _width(text: str) -> int:
    """The places of a text in a terminal: two for a wide character, none for a mark on the one before."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return wcswidth(text)


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    # Characters first, then places: a text of wide characters is still too wide after the first cut.
    kept = text[: width - 1]
    while _width(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept}…"
