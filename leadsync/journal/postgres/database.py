"""Connections to the journal's PostgreSQL database: safe settings, versions, transactions."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from leadsync.errors import JournalError
from leadsync.journal.postgres.dialect import translate
from leadsync.journal.postgres.errors import place, translated
from leadsync.journal.postgres.patience import LONGEST_SECONDS, Patience, PatientConnection
from leadsync.journal.postgres.schema import MIGRATIONS, QUEUE_SCHEMA, SCHEMA, VERSION
from leadsync.journal.sql.database import LINE_COLUMNS, NEW_ROW_COLUMNS, Cursor
from leadsync.journal.values import Queued

if TYPE_CHECKING:
    from procrastinate import App

OLDEST_SERVER = 14
WORD_SECONDS = 3.0
"""The wait for a connection without a word."""
_NETWORK: dict[str, int] = {
    # A server that vanishes is noticed within ten seconds; by itself TCP waits for a quarter of an hour.
    "connect_timeout": 10,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SESSION = {
    # Names without a schema are of the first; the queue of workers looks for its own behind it.
    "search_path": f"{SCHEMA},{QUEUE_SCHEMA}",
    "client_encoding": "UTF8",
    # Commits that the server has not written down would be lost with it, and rows sent again.
    "synchronous_commit": "on",
    "lock_timeout": "30s",
    # The same for the server: locks of a vanished client are free soon.
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10s",
}
_IDLE_LIMIT = {"idle_in_transaction_session_timeout": "10s"}
"""For connections that write: a frozen process in a transaction holds the others up no longer."""
_PIECE = 2000
"""Rows to a round trip of a long query."""
_MIGRATION_LOCK = 0x6C656164
"""The key of an advisory lock, held for the time of a migration: the tables to lock do not exist yet."""
_SIZE = (
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = %s::regnamespace"
)
_LARGE_TABLES = ("lines", "rows", "attempts")

_log = logging.getLogger(__name__)


def connect(
    url: str,
    patience: Patience | None = None,
    longest: float = LONGEST_SECONDS,
    *,
    asks: bool = True,
    idle_limit: bool = True,
) -> PatientConnection:
    """A connection in autocommit mode; see PatientConnection for its waits. Raises psycopg's errors."""
    patience = patience or Patience()
    given = conninfo_to_dict(url)
    session = _SESSION | (_IDLE_LIMIT if idle_limit else {})
    options = " ".join([*([str(given["options"])] if given.get("options") else []), *_options(session)])
    network: dict[str, int | str] = {name: value for name, value in _NETWORK.items() if name not in given}
    network["connect_timeout"] = int(
        patience.of(min(int(given.get("connect_timeout") or _NETWORK["connect_timeout"]), longest))
    )
    network |= {"options": options, "application_name": "leadsync"}
    # Where the server is known to be mute, that was said.
    wait = nullcontext() if patience.is_mute or not asks else _told_wait(place(url))
    try:
        with wait:
            return PatientConnection.open(url, place(url), patience, longest, asks=asks, **network)
    except psycopg.OperationalError as error:
        patience.is_mute = isinstance(error, errors.ConnectionTimeout)
        # libpq tells no kind of error for a connection that was never made: this is the standard's for all of them.
        raise errors.SqlclientUnableToEstablishSqlconnection(str(error)) from None


