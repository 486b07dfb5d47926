"""What is forgotten, what stays, and what that gives back."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadsync.journal import Effects, Entry, Journal, RunLog, State, old_runs, prune, pruning
from leadsync.models import Effect, Outcome, Row, Status
from tests.journal.test_journal import a_run

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OLD = NOW - timedelta(days=100)
OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)


def add_run(
    journal: Journal, folder: Path, run_id: str, created: datetime, ends: list[Status], **values: object
) -> None:
    """A run with a row for each of `ends`, where rows end; unsent ones are left."""
    journal.create(replace(a_run(folder, run_id), created=created, complete=True))
    lines = (Row(n, (f"L{n}", "x" * 400)) for n in range(2, len(ends) + 2))
    journal.add(run_id, (Entry(row, row.cells[0], {}, harmless=False) for row in lines))

    async def send() -> None:
        async with RunLog(journal.path, run_id) as log:
            sent = [(n, status) for n, status in enumerate(ends, 2) if status is not Status.UNSENT]
            await asyncio.gather(*(log.begin(n, 1) for n, _ in sent))
            for n, status in sent:
                log.finish(n, 1, OK, status)

    asyncio.run(send())
    journal.update_run(run_id, **(values or {"finished": True}))


def counts(journal: Journal) -> dict[str, int]:
    with sqlite3.connect(journal.path) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "rows", "lines", "attempts")
        }


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_old_finished_runs_go_rows_and_all(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED, Status.FAILED] * 3)
    add_run(journal, tmp_path, "new", NOW, [Status.SUCCEEDED])
    pruned = prune(journal, NOW - timedelta(days=90), undecided=False)
    assert (pruned.runs, pruned.rows) == (("old",), 6)
    assert counts(journal) == {"runs": 1, "rows": 1, "lines": 1, "attempts": 1}
    assert [run.id for run in journal.runs()] == ["new"]


def test_what_can_go_on_or_waits_for_a_person_stays(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "stopped", OLD, [Status.SUCCEEDED, Status.UNSENT], stopped="interrupted")
    add_run(journal, tmp_path, "trial", OLD, [Status.SUCCEEDED, Status.UNSENT], finished=True, last_row=2)
    add_run(journal, tmp_path, "conflict", OLD, [Status.CONFLICT])
    add_run(journal, tmp_path, "unknown", OLD, [Status.UNKNOWN])
    pruned = prune(journal, NOW, undecided=False)
    assert pruned.runs == ()
    assert pruned.unfinished == ("stopped", "trial")
    assert pruned.undecided == ("conflict", "unknown")
    assert prune(journal, NOW, undecided=True).runs == ("conflict", "unknown")
    assert prune(journal, NOW, undecided=True).unfinished == ("stopped", "trial")


def test_the_space_is_given_back(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "CHUNK", 300)
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED] * 2000)
    add_run(journal, tmp_path, "new", NOW, [Status.SUCCEEDED] * 10)
    pruned = prune(journal, NOW - timedelta(days=90), undecided=False)
    assert pruned.rows == 2000
    assert pruned.bytes > 2000 * 400
    assert journal.path.stat().st_size < 100_000
    journal.check()
    assert journal.tally("new").statuses == {Status.SUCCEEDED: 10}


def test_a_journal_from_before_is_written_anew_for_that(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED] * 2000)
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    with Journal(tmp_path) as journal:
        assert prune(journal, NOW, undecided=False).bytes > 2000 * 400
        journal.check()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_one_that_was_interrupted_is_gone_on_with(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "CHUNK", 100)
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED] * 250)
    with sqlite3.connect(journal.path, isolation_level=None) as connection:
        next(pruning._delete(connection, 1))
    assert counts(journal) == {"runs": 1, "rows": 150, "lines": 150, "attempts": 150}
    assert [run.id for run in old_runs(journal, NOW)] == ["old"]
    assert prune(journal, NOW, undecided=False).runs == ("old",)
    assert set(counts(journal).values()) == {0}


def test_a_thousand_runs_are_listed_without_counting_their_rows(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "finished", OLD, [Status.SUCCEEDED, Status.FAILED])
    add_run(journal, tmp_path, "stopped", OLD, [Status.SUCCEEDED, Status.UNSENT], stopped="interrupted")
    listed = journal.tallies()
    with sqlite3.connect(journal.path, isolation_level=None) as connection:
        connection.execute("DELETE FROM rows")
    assert journal.tallies() == listed
    assert [(run.id, dict(tally.statuses)) for run, tally in listed] == [
        ("stopped", {Status.SUCCEEDED: 1, Status.UNSENT: 1}),
        ("finished", {Status.FAILED: 1, Status.SUCCEEDED: 1}),
    ]


def test_while_a_run_goes_on_its_rows_are_counted_anew(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "run", OLD, [Status.SUCCEEDED, Status.UNSENT], stopped="interrupted")
    journal.update_run("run", last_row=None, finished=False)

    async def go_on() -> None:
        async with RunLog(journal.path, "run") as log:
            await log.begin(3, 1)
            await log.finish(3, 1, OK, Status.SUCCEEDED)

    asyncio.run(go_on())
    assert dict(journal.tallies()[0][1].statuses) == {Status.SUCCEEDED: 2}


def test_nothing_of_a_run_that_was_forgotten_is_left_in_any_table(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "old", OLD, [Status.CONFLICT, Status.FAILED, Status.SUCCEEDED])
    add_run(journal, tmp_path, "older", OLD, [Status.FAILED])
    add_run(journal, tmp_path, "kept", NOW, [Status.FAILED, Status.CONFLICT])
    journal.resolve("old", [2], State.SUCCEEDED, "applied")
    journal.resolve("kept", [3], State.SUCCEEDED, "applied")
    journal.confirm("old", Effects(taken={"older": [(2, 3)]}))
    journal.confirm("kept", Effects(taken={"old": [(3, 2)]}))
    journal.update_run("old", finished=True)
    assert sorted(prune(journal, NOW - timedelta(days=1), undecided=False).runs) == ["old", "older"]
    with sqlite3.connect(journal.path) as connection:
        left = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "rows", "lines", "attempts", "taken", "decisions")
        }
    assert left == {"runs": 1, "rows": 2, "lines": 2, "attempts": 2, "taken": 0, "decisions": 1}


def test_a_run_that_another_process_is_at_stays_and_the_others_go(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "busy", OLD, [Status.SUCCEEDED])
    add_run(journal, tmp_path, "free", OLD, [Status.SUCCEEDED])
    with Journal(tmp_path) as other:
        other.hold("busy")
        pruned = prune(journal, NOW, undecided=False)
    assert (pruned.runs, pruned.busy, pruned.rows) == (("free",), ("busy",), 1)
    assert journal.tally("busy").rows == 1
    assert prune(journal, NOW, undecided=False).runs == ("busy",)


def test_a_run_that_is_gone_on_with_before_its_lock_is_had_stays(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found to be old may have changed by the time that it is held."""
    add_run(journal, tmp_path, "old", OLD, [Status.CONFLICT])
    journal.resolve("old", [2], State.SUCCEEDED, "applied")
    really = journal.try_hold

    def decided_meanwhile(run_id: str) -> bool:
        with Journal(tmp_path) as other:
            other.resolve(run_id, [2], State.PENDING, "send")
        return really(run_id)

    monkeypatch.setattr(journal, "try_hold", decided_meanwhile)
    pruned = prune(journal, NOW, undecided=False)
    assert (pruned.runs, pruned.rows, pruned.unfinished) == ((), 0, ("old",))
    assert journal.tally("old").rows == 1


def test_what_begins_at_the_moment_itself_is_not_before_it(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED])
    assert prune(journal, OLD, undecided=False).runs == ()
    assert prune(journal, OLD + timedelta(seconds=1), undecided=False).runs == ("old",)


def test_a_run_whose_deletion_began_is_not_listed_and_goes_whatever_its_age(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "CHUNK", 1)
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED, Status.CONFLICT, Status.SUCCEEDED])
    with sqlite3.connect(journal.path, isolation_level=None) as connection:
        next(pruning._delete(connection, 1))
    assert journal.runs() == []
    assert prune(journal, OLD - timedelta(days=1), undecided=False).runs == ("old",)
