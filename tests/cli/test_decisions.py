"""Decisions in a review file count as those of `resolve`: with a receipt, to be taken back, never two of them."""

import csv
import re
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.run_desk import RunDesk
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
ROWS = tuple(f"L{n},038321819{n},Sale" for n in range(4))


class Reviewed(RunDesk):
    """A desk with a run and the text of its review file."""

    review: str


@pytest.fixture
def reviewed(desk: Desk) -> Reviewed:
    """A run whose rows 3, 4 and 5 (L1, L2, L3) are in conflict."""
    faults = [FaultRule(FaultKind.CODE, lead=lead, code=110, calls=1) for lead in ("L1", "L2", "L3")]
    dialer = desk.dialer(faults=faults)
    done = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *ROWS), "--json").json
    reviewed = Reviewed(desk, dialer, done["run"])
    reviewed.review = Path(done["files"]["review"]).read_text("utf-8")
    return reviewed


def decide(desk: Reviewed, name: str, *decisions: str) -> Path:
    """The review file under another name, with a decision for each of its rows."""
    head, *rows = desk.review.splitlines()
    decided = [f"{row}{decision}" for row, decision in zip(rows, decisions, strict=True)]
    return desk.sheet(name, head, *decided)


def states(desk: RunDesk) -> list[str]:
    return [row["status"] for row in desk.leadsync("show", desk.run, "--rows", "--json").json["listed"]]


def test_the_files_of_a_small_run_have_a_decision_at_once(reviewed: Reviewed) -> None:
    done = reviewed.leadsync("resolve", reviewed.run, "--row", "3", "--applied", "--json")
    assert done.json["written"] is True
    assert [row["sync_row"] for row in reviewed.rows(done.json["files"]["review"])] == ["4", "5"]
    assert done.err == ""


def test_the_files_of_a_large_run_wait_and_the_user_is_told(
    reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = reviewed.run
    monkeypatch.setattr("leadsync.cli.resolve.MOST_ROWS_AT_ONCE", 3)
    done = reviewed.leadsync("resolve", run, "--row", "3", "--applied", "--json")
    assert done.json["written"] is False
    review = done.json["files"]["review"]
    assert Path(review).read_text("utf-8") == reviewed.review, "as it was"
    assert states(reviewed) == ["succeeded", "succeeded", "conflict", "conflict"], "decided all the same"
    assert f"The files of run {run} do not have this yet; write them with: leadsync report {run}\n" in done.err
    reviewed.leadsync("report", run)
    assert [row["sync_row"] for row in reviewed.rows(review)] == ["4", "5"]


def test_what_was_decided_is_told(reviewed: Reviewed) -> None:
    done = reviewed.leadsync("run", decide(reviewed, "review.csv", "applied", "not applied", "applied"))
    run = reviewed.run
    assert f"3 decisions: rows 3, 5 of run {run} applied; row 4 of run {run} not applied." in done.err
    assert states(reviewed) == ["succeeded", "succeeded", "failed", "succeeded"]


def test_a_decision_in_a_file_can_be_taken_back_and_taken_anew(reviewed: Reviewed) -> None:
    run = reviewed.run
    reviewed.leadsync("run", decide(reviewed, "review.csv", "applied", "not applied", ""))
    assert reviewed.leadsync("resolve", run, "--row", "3", "--row", "4", "--take-back").code == 0
    assert states(reviewed) == ["succeeded", "conflict", "conflict", "conflict"]
    assert reviewed.leadsync("run", decide(reviewed, "again.csv", "not applied", "applied", "")).code == 0
    assert states(reviewed) == ["succeeded", "failed", "succeeded", "conflict"]


def test_a_decision_from_which_a_row_was_sent_stays(reviewed: Reviewed) -> None:
    run = reviewed.run
    reviewed.leadsync("run", decide(reviewed, "review.csv", "not applied", "", ""))
    assert reviewed.leadsync("retry", run).code == 0
    refused = reviewed.leadsync("resolve", run, "--row", "3", "--take-back")
    assert (refused.code, "it was acted on" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("first", "second"), [("applied", "not applied"), ("not applied", "send"), ("send", "applied")]
)
def test_another_decision_about_the_same_row_is_refused(reviewed: Reviewed, first: str, second: str) -> None:
    run = reviewed.run
    done = reviewed.leadsync("run", decide(reviewed, "first.csv", first, "", ""), "--json")
    before = states(reviewed), len(reviewed.practice.ledger.received)
    refused = reviewed.leadsync("run", decide(reviewed, "second.csv", second, "", "applied"))
    assert refused.code == 2
    how = f"write that again, or first `leadsync resolve {run} --row 3 --take-back`"
    if first == "send":
        how = f"run {done.json['run']} has acted on that, so clear the decision"
    assert refused.err.endswith(
        f"Row 2: sync_decision {second!r} is not as it was decided before: {first!r}; {how}. Nothing was sent.\n"
    )
    assert (states(reviewed), len(reviewed.practice.ledger.received)) == before
    assert reviewed.leadsync("run", decide(reviewed, "third.csv", first, "", "applied")).code in (0, 3), (
        "the same is no other"
    )
    assert states(reviewed)[3] == "succeeded"


@pytest.mark.parametrize("word", ["applied", "not applied", "send"])
@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("sync_run", "", "is about no row, because sync_run or sync_row is blank"),
        ("sync_row", "", "is about no row, because sync_run or sync_row is blank"),
        (
            "sync_run",
            "20260101-000000-0000",
            "is about row '3' of run '20260101-000000-0000', which the journal does not",
        ),
        ("sync_row", "99", "is about row '99' of run"),
    ],
)
def test_a_decision_on_a_row_that_nobody_knows_is_refused(
    reviewed: Reviewed, word: str, column: str, cell: str, said: str
) -> None:
    sent = len(reviewed.practice.ledger.received)
    sheet = decide(reviewed, "review.csv", word, "", "")
    with sheet.open(newline="", encoding="utf-8") as stream:
        lines = list(csv.reader(stream))
    lines[1][lines[0].index(column)] = cell
    with sheet.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(lines)
    done = reviewed.leadsync("run", sheet)
    assert done.code == 2
    assert f"Row 2: sync_decision {word!r} {said}" in done.err
    assert len(reviewed.practice.ledger.received) == sent
    assert states(reviewed) == ["succeeded", "conflict", "conflict", "conflict"]


