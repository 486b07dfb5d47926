"""The tables of an SQLite journal, read while nobody writes."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from leadsync.journal.sqlite.database import connect, transaction, translated
from leadsync.journal.sqlite.store import FILE_NAME

_PIECE = 5000


class Snapshot:
    """The journal of a state folder; a context manager, in which everybody else waits to write."""

    def __init__(self, state: Path) -> None:
        self._path = state / FILE_NAME

    def __enter__(self) -> Self:
        with translated(self._path), ExitStack() as opened:
            self._connection = connect(self._path)
            opened.callback(self._connection.close)
            opened.enter_context(transaction(self._connection))
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

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
