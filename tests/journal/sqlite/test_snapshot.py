"""The tables of a journal at one moment."""

from pathlib import Path

from leadsync.journal import open_journal
from leadsync.journal.sqlite.snapshot import Snapshot
from tests.journal.samples import LATER, RUN, a_run


def test_what_is_written_behind_the_first_question_is_not_in_it(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, Snapshot(tmp_path) as snapshot:
        journal.create(a_run(tmp_path))
        assert snapshot.count("runs") == 1
        journal.create(a_run(tmp_path, LATER))
        assert snapshot.count("runs") == 1
        assert [tuple(row) for row in snapshot.rows("runs", ["id", "complete"])] == [(RUN, 0)]
        assert snapshot.last_sequence() == 0
