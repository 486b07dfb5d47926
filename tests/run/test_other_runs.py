"""What a plan says of rows that other runs have left, send first or send as well."""

import openpyxl
import pexpect
import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk
from tests.run.samples import HEADINGS, MONDAY, at_the_question, received, stop


def test_a_sheet_saved_anew_after_a_stop_says_before_the_question_which_rows_would_go_twice(desk: Desk) -> None:
    dialer = desk.dialer()
    file, old = stop(desk, dialer, "stopped")
    desk.sheet("leads.csv", HEADINGS, *MONDAY, "")
    child = at_the_question(desk, "run", file)
    said = child.before
    assert (
        f"! 2 rows of the file equal rows left of run {old}, to be sent before; --skip-unchanged sends each once"
        in said
    )
    assert "! 1 row says what its lead was last sent" in said
    child.expect_exact("[y/n]")
    child.sendline("n")
    child.expect(pexpect.EOF)
    done = desk.leadsync("run", file, "--skip-unchanged")
    assert done.code == 0, done.err
    assert received(dialer) == ["M1", "M2"]


def test_a_copy_saved_anew_of_a_stopped_sheet_names_the_rows_left_there(desk: Desk) -> None:
    dialer = desk.dialer()
    file, old = stop(desk, dialer, "stopped")
    copy = desk.folder / "copy.csv"
    copy.write_bytes(file.read_bytes() + b"\r\n")
    done = desk.leadsync("run", copy, "--json").json
    named = f"left of run {old} of {file.name}; `leadsync resume {old}` sends "
    [warning] = [line for line in done["warnings"] if named in line]
    assert warning.startswith("! 2 rows equal rows left of run")
    desk.leadsync("resume", old)
    again = desk.leadsync("run", desk.sheet("other.csv", *copy.read_text("utf-8").splitlines()), "--json").json
    assert not any(named in line for line in again["warnings"]), "nothing is left there"


@pytest.mark.parametrize("kind", ["report", "retry"])
def test_a_file_of_a_stopped_run_given_back_names_none_of_the_rows_that_it_takes(desk: Desk, kind: str) -> None:
    dialer = desk.dialer()
    _, old = stop(desk, dialer, "stopped")
    back = desk.leadsync("report", old, "--json").json["files"][kind]
    done = desk.leadsync("run", back, "--json").json
    assert not any("equal" in line for line in done["warnings"])
    desk.leadsync("resume", old)
    assert received(dialer) == ["M1", "M2"]


def test_rows_left_of_another_sheet_are_named_behind_a_rest_too(desk: Desk) -> None:
    """The rest of the night before goes first, in the same call."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    sheet = desk.sheet("a.csv", "Lead Id,Disposition", "R,Sale")
    other = desk.leadsync("run", desk.sheet("x.csv", "Lead Id,Disposition", "P,Sale"), "--json").json["run"]
    assert desk.leadsync("run", sheet).code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Disposition", "N,Sale", "P,Sale")).err
    assert f"! 1 row equals a row left of run {other} of x.csv; `leadsync resume {other}` sends it as well" in said
    assert received(dialer) == ["R", "N", "P"]


def test_a_stopped_run_of_the_sheet_to_another_campaign_is_named(desk: Desk) -> None:
    dialer = desk.dialer(settings="[campaigns.winback]\nallocation_id = 39\n")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="B", code=115)])
    sheet = desk.sheet("a.csv", "Lead Id,Disposition", "A,Sale", "B,Sale")
    first = desk.leadsync("run", sheet, "--campaign", "winback", "--json").json
    dialer.faults.clear()
    said = desk.leadsync("run", sheet).err
    assert f"! Run {first['run']} has begun to send this sheet to http://127.0.0.1:" in said
    assert f"`leadsync resume {first['run']}` goes on with it, and this run sends all rows to" in said
    assert desk.leadsync("resume", first["run"]).code == 0
    again = desk.sheet("a.csv", "Lead Id,Disposition", "A,Sale", "B,Sale", "C,Sale")
    assert "has begun to send this sheet" not in desk.leadsync("run", again).err


def test_another_sheet_of_the_same_workbook_is_not_this_sheet(desk: Desk) -> None:
    dialer = desk.dialer(settings="[campaigns.winback]\nallocation_id = 39\n")
    workbook = openpyxl.Workbook()
    for name in ("March", "April"):
        for row in (["Lead Id", "Disposition"], [name, "Sale"]):
            workbook.create_sheet(name).append(row) if name not in workbook else workbook[name].append(row)
    del workbook["Sheet"]
    file = desk.folder / "a.xlsx"
    workbook.save(file)
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    assert desk.leadsync("run", file, "--sheet", "March", "--campaign", "winback").code == 4
    dialer.faults.clear()
    assert "has begun to send this sheet" not in desk.leadsync("run", file, "--sheet", "April").err
    assert "has begun to send this sheet" in desk.leadsync("run", file, "--sheet", "March").err


@pytest.mark.parametrize(("anew", "forgotten"), [(("M,y",), 2), (("L,b", "M,y"), 1), (("L,b", "L,x"), 0)])
def test_rows_that_waited_in_the_sheet_that_a_file_was_before_are_named(
    desk: Desk, anew: tuple[str, ...], forgotten: int
) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L", attempt=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "L,a", "L,b"), "--json").json["run"]
    waited = desk.leadsync("run", desk.sheet("b.csv", "Lead Id,Version", "L,b", "L,x"), "--json").json
    said = desk.leadsync("run", desk.sheet("b.csv", "Lead Id,Version", *anew)).err
    rows = {1: "1 row of run", 2: "2 rows of run"}.get(forgotten, "of run")
    assert (f"! {rows} {waited['run']} waited for another run, and " in said) is bool(forgotten)
    if forgotten:
        assert waited["files"]["report"] in said
        desk.leadsync("resolve", first, "--row", "3", "--applied")
        desk.leadsync("run", waited["files"]["report"])
        assert [call.fields["Version"] for call in dialer.ledger.received if call.lead == "L"] == ["a", "b", "x"]


def test_a_sheet_edited_since_its_copy_was_stopped_names_the_rows_that_go_with_both_values(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    sheet, copy = desk.sheet("a.csv", "Lead Id,Disposition", "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    copy.write_text(copy.read_text("utf-8").replace("A,Sale", "A,Busy"), "utf-8")
    assert desk.leadsync("run", copy).code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Disposition", "A,Sale", "C,Sale")).err
    assert (
        "! 1 row goes first as in copy.csv, and then as it stands in this file (row 2); to keep the former, take it "
        "out of this file" in said
    )
    assert "has changed since" not in said, "the copy has not"
    assert received(dialer) == ["A", "B", "A", "C"]


def test_rows_of_a_copy_that_equal_rows_left_are_in_it(desk: Desk) -> None:
    dialer = desk.dialer()
    head, first = "Lead Id,Disposition", desk.folder / "first.csv"
    sheet = desk.sheet("a.csv", head, "A,Sale", "B,Sale")
    desk.leadsync("check", sheet, "--output", first)
    second = desk.folder / "second.csv"
    desk.leadsync("check", desk.sheet("a.csv", head, "A,Sale", "B,Sale", "C,Sale"), "--output", second)
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    run = desk.leadsync("run", second, "--json").json["run"]
    dialer.faults.clear()
    said = desk.leadsync("run", first).err
    assert f"! 1 row left of run {run} is not in first.csv any more, and is sent all the same" in said
    assert f"! 2 rows of the file equal rows left of run {run}, to be sent before" in said
