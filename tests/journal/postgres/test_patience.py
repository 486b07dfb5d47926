"""Waits for a server that gives no answer."""

import signal
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import psycopg
import pytest
from psycopg import capabilities
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leadsync.errors import JournalError
from leadsync.journal.postgres import patience
from leadsync.journal.postgres.database import PostgresDatabase, connect
from leadsync.journal.postgres.patience import Patience, PatientConnection, State, watched
from tests.faults.cable import Cable
from tests.machines import wait_until


@pytest.fixture
def cable(postgres_url: str) -> Iterator[Cable]:
    cable = Cable(int(str(conninfo_to_dict(postgres_url)["port"])))
    yield cable
    cable.close()


@pytest.fixture
def far_url(postgres_url: str, cable: Cable) -> str:
    """The server behind the cable."""
    return make_conninfo(postgres_url, host="127.0.0.1", port=cable.port)


def test_a_mute_server_ends_the_wait_and_those_behind_it_are_short(
    far_url: str, cable: Cable, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database = PostgresDatabase(far_url)
    cable.stall()
    with monkeypatch.context() as short:
        short.setattr(patience, "ASK_AFTER_SECONDS", 0.1)
        short.setattr(patience, "ASK_SECONDS", 2)
        with pytest.raises(JournalError, match=r"its server has not answered for \d+ seconds\): see that the server r"):
            database.now()
    words = f"the journal in {database.place} has not answered for {{}} seconds; waiting"
    said = [record.message for record in caplog.records]
    assert said[0] == words.format(0)
    assert len(said) > 1, "it is told again and again"
    assert database.patience.of(3600.0) == 3.0
    cable.mend()
    with database.reading() as connection:
        connection.execute("SELECT 1")
    assert database.patience.of(3600.0) == 3600.0
    database.close()


def test_a_long_statement_is_not_cut(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "ASK_AFTER_SECONDS", 0.1)
    with connect(postgres_url) as connection:
        assert connection.execute("SELECT 1 FROM pg_sleep(0.5)").fetchone() == (1,)


def test_a_hurried_wait_ends_though_the_statement_does_not(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HURRIED_SECONDS", 0.1)
    shared = Patience()
    connection = connect(postgres_url, shared)
    shared.is_hurried = True
    with pytest.raises(psycopg.OperationalError, match="has not answered"):
        connection.execute("SELECT pg_sleep(60)")
    assert connection.closed


def test_the_exception_of_a_signal_ends_the_statement_too(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience._Silence, "__call__", lambda _: signal.default_int_handler(2, None))
    connection = connect(postgres_url)
    pid = connection.info.backend_pid
    with pytest.raises(KeyboardInterrupt), connection.transaction():
        connection.execute("SELECT pg_sleep(60)")
    assert connection.closed
    if not capabilities.has_cancel_safe():
        # An old libpq could wait for ever with its word to the server.
        return
    with psycopg.connect(postgres_url, autocommit=True) as other:
        at_work = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
        wait_until(lambda: other.execute(at_work, [pid]).fetchone() == (0,), 20)


class Connection(PatientConnection):
    """A connection without a server."""

    def __init__(self) -> None:
        self.patience = Patience()
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True

    def __del__(self) -> None:
        pass


@pytest.mark.parametrize(
    ("states", "is_closed", "is_mute"),
    [
        ("busy busy busy", False, False),
        ("idle busy idle busy", False, False),
        ("busy idle idle", True, False),
        ("busy mute", True, True),
    ],
)
def test_a_server_that_is_mute_or_never_got_the_statement_is_no_longer_waited_for(
    states: str, is_closed: bool, is_mute: bool
) -> None:
    connection = Connection()
    silence = patience._Silence(connection)
    *first, last = map(State, states.split())
    for state in first:
        silence._heed(state)
    with pytest.raises(psycopg.OperationalError) if is_closed else nullcontext():
        silence._heed(last)
    assert (connection.is_closed, connection.patience.is_mute) == (is_closed, is_mute)


def test_only_looks_without_data_count() -> None:
    looks: list[int] = []

    def work() -> Iterator[str]:
        assert (yield "read") == 0
        assert (yield "write") == 2
        return "result"

    def silence() -> Callable[[], None]:
        number = len(looks)
        return lambda: looks.append(number)

    wait = watched(work(), silence)
    assert next(wait) == "read"
    assert wait.send(0) == "write"
    with pytest.raises(StopIteration) as end:
        wait.send(2)
    assert end.value.value == "result"
    assert looks == [0]
