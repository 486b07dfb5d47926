"""A run at a glance: the sheet Summary and the page."""

import html.parser
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leadsync.models import Status
from leadsync.report_values import Line
from leadsync.sheets import SheetLayout, new_workbook, open_table
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

SHEET = (
    "Lead Id,Name,FirstPhone,Outcome,Call Back Date",
    "1,<script>alert(1)</script>,0383218191,Sale,24/11/2031 14:30",
    "2,=1+1,0383218192,Sale,",
    "3,x,0383218193,Busy,",
    "4,x,0383218194,,",
    "5,x,8321 8195,Sale,",
    "6,x,8321 8196,Sale,",
    "7,x,0383218197,Sail,",
    "8,x,0383218198,Sale,",
)
"""1 to 4 go through, 5 and 6 are rejected, 7 is refused with 106, 8 ends in conflict."""


Send = Callable[..., dict[str, Any]]
"""Sends the sheet with reports of a kind; gives what the command printed as JSON."""


@pytest.fixture
def send(desk: Desk) -> Send:
    faults = [FaultRule(FaultKind.CODE, lead="7", code=106), FaultRule(FaultKind.CODE, lead="8", code=110)]
    desk.dialer(faults=faults)

    def run(kind: str, name: str = "leads.csv") -> dict[str, Any]:
        done = desk.leadsync("run", desk.sheet(name, *SHEET), "--format", kind, "--json")
        assert done.code == 3, done.err
        value: dict[str, Any] = done.json
        return value

    return run


def texts(page: Any) -> dict[str, list[Any]]:
    """The lines of a sheet by their first value."""
    lines = [[value for value in row if value is not None] for row in page.iter_rows(values_only=True)]
    return {str(line[0]): line[1:] for line in lines if line}


def test_the_sheet_summary_adds_up_and_tells_the_next_step(send: Send) -> None:
    done = send("xlsx")
    book = openpyxl.load_workbook(done["files"]["report"])
    lines = texts(book["Summary"])
    assert "4 of 8 rows went through; 3 to correct, 1 to decide." in lines
    assert lines["Run"] == [done["run"]]
    assert lines["Campaign"] == ["41 (template 41, allocation 38)"]
    counts = {name: lines[name][1] for name in ("succeeded", "failed", "rejected", "conflict")}
    assert counts == {"succeeded": 4, "failed": 1, "rejected": 2, "conflict": 1}
    assert lines["rows read"] == [8] == [sum(counts.values())]
    assert lines["106"][:2] == ["INVALID_DISPOSTION", 1]
    assert "Write the disposition exactly as the campaign spells it" in lines["106"][-1]
    assert lines["FirstPhone has no area code"][0] == 2
    effects = [
        row[1:4]
        for row in book["Summary"].iter_rows(values_only=True)
        if row[1] in ("Disposition set", "Disposition kept", "Callback moved", "No callback date")
    ]
    assert effects == [
        ("Disposition set", "Sale", 2),
        ("Disposition set", "Busy", 1),
        ("Disposition kept", "as it was", 1),
        ("Callback moved", "to the date given", 1),
        ("No callback date", "treated as a new lead", 3),
    ]


def test_the_charts_are_the_programs_own(send: Send) -> None:
    import zipfile

    with zipfile.ZipFile(send("xlsx")["files"]["report"]) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "charts/chart" in name]
    assert len(charts) == 2
    assert "<c:doughnutChart>" in charts[0]
    assert "<c:barChart>" in charts[1]
    assert re.findall(r"<c:v>(\d+)</c:v>", charts[0].split("<c:val>")[1]) == ["4", "1", "2", "1"]


def test_the_rows_are_coloured_the_cell_at_fault_is_highlighted_and_says_why(send: Send) -> None:
    page = openpyxl.load_workbook(send("xlsx")["files"]["report"])["To correct"]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:N4"
    fills = {cell.coordinate for row in page["A2:E4"] for cell in row if cell.fill.fgColor.rgb == "FFFFD9A8"}
    assert fills == {"C2", "C3", "D4"}
    comment = page["C2"].comment
    assert comment is not None
    assert "has no area code" in comment.text
    assert page["G2"].fill.fgColor.rgb != page["G4"].fill.fgColor.rgb, "rejected and failed"
    assert {cell.number_format for row in page["A2:E4"] for cell in row if cell.value} == {"@"}, (
        "typed is kept as typed"
    )


