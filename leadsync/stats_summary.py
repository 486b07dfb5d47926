"""Failures over many runs as people see them: tables with words and numbers, and the figures of two charts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from leadsync.colours import STATUS_COLOURS


class CellKind(Enum):
    """The kinds of a table's cells; any of them may be None, for nothing to tell."""

    TEXT = "text"
    COUNT = "a whole number"
    SHARE = "a part of 1"
    TIME = "a moment"
    DURATION = "a span of time"
    SERIES = "a number for each period"


Cell = str | int | float | datetime | timedelta | tuple[int, ...] | None


class StatsColumn(NamedTuple):
    """A column. `narrow`: it gives way on a terminal. `aside`: terminals, which have little room, leave it out."""

    heading: str
    kind: CellKind
    narrow: bool = False
    aside: bool = False


class StatsTable(NamedTuple):
    """A table below its title; `note` is a sentence about it."""

    title: str
    columns: tuple[StatsColumn, ...]
    lines: tuple[tuple[Cell, ...], ...]
    note: str = ""


class StatsChart(NamedTuple):
    """Failures by period: for each period the name, for each series its name and a number for each period."""

    title: str
    periods: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]


OTHERS = "others"
"""The last series of a chart, if not all groups have one."""
_COLOURS = tuple(STATUS_COLOURS[name].strong for name in ("failed", "rejected", "conflict", "unsent", "unknown"))
_PALE = STATUS_COLOURS["skipped"].pale


def series_colours(names: Sequence[str]) -> list[str]:
    """A colour for each series of a chart; the others are paler than all groups."""
    return [
        _PALE if name == OTHERS and 0 < at == len(names) - 1 else _COLOURS[at % len(_COLOURS)]
        for at, name in enumerate(names)
    ]


class StatsSummary(NamedTuple):
    """Failures over many runs, in the order of reading."""

    title: str
    headline: str
    remarks: tuple[str, ...]
    chart: StatsChart
    bars: tuple[tuple[str, int], ...]
    """Failures by value, those with most first; empty where the chart shows the same."""
    groups: StatsTable
    tables: tuple[StatsTable, ...]
    """The other tables."""


def cell_text(kind: CellKind, cell: Cell) -> str:
    """A cell as text; empty for nothing to tell. A series is one block for each number."""
    match cell:
        case None:
            return ""
        case float() if kind is CellKind.SHARE:
            return share_text(cell)
        case int():
            return f"{cell:,}"
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case timedelta():
            return duration_text(cell)
        case tuple():
            return sparkline(cell)
        case _:
            return str(cell)


def share_text(share: float) -> str:
    """A share in per cent: a small one is not nothing, and a large one not all."""
    if 0 < share < 0.0005:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def duration_text(span: timedelta) -> str:
    """A span by its two largest units: `3 d 4 h`, `20 min`."""
    left = round(span.total_seconds())
    parts: list[str] = []
    for at, (seconds, name) in enumerate(_UNITS):
        number, left = divmod(left, seconds)
        if number:
            parts.append(f"{number} {name}")
            if at + 1 < len(_UNITS) and (rest := left // _UNITS[at + 1][0]):
                parts.append(f"{rest} {_UNITS[at + 1][1]}")
            break
    return " ".join(parts) or "0 s"


_BLOCKS = "▁▂▃▄▅▆▇█"
_MOST_BLOCKS = 16


def sparkline(series: Sequence[int]) -> str:
    """A block for each number, or for the sum of some neighbours; a dot for none."""
    # Divided and rounded up; at least 1 for an empty series.
    width = -(-len(series) // _MOST_BLOCKS) or 1
    sums = [sum(series[at : at + width]) for at in range(0, len(series), width)]
    top = max(sums, default=0)
    return "".join("·" if not number else _BLOCKS[(number * len(_BLOCKS) - 1) // top] for number in sums)
