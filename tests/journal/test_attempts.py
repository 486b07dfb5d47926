"""Attempts from their beginning to their end, and their count."""

import asyncio

import pytest

from leadsync.errors import JournalError
from leadsync.journal import Journal, State
from leadsync.models import Effect, Outcome, Status
from tests.journal.samples import (
    CUT,
    OK,
    RUN,
    attempt,
    ends,
    entry,
    sending,
)


def test_an_attempt_from_beginning_to_end(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])

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
    journal.add(RUN, [entry(2), entry(3)])

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
    journal.add(RUN, [entry(2)])

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
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, status)
            await log.begin(2, 2)

    with pytest.raises(JournalError, match="Row 2"):
        asyncio.run(send())
    assert ends(journal) == {2: status}


def test_an_outcome_is_not_lost_by_a_cancellation(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])

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
    journal.add(RUN, [entry(2), entry(3)])

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
    journal.add(RUN, [entry(2), entry(3, harmless=True)])

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
    journal.add(RUN, [entry(2), entry(3, harmless=True)])

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
    journal.add(RUN, [entry(2), entry(3, harmless=True)])

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
