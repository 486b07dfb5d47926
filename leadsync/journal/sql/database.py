"""The database behind the journal's queries: SQLite's connection, or PostgreSQL's made to look like it.

A statement is written for SQLite. `leadsync.journal.postgres.dialect` lists the words with another form there; all
others have to mean the same in both. Arguments are bound, never written into a statement.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

from leadsync.tallies import Holder

GIVEN_NUMBERS = "(SELECT key, CAST(value AS BIGINT) AS value FROM json_each(?)) AS wanted"
"""The numbers of a JSON list, as the table `wanted` of their positions (`key`) and values."""


class Cursor(Protocol):
    """The rows of a statement."""

    @property
    def rowcount(self) -> int:
        """The number of changed rows."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchmany(self, size: int, /) -> list[Any]:
        """The next rows, so many at most."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection to the database."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Cursor:
        """Run a statement, each `?` bound to its value."""
        ...

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run a statement for each row of values."""
        ...


class Database(Protocol):
    """An open database. Every method, and each use of its connections, may raise JournalError."""

    def reading(self) -> AbstractContextManager[Connection]:
        """The connection, for queries with few rows."""
        ...

    def streaming(self) -> AbstractContextManager[Connection]:
        """A connection for queries with many rows, which are read piece by piece."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """The connection, in a transaction of this one writer; all of it is kept, or none."""
        ...

    def insert_rows(self, lines: Iterable[Sequence[Any]], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of a draft in one transaction: values of LINE_COLUMNS and of NEW_ROW_COLUMNS."""
        ...

    def now(self) -> float:
        """The time in seconds since 1970, by the database's clock."""
        ...

    def size(self) -> int:
        """The bytes that it takes."""
        ...

    def give_back(self) -> None:
        """Give the space of deleted rows back."""
        ...

    def hurry(self) -> None:
        """Let waits end soon."""
        ...

    def close(self) -> None:
        """Use it no more."""
        ...


LINE_COLUMNS = ("run", "number", "cells", "dates", "fields", "sheet_row")
NEW_ROW_COLUMNS = ("run", "number", "lead", "harmless", "state", "reason", "kind")


class Connected:
    """A part of the journal, on its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _refuse_stale(self, connection: Connection, run_id: str) -> None:
        """Raise JournalError if this journal has held the run, and another process holds it by now."""


Taken = Callable[[Connection, int], object]


class Locks(Protocol):
    """The locks of runs, held by this journal."""

    def take(self, run_id: str, patience: float, taken: Taken | None = None) -> None:
        """Take a lock, and call `taken` in the same transaction with the epoch of the holder before.

        Raises BusyError if another process keeps it for longer than `patience`, in seconds.
        """
        ...

    def holders(self) -> Mapping[str, Holder]:
        """The holders of all locks, by their run; none where a lock names none."""
        ...

    def release(self, run_id: str) -> None:
        """Give a lock back, if it is held."""
        ...

    def release_all(self) -> None:
        """Give all locks back."""
        ...

    def refuse_stale(self, connection: Connection, run_id: str) -> None:
        """Raise JournalError if a lock that this journal holds has passed to another process."""
        ...

    def epoch(self, run_id: str) -> int | None:
        """The number of this holding among all of the run; None if the lock is not held."""
        ...


def moment(seconds: float) -> datetime:
    """A time in seconds since 1970, on this machine's clock."""
    return datetime.fromtimestamp(seconds, UTC).astimezone()


def places(values: Collection[object]) -> str:
    """As many question marks as there are values, for a list behind IN."""
    # PostgreSQL takes no empty list; nothing is in this one.
    return ", ".join("?" * len(values)) or "NULL"
