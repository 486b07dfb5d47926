"""Charts of a page: the places of their parts in pixels. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from leadsync.colours import STATUS_COLOURS
from leadsync.stats_summary import series_colours

_LONGEST_BAR = 380
_LONGEST_NAME = 46

_PLOT_LEFT, _PLOT_TOP, _PLOT_WIDTH, _PLOT_HEIGHT = 48, 12, 850, 200
_LEGEND_LINE = 24
_MOST_LABELS = 8
_SPARK_WIDTH, _SPARK_HEIGHT = 120, 20


class Bar(NamedTuple):
    """A name and its number."""

    name: str
    rows: int
    width: int
    y: int


class Bars(NamedTuple):
    """Bars below each other."""

    bars: list[Bar]
    height: int
    width: int = 900


class Block(NamedTuple):
    """A coloured part of a chart; `title` is shown by a pointer over it."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    title: str = ""


class Label(NamedTuple):
    """A text at a place."""

    x: float
    y: float
    text: str


class Columns(NamedTuple):
    """A stacked column for each period, with lines behind it and a legend below."""

    blocks: list[Block]
    labels: list[Label]
    lines: list[Label]
    """Each at its height, with its number."""
    legend: list[tuple[str, str, int]]
    """Name, colour and height; none for a single series."""
    height: int
    left: int = _PLOT_LEFT
    base: int = _PLOT_TOP + _PLOT_HEIGHT
    width: int = 900


def bars(counts: Sequence[tuple[str, int]]) -> Bars:
    """A bar for each name, the longest one to the full width."""
    longest = max((number for _, number in counts), default=0) or 1
    drawn = [
        # Two pixels at least: one row of a million is still a bar.
        Bar(_short(name), number, max(2, round(_LONGEST_BAR * number / longest)), 30 * index)
        for index, (name, number) in enumerate(counts)
    ]
    return Bars(drawn, 30 * len(drawn) + 6)


def columns(periods: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Columns:
    """The columns of these series, the first one at the bottom."""
    top = _round_up(max((sum(numbers) for numbers in zip(*(line for _, line in series), strict=True)), default=0))
    step = _PLOT_WIDTH / max(len(periods), 1)
    width = min(step * 0.72, 64)
    colours = series_colours([name for name, _ in series])
    blocks: list[Block] = []
    for at, period in enumerate(periods):
        left, y = _PLOT_LEFT + step * at + (step - width) / 2, float(_PLOT_TOP + _PLOT_HEIGHT)
        for (name, numbers), colour in zip(series, colours, strict=True):
            if numbers[at]:
                # SVG counts y from the top: each part is drawn above the one before.
                height = _PLOT_HEIGHT * numbers[at] / top
                y -= height
                title = f"{period}, {name}: {numbers[at]:,}"
                blocks.append(Block(round(left, 1), round(y, 1), round(width, 1), round(height, 1), colour, title))
    # Divided and rounded up: a label for every nth column, so that no two overlap.
    every = -(-len(periods) // _MOST_LABELS) or 1
    labels = [
        Label(round(_PLOT_LEFT + step * (at + 0.5), 1), _PLOT_TOP + _PLOT_HEIGHT + 20, period)
        for at, period in enumerate(periods)
        if at % every == 0
    ]
    lines = [
        Label(_PLOT_LEFT - 8, round(_PLOT_TOP + _PLOT_HEIGHT * (1 - part / top), 1), f"{part:,}")
        for part in dict.fromkeys((0, top // 2, top))
    ]
    names = [name for name, _ in series] if len(series) > 1 else []
    first = _PLOT_TOP + _PLOT_HEIGHT + 50
    legend = [
        (_short(name), colour, first + _LEGEND_LINE * at)
        for at, (name, colour) in enumerate(zip(names, colours, strict=False))
    ]
    return Columns(blocks, labels, lines, legend, first - 12 + _LEGEND_LINE * len(names))


def spark(series: Sequence[int]) -> list[Block]:
    """A small column for each number, in the space of a table's cell."""
    top, step = max(series, default=0) or 1, _SPARK_WIDTH / max(len(series), 1)
    colour = STATUS_COLOURS["failed"].strong
    heights = [_SPARK_HEIGHT * number / top for number in series]
    return [
        Block(round(step * at, 1), round(_SPARK_HEIGHT - height, 1), round(step * 0.75, 1), round(height, 1), colour)
        for at, height in enumerate(heights)
        if height
    ]


def _round_up(number: int) -> int:
    """The next number with one or two digits that count, an even one: a scale's end."""
    if number < 2:
        return 2
    # A fifth of the number's power of ten, at least 2: the middle line then has a whole number.
    unit = max(int(10 ** (len(str(number)) - 1)) // 5, 2)
    return -(-number // unit) * unit


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
