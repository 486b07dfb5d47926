"""Rows left of a stopped run that the file which takes its sheet over does not hold are named, and go in a sheet."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,Disposition"
REFUSE = FaultRule(FaultKind.HTTP, status=401)


def sent(dialer: PracticeDialer) -> list[tuple[str, str]]:
    return [(call.lead, call.fields["njDisposition"]) for call in dialer.ledger.received]


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    return desk.dialer()


def stopped(desk: Desk, dialer: PracticeDialer, sheet: Path) -> str:
    dialer.faults.add([REFUSE])
    run: str = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    return run


def test_a_row_taken_out_of_a_copy_is_named_and_goes_in_a_sheet_of_its_own(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    run = stopped(desk, dialer, sheet)
    copy.write_text("\n".join(copy.read_text("utf-8").splitlines()[:2]), "utf-8")
    desk.sheet("a.csv", HEAD, "C,Sale")
    said = desk.leadsync("run", copy).err
    assert f"! 1 row left of run {run} is not in this copy, and is skipped there; to send it, give a sheet " in said
    messages = [row["message"] for row in desk.leadsync("show", run, "--rows", "--json").json["listed"]]
    assert messages[0].startswith("sent or decided by run ")
    assert "has taken the sheet over from a file without this row" in messages[1]
    assert desk.leadsync("run", sheet).code == 0
    assert desk.leadsync("run", desk.sheet("b.csv", HEAD, "B,Sale")).code == 0
    assert sent(dialer) == [("A", "Sale"), ("C", "Sale"), ("B", "Sale")]


def test_the_copy_of_an_older_content_begun_anew_tells_what_it_ends(desk: Desk, dialer: PracticeDialer) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    desk.leadsync("run", sheet)
    run = stopped(desk, dialer, desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy", "B,Sale"))
    said = desk.leadsync("run", copy, "--fresh").err
    assert f"! 2 rows left of run {run} are not in this file, and are skipped there; to send them, give a " in said


def test_a_sheet_begun_anew_with_all_rows_says_nothing_of_them(desk: Desk, dialer: PracticeDialer) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale")
    run = stopped(desk, dialer, sheet)
    desk.sheet("a.csv", HEAD, "A,Sale", "B,Busy", "C,Sale")
    said = desk.leadsync("run", sheet, "--fresh").err
    assert f"Run {run} had 2 rows left; this run begins the sheet anew, and they are skipped there." in said
    assert "not in this file" not in said


@pytest.mark.parametrize("file", ["report", "retry"])
def test_its_row_in_a_file_given_back_says_so(desk: Desk, dialer: PracticeDialer, file: str) -> None:
    sheet = desk.sheet("a.csv", HEAD, "A,Sale", "B,Sale")
    dialer.faults.add([REFUSE])
    first = desk.leadsync("run", sheet, "--json").json
    dialer.faults.clear()
    desk.sheet("a.csv", HEAD, "A,Sale")
    desk.leadsync("run", sheet, "--fresh")
    dialer.ledger.received.clear()
    given = desk.leadsync("run", first["files"][file], "--json").json
    [row] = [row for row in desk.rows(Path(given["files"]["report"])) if row["Lead Id"] == "B"]
    assert "without this row; if it is still to be sent, give a sheet of it alone" in row["sync_message"]
    assert sent(dialer) == []
