"""A run's log in its store: the order of its rows, page by page, and attempts from their beginning to their end."""

import asyncio
from pathlib import Path

import pytest

from leadsync.errors import JournalError
from leadsync.journal import Entry, Journal, State
from leadsync.models import Effect, Outcome, Row, Status
from tests.journal.conftest import OpenStore
from tests.journal.samples import CUT, OK, OTHER, RUN, a_run, add, attempt, ends, sending
from tests.journal.samples import entry as row

MOST_PAGES = 10
"""More than there are; a log that begins anew all the time is noticed."""


def entry(number: int, lead: str, priority: str = "") -> Entry:
    return Entry(Row(number, (lead,)), lead, {"njPriority": priority} if priority else {}, harmless=False)


@pytest.fixture
def ordered(tmp_path: Path, open_store: OpenStore) -> Journal:
    """Rows 2 to 7 of six leads, with the priorities 50, 10 (not given), 0, 100, 10 and 5."""
    journal = open_store()
    journal.create(a_run(tmp_path))
    priorities = ("50", "", "0", "100", "10", "5")
    journal.add(RUN, [entry(number, f"L{number}", priority) for number, priority in enumerate(priorities, 2)])
    return journal


def pages(journal: Journal, limit: int, *, by_priority: bool) -> list[list[int]]:
    """All pages of a run, each asked for behind the last row of the one before."""

    async def read() -> list[list[int]]:
        found: list[list[int]] = []
        async with sending(journal, RUN, by_priority=by_priority) as log:
            after = 0
            while (rows := await log.pending(after, limit)) and len(found) < MOST_PAGES:
                found.append([row.number for row in rows])
                after = rows[-1].number
        return found

    return asyncio.run(read())


def test_rows_to_decide_are_the_runs_own(tmp_path: Path, open_store: OpenStore) -> None:
    journal = open_store()
    for run in (RUN, OTHER):
        journal.create(a_run(tmp_path, run))
    add(journal, OTHER, ("A", Status.UNKNOWN))
    add(journal, RUN, ("B", Status.CONFLICT), ("A", Status.UNSENT), ("B", Status.UNSENT))

    async def read() -> dict[str, int]:
        async with sending(journal, RUN) as log:
            return await log.undecided()

    assert asyncio.run(read()) == {"B": 2}


def test_in_the_sheets_order_each_page_goes_on_behind_the_last(ordered: Journal) -> None:
    assert pages(ordered, 2, by_priority=False) == [[2, 3], [4, 5], [6, 7]]


def test_by_priority_each_page_goes_on_behind_the_last(ordered: Journal) -> None:
    assert pages(ordered, 2, by_priority=True) == [[4, 7], [3, 6], [2, 5]]


def test_by_priority_the_rows_can_be_asked_for_from_the_beginning_again(ordered: Journal) -> None:
    async def read() -> list[list[int]]:
        async with sending(ordered, RUN, by_priority=True) as log:
            return [[row.number for row in await log.pending(after, 2)] for after in (0, 7, 0)]

    assert asyncio.run(read()) == [[4, 7], [3, 6], [4, 7]]


def test_by_priority_a_lead_goes_as_early_as_its_most_urgent_row_and_in_the_sheets_order(
    tmp_path: Path, open_store: OpenStore
) -> None:
    with open_store() as journal:
        journal.create(a_run(tmp_path))
        rows = [entry(2, "A", "90"), entry(3, "B", "20"), entry(4, "A", "1"), entry(5, "A", "95")]
        journal.add(RUN, rows)
        assert pages(journal, 10, by_priority=True) == [[2, 4, 3, 5]]


@pytest.mark.parametrize("by_priority", [False, True])
def test_a_trials_last_row_is_its_last(ordered: Journal, by_priority: bool) -> None:
    ordered.update_run(RUN, last_row=4)
    [page] = pages(ordered, 10, by_priority=by_priority)
    assert sorted(page) == [2, 3, 4]


@pytest.mark.parametrize("by_priority", [False, True])
def test_rows_of_other_runs_are_none_of_this_one(ordered: Journal, tmp_path: Path, by_priority: bool) -> None:
    ordered.create(a_run(tmp_path, "20261124-000000-0000"))
    ordered.add("20261124-000000-0000", [entry(8, "X", "0")])
    [page] = pages(ordered, 10, by_priority=by_priority)
    assert sorted(page) == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("by_priority", [False, True])
def test_rows_that_have_ended_or_wait_for_a_person_are_not_handed_out(ordered: Journal, by_priority: bool) -> None:
    ends = {2: Status.SUCCEEDED, 3: Status.FAILED, 4: Status.UNKNOWN, 5: Status.CONFLICT}

    async def send() -> None:
        async with sending(ordered, RUN) as log:
            for number, status in ends.items():
                await log.begin(number, 1)
                await log.finish(number, 1, OK, status)

    asyncio.run(send())
    [page] = pages(ordered, 10, by_priority=by_priority)
    assert sorted(page) == [6, 7]


def test_a_single_row_is_read_anew_by_its_number(ordered: Journal) -> None:
    async def read() -> list[tuple[int, str]]:
        async with sending(ordered, RUN) as log:
            rows = [await log.pending_row(number) for number in (5, 2)]
            return [(row.number, row.lead.external_id) for row in rows]

    assert asyncio.run(read()) == [(5, "L5"), (2, "L2")]


