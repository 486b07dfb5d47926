"""Runs that wait for a worker, on both stores."""

from pathlib import Path

from leadsync.journal import Journal, Queued
from tests.journal.conftest import OpenStore
from tests.journal.samples import FAILED, LATER, OTHER, RUN, UNSENT, a_run, add

HERE, ELSEWHERE = "pbx.example.com:443", "other.example.com:443"


def test_a_run_is_queued_with_its_confirmation(open_store: OpenStore, tmp_path: Path) -> None:
    journal = open_store()
    journal.create(a_run(tmp_path))
    assert journal.queued(RUN) is None
    queued = Queued(HERE, 10, "18:30", "ann")
    journal.confirm(RUN, queued=queued, warnings=("late",))
    assert journal.queued(RUN) == queued
    assert journal.run(RUN).complete
    assert journal.to_wake([HERE, ELSEWHERE]) == {RUN: queued}
    assert journal.to_wake([ELSEWHERE]) == {}
    assert journal.unqueue(RUN)
    assert not journal.unqueue(RUN)
    assert journal.to_wake([HERE]) == {}


def test_a_run_that_goes_on_and_a_retry_are_queued(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 103))
    journal.update_run(RUN, queued=Queued(HERE))
    journal.create_retry(a_run(tmp_path, OTHER, retry_of=RUN), queued=Queued(HERE, 10))
    assert journal.queued(OTHER) == Queued(HERE, 10)


def test_the_most_urgent_run_is_first(open_store: OpenStore, tmp_path: Path) -> None:
    journal = open_store()
    for run_id, priority in ((RUN, 0), (LATER, 10)):
        journal.create(a_run(tmp_path, run_id))
        journal.confirm(run_id, queued=Queued(HERE, priority))
    assert list(journal.to_wake([HERE])) == [LATER, RUN]
    journal.postpone(LATER, 60)
    assert list(journal.to_wake([HERE])) == [RUN]


def test_a_run_that_another_holds_or_that_is_finished_is_left_alone(open_store: OpenStore, tmp_path: Path) -> None:
    journal, other = open_store(), open_store()
    journal.create(a_run(tmp_path))
    journal.confirm(RUN, queued=Queued(HERE))
    journal.hold(RUN)
    assert other.is_held(RUN)
    assert other.to_wake([HERE]) == {}
    journal.release(RUN)
    assert not other.is_held(RUN)
    journal.update_run(RUN, finished=True)
    assert other.to_wake([HERE]) == {}
    assert other.queued(RUN) is None


def test_a_user_who_stops_a_run_takes_it_off_its_queue(journal: Journal) -> None:
    """Or another worker would go on with it."""
    add(journal, RUN, ("A", UNSENT))
    journal.update_run(RUN, queued=Queued(HERE))
    journal.ask_to_stop(RUN, "ann")
    assert journal.queued(RUN) is None


def test_a_deleted_draft_is_in_no_queue(open_store: OpenStore, tmp_path: Path) -> None:
    journal = open_store()
    journal.create(a_run(tmp_path))
    journal.update_run(RUN, queued=Queued(HERE))
    journal.delete_draft(RUN)
    journal.create(a_run(tmp_path))
    assert journal.queued(RUN) is None
