"""Rows of a lead keep their order where a file given back has taken an earlier one of them and stopped."""

from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,Disposition"


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    """The first row of the lead is in doubt."""
    return desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="A", calls=1)])


def sent(dialer: PracticeDialer) -> list[str]:
    return [call.fields["njDisposition"] for call in dialer.ledger.received]


def decided(desk: Desk, run: dict[str, dict[str, str]], decision: str) -> Path:
    """The review file of a run with a decision, under another name."""
    lines = Path(run["files"]["review"]).read_text("utf-8").splitlines()
    return desk.sheet("decided.csv", lines[0], *(f"{line}{decision}" for line in lines[1:]))


def given_back_and_stopped(desk: Desk, dialer: PracticeDialer, first: dict[str, dict[str, str]]) -> str:
    """The run of the review file of a run with `send`, stopped by a refused key before it sent a row."""
    file = decided(desk, first, "send")
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    stopped = desk.leadsync("run", file, "--json")
    assert stopped.code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    run: str = stopped.json["run"]
    return run


@pytest.mark.parametrize("words", [("resume", "FIRST"), ("run", "a.csv")])
def test_later_rows_wait_for_one_decided_in_a_file_whose_run_stopped(
    desk: Desk, dialer: PracticeDialer, words: tuple[str, str]
) -> None:
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy", "A,No Answer"), "--json").json
    second = given_back_and_stopped(desk, dialer, first)
    waits = desk.leadsync(words[0], words[1].replace("FIRST", first["run"]))
    assert (waits.code, sent(dialer)) == (3, []), waits.err
    where = f"in run {second}, which goes first: `leadsync resume {second}`."
    assert f"2 rows wait for an earlier row of the same lead {where}" in waits.err
    rows = desk.leadsync("show", first["run"], "--status", "unsent", "--json").json["listed"]
    assert [row["message"] for row in rows] == [
        f"waits for row 2, which run {second} is to send first: `leadsync resume {second}`"
    ] * 2
    after = desk.leadsync("resume", second)
    assert f"2 rows of run {first['run']} can go now: leadsync resume {first['run']}" in after.err
    assert desk.leadsync("resume", "--json").json["run"] == first["run"], "it is open again"
    assert sent(dialer) == ["Sale", "Busy", "No Answer"]


def test_another_sheet_leaves_a_row_decided_in_a_file_to_its_run(desk: Desk, dialer: PracticeDialer) -> None:
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale"), "--json").json
    second = given_back_and_stopped(desk, dialer, first)
    said = desk.leadsync("run", desk.sheet("b.csv", HEAD, "A,Sale", "B,Sale")).err
    assert f"! 1 row is not sent: it is for run {second} to send" in said
    desk.leadsync("resume", second)
    assert sorted((call.lead, call.fields["njDisposition"]) for call in dialer.ledger.received) == [
        ("A", "Sale"),
        ("B", "Sale"),
    ]


@pytest.mark.parametrize("name", ["a.csv", "b.csv"])
@pytest.mark.parametrize("between", ["second first", "second"])
def test_a_newer_sheet_goes_on_behind_the_rows_of_both_runs(
    desk: Desk, dialer: PracticeDialer, name: str, between: str
) -> None:
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy"), "--json").json
    second = given_back_and_stopped(desk, dialer, first)
    sheet = desk.sheet(name, HEAD, "A,Sale", "A,Busy", "A,No Answer")
    desk.leadsync("run", sheet)
    assert sent(dialer) == []
    for run in between.split():
        desk.leadsync("resume", second if run == "second" else first["run"])
    said = desk.leadsync("run", sheet)
    if between == "second" and name == "b.csv":
        # Of another file's run the rows left go by a command of their own.
        resume = f"`leadsync resume {first['run']}`"
        assert f"they wait for an earlier row of the lead in run {first['run']}, which goes first: {resume}" in said.err
        assert sent(dialer) == ["Sale"]
        desk.leadsync("resume", first["run"])
        said = desk.leadsync("run", sheet)
    assert (said.code, sent(dialer)) == (0, ["Sale", "Busy", "No Answer"])


