"""Which old runs are deleted, and which stay."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from leadsync.journal import Effects, Journal
from leadsync.models import Status
from leadsync.reasons import MAY_GO_LATER, Skip, SkipKind
from tests.journal.conftest import OpenStore
from tests.journal.samples import (
    NOW,
    OK,
    OLD,
    add_run,
    attempt,
    retried,
    sending,
)


@pytest.fixture
def journal(tmp_path: Path, open_store: OpenStore) -> Journal:
    return open_store()


def test_old_finished_runs_go_rows_and_all(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED, Status.FAILED] * 3)
    add_run(journal, tmp_path, "new", NOW, [Status.SUCCEEDED])
    pruned = journal.prune(NOW - timedelta(days=90), undecided=False)
    assert (pruned.runs, pruned.rows) == (("old",), 6)
    assert [run.id for run in journal.runs()] == ["new"]


def test_what_can_go_on_or_waits_for_a_person_stays(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "stopped", OLD, [Status.SUCCEEDED, Status.UNSENT], stopped="interrupted")
    add_run(journal, tmp_path, "trial", OLD, [Status.SUCCEEDED, Status.UNSENT], finished=True, last_row=2)
    add_run(journal, tmp_path, "conflict", OLD, [Status.CONFLICT])
    add_run(journal, tmp_path, "unknown", OLD, [Status.UNKNOWN])
    pruned = journal.prune(NOW, undecided=False)
    assert pruned.runs == ()
    assert pruned.unfinished == ("stopped", "trial")
    assert pruned.undecided == ("conflict", "unknown")
    assert journal.prune(NOW, undecided=True).runs == ("conflict", "unknown")
    assert journal.prune(NOW, undecided=True).unfinished == ("stopped", "trial")


def test_a_run_that_another_process_is_at_stays_and_the_others_go(
    journal: Journal, tmp_path: Path, open_store: OpenStore
) -> None:
    add_run(journal, tmp_path, "busy", OLD, [Status.SUCCEEDED])
    add_run(journal, tmp_path, "free", OLD, [Status.SUCCEEDED])
    with open_store() as other:
        other.hold("busy")
        pruned = journal.prune(NOW, undecided=False)
    assert (pruned.runs, pruned.busy, pruned.rows) == (("free",), ("busy",), 1)
    assert journal.tally("busy").rows == 1
    assert journal.prune(NOW, undecided=False).runs == ("busy",)


def test_what_begins_at_the_moment_itself_is_not_before_it(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "old", OLD, [Status.SUCCEEDED])
    assert journal.prune(OLD, undecided=False).runs == ()
    assert journal.prune(OLD + timedelta(seconds=1), undecided=False).runs == ("old",)


def test_a_run_stays_with_the_run_whose_rows_it_has_sent(
    journal: Journal, tmp_path: Path, open_store: OpenStore
) -> None:
    """Without it those rows would look failed still, and another retry would send them again."""

    async def send() -> None:
        async with sending(journal, "later") as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)

    add_run(journal, tmp_path, "first", OLD, [Status.FAILED, Status.CONFLICT])
    assert retried(journal, tmp_path, "later", of="first") == [2]
    asyncio.run(send())
    journal.release("later")
    journal.update_run("later", complete=True, finished=True)
    add_run(journal, tmp_path, "apart", OLD, [Status.SUCCEEDED])
    pruned = journal.prune(NOW + timedelta(days=1), undecided=False)
    assert (pruned.runs, pruned.undecided, pruned.needed) == (("apart",), ("first",), ("later",))
    assert journal.count_retry("first") == 0
    with open_store() as other:
        other.hold("first")
        pruned = journal.prune(NOW + timedelta(days=1), undecided=True)
        assert (pruned.runs, pruned.busy, pruned.needed) == ((), ("first",), ("later",))
    pruned = journal.prune(NOW + timedelta(days=1), undecided=True)
    assert (pruned.runs, pruned.needed) == (("first", "later"), ())


@pytest.mark.parametrize("later", [Status.CONFLICT, Status.SUCCEEDED])
def test_a_run_stays_with_a_kept_run_that_has_sent_its_rows(journal: Journal, tmp_path: Path, later: Status) -> None:
    """A file of it given back would be a new sheet otherwise, and pass by what is undecided in the kept run."""
    add_run(journal, tmp_path, "first", OLD, [Status.FAILED, Status.SUCCEEDED])
    add_run(journal, tmp_path, "second", OLD, [Status.FAILED])
    add_run(journal, tmp_path, "third", NOW if later is Status.SUCCEEDED else OLD, [later])
    journal.confirm("second", Effects(taken={"first": [(2, 2)]}))
    journal.confirm("third", Effects(taken={"second": [(2, 2)]}))
    pruned = journal.prune(NOW - timedelta(days=1), undecided=False)
    assert (pruned.runs, pruned.needed) == ((), ("first", "second"))
    assert journal.prune(NOW + timedelta(days=1), undecided=True).runs == ("first", "second", "third")


def test_the_last_run_that_has_sent_to_a_lead_stays_with_an_earlier_one_that_has_rows_of_it_left(
    journal: Journal, tmp_path: Path
) -> None:
    add_run(journal, tmp_path, "left", OLD, [Status.UNKNOWN, Status.SUCCEEDED])
    add_run(journal, tmp_path, "second", OLD + timedelta(minutes=1), [Status.SUCCEEDED])
    add_run(journal, tmp_path, "third", OLD + timedelta(minutes=2), [Status.SUCCEEDED, Status.SUCCEEDED])
    pruned = journal.prune(NOW, undecided=False)
    assert (pruned.runs, pruned.undecided, pruned.needed) == (("second",), ("left",), ("third",))
    assert journal.prune(NOW, undecided=True).runs == ("left", "third")


@pytest.mark.parametrize(
    "waits",
    [
        *(Skip(kind, "first", 2) for kind in MAY_GO_LATER),
        Skip(SkipKind.WAITS_IN_RETRY, "first", 2, of_run="second"),
        Skip(SkipKind.LEFT_TO_RUN, "first"),
        Skip(SkipKind.WAITS_FOR_RESUME, "apart", 2, of_run="first", of_row=2),
    ],
)
def test_a_run_stays_with_a_kept_run_that_has_rows_waiting_for_it(
    journal: Journal, tmp_path: Path, waits: Skip
) -> None:
    """Without it those rows would wait no longer, whatever became of its own: they would go a second time."""
    add_run(journal, tmp_path, "first", OLD, [Status.SUCCEEDED])
    add_run(journal, tmp_path, "second", OLD, [Status.UNSENT, Status.UNSENT], stopped="interrupted")
    journal.skip("second", {2: waits})
    pruned = journal.prune(NOW, undecided=False)
    assert (pruned.runs, pruned.unfinished, pruned.needed) == ((), ("second",), ("first",))
    journal.skip("second", {3: waits})
    journal.update_run("second", finished=True)
    assert journal.prune(NOW, undecided=False).runs == ("first", "second")


def test_a_run_goes_whose_rows_a_kept_run_has_as_sent(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "first", OLD, [Status.SUCCEEDED])
    add_run(journal, tmp_path, "second", OLD, [Status.UNSENT, Status.UNSENT], stopped="interrupted")
    journal.skip("second", {2: Skip(SkipKind.UNCHANGED, "first", 2)})
    assert journal.prune(NOW, undecided=False).runs == ("first",)