def test_values_to_be_run_or_followed_are_texts(send: Send) -> None:
    page = openpyxl.load_workbook(send("xlsx")["files"]["report"])["Report"]
    assert (page["B2"].value, page["B2"].data_type) == ("<script>alert(1)</script>", "s")
    assert (page["B3"].value, page["B3"].data_type) == ("=1+1", "s")
    assert page["B2"].hyperlink is None


def test_decisions_are_chosen_from_a_list(send: Send) -> None:
    page = openpyxl.load_workbook(send("xlsx")["files"]["report"])["To decide"]
    [rule] = page.data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1) == ("O2", '"applied,not applied,send"')
    assert page["O1"].value == "sync_decision"


class Tags(html.parser.HTMLParser):
    """What a page consists of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.data = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.data += data


def test_the_page_of_a_text_file_says_the_same_and_needs_nothing_else(send: Send) -> None:
    done = send("csv", "R&amp;D.csv")
    path = Path(done["files"]["summary"])
    assert path.name == f"R&amp;D.{done['run']}.summary.html"
    page = Tags(path.read_text("utf-8"))
    assert "4 of 8 rows went through; 3 to correct, 1 to decide." in page.data
    assert "R&amp;D.csv" in page.data
    assert page.tags.count("svg") == 2
    assert {"script", "img", "link", "iframe"}.isdisjoint(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href", "action")]
    assert "@media print" in page.data


def test_a_workbook_has_its_summary_inside(send: Send) -> None:
    assert send("xlsx")["files"]["summary"] is None


def test_a_million_rows_of_one_kind_would_carry_no_more_comments_than_programs_bear(tmp_path: Path) -> None:
    line = Line(("a", "failed"), (), Status.FAILED, 1, (0,), ("why",))
    path = tmp_path / "a.xlsx"
    _write(path, SheetLayout("To correct", ("Id", "sync_status"), 1), [line] * 2_100)
    page = openpyxl.load_workbook(path)["To correct"]
    assert page["A2001"].comment is not None
    assert page["A2002"].comment is None
    assert page["A2002"].fill.fgColor.rgb == "FFFFD9A8"


def test_each_marked_cell_says_what_is_wrong_with_it_as_far_as_comments_go(tmp_path: Path) -> None:
    line = Line(("a", "b", "rejected"), (), Status.REJECTED, 2, (0, 1), ("too short", "no date"))
    path = tmp_path / "a.xlsx"
    lines = [line._replace(marked=(1,), notes=("no date",)), *[line] * 1_001]
    _write(path, SheetLayout("To correct", ("Id", "When", "sync_status"), 2), lines)
    page = openpyxl.load_workbook(path)["To correct"]
    assert page["A2"].comment is None
    assert [page[cell].comment.text for cell in ("B2", "A3", "B3")] == ["no date", "too short", "no date"]
    assert page["A1002"].comment is not None
    assert page["B1002"].comment is None, "the 2,001st"


@pytest.mark.parametrize("wrap_text", [True, False])
def test_a_row_reads_back_the_same_however_it_is_laid_out(tmp_path: Path, *, wrap_text: bool) -> None:
    rows = [
        ("a", "<No Change>", "2031-11-24 14:30"),
        ("", "R&D \"x\" 'y'", "2031-11-24"),
        ("_x0041_", " outer ", "2031-11-24 14:30:05"),
        ("a\nb", "李雷 ﷺ 🙂", "not a date"),
        ("é", "\x7f", ""),
        ("<r>x</r>", "]]>", "1899-01-01"),
    ]
    path = tmp_path / "a.xlsx"
    lines = [Line(row, (2,)) for row in rows for _ in range(2)]
    _write(path, SheetLayout("Leads", ("Id", "Name", "When"), 3, wrap_text=wrap_text), lines)
    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [line.cells for line in lines]
    page = openpyxl.load_workbook(path)["Leads"]
    assert [page.cell(row, 3).value for row in (2, 3, 4)] == [
        datetime(2031, 11, 24, 14, 30),
        datetime(2031, 11, 24, 14, 30),
        datetime(2031, 11, 24),
    ]


def _write(path: Path, page: SheetLayout, lines: list[Line]) -> None:
    with new_workbook(path, [page]) as file:
        for line in lines:
            file.put([line])
