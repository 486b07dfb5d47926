"""The sheet *Summary*: a run at a glance, with charts drawn by the spreadsheet program."""

from collections.abc import Sequence
from typing import Any

from leadsync.colours import INK, QUIET, RULE, STATUS_COLOURS
from leadsync.report_values import Summary
from leadsync.spreadsheet import SUMMARY_SHEET

_WIDTHS = (2, 19, 48, 11, 10, 46, 46, 52)
_LEFT, _MIDDLE, _ROWS, _SHARE, _FIRST, _SECOND, _THIRD = range(1, 8)
_ROW_PIXELS = 20
_LONGEST = 255


class _Looks:
    """The formats of this sheet."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self.title = self._add(font_size=20, bold=True)
        self.headline = self._add(font_size=13)
        self.quiet = self._add(font_color=QUIET)
        self.section = self._add(font_size=13, bold=True, bottom=2, bottom_color=INK)
        self.head = self._add(font_color=QUIET, bottom=1, bottom_color=RULE)
        self.head_right = self._add(font_color=QUIET, bottom=1, bottom_color=RULE, align="right")
        self.label = self._line(font_color=QUIET)
        self.text = self._line(text_wrap=True)
        self.spaced = self._line(text_wrap=True, align="left", indent=1)
        self.spaced_head = self._add(font_color=QUIET, bottom=1, bottom_color=RULE, align="left", indent=1)
        self.count = self._line(num_format="#,##0")
        self.share = self._line(num_format="0.0%", font_color=QUIET)
        self.total = self._add(bold=True, num_format="#,##0", top=1, top_color=INK)
        self.step = self._add()

    def badge(self, status: str) -> Any:
        """The look of a status's name."""
        colour = STATUS_COLOURS[status]
        return self._line(bg_color=colour.pale, font_color=colour.ink, bold=True)

    def _line(self, **look: object) -> Any:
        return self._add(**{"bottom": 1, "bottom_color": RULE, "valign": "vcenter", **look})

    def _add(self, **look: object) -> Any:
        return self._workbook.add_format({"font_color": INK, **look})


def draw(workbook: Any, sheet: Any, summary: Summary, *, notes_end: bool) -> None:
    """Fill the sheet; `notes_end`: not every row to correct has its comment."""
    looks = _Looks(workbook)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(INK)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 34)
    sheet.write_string(0, _LEFT, summary.title, looks.title)
    sheet.set_row(1, 20)
    sheet.write_string(1, _LEFT, summary.headline, looks.headline)
    sheet.write_string(2, _LEFT, summary.ending, looks.quiet)
    row = _steps(sheet, looks, summary, 4, notes_end=notes_end)
    top = row
    row = _facts(sheet, looks, summary, row)
    first_status = row + 2
    row = _statuses(sheet, looks, summary, row)
    _status_chart(workbook, sheet, summary, top, row, first_status)
    bars_at = (top, row)
    row, first_code = _codes(sheet, looks, summary, row)
    _code_chart(workbook, sheet, summary, bars_at, first_code)
    row = _effects(sheet, looks, summary, row)
    _reasons(sheet, looks, summary, row)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(0.4, 0.4, 0.5, 0.5)


def _section(sheet: Any, looks: _Looks, row: int, title: str, last: int) -> int:
    sheet.set_row(row, 22)
    sheet.write_string(row, _LEFT, title, looks.section)
    for column in range(_LEFT + 1, last + 1):
        sheet.write_blank(row, column, None, looks.section)
    return row + 1


def _heads(sheet: Any, looks: _Looks, row: int, names: dict[int, str]) -> int:
    for column, name in names.items():
        look = looks.head_right if column in (_ROWS, _SHARE) else looks.spaced_head if column == _FIRST else looks.head
        sheet.write_string(row, column, name, look)
    return row + 1


