"""Forgetting old runs, rows and all, and giving their space back."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadsync.journal.database import connect, transaction, translated
from leadsync.journal.schema import OPEN

CHUNK = 20_000
"""Rows to a commit: so long, at most, do other processes wait for the journal, and so little is written twice."""

PAGES = 10_000
"""The same for the file's pages that are given back."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was forgotten: runs by their id, rows, bytes given back; and what was old enough but kept, by why."""

    runs: tuple[str, ...]
    rows: int
    bytes: int
    unfinished: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Old:
    """A run that is old enough to be forgotten, and what speaks against it."""

    key: int
    id: str
    unfinished: bool
    undecided: bool


def old_runs(path: Path, before: datetime) -> list[Old]:
    """The runs that were begun before that moment, the oldest first. Raises JournalError."""
    waiting = f"EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state IN"
    with translated(path):
        connection = connect(path)
        try:
            found = connection.execute(
                f"SELECT run, id, NOT finished OR {waiting} ('pending', 'in_flight')), "
                f"{waiting} ('unknown', 'conflict')) FROM runs WHERE created < ? ORDER BY run",
                [before.timestamp()],
            )
            return [Old(key, run_id, bool(unfinished), bool(undecided)) for key, run_id, unfinished, undecided in found]
        finally:
            connection.close()


def prune(path: Path, before: datetime, *, undecided: bool) -> Pruned:
    """Forget the finished runs that were begun before that moment; with `undecided` also those with rows that a person
    has not decided. A run that has not come to its end stays. Raises JournalError.

    A run's own line goes last: where this is interrupted, the run is still listed, and the next time goes on.
    """
    old = old_runs(path, before)
    doomed = [run for run in old if not run.unfinished and (undecided or not run.undecided)]
    size = _size(path)
    rows = 0
    with translated(path):
        connection = connect(path)
        try:
            for run in doomed:
                rows += sum(_delete(connection, run.key))
            if doomed:
                _give_back(connection)
        finally:
            connection.close()
    return Pruned(
        tuple(run.id for run in doomed),
        rows,
        max(0, size - _size(path)),
        tuple(run.id for run in old if run.unfinished),
        tuple(run.id for run in old if run.undecided and not run.unfinished and not undecided),
    )


def _delete(connection: sqlite3.Connection, key: int) -> Iterator[int]:
    """Delete a run in chunks; gives how many rows each had."""
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
        for table in ("lines", "attempts", "rows", "runs"):
            connection.execute(f"DELETE FROM {table} WHERE run = ?", [key])


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
