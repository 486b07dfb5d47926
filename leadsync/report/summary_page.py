"""A run's summary as one HTML page, to look at, to print, to mail. Pure."""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from leadsync.colours import STATUS_COLOURS
from leadsync.report.charts import Bars, bars
from leadsync.report.pages import page_template
from leadsync.report_values import CodeCount, StatusCount, Summary

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATE = "summary_page.html.jinja"
_RADIUS = 58
# The length of the outline: SVG measures dashes and their offset along it.
_AROUND = 2 * math.pi * _RADIUS
_LINE = 26
"""Pixels from line to line of the ring's legend."""


class _Arc(NamedTuple):
    """One status in the ring: the circle's outline, dashed to the status's share, and its line in the legend."""

    name: str
    rows: int
    colour: str
    dashes: str
    offset: str
    y: int


class _Ring(NamedTuple):
    """The rows by status."""

    arcs: list[_Arc]
    height: int
    width: int = 420
    radius: int = _RADIUS

    @property
    def middle(self) -> int:
        return self.height // 2


def as_page(summary: Summary) -> str:
    """Return the page. It loads nothing and runs nothing; values of a sheet or the dialer are text in it."""
    refusals = [one for one in summary.codes if one.code != 0]
    return _template().render(
        summary=summary,
        ring=_ring(summary.statuses),
        refusals=_bars(refusals) if refusals else None,
        answers=_bars(summary.codes),
    )


def _template() -> "Template":
    return page_template(_TEMPLATE)


def _ring(statuses: Sequence[StatusCount]) -> _Ring:
    total = sum(one.rows for one in statuses) or 1
    height = max(170, _LINE * len(statuses) + 20)
    top = height // 2 - 13 * len(statuses) + 18
    lengths = [_AROUND * one.rows / total for one in statuses]
    arcs = [
        _Arc(
            one.status.value,
            one.rows,
            STATUS_COLOURS[one.status].strong,
            f"{length:.3f} {_AROUND - length:.3f}",
            # A quarter back: SVG begins a circle at three o'clock, the ring begins at twelve.
            f"{_AROUND / 4 - begun:.3f}",
            top + _LINE * index,
        )
        for index, (one, length, begun) in enumerate(
            zip(statuses, lengths, accumulate(lengths, initial=0.0), strict=False)
        )
    ]
    return _Ring(arcs, height)


def _bars(codes: Sequence[CodeCount]) -> Bars:
    return bars([(f"{one.label} {one.name}", one.rows) for one in codes])
