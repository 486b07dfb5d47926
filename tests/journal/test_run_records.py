"""Runs, how they are found, and the counts over their rows."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.errors import BusyError, UsageError
from leadsync.journal import CheckedSheet, Journal, State
from leadsync.models import Status
from tests.journal.conftest import OpenStore, SetClock
from tests.journal.samples import (
    FAILED,
    OK,
    OLD,
    RUN,
    SKIPPED,
    UNKNOWN,
    a_run,
    add,
    add_run,
    attempt,
    ends,
    entry,
    retried,
    sending,
)


def test_a_trial_counts_and_shows_its_rows_only(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(4, state=State.REJECTED), entry(5), entry(9)])
    assert journal.nth_pending(RUN, 2) == 5
    assert journal.nth_pending(RUN, 3) is None
    journal.update_run(RUN, last_row=5)
    assert journal.tally(RUN).rows == 3
    assert list(ends(journal)) == [2, 4, 5]


def test_the_tally_is_kept_when_a_run_finishes_and_counted_anew_when_it_goes_on(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3, state=State.REJECTED)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)

    asyncio.run(send())
    journal.update_run(RUN, finished=True)
    tally = journal.tally(RUN)
    assert (tally.rows, dict(tally.statuses), dict(tally.codes), tally.attempts) == (
        2,
        {Status.SUCCEEDED: 1, Status.REJECTED: 1},
        {0: 1},
        1,
    )


def test_runs_are_found_by_any_part_of_their_id(journal: Journal, tmp_path: Path) -> None:
    journal.create(replace(a_run(tmp_path), id="20261123-220000-aaaa"))
    assert journal.run("20261123-22").id == "20261123-220000-aaaa"
    assert journal.run("7f3a").id == RUN
    with pytest.raises(UsageError, match="2 runs"):
        journal.run("20261123")
    with pytest.raises(UsageError, match="no run"):
        journal.run("2025")
    assert [run.id for run in journal.runs()] == ["20261123-220000-aaaa", RUN]


def test_the_runs_of_a_file_are_its_own_the_newest_first(journal: Journal, tmp_path: Path) -> None:
    again, other = "20261124-000000-0000", "20261125-000000-0000"
    journal.create(a_run(tmp_path, again))
    journal.create(replace(a_run(tmp_path, other), file=tmp_path / "other.csv"))
    assert [run.id for run in journal.runs_of(tmp_path / "leads.csv")] == [again, RUN]
    assert [run.id for run in journal.runs_of(tmp_path / "other.csv")] == [other]
    assert journal.runs_of(tmp_path / "none.csv") == []
    journal.confirm(again)
    assert [run.id for run in journal.drafts()] == [other]


def test_a_run_that_is_not_there_any_more_is_one_sentence(journal: Journal) -> None:
    for ask in (journal.tally, journal.has_more, lambda run_id: list(journal.records(run_id))):
        with pytest.raises(UsageError, match="not in the journal any more"):
            ask("20200101-000000-0000")


def test_while_a_run_goes_on_its_rows_are_counted_anew(journal: Journal, tmp_path: Path) -> None:
    add_run(journal, tmp_path, "run", OLD, [Status.SUCCEEDED, Status.UNSENT], stopped="interrupted")
    journal.update_run("run", last_row=None, finished=False)
    assert dict(journal.tallies()[0][1].statuses) == {Status.SUCCEEDED: 1, Status.UNSENT: 1}

    async def go_on() -> None:
        async with sending(journal, "run") as log:
            await log.begin(3, 1)
            await log.finish(3, 1, OK, Status.SUCCEEDED)

    asyncio.run(go_on())
    assert dict(journal.tallies()[0][1].statuses) == {Status.SUCCEEDED: 2}


def test_once_a_retry_has_taken_rows_of_a_run_those_are_counted_anew(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 106), ("B", UNKNOWN, None, "idempotent"))
    journal.update_run(RUN, complete=True, finished=True)
    assert dict(journal.tally(RUN).statuses) == {FAILED: 1, UNKNOWN: 1}
    assert retried(journal, tmp_path) == [2, 3]
    assert dict(journal.tally(RUN).statuses) == {FAILED: 1, SKIPPED: 1}


def test_totals_count_the_rows_of_all_runs(journal: Journal, tmp_path: Path, set_clock: SetClock) -> None:
    """The last run without a row to look at is the first: its attempts ended at second 1,800,000,000."""
    set_clock(1_800_000_000.0)
    add_run(journal, tmp_path, "good", OLD, [Status.SUCCEEDED, Status.SUCCEEDED], finished=True, seconds=2.5)
    set_clock(1_800_000_060.0)
    add_run(journal, tmp_path, "bad", OLD, [Status.CONFLICT], finished=True, seconds=1.0)
    add_run(journal, tmp_path, "stopped", OLD, [Status.UNSENT], stopped="interrupted")
    totals = journal.totals()
    assert totals.runs == {"finished": 2, "stopped": 1, "unfinished": 1}
    assert totals.rows == {(Status.SUCCEEDED, 0): 2, (Status.CONFLICT, 0): 1, (Status.UNSENT, None): 1}
    assert (totals.attempts, totals.seconds) == (3, 3.5)
    assert (totals.last_finished, totals.last_success) == (1_800_000_060.0, 1_800_000_000.0)


def test_the_journals_clock_is_that_of_its_attempts(journal: Journal, set_clock: SetClock) -> None:
    journal.add(RUN, [entry(2)])
    set_clock(1_800_000_000.0)

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)

    asyncio.run(send())
    [record] = journal.records(RUN)
    assert record.time == journal.now() == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)


def test_the_runs_of_a_sheet_are_those_of_its_copies_too(journal: Journal, tmp_path: Path) -> None:
    sheet, copy = tmp_path / "leads.xlsx", tmp_path / "checked.xlsx"
    journal.keep_checked(CheckedSheet("check-0123456789ab", sheet, "abc"))
    assert journal.checked_sheet("check-0123456789ab") == CheckedSheet("check-0123456789ab", sheet, "abc")
    assert journal.checked_sheet("check-other") is None
    journal.create(replace(a_run(tmp_path, "20261125-000000-0001"), file=sheet))
    journal.create(replace(a_run(tmp_path, "20261125-000000-0002"), file=copy, checked="check-0123456789ab"))
    journal.create(replace(a_run(tmp_path, "20261125-000000-0003"), file=copy))
    assert [run.id[-1] for run in journal.runs_of(sheet)] == ["2", "1"]
    assert [run.id[-1] for run in journal.runs_of(copy)] == ["3", "2"]


def test_a_sheet_and_its_copy_are_not_read_at_once(journal: Journal, tmp_path: Path) -> None:
    journal.keep_checked(CheckedSheet("check-0123456789ab", tmp_path / "leads.xlsx", "abc"))
    journal.create(replace(a_run(tmp_path, "20261125-000000-0001"), file=tmp_path / "leads.xlsx"))
    copy = replace(a_run(tmp_path, "20261125-000000-0002"), file=tmp_path / "x.xlsx", checked="check-0123456789ab")
    with pytest.raises(BusyError, match="20261125-000000-0001"):
        journal.create(copy, known=[])
    journal.create(copy, known=["20261125-000000-0001"])


def test_recent_runs_come_in_pages_with_the_counts_that_are_kept(tmp_path: Path, open_store: OpenStore) -> None:
    journal = open_store()
    ids = [f"20261123-21045{n}-0000" for n in range(3)]
    for run_id in ids:
        add_run(journal, tmp_path, run_id, OLD, [Status.SUCCEEDED, Status.FAILED])
    journal.update_run(ids[2], finished=False)
    newest = journal.recent(limit=2)
    assert [(run.id, tally and tally.rows) for run, tally in newest] == [(ids[2], None), (ids[1], 2)]
    assert [run.id for run, _ in journal.recent(ids[1], 2)] == [ids[0]]
    assert journal.recent(ids[0]) == []
    assert journal.recent("20990101-000000-0000") == []
