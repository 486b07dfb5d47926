"""The deletion of old runs, and the return of their space."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from leadsync.journal.sqlite.database import connect, transaction, translated
from leadsync.journal.sqlite.run_locks import SqliteRunLocks
from leadsync.journal.sqlite.run_table import delete_run, run_key
from leadsync.journal.sqlite.schema import OPEN
from leadsync.journal.values import OldRun, Pruned

CHUNK = 20_000
"""Rows to a commit: other processes wait no longer for the journal, and an interruption costs no more work."""

PAGES = 10_000
"""The same for the file's returned pages."""


class SqliteOldRuns(SqliteRunLocks):
    """The old runs; see `leadsync.journal.protocol.OldRuns`."""

    def old_runs(self, before: datetime) -> list[OldRun]:
        waiting = f"EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state IN"
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT id, NOT deleting AND (NOT finished OR {waiting} ('pending', 'in_flight'))), "
                f"NOT deleting AND {waiting} ('unknown', 'conflict')) FROM runs "
                "WHERE created < ? OR deleting ORDER BY run",
                [before.timestamp()],
            )
            return [OldRun(run_id, bool(unfinished), bool(undecided)) for run_id, unfinished, undecided in rows]

    def prune(self, before: datetime, *, undecided: bool) -> Pruned:
        to_delete = [run for run in self.old_runs(before) if not run.unfinished and (undecided or not run.undecided)]
        path = self._database.path
        size = _size(path)
        rows, busy = 0, []
        with translated(path):
            connection = connect(path)
            try:
                for run in to_delete:
                    if not self.try_hold(run.id):
                        busy.append(run.id)
                        continue
                    # The run may have changed before its lock was held.
                    if run in self.old_runs(before):
                        rows += sum(delete_rows(connection, run.id))
                    self.release(run.id)
                if len(busy) < len(to_delete):
                    _give_back(connection)
            finally:
                connection.close()
        old = self.old_runs(before)
        left = {run.id for run in old}
        return Pruned(
            tuple(run.id for run in to_delete if run.id not in left),
            rows,
            max(0, size - _size(path)),
            tuple(run.id for run in old if run.unfinished),
            tuple(run.id for run in old if run.undecided and not run.unfinished and not undecided),
            tuple(busy),
        )


def delete_rows(connection: sqlite3.Connection, run_id: str) -> Iterator[int]:
    """Delete a run, a chunk of rows to a commit; gives the size of each chunk."""
    key = run_key(connection, run_id)
    with transaction(connection):
        # First of all: from here on the run is not listed, even if this process is killed in the middle.
        connection.execute("UPDATE runs SET deleting = 1 WHERE run = ?", [key])
    chunk = "SELECT number FROM rows WHERE run = ? ORDER BY number LIMIT ?"
    while True:
        first, last, count = connection.execute(
            f"SELECT min(number), max(number), count(*) FROM ({chunk})", [key, CHUNK]
        ).fetchone()
        if count == 0:
            break
        with transaction(connection):
            # `rows` goes last: an interrupted deletion finds its next chunk there.
            for table in ("lines", "attempts", "rows"):
                connection.execute(f"DELETE FROM {table} WHERE run = ? AND number BETWEEN ? AND ?", [key, first, last])
        yield count
    with transaction(connection):
        delete_run(connection, key)


def _give_back(connection: sqlite3.Connection) -> None:
    """Shorten the file by its free pages.

    The journal of an early leadsync has to be written anew once for that.
    """
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0]:
        free = 0
        while (left := connection.execute("PRAGMA freelist_count").fetchone()[0]) != free:
            free = left
            # As a script: each step of this pragma frees one page, and `execute` takes a single step.
            connection.executescript(f"PRAGMA incremental_vacuum({PAGES})")
    else:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
    # Until then the shorter file is in the log alone, and the log as long as all changed pages.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _size(path: Path) -> int:
    """The journal's size on disk, its log included."""
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
