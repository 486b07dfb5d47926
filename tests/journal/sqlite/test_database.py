"""The journal's file."""

import logging
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from leadsync.errors import JournalError
from leadsync.journal.sqlite import SqliteJournal, database
from tests.journal.samples import (
    RUN,
    a_run,
    ends,
    entry,
)


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_files_are_the_users_own(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with SqliteJournal(state) as journal:
        journal.create(a_run(tmp_path))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_what_is_durable_is_settled_by_the_database(journal: SqliteJournal) -> None:
    connection = journal._database.connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be looked at" * 40, b"SQLite format 3\0" + b"x" * 4096]
)
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(content)
    with pytest.raises(JournalError, match=r"damaged|not a leadsync journal"):
        SqliteJournal(tmp_path)
    assert (tmp_path / "journal.sqlite3").read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(JournalError, match="not a leadsync journal"):
        SqliteJournal(tmp_path)


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    SqliteJournal(tmp_path).__exit__(None, None, None)
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(JournalError, match="newer leadsync"):
        SqliteJournal(tmp_path)


def test_listing_runs_waits_for_nobody(journal: SqliteJournal, tmp_path: Path, path: Path) -> None:
    """A process that is stopped while it writes keeps nobody from looking."""
    journal.add(RUN, [entry(2)])
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with SqliteJournal(tmp_path) as other:
        assert [run.id for run, _ in other.tallies()] == [RUN]
        assert list(ends(other)) == [2]
    writer.close()


class OtherWriter(logging.Handler):
    """Holds the journal's write lock, as a process does that was stopped in a commit, until leadsync says so."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.said: list[str] = []
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("BEGIN IMMEDIATE")

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())
        self.connection.execute("ROLLBACK")


def test_a_long_wait_for_another_writer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    with SqliteJournal(tmp_path) as journal:
        other = OtherWriter(tmp_path / "journal.sqlite3")
        logging.getLogger(database.__name__).addHandler(other)
        try:
            with closing(other.connection):
                journal.create(a_run(tmp_path))
        finally:
            logging.getLogger(database.__name__).removeHandler(other)
        assert [said.rpartition(" until ")[0] for said in other.said] == [
            "the journal is held by another process, perhaps a stopped one; waiting"
        ]
        assert journal.run(RUN).id == RUN


def test_a_wait_for_another_writer_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    path = tmp_path / "journal.sqlite3"
    with SqliteJournal(tmp_path), closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        words = "another process holds it; let that one go on or end it, then try again"
        with (
            pytest.raises(JournalError, match=words),
            closing(database.connect(path)) as waiting,
            database.translated(path),
            database.transaction(waiting, 0.02),
        ):
            pass
