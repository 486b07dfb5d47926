"""A journal in PostgreSQL, and a second machine at it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.journal.postgres import PostgresJournal
from tests.journal.samples import RUN, a_run

OpenMachine = Callable[..., PostgresJournal]


@pytest.fixture
def open_machine(postgres_url: str, tmp_path: Path) -> Iterator[OpenMachine]:
    """Opens the journal on a machine by its name, which has a state folder of its own."""
    with ExitStack() as opened:
        yield lambda name="first", lease=15.0: opened.enter_context(
            PostgresJournal(tmp_path / name, postgres_url, lease)
        )


@pytest.fixture
def journal(open_machine: OpenMachine, tmp_path: Path) -> PostgresJournal:
    """A journal with one confirmed run."""
    journal = open_machine()
    journal.create(a_run(tmp_path))
    journal.confirm(RUN)
    return journal
