"""The space that old runs take."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from leadsync.journal import Effects, State
from leadsync.journal.sql import old_runs
from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.sqlite.database import SqliteDatabase
from leadsync.models import Status
from tests.journal.samples import NOW, OLD, add_run


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path) as journal:
        yield journal


def counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "rows", "lines", "attempts")
        }


def test_the_space_is_given_back(
    journal: SqliteJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr(old_runs, "CHUNK", 300)
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED] * 2000)
    add_run(journal, tmp_path, "new", NOW, [Status.SUCCEEDED] * 10)
    pruned = journal.prune(NOW - timedelta(days=90), undecided=False)
    assert pruned.rows == 2000
    assert pruned.bytes > 2000 * 400
    assert path.stat().st_size < 150_000
    journal.check()
    assert journal.tally("new").statuses == {Status.SUCCEEDED: 10}


def test_a_journal_from_before_is_written_anew_for_that(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as journal:
        add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED] * 2000)
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    with SqliteJournal(tmp_path) as journal:
        assert journal.prune(NOW, undecided=False).bytes > 2000 * 400
        journal.check()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_one_that_was_interrupted_is_gone_on_with(
    journal: SqliteJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr(old_runs, "CHUNK", 100)
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED] * 250)
    with closing(SqliteDatabase(path)) as database:
        next(old_runs.delete_rows(database, "old"))
    assert counts(path) == {"runs": 1, "rows": 150, "lines": 150, "attempts": 150}
    assert [run.id for run in journal.old_runs(NOW)] == ["old"]
    assert journal.prune(NOW, undecided=False).runs == ("old",)
    assert set(counts(path).values()) == {0}


def test_a_thousand_runs_are_listed_without_counting_their_rows(
    journal: SqliteJournal, tmp_path: Path, path: Path
) -> None:
    add_run(journal, tmp_path, "finished", OLD, [Status.SUCCEEDED, Status.FAILED])
    add_run(journal, tmp_path, "stopped", OLD, [Status.SUCCEEDED, Status.UNSENT], stopped="interrupted")
    listed = journal.tallies()
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("DELETE FROM rows")
    assert journal.tallies() == listed
    assert [(run.id, dict(tally.statuses)) for run, tally in listed] == [
        ("stopped", {Status.SUCCEEDED: 1, Status.UNSENT: 1}),
        ("finished", {Status.FAILED: 1, Status.SUCCEEDED: 1}),
    ]


def test_nothing_of_a_run_that_was_forgotten_is_left_in_any_table(
    journal: SqliteJournal, tmp_path: Path, path: Path
) -> None:
    add_run(journal, tmp_path, "older", OLD, [Status.FAILED])
    add_run(journal, tmp_path, "old", OLD, [Status.CONFLICT, Status.FAILED, Status.SUCCEEDED])
    add_run(journal, tmp_path, "kept", NOW, [Status.FAILED, Status.CONFLICT])
    journal.resolve("old", [2], State.SUCCEEDED, "applied")
    journal.resolve("kept", [3], State.SUCCEEDED, "applied")
    journal.confirm("old", Effects(taken={"older": [(2, 3)]}))
    journal.update_run("old", finished=True)
    assert sorted(journal.prune(NOW - timedelta(days=1), undecided=False).runs) == ["old", "older"]
    with sqlite3.connect(path) as connection:
        left = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "rows", "lines", "attempts", "taken", "decisions")
        }
    assert left == {"runs": 1, "rows": 2, "lines": 2, "attempts": 2, "taken": 0, "decisions": 1}


def test_a_run_whose_deletion_began_is_not_listed_and_goes_whatever_its_age(
    journal: SqliteJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr(old_runs, "CHUNK", 1)
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED, Status.CONFLICT, Status.SUCCEEDED])
    with closing(SqliteDatabase(path)) as database:
        next(old_runs.delete_rows(database, "old"))
    assert journal.runs() == []
    assert journal.prune(OLD - timedelta(days=1), undecided=False).runs == ("old",)


def test_a_run_that_is_gone_on_with_before_its_lock_is_had_stays(
    journal: SqliteJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found to be old may have changed by the time that it is held."""
    add_run(journal, tmp_path, "old", OLD, [Status.CONFLICT])
    journal.resolve("old", [2], State.SUCCEEDED, "applied")
    really = journal.try_hold

    def decided_meanwhile(run_id: str) -> bool:
        with SqliteJournal(tmp_path) as other:
            other.resolve(run_id, [2], State.PENDING, "send")
        return really(run_id)

    monkeypatch.setattr(journal, "try_hold", decided_meanwhile)
    pruned = journal.prune(NOW, undecided=False)
    assert (pruned.runs, pruned.rows, pruned.unfinished) == ((), 0, ("old",))
    assert journal.tally("old").rows == 1
