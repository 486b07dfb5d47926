"""The migrations: an older journal of any version becomes the present one."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.sqlite.schema import APPLICATION_ID, MIGRATIONS, VERSION
from leadsync.journal.sqlite.store import FILE_NAME


def shape(path: Path) -> list[tuple[str, ...]]:
    """Each table's columns, and each index."""
    with sqlite3.connect(path) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = [
            (table, *(str(part) for part in column[1:]))
            for table in sorted(tables)
            for column in connection.execute(f"PRAGMA table_info({table})")
        ]
        indexes = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'index'")
        return [*columns, *sorted((name, " ".join(sql.split())) for name, sql in indexes)]


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, ...]]:
    folder = tmp_path_factory.mktemp("present")
    with SqliteJournal(folder):
        return shape(folder / FILE_NAME)


@pytest.mark.parametrize("version", range(1, VERSION))
def test_every_older_journal_becomes_the_present_one(
    tmp_path: Path, present: list[tuple[str, ...]], version: int
) -> None:
    path = tmp_path / FILE_NAME
    _older_journal(path, version)
    with SqliteJournal(tmp_path) as journal:
        assert journal.runs() == []
    assert shape(path) == present
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_the_kinds_of_older_reasons_are_told(tmp_path: Path) -> None:
    """Version 16 reads them from the reasons: of a rejection the first fault's, of a row left out the cause."""
    path = tmp_path / FILE_NAME
    reasons = {2: '{"faults": [{"kind": "no_digits"}, {"kind": "cut_text"}]}', 3: '{"skip": "unchanged"}', 4: None}
    rows = [(number, "rejected", reason) for number, reason in reasons.items()]
    _older_journal(
        path, 15, "INSERT INTO rows (run, number, lead, harmless, state, reason) VALUES (1, ?, 'L', 0, ?, ?)", rows
    )
    with SqliteJournal(tmp_path), sqlite3.connect(path) as connection:
        kinds = connection.execute("SELECT number, kind FROM rows ORDER BY number").fetchall()
    assert kinds == [(2, "no_digits"), (3, "unchanged"), (4, None)]


def test_rows_with_older_edits_are_found(tmp_path: Path) -> None:
    """Version 19 sees which of them differ from their sheet now: row 3 has its first text again."""
    path = tmp_path / FILE_NAME
    edits = [(2, 1, 0, "a", "b"), (2, 2, 1, "x", "y"), (3, 1, 0, "a", "b"), (3, 2, 0, "b", "a")]
    columns = "run, number, version, position, old, new, author, at"
    _older_journal(path, 18, f"INSERT INTO edits ({columns}) VALUES (1, ?, ?, ?, ?, ?, 'ann', 0)", edits)
    with SqliteJournal(tmp_path), sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT number, version, is_changed, rules FROM edited_rows ORDER BY number")
        assert rows.fetchall() == [(2, 2, 1, ""), (3, 2, 0, "")]


def _older_journal(path: Path, version: int, insert: str = "", rows: Sequence[tuple[object, ...]] = ()) -> None:
    connection = sqlite3.connect(path)
    for script in MIGRATIONS[:version]:
        connection.executescript(script)
    if insert:
        connection.executemany(insert, rows)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    path.chmod(0o600)


def test_the_mark_of_a_journal_spells_lead() -> None:
    assert APPLICATION_ID.to_bytes(4, "big") == b"lead"
