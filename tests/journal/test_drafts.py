"""Drafts, until they are confirmed or deleted."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.errors import BusyError, JournalError
from leadsync.journal import Effects, Entry, Journal, State
from leadsync.models import CampaignIds, Row, Status
from leadsync.reasons import Skip, SkipKind
from tests.journal.conftest import OpenStore
from tests.journal.samples import (
    CONFLICT,
    CUT,
    FAILED,
    OK,
    OTHER,
    RUN,
    SKIPPED,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    a_run,
    add,
    attempt,
    ends,
    entry,
    sending,
)

NEWEST = "20261125-000000-0000"


def test_rows_come_out_as_they_went_in(journal: Journal) -> None:
    row = Row(7, ("007", "2026-11-24"), dates=(1,))
    journal.add(RUN, [Entry(row, "007", {"Name": "Zoë"}, harmless=True)])
    [record] = journal.records(RUN)
    assert (record.number, record.cells, record.dates, record.lead) == (7, ("007", "2026-11-24"), (1,), "007")
    assert dict(record.fields) == {"Name": "Zoë"}
    assert (record.status, record.attempts, record.time) == (Status.UNSENT, 0, None)


def test_a_draft_changes_other_runs_only_when_it_is_confirmed(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2), entry(3)])
    draft = a_run(tmp_path, "20261124-000000-0000")
    journal.create(draft)
    assert not journal.run(draft.id).complete
    assert ends(journal) == {2: Status.UNSENT, 3: Status.UNSENT}
    journal.confirm(draft.id, Effects({(RUN, State.SKIPPED): [3]}))
    assert journal.run(draft.id).complete
    assert ends(journal) == {2: Status.UNSENT, 3: Status.SKIPPED}
    journal.delete_draft(draft.id)
    assert journal.find(draft.id) is not None, "a confirmed run is no draft"


def test_a_stopped_run_whose_last_rows_are_another_files_is_finished(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2), entry(3)])
    journal.update_run(RUN, stopped="interrupted by SIGTERM")
    for draft, number, finished in (("20261124-000000-0000", 3, False), (NEWEST, 2, True)):
        journal.create(a_run(tmp_path, draft))
        journal.confirm(draft, Effects({(RUN, State.SKIPPED): [number]}))
        assert journal.run(RUN).finished is finished
    assert journal.run(RUN).stopped == ""


def test_a_run_begun_anew_ends_another_but_for_the_rows_to_decide(journal: Journal, tmp_path: Path) -> None:
    rows = [("A", UNSENT), ("B", UNKNOWN, None, "idempotent"), ("C", UNKNOWN), ("D", CONFLICT), ("E", FAILED)]
    add(journal, RUN, *rows, ("F", SUCCEEDED), ("G", UNSENT))
    journal.update_run(RUN, complete=True, last_row=7, stopped="away")
    journal.create(a_run(tmp_path, OTHER))
    assert not journal.run(RUN).finished
    journal.confirm(OTHER, Effects(ended=[RUN]))
    run = journal.run(RUN)
    assert (run.finished, run.stopped, journal.has_more(RUN)) == (True, "", False)
    assert journal.tally(RUN).statuses == {SKIPPED: 2, UNKNOWN: 1, CONFLICT: 1, FAILED: 1, SUCCEEDED: 1}
    journal.update_run(RUN, last_row=None)
    assert list(ends(journal).values()) == [SKIPPED, SKIPPED, UNKNOWN, CONFLICT, FAILED, SUCCEEDED, SKIPPED]
    reason = Skip(SkipKind.BEGUN_ANEW, OTHER)
    assert [record.number for record in journal.records(RUN) if record.reason == reason] == [2, 3, 8]


def test_a_file_that_another_process_reads_too_is_refused(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(BusyError, match=f"leads.csv is being read .* {RUN}"):
        journal.create(a_run(tmp_path, "20261124-000000-0000"), known=[])
    journal.create(a_run(tmp_path, "20261124-000000-0000"), known=[RUN])


def test_a_content_begun_by_another_run_meanwhile_is_not_begun_twice(journal: Journal, tmp_path: Path) -> None:
    """Both were read before either was confirmed; another campaign's run of the content is nothing to it."""
    upload = replace(a_run(tmp_path, NEWEST), file=tmp_path / "friday.csv")
    elsewhere = replace(upload, id="20261126-000000-0000", ids=CampaignIds(1, 2, 3))
    for draft in (a_run(tmp_path, OTHER), upload, elsewhere):
        journal.create(draft)
    journal.confirm(OTHER, Effects(known=[RUN]))
    with pytest.raises(BusyError, match=f"friday.csv was begun as run {OTHER} meanwhile"):
        journal.confirm(NEWEST, Effects(known=[RUN]))
    assert not journal.run(NEWEST).complete
    journal.confirm(elsewhere.id, Effects(known=[]))
    journal.confirm(NEWEST, Effects(known=[RUN, OTHER]))
    assert journal.run(NEWEST).complete


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.IN_FLIGHT, State.UNKNOWN, State.CONFLICT])
def test_no_row_begins_as_one_that_was_sent(journal: Journal, state: State) -> None:
    with pytest.raises(JournalError, match="already sent"):
        journal.add(RUN, [entry(2), entry(3, state=state)])
    assert ends(journal) == {}