@pytest.mark.parametrize(("first", "second"), [("send", "applied"), ("applied", "send"), ("send", ""), ("", "applied")])
def test_two_lines_of_one_row_with_other_decisions_are_refused(reviewed: Reviewed, first: str, second: str) -> None:
    sent = len(reviewed.practice.ledger.received)
    head, row, *_ = reviewed.review.splitlines()
    done = reviewed.leadsync("run", reviewed.sheet("two.csv", head, f"{row}{first}", f"{row}{second}"))
    assert done.code == 2
    assert (
        f"Row 3: sync_decision {second!r} is not as in another line of the same row 3 of run {reviewed.run}" in done.err
    )
    assert len(reviewed.practice.ledger.received) == sent
    assert states(reviewed) == ["succeeded", "conflict", "conflict", "conflict"]


def test_a_decision_of_resolve_counts_in_the_same_way(reviewed: Reviewed) -> None:
    reviewed.leadsync("resolve", reviewed.run, "--row", "3", "--applied")
    refused = reviewed.leadsync("run", decide(reviewed, "review.csv", "not applied", "", ""))
    assert (refused.code, "decided before: 'applied'" in refused.err) == (2, True)


@pytest.mark.parametrize("word", ["send", "not applied", "applied"])
def test_an_old_decision_says_nothing_of_a_later_attempt(reviewed: Reviewed, word: str) -> None:
    """The row was decided by `resolve`, sent once more, and is in conflict again."""
    run = reviewed.run
    reviewed.practice.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    reviewed.leadsync("resolve", run, "--row", "3", "--send")
    reviewed.leadsync("resume", run)
    calls = len(reviewed.practice.ledger.received)
    refused = reviewed.leadsync("run", decide(reviewed, "old.csv", word, "", ""))
    assert refused.code == 2
    assert refused.err.endswith(
        f"Row 2: sync_decision {word!r} was written before the row's last attempt (the row was sent once more since); "
        f"decide in the file that `leadsync report {run}` writes. Nothing was sent.\n"
    )
    assert (states(reviewed)[1], len(reviewed.practice.ledger.received)) == ("conflict", calls)


def test_an_old_decision_says_nothing_of_a_later_run(reviewed: Reviewed) -> None:
    """The row was decided by `resolve`, went in a retry, and is in conflict there."""
    run = reviewed.run
    reviewed.practice.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    reviewed.leadsync("resolve", run, "--row", "3", "--not-applied")
    later = reviewed.leadsync("retry", run, "--json").json["run"]
    refused = reviewed.leadsync("run", decide(reviewed, "old.csv", "send", "", ""))
    assert (refused.code, f"run {later} has sent the row since" in refused.err) == (2, True), refused.err
    [row] = reviewed.leadsync("show", later, "--rows", "--json").json["listed"]
    assert row["status"] == "conflict"


