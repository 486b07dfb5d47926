"""The tables of a journal at one moment."""

from pathlib import Path

import pytest

from leadsync.errors import JournalError
from leadsync.journal import open_journal
from leadsync.journal.sqlite import database
from leadsync.journal.sqlite.snapshot import Snapshot
from tests.journal.samples import LATER, RUN, a_run


def test_nothing_is_written_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOOK_SECONDS", 0.0)
    with open_journal(tmp_path) as journal:
        journal.create(a_run(tmp_path))
        journal.hurry()
        with Snapshot(tmp_path) as snapshot:
            with pytest.raises(JournalError, match="another process holds it"):
                journal.create(a_run(tmp_path, LATER))
            assert snapshot.count("runs") == 1
            assert [tuple(row) for row in snapshot.rows("runs", ["id", "complete"])] == [(RUN, 0)]
            assert snapshot.last_sequence() == 0
        journal.create(a_run(tmp_path, LATER))


def test_it_is_closed_with_its_block(tmp_path: Path) -> None:
    with open_journal(tmp_path):
        with Snapshot(tmp_path) as snapshot:
            pass
        with pytest.raises(JournalError, match="closed"):
            snapshot.count("runs")
