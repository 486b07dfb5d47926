"""A journal for each store there is: the tests of this folder use the protocol alone, and run for every store."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadsync.journal import Journal, open_journal
from tests.journal.samples import RUN, a_run

STORES: Mapping[str, Callable[[Path], Journal]] = {"sqlite": open_journal}
"""By name, how the journal of a state folder is opened."""

OpenStore = Callable[[], Journal]


@pytest.fixture(params=STORES)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the test's journal, once more for each call, as several processes do; closes all of them."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(STORES[request.param](tmp_path))


@pytest.fixture
def journal(open_store: OpenStore, tmp_path: Path) -> Journal:
    """A journal with one confirmed run."""
    journal = open_store()
    journal.create(a_run(tmp_path))
    journal.confirm(RUN)
    return journal
