"""The workbook of failures over many runs: charts drawn by the spreadsheet program, tables to filter."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

from leadsync.colours import INK, QUIET, RULE, STATUS_COLOURS
from leadsync.sheets.output.sheet_layout import fit_to_cell
from leadsync.sheets.output.workbook_writer import open_workbook, write_text
from leadsync.sheets.source_lines import letter
from leadsync.stats_summary import Cell, CellKind, StatsColumn, StatsSummary, StatsTable, series_colours
from leadsync.terminal import one_line

_FRONT, _DATA = "Failures", "Chart data"
_FORMATS: dict[CellKind, dict[str, object]] = {
    CellKind.COUNT: {"num_format": "#,##0"},
    CellKind.SHARE: {"num_format": "0.0%"},
    CellKind.TIME: {"num_format": "yyyy-mm-dd hh:mm", "align": "left", "indent": 1},
    CellKind.DURATION: {"num_format": '[>=1]0.0" d";[h]:mm" h"'},
    CellKind.TEXT: {"indent": 1},
}
_WIDTHS = {CellKind.TEXT: 12, CellKind.TIME: 17, CellKind.SERIES: 22}
_NARROWEST, _WIDEST = 11, 60
_LEFT = 1
_CHART_HEIGHT = 300
_CHART_ROWS = 16
"""The rows that a chart covers, each of 20 pixels."""


@contextmanager
def started_stats(stream: IO[bytes]) -> Iterator[Callable[[StatsSummary], None]]:
    """Start a workbook; the context gives the function for its content. Raises OSError."""
    with open_workbook(stream, in_memory=True) as workbook:
        yield partial(_draw, workbook)


class _Looks:
    """The formats of a workbook."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self.title = self._add(font_size=20, bold=True)
        self.headline = self._add(font_size=13)
        self.quiet = self._add(font_color=QUIET)
        line: dict[str, object] = {"bottom": 1, "bottom_color": RULE, "valign": "vcenter"}
        self.cells = {kind: self._add(**{**line, **_FORMATS.get(kind, {})}) for kind in CellKind}
        self.wrapped = self._add(**{**line, "text_wrap": True, "indent": 1})
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": INK, "valign": "vcenter"}
        self.head, self.head_right = self._add(**head, indent=1), self._add(**head, align="right")

    def heading(self, kind: CellKind) -> Any:
        """The look of a column's heading: over numbers on the right, as they are."""
        return self.head_right if kind in (CellKind.COUNT, CellKind.SHARE, CellKind.DURATION) else self.head

    def _add(self, **look: object) -> Any:
        return self._workbook.add_format({"font_color": INK, **look})


def _draw(workbook: Any, summary: StatsSummary) -> None:
    looks = _Looks(workbook)
    front = workbook.add_worksheet(_FRONT)
    others = [(workbook.add_worksheet(table.title), table) for table in summary.tables]
    _draw_front(workbook, front, looks, summary)
    for sheet, table in others:
        sheet.set_tab_color(QUIET)
        _table(sheet, looks, table, 0, 0)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table.lines), len(table.columns) - 1)
        _print(sheet)
    if summary.chart.periods:
        data = workbook.add_worksheet(_DATA)
        data.set_tab_color(RULE)
        _chart_data(data, looks, summary)
    front.activate()


def _draw_front(workbook: Any, sheet: Any, looks: _Looks, summary: StatsSummary) -> None:
    sheet.hide_gridlines(2)
    sheet.set_tab_color(INK)
    sheet.set_column(0, 0, 2)
    sheet.set_row(0, 34)
    _text(sheet, 0, _LEFT, summary.title, looks.title)
    sheet.set_row(1, 20)
    _text(sheet, 1, _LEFT, summary.headline, looks.headline)
    for row, remark in enumerate(summary.remarks, 2):
        _text(sheet, row, _LEFT, remark, looks.quiet)
    top = 3 + len(summary.remarks)
    first = top
    if any(any(numbers) for _, numbers in summary.chart.series):
        first += _CHART_ROWS
        _column_chart(workbook, sheet, summary, top)
        if summary.bars:
            _bar_chart(workbook, sheet, summary, top, first)
    if summary.groups.lines:
        _table(sheet, looks, summary.groups, first, _LEFT)
        _sparklines(sheet, summary, first)
        _text(sheet, first + len(summary.groups.lines) + 2, _LEFT, summary.groups.note, looks.quiet)
    _print(sheet)


def _table(sheet: Any, looks: _Looks, table: StatsTable, top: int, left: int) -> None:
    """Write a table; its columns are as wide as their texts."""
    sheet.set_row(top, 24)
    for at, column in enumerate(table.columns, left):
        texts = [line[at - left] for line in table.lines]
        sheet.set_column(at, at, _width(column, texts))
        _text(sheet, top, at, column.heading, looks.heading(column.kind))
    for row, line in enumerate(table.lines, top + 1):
        for at, (column, cell) in enumerate(zip(table.columns, line, strict=True), left):
            _cell(sheet, looks, row, at, column, cell)


