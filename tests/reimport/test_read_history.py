"""A sheet's rows found again in its runs, whatever a copy, a report or a retry did with them."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

LETTERS = ("L,a", "L,b", "M,c", "L,d")
"""Lead and version of each row."""


def copy_of(desk: Desk, sheet: Path, name: str) -> Path:
    desk.leadsync("check", sheet, "--output", name)
    return desk.folder / name


def changed(path: Path, was: str, now: str) -> Path:
    """The file with this lead and version in place of those; without the line if there are none."""
    head, *lines = path.read_text("utf-8-sig").splitlines()
    rows = [now + line.removeprefix(was) if line.startswith(f"{was},") else line for line in lines]
    path.write_text("\n".join([head, *(row for row in rows if not row.startswith(","))]) + "\n", "utf-8")
    return path


def versions(dialer: PracticeDialer) -> list[str]:
    """The versions of all rows sent, in their order."""
    return [one.fields["Version"] for one in dialer.ledger.received if one.lead]


@pytest.mark.parametrize("now", ["", "M,dd", "N,dd"], ids=["taken out", "of another lead", "of a new lead"])
@pytest.mark.parametrize("again", ["leads.csv", "e.csv"])
def test_a_row_that_the_last_copy_does_not_hold_goes_once(desk: Desk, now: str, again: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Version", *LETTERS, "P,p")
    copy, other = copy_of(desk, sheet, "c.csv"), copy_of(desk, sheet, "e.csv")
    desk.leadsync("run", sheet)
    desk.leadsync("run", changed(copy, "L,d", now))
    changed(other, "P,p", "P,pp")
    desk.leadsync("run", desk.sheet("o.csv", "Lead Id,Version", "L,o"))
    before = versions(dialer)
    done = desk.leadsync("run", again)
    assert done.code == 0, done.err
    assert versions(dialer)[len(before) :] == (["pp"] if again == "e.csv" else [])
    assert "not sent, because a later row" not in done.err


@pytest.mark.parametrize("way", ["report", "retry", "copy"])
def test_a_failed_row_corrected_to_another_lead_does_not_go_to_the_first(desk: Desk, way: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, lead="L", attempt=3)])
    sheet = desk.sheet("leads.csv", "Lead Id,Version", *LETTERS)
    copy, other = copy_of(desk, sheet, "c.csv"), copy_of(desk, sheet, "e.csv")
    done = desk.leadsync("run", sheet if way == "copy" else copy, "--json")
    assert done.json["statuses"] == {"succeeded": 3, "failed": 1}
    back = copy if way == "copy" else Path(done.json["files"][way])
    assert desk.leadsync("run", changed(back, "L,d", "M,dd")).code == 0
    assert versions(dialer)[-1] == "dd"
    for again in (sheet, other, sheet):
        desk.leadsync("run", again)
    assert versions(dialer)[4:] == ["dd"]


@pytest.mark.parametrize("way", ["retry", "retry file", "failed rows"])
def test_rows_sent_by_a_retry_count_as_those_of_the_run(desk: Desk, way: str) -> None:
    refused = FaultRule(FaultKind.HTTP, status=401) if way != "failed rows" else FaultRule(FaultKind.CODE, code=106)
    dialer = desk.dialer(faults=[refused])
    sheet = desk.sheet("leads.csv", "Lead Id,Version", *LETTERS)
    copy, other = copy_of(desk, sheet, "c.csv"), copy_of(desk, sheet, "e.csv")
    run = desk.leadsync("run", sheet, "--keep-going", "--json").json
    dialer.faults.clear()
    dialer.ledger.received.clear()
    if way == "retry file":
        desk.leadsync("run", desk.leadsync("report", run["run"], "--json").json["files"]["retry"])
    else:
        desk.leadsync("retry", run["run"])
    assert sorted(versions(dialer)) == ["a", "b", "c", "d"]
    done = desk.leadsync("run", changed(copy, "L,b", "L,bb"))
    assert "! 1 row is not sent, because a later row of its lead went through (row 3)." in done.err
    desk.leadsync("run", other)
    assert sorted(versions(dialer)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("way", ["anew", "waited"])
def test_rows_left_out_by_the_last_run_because_they_were_sent_do_not_go_from_a_copy(desk: Desk, way: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=1)])
    if way == "waited":
        other = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a"), "--json").json["run"]
    else:
        dialer.faults.clear()
    sheet = desk.sheet("leads.csv", "Lead Id,Version", *LETTERS, "P,p")
    desk.leadsync("run", sheet)
    copy = copy_of(desk, sheet, "c.csv")
    if way == "waited":
        desk.leadsync("resolve", other, "--row", "2", "--applied")
        assert desk.leadsync("run", sheet).code == 0
    else:
        assert desk.leadsync("run", sheet, "--fresh", "--skip-unchanged").code == 0
    before = versions(dialer)
    said = desk.leadsync("run", changed(copy, "P,p", "P,pp")).err
    assert versions(dialer) == [*before, "pp"]
    assert "! 1 row that went through in run" in said


@pytest.mark.parametrize("way", ["tried", "stopped"])
def test_a_correction_in_a_copy_goes_behind_the_text_of_the_sheet_that_took_its_rest(desk: Desk, way: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Version", "L,a", "L,b", "P,p")
    copy = changed(copy_of(desk, sheet, "c.csv"), "P,p", "P,pp")
    key = {"LEADSYNC_API_KEY": "wrong"} if way == "stopped" else {}
    desk.leadsync("run", copy, *(("--limit", "1") if way == "tried" else ()), **key)
    assert "! 1 row was corrected in the copy by check" in desk.leadsync("run", sheet).err
    assert "! 1 row that went through in run" in desk.leadsync("run", copy).err
    for again in (sheet, copy):
        desk.leadsync("run", again)
    sent = {one.request: one.fields["Version"] for one in dialer.ledger.received if one.lead}
    taken = [sent[one.request] for one in dialer.ledger.applications]
    assert (sorted(taken), taken[-1]) == (["a", "b", "p", "pp"], "pp")