def _steps(sheet: Any, looks: _Looks, summary: Summary, row: int, *, notes_end: bool) -> int:
    steps = list(summary.steps)
    if notes_end:
        steps.append("Only the first rows to correct carry their reason as a comment; sync_message has it for all.")
    for title, sentences in (("Warnings", summary.warnings), ("What to do now", steps)):
        if sentences:
            row = _section(sheet, looks, row, title, _THIRD)
            for at, sentence in enumerate(sentences, row):
                sheet.write_string(at, _LEFT, f"•  {sentence}", looks.step)
            row += len(sentences) + 1
    return row


def _facts(sheet: Any, looks: _Looks, summary: Summary, row: int) -> int:
    row = _section(sheet, looks, row, "The run", _SHARE)
    for label, value in summary.facts:
        sheet.write_string(row, _LEFT, label, looks.label)
        sheet.write_string(row, _MIDDLE, value, looks.text)
        for column in (_ROWS, _SHARE):
            sheet.write_blank(row, column, None, looks.text)
        if len(value) > _WIDTHS[_MIDDLE]:
            sheet.set_row(row, 15 * (1 + len(value) // _WIDTHS[_MIDDLE]))
        row += 1
    return row + 1


def _statuses(sheet: Any, looks: _Looks, summary: Summary, row: int) -> int:
    row = _section(sheet, looks, row, "Where the rows ended", _SHARE)
    row = _heads(sheet, looks, row, {_LEFT: "status", _MIDDLE: "what it means", _ROWS: "rows", _SHARE: "share"})
    for one in summary.statuses:
        sheet.write_string(row, _LEFT, one.status.value, looks.badge(one.status))
        sheet.write_string(row, _MIDDLE, one.meaning, looks.text)
        sheet.write_number(row, _ROWS, one.rows, looks.count)
        sheet.write_number(row, _SHARE, one.rows / max(summary.rows, 1), looks.share)
        row += 1
    sheet.write_string(row, _LEFT, "rows read", looks.total)
    sheet.write_blank(row, _MIDDLE, None, looks.total)
    sheet.write_number(row, _ROWS, summary.rows, looks.total)
    sheet.write_blank(row, _SHARE, None, looks.total)
    return row + 2


def _codes(sheet: Any, looks: _Looks, summary: Summary, row: int) -> tuple[int, int]:
    """The table of codes; gives the row below it and the first of its lines."""
    if not summary.codes:
        return row, row
    row = _section(sheet, looks, row, "What the dialer answered", _THIRD)
    row = _heads(
        sheet,
        looks,
        row,
        {
            _LEFT: "code",
            _MIDDLE: "name",
            _ROWS: "rows",
            _SHARE: "share",
            _FIRST: "what it means",
            _SECOND: "likely cause",
            _THIRD: "what to do now",
        },
    )
    answered = sum(one.rows for one in summary.codes)
    first = row
    for one in summary.codes:
        sheet.write_string(row, _LEFT, one.label, looks.text)
        sheet.write_string(row, _MIDDLE, one.name, looks.text)
        sheet.write_number(row, _ROWS, one.rows, looks.count)
        sheet.write_number(row, _SHARE, one.rows / answered, looks.share)
        _texts(sheet, looks, row, (one.meaning, one.cause, one.step))
        row += 1
    return row + 1, first


def _effects(sheet: Any, looks: _Looks, summary: Summary, row: int) -> int:
    if not summary.effects:
        return row
    row = _section(sheet, looks, row, "What was done on the dialer", _SHARE)
    row = _heads(sheet, looks, row, {_LEFT: "what", _MIDDLE: "to", _ROWS: "leads", _SHARE: ""})
    for what, value, count in summary.effects:
        sheet.write_string(row, _LEFT, what, looks.label)
        sheet.write_string(row, _MIDDLE, value[:_LONGEST], looks.text)
        sheet.write_number(row, _ROWS, count, looks.count)
        sheet.write_blank(row, _SHARE, None, looks.text)
        row += 1
    return row + 1


def _reasons(sheet: Any, looks: _Looks, summary: Summary, row: int) -> None:
    if not summary.reasons:
        return
    row = _section(sheet, looks, row, "Why rows were not sent", _SECOND)
    row = _heads(sheet, looks, row, {_LEFT: "what is wrong", _MIDDLE: "", _ROWS: "rows", _SHARE: "", _FIRST: "remedy"})
    for problem, remedy, count in summary.reasons:
        sheet.merge_range(row, _LEFT, row, _MIDDLE, problem[:_LONGEST], looks.text)
        sheet.write_number(row, _ROWS, count, looks.count)
        sheet.write_blank(row, _SHARE, None, looks.text)
        sheet.merge_range(row, _FIRST, row, _SECOND, remedy[:_LONGEST], looks.spaced)
        # No program finds out the height that merged cells need.
        sheet.set_row(row, 15 * max(-(-len(problem) // 66), -(-len(remedy) // 92), 1) + 3)
        row += 1


def _texts(sheet: Any, looks: _Looks, row: int, texts: Sequence[str]) -> None:
    columns = (_FIRST, _SECOND, _THIRD)
    # Not every program finds out the height that a wrapped text needs.
    lines = max(-(-len(text) // _WIDTHS[column]) for column, text in zip(columns, texts, strict=True))
    sheet.set_row(row, 15 * lines + 4)
    for column, text in zip(columns, texts, strict=True):
        sheet.write_string(row, column, text, looks.spaced if column == _FIRST else looks.text)


def _status_chart(workbook: Any, sheet: Any, summary: Summary, top: int, bottom: int, first: int) -> None:
    if not summary.statuses:
        return
    last = first + len(summary.statuses) - 1
    chart = workbook.add_chart({"type": "doughnut"})
    chart.add_series(
        {
            "name": "Rows by status",
            "categories": [SUMMARY_SHEET, first, _LEFT, last, _LEFT],
            "values": [SUMMARY_SHEET, first, _ROWS, last, _ROWS],
            "categories_data": [one.status.value for one in summary.statuses],
            "values_data": [one.rows for one in summary.statuses],
            "points": [
                {"fill": {"color": STATUS_COLOURS[one.status].strong}, "border": {"color": "#FFFFFF"}}
                for one in summary.statuses
            ],
        }
    )
    chart.set_hole_size(62)
    chart.set_legend({"position": "right", "font": {"color": INK, "size": 10}})
    _place(sheet, chart, "Rows by status", top, bottom, _FIRST, 320)


def _code_chart(workbook: Any, sheet: Any, summary: Summary, rows: tuple[int, int], first: int) -> None:
    codes = summary.codes
    if not codes:
        return
    # Beside the thousands that went through, the codes worth looking at would be too short to see.
    others = [one for one in codes if one.code != 0]
    shown = others or list(codes)
    first += len(codes) - len(shown)
    last = first + len(shown) - 1
    chart = workbook.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "Rows by code",
            "categories": [SUMMARY_SHEET, first, _LEFT, last, _LEFT],
            "categories_data": [one.label for one in shown],
            "values": [SUMMARY_SHEET, first, _ROWS, last, _ROWS],
            "values_data": [one.rows for one in shown],
            "fill": {"color": STATUS_COLOURS["failed" if others else "succeeded"].strong},
            "data_labels": {"value": True, "font": {"color": INK, "size": 9}},
            "gap": 45,
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": {"color": INK, "size": 9}, "line": {"color": RULE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    title = "Answers other than 0 OK, in rows" if others else "Answers, in rows"
    _place(sheet, chart, title, *rows, _SECOND, 660)


def _place(sheet: Any, chart: Any, title: str, top: int, bottom: int, column: int, width: int) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": width, "height": min(max((bottom - top - 1) * _ROW_PIXELS, 260), 480)})
    sheet.insert_chart(top, column, chart, {"x_offset": 12, "object_position": 2})