@pytest.mark.parametrize(("deleted", "kept"), [(OTHER, NEWEST), (NEWEST, OTHER)])
def test_a_deleted_draft_leaves_nothing_and_the_others_stay(
    journal: Journal, tmp_path: Path, deleted: str, kept: str
) -> None:
    for run_id in (OTHER, NEWEST):
        journal.create(a_run(tmp_path, run_id))
        journal.add(run_id, [entry(2), entry(3)])
    journal.hold(deleted)
    journal.delete_draft(deleted)
    assert journal.find(deleted) is None
    assert [run.id for run in journal.runs()] == [kept, RUN]
    assert ends(journal, kept) == {2: Status.UNSENT, 3: Status.UNSENT}
    assert journal.totals().rows == {(Status.UNSENT, None): 2}, "its rows are gone too"
    journal.create(a_run(tmp_path, deleted))
    assert ends(journal, deleted) == {}


def test_a_deleted_draft_is_released(journal: Journal, open_store: OpenStore, tmp_path: Path) -> None:
    journal.create(a_run(tmp_path, OTHER))
    journal.hold(OTHER)
    journal.delete_draft(OTHER)
    with open_store() as other:
        other.create(a_run(tmp_path, OTHER))
        assert other.try_hold(OTHER)


def test_a_retry_made_before_a_draft_is_deleted_keeps_its_rows(journal: Journal, tmp_path: Path) -> None:
    """A question about a sheet that comes back is open; another process retries the sheet's run meanwhile."""
    journal.add(RUN, [entry(2), entry(3)])
    journal.create(a_run(tmp_path, OTHER))
    journal.add(OTHER, [entry(2)])
    retry = a_run(tmp_path, NEWEST, retry_of=RUN)
    journal.create_retry(retry)
    journal.delete_draft(OTHER)
    assert ends(journal) == {2: Status.SKIPPED, 3: Status.SKIPPED}
    assert ends(journal, retry.id) == {2: Status.UNSENT, 3: Status.UNSENT}


def test_a_trials_outcomes_stand_in_the_run_that_follows_it_with_their_attempts(
    journal: Journal, tmp_path: Path
) -> None:
    """Row 2 was answered, row 3 is in doubt; in the sheet as it is now they are rows 3 and 4."""
    journal.add(RUN, [entry(2), entry(3)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)
            await attempt(log, 3, CUT, Status.UNKNOWN)

    asyncio.run(send())
    journal.create(replace(a_run(tmp_path, OTHER), follows=RUN))
    journal.add(OTHER, [entry(number) for number in (2, 3, 4)])
    journal.confirm(OTHER, Effects(kept=[(2, 3), (3, 4)]))
    assert ends(journal, OTHER) == {2: Status.UNSENT, 3: Status.SUCCEEDED, 4: Status.UNKNOWN}
    assert [record.attempts for record in journal.records(OTHER)] == [0, 1, 1]
    assert journal.run(RUN).finished

    async def spent() -> dict[int, int]:
        async with sending(journal, OTHER, resend_unknown=True) as log:
            return {row.number: row.spent for row in await log.pending(0, 10)}

    assert asyncio.run(spent()) == {2: 0, 4: 1}, "the attempt in doubt counts here too"


@pytest.mark.parametrize("seen", [0, 1, 2])
def test_a_run_goes_with_the_corrections_that_were_read(journal: Journal, tmp_path: Path, seen: int) -> None:
    base, draft = a_run(tmp_path, "20261124-000000-0000"), a_run(tmp_path, NEWEST)
    journal.create(base)
    journal.add(base.id, [entry(2)])
    journal.edit(base.id, 2, {0: "L02"}, version=0, user="ann")
    journal.create(draft)
    if seen != 1:
        with pytest.raises(BusyError, match="corrected or left out meanwhile"):
            journal.confirm(draft.id, Effects(corrected=(base.id, seen)))
        assert not journal.run(draft.id).complete
        return
    journal.confirm(draft.id, Effects(corrected=(base.id, seen)))
    assert journal.find(base.id) is None, "nobody corrects it any more"
    journal.delete_draft(base.id)
    assert journal.run(draft.id).complete