@pytest.mark.parametrize("options", [(), ("--skip-unchanged",)])
def test_a_new_sheet_does_not_send_again_what_a_person_has_to_decide(
    reviewed: Reviewed, options: tuple[str, ...]
) -> None:
    calls = len(reviewed.practice.ledger.received)
    again = reviewed.sheet("tomorrow.csv", HEADINGS, *ROWS[1:], "L0,0383218190,Busy")
    done = reviewed.leadsync("run", again, *options, "--json")
    assert done.json["statuses"] == {"skipped": 3, "succeeded": 1}
    assert len(reviewed.practice.ledger.received) == calls + 1
    held = (
        f"! 3 rows are not sent: they say what run {reviewed.run} sent, and a person has to decide first whether that "
        f"was applied; `leadsync show {reviewed.run} --status conflict --status unknown` lists those"
    )
    assert held in done.err
    assert held in done.json["warnings"]
    rows = reviewed.leadsync("show", done.json["run"], "--rows", "--json").json["listed"]
    assert rows[0]["message"] == (
        f"run {reviewed.run} sent the same as its row 3, which a person has to decide first: conflict"
    )


def test_a_new_sheet_sends_what_is_new_about_an_undecided_lead(reviewed: Reviewed) -> None:
    done = reviewed.leadsync("run", reviewed.sheet("tomorrow.csv", HEADINGS, "L1,0383218191,Busy"), "--json")
    assert done.json["statuses"] == {"succeeded": 1}


def test_the_file_of_the_next_night_is_warned_of_by_what_its_older_run_came_to(desk: Desk) -> None:
    """The older run is finished first, in the same call; what is undecided in it was not known before."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    sheet = desk.sheet("leads.csv", HEADINGS, *ROWS)
    stopped = desk.leadsync("run", sheet, "--json").json
    assert stopped["finished"] is False
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    dialer.ledger.received.clear()
    desk.sheet("leads.csv", HEADINGS, *ROWS, "L9,0383218198,Sale")
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["before"][0]["statuses"]["conflict"] == 1
    held = f"! 1 row is not sent: it says what run {stopped['run']} sent, and a person has to decide first whether that"
    assert f"{held} was applied" in done.err
    assert f"{held} was applied" in str(done.json["warnings"])
    assert [entry.lead for entry in dialer.ledger.received].count("L1") == 1


def test_a_decision_to_send_a_correction_waits_for_an_equal_row_and_says_so(desk: Desk) -> None:
    faults = [FaultRule(FaultKind.CODE, lead="L1", code=110, calls=2)]
    desk.dialer(faults=faults)
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L1,0383218191,Sale"), "--json").json
    other = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, "L1,0383218191,Busy"), "--json").json["run"]
    review = Path(first["files"]["review"]).read_text("utf-8").replace("Sale", "Busy")
    file = desk.sheet("decided.csv", *f"{review.rstrip()}send".splitlines())
    waits = desk.leadsync("run", file)
    assert waits.code == 0
    assert "! 1 decision waits (row 2): its row goes behind another one; give this file again then." in waits.err
    assert "still to decide" not in waits.err
    assert "sends it as corrected" not in waits.err
    assert f"`leadsync show {other} --status conflict --status unknown` lists those" in waits.err
    assert desk.leadsync("resolve", other, "--row", "2", "--not-applied").code == 0
    assert desk.leadsync("run", file, "--json").json["statuses"] == {"succeeded": 1}


def test_a_sheet_that_says_what_was_in_doubt_before_its_correction_was_sent_is_told(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L1", calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L1,0383218191,Sale"), "--json").json
    review = Path(first["files"]["review"]).read_text("utf-8").replace("Sale", "Busy")
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    stopped = desk.leadsync("run", desk.sheet("decided.csv", *f"{review.rstrip()}send".splitlines()), "--json")
    assert stopped.code == 4
    dialer.faults.clear()
    told = f"! 1 row says what its lead was sent before, today {{}} by run {first['run']}; --skip-unchanged skips none"
    said = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, "L1,0383218191,Sale")).err
    assert re.search(re.escape(told).replace(r"\{\}", r"\d\d:\d\d"), said)
    assert desk.leadsync("resume", stopped.json["run"]).code == 0
    said = desk.leadsync("run", desk.sheet("c.csv", HEADINGS, "L1,0383218191,Sale")).err
    assert "row says what its lead was sent before" in said


def test_a_row_in_doubt_that_was_refused_when_it_went_again_counts_as_sent_before(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CLOSE, lead="L1", calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L1,0383218191,Sale"), "--json").json["run"]
    desk.leadsync("resolve", first, "--row", "2", "--send")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    assert desk.leadsync("resume", first).code == 3
    said = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, "L1,0383218191,Sale", "L2,0383218192,Sale")).err
    assert "! 1 row says what its lead was sent before" in said


def test_a_row_that_a_person_called_not_applied_does_not_count_as_sent(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "L1,0383218191,Sale"), "--json").json["run"]
    desk.leadsync("resolve", first, "--row", "2", "--not-applied")
    said = desk.leadsync("run", desk.sheet("b.csv", HEADINGS, "L1,0383218191,Sale", "L2,0383218192,Sale")).err
    assert "what its lead was" not in said


@pytest.mark.parametrize(
    ("word", "went"),
    [("send", ["No Answer", "Sale", "Busy"]), ("not applied", ["No Answer", "Busy"]), ("applied", ["Busy"])],
)
def test_a_correction_goes_before_the_row_of_its_lead_that_the_same_file_decides(
    desk: Desk, word: str, went: list[str]
) -> None:
    """The correction is of the earlier row; a third one is left."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    rows = [f"L1,0383218191,{outcome}" for outcome in ("Wrong", "Sale", "Busy")]
    report = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--json").json["files"]["report"]
    head, wrong, decided, left = Path(report).read_text("utf-8").splitlines()
    assert ("failed" in wrong, "conflict" in decided, "unsent" in left) == (True, True, True)
    lines = [f"{wrong},".replace("Wrong", "No Answer"), f"{decided},{word}", f"{left},"]
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("r.csv", f"{head},sync_decision", *lines)).err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == went
    assert ("! 1 corrected row is not sent (row 2)" in said) is (word == "applied")
    assert "waits for" not in said


