"""The tables of an SQLite journal at one moment, read only."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from leadsync.journal.sqlite.database import connect, translated
from leadsync.journal.sqlite.store import FILE_NAME

_PIECE = 5000


class Snapshot:
    """The journal of a state folder as it is at the first question; a context manager."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE_NAME

    def __enter__(self) -> Self:
        with translated(self._path):
            self._connection = connect(self._path)
            # Each query of this transaction reads what the first one has read.
            self._connection.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def count(self, table: str) -> int:
        """The rows of a table."""
        with translated(self._path):
            count: int = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return count

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[object]]:
        """The rows of a table, in these columns."""
        with translated(self._path):
            rows = self._connection.execute(f"SELECT {', '.join(columns)} FROM {table}")
            while piece := rows.fetchmany(_PIECE):
                yield from piece

    def last_sequence(self) -> int:
        """The place of the last attempt in the order of all."""
        with translated(self._path):
            last: int = self._connection.execute("SELECT last FROM sequence").fetchone()[0]
        return last
