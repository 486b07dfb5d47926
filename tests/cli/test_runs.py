"""The list of runs."""

import sqlite3

import pytest

from leadsync.journal import Queued, open_journal
from leadsync.models import RESTORED
from leadsync.simulator import FaultKind, FaultRule
from tests.cli.run_desk import RunDesk
from tests.cli.samples import ODD_SHEET, SHEET
from tests.conftest import Desk, Result

LOST = (
    "INSERT INTO live (run, count, settled, pace, words, pid, host, at, lost) "
    "SELECT run, 4, '{}', 0, '', 1, 'there', 1764000000, 1 FROM runs"
)


def lines(done: Result) -> list[list[str]]:
    assert done.code == 0, done.err
    return [line.split() for line in done.out.splitlines()]


def test_runs_is_a_table_with_the_newest_first(sent: RunDesk) -> None:
    second = sent.leadsync("run", sent.sheet("more.csv", *ODD_SHEET[:2]), "--json").json["run"]
    head, first, last = lines(sent.leadsync("runs"))
    assert head == ["run", "standing", "file", "rows", "ended"]
    assert first[:4] == [second, "finished", "more.csv", "1"]
    assert last[:4] == [sent.run, "finished", "leads.csv", "4"]
    assert "\x1b" not in sent.leadsync("runs").out, "no colours where it is no terminal"


def test_a_script_gets_each_run_with_its_counts(sent: RunDesk) -> None:
    assert sent.leadsync("runs", "--json").json == {
        "runs": [
            {
                "run": sent.run,
                "file": str(sent.folder / "leads.csv"),
                "draft": False,
                "finished": True,
                "stopped": None,
                "queued": False,
                "live": None,
                "holder": None,
                "rows": 4,
                "statuses": {"succeeded": 2, "failed": 1, "rejected": 1},
            }
        ]
    }


def test_a_part_of_an_id_lists_its_runs_only(sent: RunDesk) -> None:
    assert sent.run in sent.leadsync("runs", sent.run[-4:]).out
    assert sent.leadsync("runs", "no-such").out == "There are no such runs.\n"


def test_a_journal_without_runs_says_so(desk: Desk) -> None:
    assert desk.leadsync("runs").out == "There are no runs yet.\n"


def test_a_trial_tells_the_rows_left(desk: Desk) -> None:
    desk.dialer()
    desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--limit", "1")
    assert "  trial, 2 left  " in desk.leadsync("runs").out


def test_a_stopped_run_is_listed_as_one(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    desk.leadsync("run", desk.sheet("leads.csv", *SHEET))
    assert "  stopped  " in desk.leadsync("runs").out
    [listed] = desk.leadsync("runs", "--json").json["runs"]
    assert listed["finished"] is False
    assert listed["stopped"]


@pytest.mark.parametrize("lost", [False, True])
def test_a_run_that_waits_for_a_worker_is_called_queued_by_every_command(desk: Desk, lost: bool) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    with open_journal(desk.state) as journal:
        journal.update_run(run, queued=Queued("there"), stopped="")
    if lost:
        with sqlite3.connect(desk.state / "journal.sqlite3") as connection:
            connection.execute(LOST)
    assert lines(desk.leadsync("runs"))[1][:6] == [run, "queued,", "waits", "for", "a", "worker"]
    shown = desk.leadsync("show", run)
    assert f"Run {run} of leads.csv: queued, waits for a worker.\n" in shown.out
    assert "  3  unsent     not sent yet\n" in shown.out
    assert f"A worker sends it, or you from here: leadsync resume {run}" in shown.out
    assert "its process ended" not in shown.err
    [listed] = desk.leadsync("runs", "--json").json["runs"]
    assert listed["queued"] is desk.leadsync("show", run, "--json").json["queued"] is True


@pytest.mark.parametrize("lost", [False, True])
def test_a_run_held_since_a_restore_is_called_so_with_its_command(desk: Desk, lost: bool) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=401)])
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    # As the database's server does on noticing that it was restored.
    with sqlite3.connect(desk.state / "journal.sqlite3") as connection:
        connection.execute("UPDATE runs SET stopped = ?", [RESTORED])
        connection.execute("INSERT INTO restored SELECT run, 1764000000 FROM runs")
        if lost:
            connection.execute(LOST)
    assert lines(desk.leadsync("runs"))[1][:5] == [run, "held,", "the", "journal", "was"]
    shown = desk.leadsync("show", run)
    assert "its process ended" not in shown.err
    assert f"resume {run} --after-restore" in shown.out
    refused = desk.leadsync("resume", run)
    assert (refused.code, "--after-restore" in refused.err) == (2, True)