@contextmanager
def _told_wait(where: str) -> Iterator[None]:
    """A wait for a connection, with a word after some seconds: each address of the server may take its whole time."""
    timer = threading.Timer(
        WORD_SECONDS,
        lambda: _log.warning("no connection to the journal in %s for %.0f seconds; waiting", where, WORD_SECONDS),
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _options(session: dict[str, str]) -> list[str]:
    return [f"-c {name}={value}" for name, value in session.items()]


class Session:
    """A connection as the journal's queries see it."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        # Without values psycopg would take a % for itself.
        return self._connection.execute(translate(statement), values)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        with self._connection.cursor() as cursor:
            cursor.executemany(translate(statement), rows)
        return None

    def wake(self, app: "App", task: str, run_id: str, queued: Queued) -> None:
        """Defer the job of a run, in this connection's transaction, unless one is waiting already."""
        from procrastinate.exceptions import AlreadyEnqueued

        options: dict[str, Any] = {"queueing_lock": run_id, "priority": queued.priority, "queue": queued.queue}
        # In a part of the transaction: a job that is there already must not undo the rest.
        with suppress(AlreadyEnqueued), self._connection.transaction():
            app.configure_task(task, connection=self._connection, **options).defer(run=run_id)


class _Stream(Session):
    """The same in a transaction of reading: rows come piece by piece."""

    def __init__(self, connection: psycopg.Connection, opened: ExitStack) -> None:
        super().__init__(connection)
        self._opened, self._numbers = opened, count()

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        cursor = self._connection.cursor(name=f"stream_{next(self._numbers)}")
        cursor.itersize = _PIECE
        return self._opened.enter_context(cursor).execute(translate(statement), values)


class PostgresDatabase:
    """A prepared database; see `leadsync.journal.sql.database.Database`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.place = place(url)
        self.patience = Patience()
        self._spare: list[PatientConnection] = []
        with translated(url):
            self.connection = self.connect()
            try:
                prepare(self.connection, self.place)
            except BaseException:
                self.connection.close()
                raise
        self._session = Session(self.connection)
        self.after_reconnect: Callable[[Session], object] = lambda _: None
        """Called with each new connection, in a transaction: the server may be another one by now."""

    def connect(
        self, longest: float = LONGEST_SECONDS, *, asks: bool = True, idle_limit: bool = True
    ) -> PatientConnection:
        """Another connection with the same patience; see `connect`."""
        return connect(self.url, self.patience, longest, asks=asks, idle_limit=idle_limit)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with translated(self.url):
            self._reconnect()
            yield self._session

    @contextmanager
    def streaming(self) -> Iterator[Session]:
        with translated(self.url):
            connection = self._spare.pop() if self._spare else self.connect(idle_limit=False)
            try:
                with connection.transaction(), ExitStack() as opened:
                    yield _Stream(connection, opened)
            finally:
                if connection.closed:
                    connection.close()
                else:
                    self._spare.append(connection)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with translated(self.url):
            self._reconnect()
            with self.connection.transaction():
                # One writer at a time, as in SQLite: queries that build on each other meet no change in between.
                # Groups of attempts hold the same lock in a mode that lets them go side by side.
                self.connection.execute("LOCK TABLE version IN EXCLUSIVE MODE")
                yield self._session

    def _reconnect(self) -> None:
        """After the loss of the connection, whatever ran over it has failed; what comes next need not."""
        if self.connection.closed:
            self.connection = self.connect()
            self._session = Session(self.connection)
            with self.connection.transaction():
                self.after_reconnect(self._session)

    def insert_rows(self, lines: Iterable[Sequence[Any]], rows: Iterable[Sequence[Any]]) -> None:
        # A draft's rows are in nobody's way, so nobody else waits.
        with translated(self.url), self.connection.transaction(), self.connection.cursor() as cursor:
            for table, columns, values in (("lines", LINE_COLUMNS, lines), ("rows", NEW_ROW_COLUMNS, rows)):
                with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)

    def now(self) -> float:
        with translated(self.url):
            row = self.connection.execute("SELECT this_moment()").fetchone()
        assert row is not None  # noqa: S101 - a query without FROM has one row
        return float(row[0])

    def size(self) -> int:
        with translated(self.url):
            row = self.connection.execute(_SIZE, [SCHEMA]).fetchone()
        return int(row[0]) if row else 0

    def give_back(self) -> None:
        with translated(self.url):
            for table in _LARGE_TABLES:
                self.connection.execute(f"VACUUM (ANALYZE) {table}")

    def hurry(self) -> None:
        self.patience.is_hurried = True

    def close(self) -> None:
        with suppress(psycopg.Error):
            for connection in (self.connection, *self._spare):
                connection.close()


def prepare(connection: psycopg.Connection, where: str) -> None:
    """Begin the journal in a new database, or bring an older one up to date. Raises JournalError."""
    if connection.info.server_version < OLDEST_SERVER * 10_000:
        raise JournalError(
            f"The journal in {where} is on PostgreSQL {connection.info.server_version // 10_000}; leadsync needs "
            f"{OLDEST_SERVER} or newer."
        )
    row = connection.execute(
        "SELECT current_setting('fsync'), current_setting('server_encoding'), to_regclass(%s) IS NOT NULL",
        [f"{SCHEMA}.version"],
    ).fetchone()
    fsync, encoding, begun = row or ("", "UTF8", False)
    if fsync == "off":
        raise JournalError(
            f"The server of the journal in {where} has fsync = off: a power cut could lose what was sent, and rows "
            "would be sent twice. Set fsync = on in its postgresql.conf, and restart it."
        )
    if encoding != "UTF8":
        raise JournalError(
            f"The database of the journal in {where} holds texts in {encoding}, which has not all letters of names; "
            "make it anew with ENCODING 'UTF8' TEMPLATE template0."
        )
    if begun and _version(connection) == VERSION:
        # Without a transaction: a mere look waits for no writer.
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATION_LOCK])
        _migrate(connection, where)


def _version(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT number FROM version").fetchone()
    return int(row[0]) if row else 0


def _migrate(connection: psycopg.Connection, where: str) -> None:
    row = connection.execute(
        "SELECT to_regclass(%s) IS NOT NULL, count(*) FROM pg_class JOIN pg_namespace AS schema "
        "ON schema.oid = relnamespace WHERE nspname = %s",
        [f"{SCHEMA}.version", SCHEMA],
    ).fetchone()
    begun, tables = row or (False, 0)
    if not begun:
        if tables:
            raise JournalError(
                f"The schema {SCHEMA} in {where} is not a leadsync journal; name another database in the address."
            )
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute("CREATE TABLE version (number INTEGER NOT NULL)")
        connection.execute("INSERT INTO version VALUES (0)")
    version = _version(connection)
    if begun and not version:
        raise JournalError(
            f"The journal in {where} has lost the row of its table version; restore it from a backup, or name another "
            "database in the address."
        )
    if version > VERSION:
        raise JournalError(f"The journal in {where} was written by a newer leadsync; update leadsync to use it.")
    for script in MIGRATIONS[version:]:
        # Without values, so that it may be many statements.
        connection.execute(script.encode())
    connection.execute("UPDATE version SET number = %s", [VERSION])