def test_an_attempt_from_beginning_to_end(journal: Journal) -> None:
    journal.add(RUN, [row(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            [pending] = await log.pending(0, 10)
            assert (pending.number, pending.lead.external_id, pending.attempts) == (2, "L2", 0)
            await log.begin(2, 1)
            assert await log.pending(0, 10) == []
            await log.finish(2, 1, Outcome(Effect.ANSWERED, 105, "DUPLICATE", "his words", 400), Status.FAILED)

    asyncio.run(send())
    [record] = journal.records(RUN)
    assert (record.status, record.code, record.name, record.message) == (Status.FAILED, 105, "DUPLICATE", "his words")
    assert record.attempts == 1
    assert record.time is not None
    assert record.time.tzinfo is not None


def test_the_attempts_of_a_run_are_told_in_the_order_of_its_rows(journal: Journal) -> None:
    journal.add(RUN, [row(2), row(3)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 3, Outcome(Effect.ANSWERED, 105, "DUPLICATE", "his words", 400), Status.FAILED)
            await attempt(log, 2, CUT, Status.UNKNOWN)
            await log.begin(2, 2)
            [*_, last] = journal.attempts(RUN)
            assert [one.number for one in journal.attempts(RUN)] == [2, 3]
            assert (last.lead, last.attempt, last.effect) == ("L3", 1, "answered")
            assert (last.http, last.code, last.message) == (400, 105, "his words")
            assert last.ended is not None
            assert last.begun <= last.ended

    asyncio.run(send())
    [first, *_] = journal.attempts(RUN)
    assert (first.effect, first.http, first.code, first.message) == ("in_doubt", None, None, "cut")


def test_an_attempt_that_was_not_made_leaves_no_trace(journal: Journal) -> None:
    journal.add(RUN, [row(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.withdraw(2, 1, Status.UNSENT)

    asyncio.run(send())
    [record] = journal.records(RUN)
    assert (record.status, record.attempts, record.time) == (Status.UNSENT, 0, None)
    assert journal.tally(RUN).attempts == 0


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
def test_a_row_that_has_ended_is_never_begun_again(journal: Journal, status: Status) -> None:
    journal.add(RUN, [row(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, status)
            assert await log.begin(2, 2) == status

    asyncio.run(send())
    assert ends(journal) == {2: status}


def test_an_outcome_is_not_lost_by_a_cancellation(journal: Journal) -> None:
    journal.add(RUN, [row(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)

            async def finish() -> None:
                await log.finish(2, 1, OK, Status.SUCCEEDED)

            task = asyncio.create_task(finish())
            await asyncio.sleep(0)
            task.cancel()

    asyncio.run(send())
    assert ends(journal) == {2: Status.SUCCEEDED}


def test_after_the_journal_fails_every_call_fails(journal: Journal) -> None:
    journal.add(RUN, [row(2), row(3)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            with pytest.raises(JournalError):
                await log.begin(99, 1)
            with pytest.raises(JournalError):
                await log.begin(2, 1)

    with pytest.raises(JournalError):
        asyncio.run(send())
    assert ends(journal) == {2: Status.UNSENT, 3: Status.UNSENT}


def test_attempts_in_doubt_count_whichever_process_made_them_until_a_person_decides(journal: Journal) -> None:
    journal.add(RUN, [row(2), row(3, harmless=True)])

    async def send(count: int) -> list[int]:
        async with sending(journal, RUN, resend_unknown=True) as log:
            rows = await log.pending(0, 10)
            for row in rows:
                await attempt(log, row.number, CUT, Status.UNKNOWN, count)
            return [row.spent for row in rows]

    assert [asyncio.run(send(count)) for count in (1, 2, 3)] == [[0, 0], [1, 1], [2, 2]]
    journal.resolve(RUN, [2], State.PENDING, "send")
    assert asyncio.run(send(4)) == [0, 3]


def test_a_kill_counts_against_the_attempts_of_a_row_only_if_it_may_have_fired_an_action(journal: Journal) -> None:
    journal.add(RUN, [row(2), row(3, harmless=True)])

    async def die() -> None:
        async with sending(journal, RUN) as log:
            for number in (2, 3):
                await log.begin(number, 1)
                log.leaves(number, 1)

    async def spent() -> list[int]:
        async with sending(journal, RUN, resend_unknown=True) as log:
            return [row.spent for row in await log.pending(0, 10)]

    asyncio.run(die())
    journal.settle(RUN)
    assert asyncio.run(spent()) == [1, 0]


def test_of_the_rows_whose_attempts_ran_out_only_idempotent_ones_have_them_again(journal: Journal) -> None:
    """A row that sets a disposition ends after its attempts, whatever the settings say; a person may send it again."""
    journal.add(RUN, [row(2), row(3, harmless=True)])

    async def send() -> list[int]:
        async with sending(journal, RUN, resend_unknown=True) as log:
            for number in (2, 3):
                await attempt(log, number, CUT, Status.UNKNOWN)
                await log.exhaust(number, "not done in 1 attempt", Status.UNKNOWN)
            return [row.spent for row in await log.pending(0, 10)]

    assert asyncio.run(send()) == [1, 0]
    journal.resolve(RUN, [2], State.PENDING, "send")

    async def spent() -> list[int]:
        async with sending(journal, RUN, resend_unknown=True) as log:
            return [row.spent for row in await log.pending(0, 10)]

    assert asyncio.run(spent()) == [0, 0]
