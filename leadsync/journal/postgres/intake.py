"""The filling of an empty journal in PostgreSQL, table by table, in one transaction."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

import psycopg

from leadsync.journal.postgres.database import PostgresDatabase, connect
from leadsync.journal.postgres.errors import translated
from leadsync.journal.postgres.schema import SCHEMA

_COLUMNS = (
    "SELECT table_name::text, column_name::text, data_type = 'boolean', is_identity = 'YES' "
    "FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
    "WHERE table_schema = %s AND table_type = 'BASE TABLE' "
    "AND table_name NOT IN ('version', 'leases', 'slot_members', 'origin', 'origin_mark', 'workers', "
    "'queue_scripts') "
    "ORDER BY table_name, ordinal_position"
)


class Intake:
    """An empty journal on its way; a context manager. Nothing is kept before `keep`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._tables: dict[str, dict[str, tuple[bool, bool]]] = {}
        self.may_be_kept = False
        """Whether the server may have been told to keep it."""

    def __enter__(self) -> Self:
        # It makes the tables.
        PostgresDatabase(self._url).close()
        with translated(self._url), ExitStack() as opened:
            self._connection = connect(self._url, idle_limit=False)
            opened.callback(self._connection.close)
            self._connection.execute("BEGIN")
            self._connection.execute("LOCK TABLE version IN EXCLUSIVE MODE")
            for table, column, is_boolean, is_identity in self._connection.execute(_COLUMNS, [SCHEMA]):
                self._tables.setdefault(table, {})[column] = is_boolean, is_identity
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Without a COMMIT the server undoes all of it.
        self._opened.close()

    @property
    def tables(self) -> list[str]:
        """The tables to fill."""
        return list(self._tables)

    def columns(self, table: str) -> list[str]:
        """The columns of a table."""
        return list(self._tables[table])

    def fill(self, table: str, rows: Iterable[Sequence[object]]) -> None:
        """Add rows, each with a value for every column."""
        booleans = [is_boolean for is_boolean, _ in self._tables[table].values()]
        with (
            translated(self._url),
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(self._tables[table])}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row([bool(value) if isit else value for value, isit in zip(row, booleans, strict=True)])

    def count(self, table: str) -> int:
        """The rows of a table."""
        with translated(self._url):
            row = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(row[0]) if row else 0

    def runs(self) -> frozenset[str]:
        """The ids of the runs that the database has already."""
        with translated(self._url):
            return frozenset(run for (run,) in self._connection.execute("SELECT id FROM runs"))

    def count_on(self, last_sequence: int) -> None:
        """New rows come behind the highest numbers, attempts behind `last_sequence`."""
        with translated(self._url):
            for table, columns in self._tables.items():
                for column in (name for name, (_, is_identity) in columns.items() if is_identity):
                    self._connection.execute(
                        f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({column}), 0) + 1, false) "
                        f"FROM {table}",
                        [f"{SCHEMA}.{table}", column],
                    )
            self._connection.execute("SELECT setval('attempt_order', %s)", [last_sequence])

    def keep(self) -> None:
        """Keep all of it. An error behind `may_be_kept` does not tell whether the database has done so."""
        with translated(self._url):
            self.may_be_kept = True
            self._connection.execute("COMMIT")

    def analyse(self) -> None:
        """Count the rows for the planner of queries. It may fail: the server does so itself after a while."""
        with suppress(psycopg.Error):
            for table in self._tables:
                self._connection.execute(f"ANALYZE {table}")
