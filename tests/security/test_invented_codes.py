"""A dialer that invents result codes: a run may have many rows, and whatever tells of it stays short."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from prometheus_client.parser import text_string_to_metric_families

from leadsync.result_codes import split_codes
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

ROWS = 60
INVENTED = ROWS - 2
"""Row 1 is answered 0, row 2 is answered 104, and each other row a code of its own."""


@pytest.fixture
def done(desk: Desk) -> dict[str, Any]:
    """What a run came to on a dialer that answers almost each row with a code of its own."""
    faults = [FaultRule(FaultKind.CODE, lead="2", code=104)]
    faults += [
        FaultRule(FaultKind.CODE, lead=str(lead), code=1000 + lead, message=f"Invented-{lead}")
        for lead in range(3, ROWS + 1)
    ]
    desk.dialer(faults=faults)
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone", *(f"{lead},03832181{lead:02}" for lead in range(1, ROWS + 1)))
    sent = desk.leadsync("run", sheet, "--format", "xlsx", "--json", "--metrics-file", desk.folder / "leads.prom")
    assert sent.code == 3, sent.err
    value: dict[str, Any] = sent.json
    return value


def test_the_documented_codes_and_the_most_frequent_others_are_shown() -> None:
    counts = {0: 7, 104: 1, **{200 + number: number for number in range(1, 31)}}
    # 221 to 230 are the ten most frequent; 1 + 2 + … + 20 rows are left.
    assert split_codes(counts) == ({0: 7, 104: 1, **{200 + number: number for number in range(21, 31)}}, 210)
    assert split_codes({105: 3, 118: 2}) == ({105: 3, 118: 2}, 0)
    assert split_codes({}) == ({}, 0)


def test_a_script_is_told_few_codes_whose_sum_is_right(done: dict[str, Any]) -> None:
    assert done["codes"]["0"] == done["codes"]["104"] == 1
    assert done["codes"]["other"] == INVENTED - 10
    assert len(done["codes"]) == 13
    assert sum(done["codes"].values()) == ROWS


def test_the_terminal_and_so_a_mail_tells_few_codes(desk: Desk, done: dict[str, Any]) -> None:
    shown = desk.leadsync("show", done["run"]).out
    lines = shown.split("The dialer's answers other than 0 OK:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split() for line in lines if "104" in line or "other" in line] == [
        ["1", "104", "DNC"],
        [str(INVENTED - 10), "other", "codes,", "not", "in", "the", "documentation"],
    ]
    assert len(lines) == 2 + 10 + 1


def test_the_summary_of_a_workbook_has_few_codes(done: dict[str, Any]) -> None:
    sheet = openpyxl.load_workbook(done["files"]["report"])["Summary"]
    lines = [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]
    codes = lines[lines.index(next(line for line in lines if line[:2] == ["code", "name"])) + 1 :]
    table = codes[: codes.index([])]
    assert len(table) == 2 + 10 + 1
    assert table[-1][:3] == ["other", "codes", INVENTED - 10]


def test_the_page_has_few_codes(desk: Desk, done: dict[str, Any]) -> None:
    desk.leadsync("report", done["run"], "--format", "csv")
    page = next(desk.folder.glob("*.summary.html")).read_text("utf-8")
    assert page.count("Invented-") == 10
    assert f'<b>other</b><br><span class="quiet"><bdi>codes</bdi></span></td><td class="n">{INVENTED - 10}' in page


def test_metrics_name_documented_codes_alone(desk: Desk, done: dict[str, Any]) -> None:
    text = Path(desk.folder / "leads.prom").read_text("utf-8")
    rows = next(family for family in text_string_to_metric_families(text) if family.name == "leadsync_rows")
    assert {(one.labels["status"], one.labels["code"]): one.value for one in rows.samples} == {
        ("succeeded", "0"): 1,
        ("failed", "104"): 1,
        ("failed", "other"): INVENTED,
    }
