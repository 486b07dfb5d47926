"""A PostgreSQL server for all tests of a worker; the outermost conftest.py gives it to them."""

from collections.abc import Iterator

import pytest

from tests.own_postgres import own_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of these tests alone."""
    with own_postgres() as server:
        yield server.url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The address of a database without a journal."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute("DROP SCHEMA IF EXISTS leadsync, leadsync_queue CASCADE")
    return postgres_server
