"""The journal of a state folder, from its opening to its end."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import JournalError
from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.sqlite.store import FILE_NAME
from tests.journal.samples import RUN, a_run, ends, entry


def test_the_journal_is_one_file_of_its_state_folder(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path / "state") as journal:
        assert journal.state == tmp_path / "state"
        assert (tmp_path / "state" / FILE_NAME).is_file()


def test_what_one_process_wrote_the_next_one_reads(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.add(RUN, [entry(2)])
    with SqliteJournal(tmp_path) as journal:
        assert list(ends(journal)) == [2]


def test_at_its_end_a_journal_gives_its_runs_free_and_closes_its_file(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as other:
        with SqliteJournal(tmp_path) as journal:
            journal.create(a_run(tmp_path))
            journal.hold(RUN)
            assert not other.try_hold(RUN)
        assert other.try_hold(RUN)
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            journal._database.connection.execute("SELECT 1")


def test_the_clock_of_the_journal_has_a_timezone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    with SqliteJournal(tmp_path) as journal:
        assert journal.now() == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


def test_damage_inside_the_file_is_found_before_the_first_write(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.add(RUN, [entry(number) for number in range(2, 400)])
        journal.check()
    file = tmp_path / FILE_NAME
    content = bytearray(file.read_bytes())
    content[-4096:] = b"\xa5" * 4096
    file.write_bytes(content)
    with SqliteJournal(tmp_path) as journal, pytest.raises(JournalError, match="damaged"):
        journal.check()