def test_a_copy_of_a_newer_sheet_goes_on_behind_the_rows_of_both_runs(desk: Desk, dialer: PracticeDialer) -> None:
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy"), "--json").json
    second = given_back_and_stopped(desk, dialer, first)
    sheet, copy = desk.sheet("b.csv", HEAD, "A,Sale", "A,Busy", "A,No Answer"), desk.folder / "copy.csv"
    desk.leadsync("run", sheet)
    desk.leadsync("check", sheet, "--output", copy)
    desk.leadsync("resume", second)
    desk.leadsync("resume", first["run"])
    desk.leadsync("run", copy)
    desk.leadsync("run", sheet)
    assert sent(dialer) == ["Sale", "Busy", "No Answer"]


@pytest.mark.parametrize("stopped", [True, False])
def test_a_newer_sheet_goes_on_behind_the_rows_that_a_copy_of_the_first_one_has_taken_over(
    desk: Desk, dialer: PracticeDialer, stopped: bool
) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    first = desk.leadsync("run", sheet, "--json").json
    second = given_back_and_stopped(desk, dialer, first)
    newer = desk.sheet("b.csv", HEAD, "A,Sale", "A,Busy", "A,No Answer")
    desk.leadsync("run", newer)
    desk.leadsync("resume", second)
    if stopped:
        dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    third = desk.leadsync("run", copy, "--json").json["run"]
    if stopped:
        dialer.faults.clear()
        dialer.ledger.received.clear()
        assert f"run {third}, which goes first" in desk.leadsync("run", newer).err
        desk.leadsync("resume", third)
    desk.leadsync("run", newer)
    assert sent(dialer) == [*([] if stopped else ["Sale"]), "Busy", "No Answer"]


@pytest.mark.parametrize("given", ["report", "corrected", "copy"])
def test_a_file_of_the_first_run_waits_for_the_row_that_another_one_has_taken(
    desk: Desk, dialer: PracticeDialer, given: str
) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "Z,Sale", "A,Sale", "A,Busy", "A,No Answer"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    first = desk.leadsync("run", sheet, "--json").json
    report = desk.sheet("old.csv", *Path(first["files"]["report"]).read_text("utf-8").splitlines())
    second = given_back_and_stopped(desk, dialer, first)
    if given == "corrected":
        report = desk.sheet("old.csv", *report.read_text("utf-8").replace("No Answer", "Answer").splitlines())
    back = copy if given == "copy" else report
    waits = desk.leadsync("run", back)
    # A copy would take the rows over, and is refused.
    assert waits.code == (2 if given == "copy" else 0)
    assert f"in run {second}, which goes first: `leadsync resume {second}`" in waits.err
    desk.leadsync("resume", second)
    assert sent(dialer) == ["Sale"]
    desk.leadsync("run", back)
    desk.leadsync("resume", first["run"])
    assert sent(dialer) == ["Sale", "Busy", "Answer" if given == "corrected" else "No Answer"]


def test_a_file_given_back_is_not_begun_anew_while_its_run_has_rows_left(desk: Desk, dialer: PracticeDialer) -> None:
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale"), "--json").json
    second = given_back_and_stopped(desk, dialer, first)
    refused = desk.leadsync("run", desk.folder / "decided.csv", "--fresh")
    assert (refused.code, sent(dialer)) == (2, [])
    assert f"its run {second} has rows left: begun anew, it would leave them to nobody" in refused.err
    desk.leadsync("resume")
    assert sent(dialer) == ["Sale"]


