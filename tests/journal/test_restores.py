"""Rows of a run whose journal was restored from a copy, on both stores."""

from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import Journal
from leadsync.models import RESTORED
from tests.journal.conftest import OpenStore
from tests.journal.samples import FAILED, LATER, REJECTED, RUN, SUCCEEDED, UNKNOWN, UNSENT, a_run, add, ends, retried


def test_unsent_rows_are_in_doubt_and_outcomes_stay(journal: Journal) -> None:
    add(journal, RUN, ("A", SUCCEEDED), ("B", FAILED, 101), ("C", UNSENT), ("D", UNSENT), ("E", REJECTED))
    assert journal.restored(RUN) is None
    assert journal.put_in_doubt(RUN) == 2
    assert list(ends(journal).values()) == [SUCCEEDED, FAILED, UNKNOWN, UNKNOWN, REJECTED]
    assert "may have been sent" in next(record.message for record in journal.records(RUN) if record.number == 4)
    assert journal.put_in_doubt(RUN) == 0


def test_a_run_stays_open_until_its_rows_are_decided(journal: Journal) -> None:
    add(journal, RUN, ("A", UNSENT))
    journal.put_in_doubt(RUN)
    assert journal.tally(RUN).statuses == {UNKNOWN: 1}
    assert journal.count_retry(RUN) == 0, "a retry takes no row in doubt"


@pytest.fixture
def held(open_store: OpenStore, tmp_path: Path) -> Journal:
    """A journal with a run that is held, and another run."""
    journal = open_store()
    for run_id in (RUN, LATER):
        journal.create(a_run(tmp_path, run_id))
        journal.confirm(run_id)
    add(journal, RUN, ("A", FAILED, 103), ("B", UNSENT))
    with journal._database.writing() as connection:  # type: ignore[attr-defined] # a restore is the server's affair
        connection.execute("INSERT INTO restored SELECT run, 1764000000 FROM runs WHERE id = ?", [RUN])
    return journal


def test_nothing_of_a_held_run_is_sent(held: Journal, tmp_path: Path) -> None:
    assert held.restored(RUN) is not None
    held.hold(RUN)
    with pytest.raises(UsageError, match=f"Run {RUN} is held.*resume {RUN} --after-restore"):
        held.log(RUN)
    with pytest.raises(UsageError, match="is held"):
        retried(held, tmp_path, "20261125-000000-0000")
    held.update_run(RUN, stopped=RESTORED)
    assert held.run(RUN).is_held
    held.put_in_doubt(RUN)
    assert held.restored(RUN) is None
    assert not held.run(RUN).is_held
    held.log(RUN)


def test_no_other_run_takes_its_rows(held: Journal) -> None:
    from leadsync.journal import Effects, State

    for effects in (
        Effects(taken={RUN: [(3, 2)]}),
        Effects(decided={(RUN, State.PENDING): [3]}),
        Effects(ended=[RUN]),
    ):
        with pytest.raises(UsageError, match="is held"):
            held.confirm(LATER, effects)
    held.confirm(LATER, Effects(decided={(RUN, State.FAILED): [3]}))
