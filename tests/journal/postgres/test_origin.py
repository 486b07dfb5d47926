"""The server behind the journal: restored from a copy, failed over, or the same as before."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from leadsync.errors import JournalError, UsageError
from leadsync.journal.postgres import PostgresJournal
from leadsync.journal.postgres.origin import Origin
from leadsync.journal.run_log import LeaseLostError
from tests.journal.samples import LATER, RUN, SUCCEEDED, UNKNOWN, UNSENT, a_run, add, attempt, ends, sending
from tests.journal.samples import OK as APPLIED
from tests.own_postgres import OwnPostgres, own_postgres


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


@contextmanager
def machine(folder: Path, server: OwnPostgres, name: str = "first") -> Iterator[PostgresJournal]:
    with PostgresJournal(folder / name, server.url) as journal:
        yield journal


def begin(folder: Path, server: OwnPostgres) -> Path:
    """A run with two unsent rows and a finished one, and a copy of the server at that time; then a row is sent."""
    import asyncio

    with machine(folder, server) as journal:
        journal.create(a_run(folder))
        journal.confirm(RUN)
        add(journal, RUN, ("A", UNSENT), ("B", UNSENT))
        journal.create(a_run(folder, LATER))
        journal.confirm(LATER)
        add(journal, LATER, ("A", SUCCEEDED))
        journal.update_run(LATER, finished=True)
    server.stop()
    copied = server.copy("copied")
    server.start()

    async def send(journal: PostgresJournal) -> None:
        async with sending(journal) as log:
            await attempt(log, 2, APPLIED, SUCCEEDED)

    with machine(folder, server) as journal:
        asyncio.run(send(journal))
    server.stop()
    return copied


def test_a_recovery_on_a_new_timeline_holds_runs_with_rows_to_send(tmp_path: Path, server: OwnPostgres) -> None:
    server.put_back(begin(tmp_path, server), promote=True)
    server.start()
    server.promote()
    # A machine without a memory of its own notices it, too.
    with machine(tmp_path, server, "second") as journal:
        assert list(ends(journal).values()) == [UNSENT, UNSENT], "the journal has lost an outcome"
        journal.hold(RUN)
        assert journal.restored(RUN) is not None
        assert journal.restored(LATER) is None
        assert "restored or failed over" in journal.run(RUN).stopped
        with pytest.raises(UsageError, match="is held"):
            journal.log(RUN)
        assert journal.put_in_doubt(RUN) == 2
        assert list(ends(journal).values()) == [UNKNOWN, UNKNOWN]
    with machine(tmp_path, server) as journal:
        journal.hold(RUN)
        assert journal.restored(RUN) is None, "one restore holds a run once"


def test_rows_put_back_from_a_copy_of_the_tables_alone_are_noticed_by_any_machine(
    tmp_path: Path, server: OwnPostgres
) -> None:
    """As after `pg_restore --data-only`: the server is the same, and so are the tables."""
    import asyncio

    async def send(journal: PostgresJournal) -> None:
        async with sending(journal) as log:
            await attempt(log, 2, APPLIED, SUCCEEDED)

    with machine(tmp_path, server) as journal:
        journal.create(a_run(tmp_path))
        journal.confirm(RUN)
        add(journal, RUN, ("A", UNSENT), ("B", UNSENT))
    tables = ("leadsync.rows", "leadsync.origin", "leadsync.origin_mark")
    with psycopg.connect(server.url, autocommit=True) as database:
        for number, table in enumerate(tables):
            database.execute(f"CREATE TABLE copy_{number} AS TABLE {table}".encode())
        with machine(tmp_path, server) as journal:
            journal.hold(RUN)
            assert journal.restored(RUN) is None
            asyncio.run(send(journal))
        for number, table in enumerate(tables):
            database.execute(f"DELETE FROM {table}; INSERT INTO {table} TABLE copy_{number}".encode())
    with machine(tmp_path, server, "second") as journal:
        assert list(ends(journal).values()) == [UNSENT, UNSENT], "the journal has lost an outcome"
        journal.hold(RUN)
        assert journal.restored(RUN) is not None
        journal.put_in_doubt(RUN)
    with machine(tmp_path, server) as journal:
        journal.hold(RUN)
        assert journal.restored(RUN) is None, "one restore holds a run once"


def test_an_older_copy_on_the_same_timeline_is_noticed_by_a_machine_that_was_there(
    tmp_path: Path, server: OwnPostgres
) -> None:
    """As after the snapshot of a virtual machine: the server's own account of itself is the same."""
    server.put_back(begin(tmp_path, server))
    server.start()
    with machine(tmp_path, server) as journal:
        journal.hold(RUN)
        assert journal.restored(RUN) is not None
        journal.put_in_doubt(RUN)
    for name in ("second", "first"):
        with machine(tmp_path, server, name) as journal:
            journal.hold(RUN)
            assert journal.restored(RUN) is None