@pytest.mark.parametrize("how", ["run", "retry"])
def test_rows_left_uncorrected_that_went_since_do_not_go_again(desk: Desk, how: str) -> None:
    """The retry file of a report that was given back uncorrected has them once more."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy"), "--json").json
    report = desk.sheet("old.csv", *Path(first["files"]["report"]).read_text("utf-8").splitlines())
    given = desk.leadsync("run", report, "--json").json
    assert given["statuses"] == {"skipped": 2}
    desk.leadsync("run", first["files"]["retry"]) if how == "run" else desk.leadsync("retry", first["run"])
    assert sent(dialer) == ["Sale", "Busy"] * 2
    again = desk.leadsync("run", given["files"]["retry"], "--json")
    assert (again.json["statuses"], sent(dialer)) == ({"skipped": 2}, ["Sale", "Busy"] * 2)


def test_a_copy_is_refused_while_a_person_has_to_decide_on_the_row_that_another_run_has_taken(
    desk: Desk, dialer: PracticeDialer
) -> None:
    sheet, copy = desk.sheet("a.csv", HEAD, "Z,Sale", "A,Sale", "A,Busy"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    first = desk.leadsync("run", sheet, "--json").json
    file = decided(desk, first, "send")
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    second = desk.leadsync("run", file, "--json").json["run"]
    refused = desk.leadsync("run", copy)
    assert refused.code == 2
    assert f"in run {second}, on which a person has to decide first; `leadsync show {second} " in refused.err
    desk.leadsync("resolve", second, "--row", "2", "--applied")
    dialer.ledger.received.clear()
    desk.leadsync("run", copy)
    desk.leadsync("resume", first["run"])
    assert sent(dialer) == ["Busy"]


def test_a_later_row_waits_alone_for_an_earlier_one_left_of_its_run(desk: Desk) -> None:
    """A person has cut the earlier row's line out of the report."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Disposition,Priority", "A,Sale,5", "A,Busy,x"), "--json")
    assert first.json["statuses"] == {"unsent": 1, "rejected": 1}
    dialer.faults.clear()
    dialer.ledger.received.clear()
    report = Path(first.json["files"]["report"]).read_text("utf-8").replace("A,Busy,x", "A,Busy,5").splitlines()
    alone = desk.sheet("alone.csv", report[0], report[2])
    waits = desk.leadsync("run", alone)
    assert f"! 1 row is not sent: it waits for an earlier row of the lead in run {first.json['run']}" in waits.err
    assert dialer.ledger.received == []
    desk.leadsync("resume", first.json["run"])
    desk.leadsync("run", alone)
    assert sent(dialer) == ["Sale", "Busy"]


@pytest.mark.parametrize("corrected", [True, False])
def test_a_row_left_goes_alone_only_if_it_is_corrected(desk: Desk, corrected: bool) -> None:
    """Its run would send the old text behind the row before it."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy"), "--json").json
    dialer.faults.clear()
    dialer.ledger.received.clear()
    head, _, busy = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    alone = desk.sheet("alone.csv", head, busy.replace("Busy", "No Answer") if corrected else busy)
    desk.leadsync("run", alone)
    assert sent(dialer) == (["No Answer"] if corrected else [])
    said = desk.leadsync("resume", first["run"]).err
    assert ("! 1 row would undo what its lead was sent since" in said) is corrected
    assert sent(dialer) == (["No Answer", "Sale"] if corrected else ["Sale", "Busy"])


def test_a_later_row_waits_alone_for_the_correction_of_an_earlier_one_in_doubt(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale", "A,Busy"), "--json").json
    head, sale, busy = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="A", calls=1)])
    second = desk.leadsync("run", desk.sheet("b.csv", head, sale.replace("Sale", "Sold")), "--json").json
    assert second["statuses"] == {"unknown": 1}
    dialer.ledger.received.clear()
    alone = desk.sheet("alone.csv", head, busy.replace("Busy", "Away"))
    assert f"waits for an earlier row of the lead in run {second['run']}" in desk.leadsync("run", alone).err
    assert sent(dialer) == []
    desk.leadsync("resolve", second["run"], "--row", "2", "--not-applied")
    desk.leadsync("run", alone)
    assert sent(dialer) == ["Away"]
