"""The journal's file."""

import logging
import os
import sqlite3
import stat
from collections.abc import Callable
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


class Listener(logging.Handler):
    """Counts what is said, and does something at the second word."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.said = 0
        self._act = act

    def emit(self, record: logging.LogRecord) -> None:
        self.said += 1
        if self.said == 2:
            self._act()


def test_a_signal_is_heard_during_a_wait(tmp_path: Path) -> None:
    """SQLite lets none through while it waits."""
    with SqliteJournal(tmp_path), closing(database.connect(tmp_path / "journal.sqlite3")) as waiting:
        assert waiting.execute("PRAGMA busy_timeout").fetchone() == (500,)


def test_a_wait_is_said_again_and_ends_for_a_user_in_a_hurry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUSY_SECONDS", "LOOK_SECONDS", "AGAIN_SECONDS"):
        monkeypatch.setattr(database, name, 0.01)
    path = tmp_path / "journal.sqlite3"
    with SqliteJournal(tmp_path) as journal, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        listener = Listener(journal.hurry)
        logging.getLogger(database.__name__).addHandler(listener)
        try:
            for _ in range(2):
                with pytest.raises(JournalError, match="another process holds it"):
                    journal.create(a_run(tmp_path))
        finally:
            logging.getLogger(database.__name__).removeHandler(listener)
        assert listener.said == 2, "the next transaction does not wait at all"
        other.execute("ROLLBACK")
        journal.create(a_run(tmp_path))
        assert journal.run(RUN).id == RUN


def test_after_a_wait_in_vain_nothing_waits_for_as_long_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    path = tmp_path / "journal.sqlite3"
    patience = database.Patience()
    with SqliteJournal(tmp_path), closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(database.connect(path)) as waiting:
            for longest in (0.02, 3600.0):
                with pytest.raises(sqlite3.OperationalError), database.transaction(waiting, longest, patience):
                    pass
            other.execute("ROLLBACK")
            with database.transaction(waiting, 3600.0, patience):
                pass
            assert not patience.is_spent


def test_no_silence_at_the_journal_is_longer_than_ten_seconds() -> None:
    """A look for the lock that begins before a word is due lasts beyond it."""
    assert max(database.BUSY_SECONDS, database.AGAIN_SECONDS) + database.LOOK_SECONDS <= 9.0
