"""The journal in an SQLite file."""

import sqlite3
from functools import partial
from pathlib import Path

from leadsync.journal.run_log import RunWriter
from leadsync.journal.sql.journal import SqlJournal
from leadsync.journal.sqlite.database import SqliteDatabase, check
from leadsync.journal.sqlite.run_locks import FileLocks
from leadsync.journal.sqlite.run_writer import SqliteRunWriter

FILE_NAME = "journal.sqlite3"


class SqliteJournal(SqlJournal):
    """The journal in a state folder; see `leadsync.journal.protocol.Journal`."""

    def __init__(self, state: Path, copies_to: str = "") -> None:
        """`copies_to`: the database in words that the journal is to be copied to, for the copy itself."""
        self._path = state / FILE_NAME
        database = SqliteDatabase(self._path, copies_to)
        self._patience = database.patience
        self._file_locks = FileLocks(database, state)
        super().__init__(database, state, self._file_locks)

    def _writer(self, run_id: str, *, resend_unknown: bool, by_priority: bool) -> RunWriter:
        options = {"resend_unknown": resend_unknown, "by_priority": by_priority}
        lasts = partial(self._file_locks.lasts, run_id)
        return SqliteRunWriter(self._path, run_id, self._patience.hurried, lasts, **options)

    def slot_member(self, dialer: str) -> None:
        """The file is this machine's, and so are the slots."""

    def describe(self) -> str:
        return (
            f"the journal is SQLite {sqlite3.sqlite_version} in {self._path}, for this machine; each outcome is on "
            "disk before it counts."
        )

    def check(self) -> None:
        check(self._path)