def _width(column: StatsColumn, cells: Sequence[Cell]) -> int:
    longest = max((len(cell) for cell in cells if isinstance(cell, str)), default=0)
    return min(max(len(column.heading) + 4, _WIDTHS.get(column.kind, _NARROWEST), longest + 4), _WIDEST)


def _cell(sheet: Any, looks: _Looks, row: int, at: int, column: StatsColumn, cell: Cell) -> None:
    look = looks.cells[column.kind]
    match cell:
        case None | tuple():
            sheet.write_blank(row, at, None, look)
        case datetime():
            sheet.write_datetime(row, at, cell.replace(tzinfo=None), look)
        case timedelta():
            sheet.write_number(row, at, cell.total_seconds() / 86_400, look)
        case int() | float():
            sheet.write_number(row, at, cell, look)
        case _:
            wrapped = len(cell) > _WIDEST
            if wrapped:
                # Not every program finds out the height that a wrapped text needs.
                sheet.set_row(row, 15 * -(-len(cell) // _WIDEST) + 4)
            _text(sheet, row, at, cell, looks.wrapped if wrapped else look)


def _text(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    if text:
        write_text(sheet, row, column, fit_to_cell(one_line(text)), look)
    else:
        sheet.write_blank(row, column, None, look)


def _chart_data(sheet: Any, looks: _Looks, summary: StatsSummary) -> None:
    """A line for each period: the series of the chart, and behind a gap those of the groups."""
    series = [*summary.chart.series, ("", ()), *_group_series(summary)]
    columns = (
        StatsColumn(summary.chart.title, CellKind.TEXT),
        *(StatsColumn(name, CellKind.COUNT) for name, _ in series),
    )
    lines = tuple(
        (period, *(numbers[at] if numbers else None for _, numbers in series))
        for at, period in enumerate(summary.chart.periods)
    )
    _table(sheet, looks, StatsTable(_DATA, columns, lines), 0, 0)
    sheet.freeze_panes(1, 1)
    _print(sheet)


def _group_series(summary: StatsSummary) -> list[tuple[str, tuple[int, ...]]]:
    return [(str(line[0]), cell) for line in summary.groups.lines for cell in line if isinstance(cell, tuple)]


def _sparklines(sheet: Any, summary: StatsSummary, top: int) -> None:
    """Small columns in the cells for a series, over the groups' chart data."""
    column = next((at for at, one in enumerate(summary.groups.columns) if one.kind is CellKind.SERIES), None)
    if column is None:
        return
    for at, (_, numbers) in enumerate(_group_series(summary)):
        data = len(summary.chart.series) + 2 + at
        sheet.add_sparkline(
            top + 1 + at,
            _LEFT + column,
            {
                "range": f"'{_DATA}'!{letter(data)}2:{letter(data)}{len(summary.chart.periods) + 1}",
                "type": "column",
                "series_color": STATUS_COLOURS["failed"].strong,
                "min": 0,
                # Room above them: the lines would grow together.
                "max": max(numbers) * 1.25 or 1,
            },
        )


def _column_chart(workbook: Any, sheet: Any, summary: StatsSummary, top: int) -> None:
    chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
    last = len(summary.chart.periods)
    colours = series_colours([name for name, _ in summary.chart.series])
    for at, ((name, numbers), colour) in enumerate(zip(summary.chart.series, colours, strict=True), 1):
        chart.add_series(
            {
                "name": one_line(name),
                "categories": [_DATA, 1, 0, last, 0],
                "categories_data": list(summary.chart.periods),
                "values": [_DATA, 1, at, last, at],
                "values_data": list(numbers),
                "fill": {"color": colour},
                "gap": 40,
            }
        )
    several = len(summary.chart.series) > 1
    chart.set_legend({"position": "bottom", "font": {"color": INK, "size": 9}} if several else {"none": True})
    font = {"color": QUIET, "size": 9}
    chart.set_x_axis({"num_font": font, "line": {"color": RULE}})
    chart.set_y_axis(
        {
            "num_font": font,
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": RULE}},
            "min": 0,
        }
    )
    _place(sheet, chart, summary.chart.title, top, 0, 640 if summary.bars else 1000)


def _bar_chart(workbook: Any, sheet: Any, summary: StatsSummary, top: int, table: int) -> None:
    first, last = table + 1, table + len(summary.bars)
    chart = workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": one_line(summary.title),
            "categories": [_FRONT, first, _LEFT, last, _LEFT],
            "categories_data": [one_line(name) for name, _ in summary.bars],
            "values": [_FRONT, first, _LEFT + 1, last, _LEFT + 1],
            "values_data": [number for _, number in summary.bars],
            "fill": {"color": STATUS_COLOURS["failed"].strong},
            "data_labels": {"value": True, "font": {"color": INK, "size": 9}},
            "gap": 45,
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": {"color": INK, "size": 9}, "line": {"color": RULE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    _place(sheet, chart, summary.title, top, 656, 560)


def _place(sheet: Any, chart: Any, title: str, top: int, left: int, width: int) -> None:
    chart.set_title({"name": one_line(title), "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": width, "height": _CHART_HEIGHT})
    sheet.insert_chart(top, _LEFT, chart, {"x_offset": left, "object_position": 2})


def _print(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)
