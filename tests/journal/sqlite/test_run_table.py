"""Runs in the table `runs`: added, changed, counted, and deleted from all tables."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import Entry, State
from leadsync.journal.sql.run_table import (
    NO_END,
    RUN_TABLES,
    count_rows,
    delete_run,
    insert_run,
    recount,
    run_key,
    run_key_and_end,
    select_runs,
    set_run,
)
from leadsync.journal.sqlite import SqliteJournal
from leadsync.models import Status
from leadsync.reasons import Skip, SkipKind
from leadsync.tallies import Tally
from tests.journal.samples import OTHER, RUN, a_run, add, entry


@pytest.fixture
def connection(journal: SqliteJournal, path: Path) -> Iterator[sqlite3.Connection]:
    """The file of a journal with a confirmed run of six rows."""
    journal.confirm(RUN)
    add(
        journal,
        RUN,
        ("A", Status.SUCCEEDED, 0),
        ("B", Status.FAILED, 101),
        ("C", Status.FAILED, 101),
        ("D", Status.REJECTED),
        ("E", Status.UNSENT),
        ("F", Status.UNSENT),
    )
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def kept(connection: sqlite3.Connection, run_id: str = RUN) -> tuple[int, str, str | None]:
    [row] = connection.execute("SELECT finished, stopped, tally FROM runs WHERE id = ?", [run_id]).fetchall()
    return tuple(row)


def test_an_added_run_is_selected_as_it_was_until_it_is_under_deletion(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    run = replace(a_run(tmp_path, OTHER), sheet="North", last_row=9, warnings=("w",), epoch_1904=True)
    insert_run(connection, run)
    assert select_runs(connection, "WHERE id = ?", OTHER) == [run]
    connection.execute("UPDATE runs SET deleting = 1 WHERE id = ?", [OTHER])
    assert select_runs(connection, "WHERE id = ?", OTHER) == []


def test_a_runs_last_row_is_the_end_of_its_trial(connection: sqlite3.Connection) -> None:
    key = run_key(connection, RUN)
    assert run_key_and_end(connection, RUN) == (key, NO_END)
    set_run(connection, RUN, {"last_row": 4})
    assert run_key_and_end(connection, RUN) == (key, 4)


def test_an_unknown_run_is_named(connection: sqlite3.Connection) -> None:
    with pytest.raises(UsageError, match="Run nobody is not in the journal any more"):
        run_key(connection, "nobody")


def test_rows_are_counted_by_status_and_code(connection: sqlite3.Connection) -> None:
    statuses = {Status.SUCCEEDED: 1, Status.FAILED: 2, Status.REJECTED: 1, Status.UNSENT: 2}
    assert count_rows(connection, RUN) == Tally(6, statuses, {0: 1, 101: 2}, 3)


def test_rows_beyond_a_trial_are_counted_apart(connection: sqlite3.Connection) -> None:
    set_run(connection, RUN, {"last_row": 4})
    assert count_rows(connection, RUN) == Tally(3, {Status.SUCCEEDED: 1, Status.FAILED: 2}, {0: 1, 101: 2}, 3, 2)


def test_rows_still_failing_are_counted_among_the_skipped(
    journal: SqliteJournal, connection: sqlite3.Connection
) -> None:
    for number, kind in ((8, SkipKind.STILL_FAILING), (9, SkipKind.UNCHANGED)):
        row = entry(number).row
        journal.add(RUN, [Entry(row, "G", {}, harmless=False, state=State.SKIPPED, reason=Skip(kind, "r1", 2))])
    tally = count_rows(connection, RUN)
    assert (tally.statuses[Status.SKIPPED], tally.still_failing) == (2, 1)


def test_the_count_is_kept_while_the_run_stands_still_alone(connection: sqlite3.Connection) -> None:
    set_run(connection, RUN, {"stopped": "interrupted"})
    assert '"failed":2' in (kept(connection)[2] or "")
    set_run(connection, RUN, {"seconds": 1.5})
    assert kept(connection) == (0, "interrupted", None)


def test_a_run_with_pending_rows_is_not_finished_by_a_recount(connection: sqlite3.Connection) -> None:
    set_run(connection, RUN, {"finished": True})
    recount(connection, RUN)
    assert kept(connection) == (0, "", None)
    connection.execute("UPDATE rows SET state = 'failed' WHERE state = 'pending'")
    recount(connection, RUN)
    assert kept(connection) == (1, "", None)


def test_a_stopped_run_is_not_finished_by_a_recount(connection: sqlite3.Connection) -> None:
    set_run(connection, RUN, {"stopped": "interrupted"})
    connection.execute("UPDATE rows SET state = 'failed' WHERE state = 'pending'")
    recount(connection, RUN)
    assert kept(connection)[0] == 0


def test_a_deleted_run_leaves_nothing_in_any_table_and_others_stay(
    journal: SqliteJournal, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    journal.create(a_run(tmp_path, OTHER))
    journal.add(OTHER, [entry(2)])
    key, other = run_key(connection, RUN), run_key(connection, OTHER)
    connection.execute("INSERT INTO taken VALUES (?, 2, ?, 2)", [other, key])
    delete_run(connection, key)
    left = {
        table: connection.execute(f"SELECT count(*) FROM {table} WHERE run = ?", [key]).fetchone()[0]
        for table in RUN_TABLES
    }
    assert left == dict.fromkeys(RUN_TABLES, 0)
    assert connection.execute("SELECT count(*) FROM taken").fetchone() == (0,), "its corrected sheet is gone"
    assert count_rows(connection, OTHER).rows == 1
