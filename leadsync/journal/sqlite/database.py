"""Opening the journal's SQLite file: safe settings, private modes, versions, and errors the user understands."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leadsync.errors import JournalError
from leadsync.journal.copied import refuse_copied
from leadsync.journal.sql.database import LINE_COLUMNS, NEW_ROW_COLUMNS
from leadsync.journal.sqlite.schema import APPLICATION_ID, MIGRATIONS, STEPS, VERSION
from leadsync.private_files import make_private_folder

BUSY_SECONDS = 5.0
"""The wait for another process's commit without a word; commits take milliseconds."""
LONGEST_WAIT_SECONDS = 30.0
"""The longest such wait of a command."""
LOOK_SECONDS = 0.5
"""The time between two looks whether the user wants the end of a wait, and the wait after one without success. SQLite
lets no signal through while it waits."""
AGAIN_SECONDS = 8.0
"""The time between two words about a wait: none is silent for more than ten seconds."""
PAGES_AT_ONCE = 10_000
"""Pages given back in one commit: other processes wait no longer for the journal."""


_log = logging.getLogger(__name__)


class Patience:
    """The waits of a connection for other writers. `hurried`, common to a journal's connections: the user wants the
    end."""

    def __init__(self, hurried: threading.Event | None = None) -> None:
        self.hurried = hurried or threading.Event()
        self.is_spent = False
        """Whether the last wait had no success: what is tidied up then waits no second time."""

    @property
    def is_short(self) -> bool:
        """Whether to try but once."""
        return self.is_spent or self.hurried.is_set()


class SqliteDatabase:
    """An open journal file and its connection; see `leadsync.journal.sql.database.Database`."""

    def __init__(self, path: Path, copies_to: str = "") -> None:
        """`copies_to` as in SqliteJournal."""
        self.path, self._copies_to = path, copies_to
        self.patience = Patience()
        self.connection = prepare(path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries."""
        with translated(self.path):
            yield self.connection

    streaming = reading
    """A query's rows are read piece by piece as they are."""

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection, in a transaction."""
        with translated(self.path), transaction(self.connection, patience=self.patience):
            # Here, not only at the opening: the copy may have been made since.
            refuse_copied(self.path.parent, to_copy_to=self._copies_to)
            yield self.connection

    def insert_rows(self, lines: Iterable[Sequence[Any]], rows: Iterable[Sequence[Any]]) -> None:
        with self.writing() as connection:
            connection.executemany(f"INSERT INTO lines ({', '.join(LINE_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)", lines)
            connection.executemany(
                f"INSERT INTO rows ({', '.join(NEW_ROW_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
            )

    def now(self) -> float:
        return time.time()

    def size(self) -> int:
        log = self.path.with_name(self.path.name + "-wal")
        return self.path.stat().st_size + (log.stat().st_size if log.exists() else 0)

    def give_back(self) -> None:
        with translated(self.path):
            connection = connect(self.path)
            _set_timeout(connection, BUSY_SECONDS)
            try:
                _give_back(connection)
            finally:
                connection.close()

    def hurry(self) -> None:
        self.patience.hurried.set()

    def close(self) -> None:
        self.connection.close()


def prepare(path: Path) -> sqlite3.Connection:
    """A connection to the journal at `path`, created or brought up to date. Raises JournalError.

    A journal that is damaged, of a newer leadsync, or not a journal at all is refused and left as it is.
    """
    try:
        make_private_folder(path.parent)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise JournalError(
            f"The journal {path} cannot be opened: {error.strerror}; correct its permissions or choose another "
            "folder with --state."
        ) from error
    with translated(path):
        connection = connect(path)
        try:
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a prepared journal, in autocommit mode: transactions are begun in so many words."""
    # The log's thread uses a connection made by the event loop's thread, and closes it there.
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    if not path.exists() or path.stat().st_size == 0:
        # Only for an empty file. `prune` then gives space back piecemeal, without a second copy of the file.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    # WAL: readers (`runs`, `show`) never wait for a run's commits, nor the run for them.
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: with NORMAL, a power cut may undo the last commits in WAL mode, and a sent row would be sent again.
    connection.execute("PRAGMA synchronous = FULL")
    _set_timeout(connection, min(LOOK_SECONDS, BUSY_SECONDS))
    return connection


def check(path: Path) -> None:
    """Raise JournalError if the file's structure is damaged. Reads the whole file."""
    with translated(path):
        connection = connect(path)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            connection.close()
    if found != "ok":
        raise _damaged(path, found)


@contextmanager
def transaction(
    connection: sqlite3.Connection, longest: float = LONGEST_WAIT_SECONDS, patience: Patience | None = None
) -> Iterator[None]:
    """Commit all of the body's work, or none of it; wait for another writer for `longest` seconds, with a word."""
    if connection.in_transaction:
        # A signal has ended one between its beginning and its first statement.
        connection.execute("ROLLBACK")
    try:
        _begin(connection, longest, patience or Patience())
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _begin(connection: sqlite3.Connection, longest: float, patience: Patience) -> None:
    began = time.monotonic()
    end, tell_at = began + longest, began + BUSY_SECONDS
    while busy := _busy(connection):
        now = time.monotonic()
        if patience.is_short or now >= end:
            patience.is_spent = True
            raise busy
        if now >= tell_at:
            tell_at = now + AGAIN_SECONDS
            until = time.strftime("%H:%M:%S", time.localtime(time.time() + end - now))
            _log.warning("the journal is held by another process, perhaps a stopped one; waiting until %s", until)
    patience.is_spent = False


def _set_timeout(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")


def _busy(connection: sqlite3.Connection) -> sqlite3.OperationalError | None:
    """Begin a transaction; return SQLite's error if another process still writes."""
    # IMMEDIATE: with a plain BEGIN the wait for another writer comes at the first UPDATE, and fails at once if that
    # writer has changed what was read.
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return error
    return None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's exceptions into JournalError sentences."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise _damaged(path, str(error)) from error
        if code == sqlite3.SQLITE_BUSY:
            remedy = "another process holds it; let that one go on or end it, then try again"
        elif code == sqlite3.SQLITE_FULL:
            remedy = "make room on its disk, then try again"
        else:
            remedy = "check its disk and its permissions, then try again"
        raise JournalError(f"The journal {path} cannot be used ({error}): {remedy}.") from error


def _give_back(connection: sqlite3.Connection) -> None:
    """Shorten the file by its free pages.

    The journal of an early leadsync has to be written anew once for that.
    """
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0]:
        free = 0
        while (left := connection.execute("PRAGMA freelist_count").fetchone()[0]) != free:
            free = left
            # As a script: each step of this pragma frees one page, and `execute` takes a single step.
            connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")
    else:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
    # Until then the shorter file is in the log alone, and the log as long as all changed pages.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _is_current(connection):
        # Without a transaction: a mere look waits for no writer.
        return
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise JournalError(f"{path} is not a leadsync journal; choose another folder with --state.")
        if version > VERSION:
            raise JournalError(f"The journal {path} was written by a newer leadsync; update leadsync to use it.")
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            for statement in script.split(";"):
                connection.execute(statement)
            if step := STEPS.get(number):
                step(connection)
        if version < VERSION:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")


def _is_current(connection: sqlite3.Connection) -> bool:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return bool(version == VERSION and application == APPLICATION_ID)


def _damaged(path: Path, finding: str) -> JournalError:
    in_a_line = " ".join(finding.split())
    return JournalError(
        f"The journal {path} is damaged ({in_a_line}) and is left as it is; restore it from a backup, or move it away "
        "to start a new one."
    )
