"""Connections to the server: what is asked of it, and what users are told."""

from pathlib import Path
from queue import SimpleQueue

import psycopg
import pytest

from leadsync.errors import JournalError, SettingsError
from leadsync.journal.postgres import PostgresJournal, database
from leadsync.journal.postgres.database import PostgresDatabase, connect, prepare
from leadsync.journal.postgres.schema import VERSION
from tests.journal.samples import RUN, a_run, entry

SECRET = "s3cret-pass"


def test_a_new_database_gets_the_tables_once(postgres_url: str) -> None:
    for _ in range(2):
        PostgresDatabase(postgres_url).close()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT number FROM leadsync.version").fetchall() == [(VERSION,)]


def test_a_long_wait_for_a_connection_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: SimpleQueue[str] = SimpleQueue()

    def mute(*_: object, **__: object) -> None:
        assert told.get(timeout=30) == "no connection to the journal in db on nowhere for 0 seconds; waiting"
        raise psycopg.OperationalError("timeout expired")

    monkeypatch.setattr(database, "WORD_SECONDS", 0.01)
    monkeypatch.setattr(database.PatientConnection, "open", mute)
    monkeypatch.setattr(database._log, "warning", lambda words, *values: told.put(words % values))
    with pytest.raises(psycopg.OperationalError, match="timeout expired"):
        connect("postgresql://nowhere/db")


def test_every_session_waits_for_the_disk_whatever_the_server_says(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("ALTER ROLE postgres SET synchronous_commit = off")
    try:
        with connect(postgres_url) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
            assert connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("10s",)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("ALTER ROLE postgres RESET synchronous_commit")


class Server:
    """A server with these settings: fsync, and the database's encoding."""

    class info:  # noqa: N801 - as psycopg calls it
        server_version = 160_000

    def __init__(self, *settings: str) -> None:
        self.settings = settings

    def execute(self, *_: object) -> "Server":
        return self

    def fetchone(self) -> tuple[str | bool, ...]:
        return *self.settings, True


@pytest.mark.parametrize(
    ("settings", "words"),
    [(("off", "UTF8"), "fsync = off"), (("on", "LATIN1"), "holds texts in LATIN1, which has not")],
)
def test_a_server_that_would_lose_something_is_refused(settings: tuple[str, ...], words: str) -> None:
    with pytest.raises(JournalError, match=words):
        prepare(Server(*settings), "leads on db")  # type: ignore[arg-type]


def test_an_old_server_is_refused() -> None:
    class Old:
        class info:  # noqa: N801 - as psycopg calls it
            server_version = 130_011

    with pytest.raises(JournalError, match="PostgreSQL 13; leadsync needs 14"):
        prepare(Old(), "leads on db")  # type: ignore[arg-type]


def test_a_journal_of_a_newer_leadsync_is_refused_and_left(postgres_url: str) -> None:
    PostgresDatabase(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE leadsync.version SET number = %s", [VERSION + 1])
        with pytest.raises(JournalError, match="newer leadsync"):
            PostgresDatabase(postgres_url)
        assert connection.execute("SELECT number FROM leadsync.version").fetchone() == (VERSION + 1,)


def test_a_journal_without_its_version_is_refused_and_left(postgres_url: str) -> None:
    PostgresDatabase(postgres_url).close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DELETE FROM leadsync.version")
        with pytest.raises(JournalError, match=r"has lost the row of its table version; restore it from a backup"):
            PostgresDatabase(postgres_url)
        assert connection.execute("SELECT count(*) FROM leadsync.version").fetchone() == (0,)


def test_a_schema_of_somebody_else_is_refused_and_left(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA leadsync")
        connection.execute("CREATE TABLE leadsync.theirs (x INTEGER)")
        with pytest.raises(JournalError, match="not a leadsync journal"):
            PostgresDatabase(postgres_url)
        assert connection.execute("SELECT to_regclass('leadsync.version')").fetchone() == (None,)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ann:{SECRET}@127.0.0.1:1/leads",
        f"postgresql://ann:{SECRET}@127.0.0.1:port/leads",
        f"postgres//ann:{SECRET}@db/leads",
        f"host=127.0.0.1 port=1 user=ann password='{SECRET}' dbname=leads",
        f"{SECRET}",
    ],
)
def test_no_error_names_the_password(url: str, tmp_path: Path) -> None:
    with pytest.raises((JournalError, SettingsError)) as caught:
        PostgresJournal(tmp_path, url)
    chain: BaseException | None = caught.value
    texts = []
    while chain is not None:
        texts.append(f"{chain} {getattr(chain, 'cause', '')}")
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    assert SECRET not in " ".join(texts)
    assert "the server runs" in texts[0] or "is not one of PostgreSQL" in texts[0]


def test_a_lock_held_for_too_long_is_told_with_its_remedy(postgres_url: str, tmp_path: Path) -> None:
    with PostgresJournal(tmp_path, postgres_url) as journal, psycopg.connect(postgres_url) as other:
        journal._server.connection.execute("SET lock_timeout = '50ms'")
        other.execute("LOCK TABLE leadsync.version IN EXCLUSIVE MODE")
        with pytest.raises(JournalError, match="another leadsync holds it for too long; try again"):
            journal.create(a_run(tmp_path))


def test_after_a_lost_connection_the_next_call_makes_another(postgres_url: str, tmp_path: Path) -> None:
    with PostgresJournal(tmp_path, postgres_url) as journal:
        journal.create(a_run(tmp_path))
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leadsync'")
        with pytest.raises(JournalError, match="the server runs"):
            journal.find(RUN)
        assert journal.find(RUN) is not None


def test_a_nul_in_a_cell_is_kept(postgres_url: str, tmp_path: Path) -> None:
    with PostgresJournal(tmp_path, postgres_url) as journal:
        journal.create(a_run(tmp_path))
        strange = entry(2)._replace(fields={"Name": "a\0b", "njPriority": "5"})
        journal.add(RUN, [strange])
        [record] = journal.records(RUN)
        assert record.fields["Name"] == "a\0b"
        assert [found.lead for found in journal.history().leads_with(["a"], 5).leads] == ["L2"]


def test_a_long_query_is_read_piece_by_piece_beside_others(postgres_url: str, tmp_path: Path) -> None:
    with PostgresJournal(tmp_path, postgres_url) as journal:
        journal.create(a_run(tmp_path))
        journal.add(RUN, [entry(number) for number in range(2, 5002)])
        numbers = []
        for record in journal.records(RUN):
            numbers.append(record.number)
            if record.number % 1000 == 0:
                journal.update_run(RUN, seconds=float(record.number))
                next(journal.records(RUN))
        assert numbers == list(range(2, 5002))
        assert journal.run(RUN).seconds == 5000.0
