"""The sheet *Summary*, read again from the written file: its figures, its texts, and the charts over them."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import xlsxwriter

from leadsync.models import Status
from leadsync.report_values import CodeCount, StatusCount, Summary
from leadsync.sheets.output.summary_sheet import draw

SUMMARY = Summary(
    title="leads.xlsx",
    headline="2 of 4 rows went through.",
    ending="Finished on 2026-11-23.",
    facts=(("file", "leads.xlsx"),),
    rows=4,
    statuses=(StatusCount(Status.SUCCEEDED, 3, "went through"), StatusCount(Status.FAILED, 1, "=refused")),
    codes=(
        CodeCount(0, "OK", 3, "The lead was updated.", "", ""),
        CodeCount(106, "INVALID_DISPOSTION", 1, "No such disposition.", "It is misspelt.", "Correct it."),
    ),
    reasons=(("FirstPhone is blank", "give one", 1),),
    effects=(("njDisposition", "=1+1", 2),),
    steps=("Correct 1 row.",),
    warnings=("A warning.",),
)


def drawn(summary: Summary, *, notes_end: bool = False) -> tuple[Any, bytes]:
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        draw(book, book.add_worksheet("Summary"), summary, notes_end=notes_end)
    return openpyxl.load_workbook(content)["Summary"], content.getvalue()


def row_of(sheet: Any, text: str) -> Sequence[object]:
    """The filled cells of the row with this text."""
    [row] = [row for row in sheet.iter_rows() if any(cell.value == text for cell in row)]
    return [cell.value for cell in row if cell.value is not None]


def test_the_headline_stands_on_top() -> None:
    sheet, _ = drawn(SUMMARY)
    assert [sheet[f"B{row}"].value for row in (1, 2, 3)] == [
        "leads.xlsx",
        "2 of 4 rows went through.",
        "Finished on 2026-11-23.",
    ]


def test_figures_are_numbers_with_their_share() -> None:
    sheet, _ = drawn(SUMMARY)
    assert row_of(sheet, "succeeded") == ["succeeded", "went through", 3, 0.75]
    assert row_of(sheet, "failed") == ["failed", "=refused", 1, 0.25]
    assert row_of(sheet, "rows read") == ["rows read", 4]
    assert row_of(sheet, "106") == [
        "106", "INVALID_DISPOSTION", 1, 0.25, "No such disposition.", "It is misspelt.", "Correct it.",
    ]  # fmt: skip
    assert row_of(sheet, "FirstPhone is blank") == ["FirstPhone is blank", 1, "give one"]


def test_texts_of_sheets_and_servers_are_never_formulas() -> None:
    sheet, _ = drawn(SUMMARY)
    assert row_of(sheet, "=1+1") == ["njDisposition", "=1+1", 2]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_warnings_come_before_the_next_steps() -> None:
    sheet, _ = drawn(SUMMARY, notes_end=True)
    texts = [sheet[f"B{row}"].value for row in range(5, 12)]
    assert texts == [
        "Warnings",
        "•  A warning.",
        None,
        "What to do now",
        "•  Correct 1 row.",
        "•  Only the first rows to correct carry their reason as a comment; sync_message has it for all.",
        None,
    ]


def chart_texts(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in sorted(book.namelist()) if "/charts/" in name)


def test_the_charts_show_the_statuses_and_the_codes_worth_a_look() -> None:
    charts = chart_texts(drawn(SUMMARY)[1])
    assert "Answers other than 0 OK, in rows" in charts
    assert "<c:v>106</c:v>" in charts
    assert "<c:v>succeeded</c:v>" in charts
    good = replace(SUMMARY, codes=SUMMARY.codes[:1])
    assert "Answers, in rows" in chart_texts(drawn(good)[1])


def test_a_run_without_rows_has_no_charts_and_no_share_of_nothing() -> None:
    empty = replace(SUMMARY, rows=0, statuses=(StatusCount(Status.SUCCEEDED, 0, ""),), codes=(), effects=(), reasons=())
    sheet, content = drawn(empty)
    assert row_of(sheet, "rows read") == ["rows read", 0]
    assert "What was done on the dialer" not in [cell.value for cell in sheet["B"]]
    assert "in rows" not in chart_texts(content)
    assert chart_texts(drawn(replace(empty, statuses=()))[1]) == ""
