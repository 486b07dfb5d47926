"""The workbook of failures, as a spreadsheet program reads it."""

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from leadsync.sheets import new_stats_workbook
from leadsync.stats_summary import CellKind, StatsChart, StatsColumn, StatsSummary, StatsTable

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension is not supported")

SUMMARY = StatsSummary(
    "Failures by Agent",
    "3 of 4 rows (75.0%) failed.",
    ("One remark.",),
    StatsChart("Failures by day", ("2026-11-02", "2026-11-03"), (("Ann", (2, 0)), ("others", (0, 1)))),
    (("Ann", 2), ("Ben", 1)),
    StatsTable(
        "",
        (
            StatsColumn("Agent", CellKind.TEXT),
            StatsColumn("failures", CellKind.COUNT),
            StatsColumn("of its rows", CellKind.SHARE),
            StatsColumn("over time", CellKind.SERIES),
            StatsColumn("half within", CellKind.DURATION),
        ),
        (
            ("Ann", 2, 0.5, (2, 0), timedelta(hours=36)),
            ("=1+1", 1, None, (0, 1), None),
            ("(2 others)", 0, 0.0, None, None),
        ),
        "A note.",
    ),
    (
        StatsTable(
            "Leads that fail again",
            (StatsColumn("lead", CellKind.TEXT), StatsColumn("last", CellKind.TIME)),
            (("0012", datetime(2026, 11, 2, 9, 30, tzinfo=UTC)),),
        ),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "stats.xlsx"
    with new_stats_workbook(path) as workbook:
        workbook.put(SUMMARY)
    return path


def test_each_table_has_its_sheet_and_its_values_are_numbers_and_times(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Failures", "Leads that fail again", "Chart data"]
    front = [[cell for cell in line if cell is not None] for line in book["Failures"].iter_rows(values_only=True)]
    assert front[:3] == [["Failures by Agent"], ["3 of 4 rows (75.0%) failed."], ["One remark."]]
    assert [line for line in front[3:] if line] == [
        ["Agent", "failures", "of its rows", "over time", "half within"],
        ["Ann", 2, 0.5, 1.5],
        ["=1+1", 1],
        ["(2 others)", 0, 0],
        ["A note."],
    ]
    assert [cell.data_type for row in book["Failures"].iter_rows() for cell in row if cell.value == "=1+1"] == ["s"]
    assert list(book["Leads that fail again"].iter_rows(values_only=True)) == [
        ("lead", "last"),
        ("0012", datetime(2026, 11, 2, 9, 30)),
    ]


def test_charts_and_sparklines_read_the_chart_data(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert list(book["Chart data"].iter_rows(values_only=True)) == [
        ("Failures by day", "Ann", "others", None, "Ann", "=1+1"),
        ("2026-11-02", 2, 0, None, 2, 0),
        ("2026-11-03", 0, 1, None, 0, 1),
    ]
    with zipfile.ZipFile(path) as archive:
        stacked, bars = (archive.read(f"xl/charts/chart{n}.xml").decode() for n in (1, 2))
        front = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<c:f>'Chart data'!$B$2:$B$3</c:f>" in stacked
    assert "<c:f>'Chart data'!$C$2:$C$3</c:f>" in stacked
    # Title, headline, remark, a blank line, 16 lines of charts, the headings: Ann is in line 22.
    assert "<c:f>Failures!$C$22:$C$23</c:f>" in bars
    assert "<xm:f>'Chart data'!E2:E3</xm:f><xm:sqref>E22</xm:sqref>" in front
    assert "<xm:f>'Chart data'!F2:F3</xm:f><xm:sqref>E23</xm:sqref>" in front


def test_hidden_characters_are_written_out(tmp_path: Path) -> None:
    path = tmp_path / "stats.xlsx"
    with new_stats_workbook(path) as workbook:
        workbook.put(SUMMARY._replace(title="a\u202eb\nc\x1b"))
    assert openpyxl.load_workbook(path)["Failures"]["B1"].value == r"a\u202eb\nc\u001b"


def test_without_rows_there_is_the_headline_alone(tmp_path: Path) -> None:
    path = tmp_path / "stats.xlsx"
    nothing = SUMMARY._replace(
        chart=StatsChart("Failures by day", (), (("failures", ()),)),
        bars=(),
        groups=SUMMARY.groups._replace(lines=(), note=""),
        tables=(),
    )
    with new_stats_workbook(path) as workbook:
        workbook.put(nothing)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Failures"]
    assert book["Failures"].max_row == 3
