"""A journal for each store there is: the tests of this folder use the protocol alone, and run for every store."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from leadsync.journal import Journal, open_journal
from leadsync.journal.postgres.dialect import translate
from tests.journal.samples import RUN, a_run

OpenStore = Callable[[], Journal]
SetClock = Callable[[float], None]


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


def has_unnamed_subquery(statement: str) -> bool:
    """Whether a subquery behind FROM or JOIN has no name, which PostgreSQL takes only from 16 on."""
    for found in re.finditer(r"\b(?:FROM|JOIN) \((?=SELECT)", statement):
        depth, at = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(statement[at], 0)
            at += 1
        if not statement[at:].startswith(" AS "):
            return True
    return False


@pytest.fixture(autouse=True)
def old_servers_understand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the statements to PostgreSQL 14, whatever the release of the tests' server."""

    def checked(statement: str) -> str:
        assert not has_unnamed_subquery(statement), statement
        return translate(statement)

    monkeypatch.setattr("leadsync.journal.postgres.database.translate", checked)


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
