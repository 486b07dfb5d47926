"""A journal in an SQLite file, and that file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.sqlite.store import FILE_NAME
from tests.journal.samples import a_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The journal's file."""
    return tmp_path / FILE_NAME


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    """A journal with one run."""
    with SqliteJournal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        yield journal
