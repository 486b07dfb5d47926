"""Looking back: runs, their rows, a lead's history, and what was sent for a row."""

from pathlib import Path

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.run_desk import RunDesk
from tests.cli.samples import ODD_SHEET, SHEET
from tests.conftest import Desk, Result


def lines(done: Result) -> list[list[str]]:
    assert done.code == 0, done.err
    return [line.split() for line in done.out.splitlines()]


def test_rows_are_listed_by_status_and_code(sent: RunDesk) -> None:
    assert [line[0] for line in lines(sent.leadsync("show", sent.run, "--rows"))] == ["row", "2", "3", "4", "5"]
    assert [line[0] for line in lines(sent.leadsync("show", sent.run, "--status", "failed"))] == ["row", "3"]
    assert [line[0] for line in lines(sent.leadsync("show", sent.run, "--code", "106"))] == ["row", "3"]
    both = sent.leadsync("show", sent.run, "--status", "rejected", "--status", "failed", "--json").json
    assert [(one["row"], one["status"], one["code"]) for one in both["listed"]] == [
        (3, "failed", 106),
        (4, "rejected", None),
    ]
    assert both["statuses"] == {"succeeded": 2, "failed": 1, "rejected": 1}, "what `show` told before is still there"
    assert "no such rows" in sent.leadsync("show", sent.run, "--code", "111").out


def test_a_leads_history_goes_over_all_runs(sent: RunDesk) -> None:
    second = sent.leadsync("run", sent.sheet("more.csv", ODD_SHEET[0], "L1,Zoë,0383218191,Sale"), "--json").json["run"]
    found = sent.leadsync("show", "--lead", "L1", "--json").json
    assert [(one["run"], one["row"], one["fields"]["njDisposition"]) for one in found["listed"]] == [
        (second, 2, "Sale"),
        (sent.run, 5, "Busy"),
        (sent.run, 2, "Sale"),
    ]
    shown = sent.leadsync("show", "--lead", "L1")
    assert [line[0] for line in lines(shown)] == ["run", second, sent.run, sent.run]
    assert sent.leadsync("show", sent.run, "--lead", "L1").out == shown.out
    assert "No run has such a row of lead L9" in sent.leadsync("show", "--lead", "L9").out


def test_without_a_run_the_newest_is_shown(sent: RunDesk) -> None:
    shown = sent.leadsync("show", "--status", "failed", "--json")
    assert (shown.json["run"], [row["row"] for row in shown.json["listed"]]) == (sent.run, [3])


def test_without_any_run_there_is_nothing_to_show(desk: Desk) -> None:
    done = desk.leadsync("show")
    assert (done.code, "There is no run yet" in done.err) == (2, True)


def test_a_review_file_is_no_step_once_its_rows_are_decided(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json
    assert "Fill the column sync_decision" in desk.leadsync("show", first["run"]).out
    review = Path(first["files"]["review"])
    head, row = review.read_text("utf-8").splitlines()
    review.write_text(f"{head}\n{row}applied\n", "utf-8")
    assert desk.leadsync("run", review).code == 0
    assert "sync_decision" not in desk.leadsync("show", first["run"]).out


def test_show_says_what_the_run_said(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json")
    run = done.json["run"]
    assert desk.leadsync("show", run, "--json").json == done.json
    assert "3  succeeded" in desk.leadsync("show", run[:12]).out