def test_a_later_row_above_the_decided_one_waits_for_it_still(desk: Desk) -> None:
    """The file was sorted; the corrected row comes before both in the sheet, and goes."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="L1", code=106, calls=1)])
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="L1", code=110, calls=1)])
    rows = [f"L1,0383218191,{outcome}" for outcome in ("Wrong", "Sale", "Busy")]
    report = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--json").json["files"]["report"]
    head, wrong, decided, left = Path(report).read_text("utf-8").splitlines()
    lines = [f"{left},", f"{wrong},".replace("Wrong", "No Answer"), f"{decided},send"]
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("r.csv", f"{head},sync_decision", *lines)).err
    assert [call.fields["njDisposition"] for call in dialer.ledger.received] == ["No Answer", "Sale"]
    assert "! 1 row is not sent: it waits for an earlier row of the lead" in said


@pytest.mark.parametrize("word", ["applied", "not applied", "send"])
def test_a_decision_on_a_row_that_nobody_has_to_decide_counts_for_nothing_and_is_told(desk: Desk, word: str) -> None:
    faults = [FaultRule(FaultKind.CODE, lead=lead, code=code, calls=1) for lead, code in (("L1", 110), ("L3", 999))]
    dialer = desk.dialer(faults=faults)
    rows = ("L1,Sale,a", "L1,Busy,b", "L2,Sale,c", "L3,Sale,d")
    first = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Outcome,Version", *rows), "--json").json
    run = RunDesk(desk, dialer, first["run"])
    before = states(run)
    assert before == ["conflict", "unsent", "succeeded", "failed"]
    head, undecided, *others = Path(first["files"]["report"]).read_text("utf-8").splitlines()
    decided = (f"{undecided},", *(f"{line},{word}" for line in others))
    said = desk.leadsync("run", desk.sheet("back.csv", f"{head},sync_decision", *decided)).err
    assert "! 3 decisions count for nothing (row 3, 4, 5): only conflict and unknown rows are decided.\n" in said
    assert states(run) == before
    desk.leadsync("resolve", run.run, "--row", "2", "--applied")
    desk.leadsync("resume", run.run)
    assert states(run) == ["succeeded", "succeeded", "succeeded", "failed"]
    assert [call.fields["Version"] for call in dialer.ledger.received if call.lead == "L1"] == ["a", "b"]