def test_a_restart_and_a_crash_hold_nothing(tmp_path: Path, server: OwnPostgres) -> None:
    begin(tmp_path, server)
    server.start()
    for mode in ("fast", "immediate"):
        with machine(tmp_path, server) as journal:
            journal.hold(RUN)
            assert journal.restored(RUN) is None
            server.stop(mode)
            server.start()
            with suppress(JournalError):  # over the lost connection
                journal.release(RUN)
            journal.hold(RUN)
            assert journal.restored(RUN) is None


def test_a_holder_from_before_the_restore_changes_nothing_after_it(tmp_path: Path, server: OwnPostgres) -> None:
    """Its marks are of attempts that the journal knows nothing of."""
    copied = begin(tmp_path, server)
    server.start()
    with machine(tmp_path, server) as journal:
        journal.hold(RUN)
        server.stop()
        server.put_back(copied, promote=True)
        server.start()
        server.promote()
        with suppress(JournalError):  # over the lost connection
            journal.find(RUN)
        with pytest.raises(LeaseLostError):
            journal.settle(RUN)
        assert journal.restored(RUN) is not None


def test_a_dump_put_into_another_database_is_another_place(tmp_path: Path, server: OwnPostgres) -> None:
    begin(tmp_path, server)
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        # The copy of a database by its template has the journal's tables under the same numbers, a dump has not.
        connection.execute("UPDATE leadsync.origin SET place = place + 1")
    with machine(tmp_path, server) as journal:
        journal.hold(RUN)
        assert journal.restored(RUN) is not None


def test_a_role_that_may_not_ask_is_told_of(tmp_path: Path, server: OwnPostgres) -> None:
    begin(tmp_path, server)
    server.start()
    with machine(tmp_path, server) as journal:
        assert "--after-restore" not in journal.describe()
        assert "no standby server has to have them too (synchronous_standby_names is empty)" in journal.describe()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute("GRANT ALL ON SCHEMA leadsync TO plain")
        connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA leadsync TO plain")
        connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA leadsync TO plain")
    plain = server.url.replace("postgres@", "plain@")
    with PostgresJournal(tmp_path / "plain", plain) as journal:
        assert "--after-restore" not in journal.describe(), "every role may ask, as PostgreSQL comes"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    with PostgresJournal(tmp_path / "plain", plain) as journal:
        assert "resume runs with --after-restore" in journal.describe()
        journal.hold(RUN)
        assert journal.restored(RUN) is None


def test_the_memory_of_a_machine_is_a_file_that_may_be_damaged(tmp_path: Path) -> None:
    assert Origin.load(tmp_path) is None
    known = Origin("7", 1, 0, 99)
    known.keep(tmp_path)
    assert Origin.load(tmp_path) == known
    (tmp_path / "journal_origin.json").write_bytes(b"[1")
    assert Origin.load(tmp_path) is None
