"""Forgetting old runs, rows and all, and giving their space back."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadsync.journal.database import connect, transaction, translated
from leadsync.journal.schema import OPEN
from leadsync.journal.store import Journal

CHUNK = 20_000
"""Rows to a commit: so long, at most, do other processes wait for the journal, and so little is written twice."""

PAGES = 10_000
"""The same for the file's pages that are given back."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was forgotten: runs by their id, rows, bytes given back; and what was old enough but kept, by why
    (`busy`: another leadsync is at it)."""

    runs: tuple[str, ...]
    rows: int
    bytes: int
    unfinished: tuple[str, ...]
    undecided: tuple[str, ...]
    busy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Old:
    """A run that is old enough to be forgotten, and what speaks against it."""

    key: int
    id: str
    unfinished: bool
    undecided: bool


def old_runs(journal: Journal, before: datetime) -> list[Old]:
    """The runs that were begun before that moment, the oldest first, and those of which an earlier deletion was
    interrupted. Raises JournalError."""
    path = journal.path
    waiting = f"EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state IN"
    with translated(path):
        connection = connect(path)
        try:
            found = connection.execute(
                f"SELECT run, id, NOT deleting AND (NOT finished OR {waiting} ('pending', 'in_flight'))), "
                f"NOT deleting AND {waiting} ('unknown', 'conflict')) FROM runs "
                "WHERE created < ? OR deleting ORDER BY run",
                [before.timestamp()],
            )
            return [Old(key, run_id, bool(unfinished), bool(undecided)) for key, run_id, unfinished, undecided in found]
        finally:
            connection.close()


def prune(journal: Journal, before: datetime, *, undecided: bool) -> Pruned:
    """Forget the finished runs that were begun before that moment; with `undecided` also those with rows that a person
    has not decided. A run that has not come to its end stays, as one does that another process is at. Raises
    JournalError.

    A run is not listed from its first deletion on; where this is interrupted, the next time goes on.
    """
    to_delete = [run for run in old_runs(journal, before) if not run.unfinished and (undecided or not run.undecided)]
    size = _size(journal.path)
    rows, busy = 0, []
    with translated(journal.path):
        connection = connect(journal.path)
        try:
            for run in to_delete:
                if not journal.try_hold(run.id):
                    busy.append(run.id)
                    continue
                # What it holds may have changed before it was ours.
                now = next((one for one in old_runs(journal, before) if one.key == run.key), None)
                if now == run:
                    rows += sum(_delete(connection, run.key))
                journal.release(run.id)
            if len(busy) < len(to_delete):
                _give_back(connection)
        finally:
            connection.close()
    old = old_runs(journal, before)
    left = {run.id for run in old}
    return Pruned(
        tuple(run.id for run in to_delete if run.id not in left),
        rows,
        max(0, size - _size(journal.path)),
        tuple(run.id for run in old if run.unfinished),
        tuple(run.id for run in old if run.undecided and not run.unfinished and not undecided),
        tuple(busy),
    )


def _delete(connection: sqlite3.Connection, key: int) -> Iterator[int]:
    """Delete a run in chunks; gives how many rows each had."""
    with transaction(connection):
        connection.execute("UPDATE runs SET deleting = 1 WHERE run = ?", [key])
    chunk = "SELECT number FROM rows WHERE run = ? ORDER BY number LIMIT ?"
    while True:
        first, last, count = connection.execute(
            f"SELECT min(number), max(number), count(*) FROM ({chunk})", [key, CHUNK]
        ).fetchone()
        if count == 0:
            break
        with transaction(connection):
            # What a row is goes before where it stands, by which the next chunk is found.
            for table in ("lines", "attempts", "rows"):
                connection.execute(f"DELETE FROM {table} WHERE run = ? AND number BETWEEN ? AND ?", [key, first, last])
        yield count
    with transaction(connection):
        for table in ("lines", "attempts", "rows", "taken", "decisions", "runs"):
            connection.execute(f"DELETE FROM {table} WHERE run = ?", [key])
        connection.execute("DELETE FROM taken WHERE by_run = ?", [key])


def _give_back(connection: sqlite3.Connection) -> None:
    """Shorten the file by what is free in it.

    A journal that was begun by an early leadsync has to be written anew once for that.
    """
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0]:
        free = 0
        while (left := connection.execute("PRAGMA freelist_count").fetchone()[0]) != free:
            free = left
            # As a script, because `execute` would free a single page.
            connection.executescript(f"PRAGMA incremental_vacuum({PAGES})")
    else:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _size(path: Path) -> int:
    """The journal's size on disk, its log included."""
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
