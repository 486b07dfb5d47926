"""The next row: the run's order, a lead's rows one after the other, and waits, with a log in memory."""

import asyncio

from leadsync.engine.backlog import Backlog, Job, Waiting
from leadsync.engine.early_failure import FIRST_ROWS, EarlyFailureCheck
from leadsync.models import EXTERNAL_ID, Lead, PendingRow, Status
from tests.engine.stage import OK, FakeLog


class HandClock:
    """A time moved by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def row(number: int, lead: str = "", *, in_doubt: bool = False, inserts: bool = False, attempts: int = 0) -> PendingRow:
    name = lead or f"L{number}"
    return PendingRow(number, Lead(name, {EXTERNAL_ID: name} if inserts else {}), attempts, in_doubt)


async def opened(
    *rows: PendingRow, early: EarlyFailureCheck | None = None, **undecided: int
) -> tuple[Backlog, FakeLog]:
    log = FakeLog(rows, undecided)
    backlog = Backlog(log, HandClock(), early)
    await backlog.open()
    return backlog, log


async def taken(backlog: Backlog) -> Job:
    job = await asyncio.wait_for(backlog.next(), 60)
    assert job is not None
    return job


async def is_waiting(backlog: Backlog) -> bool:
    """Whether nothing can be handed out just now."""
    waiting = asyncio.ensure_future(backlog.next())
    for _ in range(20):
        await asyncio.sleep(0)
    done = waiting.done()
    waiting.cancel()
    return not done


def test_rows_go_in_the_runs_order_and_then_there_are_none() -> None:
    async def go() -> None:
        backlog, _ = await opened(row(2), row(3), row(4))
        jobs = [await taken(backlog) for _ in range(3)]
        assert [job.number for job in jobs] == [2, 3, 4]
        assert await is_waiting(backlog), "a row that is out may come back"
        for job in jobs:
            backlog.done(job, undecided=False)
        assert await backlog.next() is None

    asyncio.run(go())


def test_a_leads_next_row_goes_at_the_end_of_the_one_before() -> None:
    async def go() -> None:
        backlog, _ = await opened(row(2, "A"), row(3, "A"), row(4, "B"), row(5, "C"))
        first = await taken(backlog)
        assert (await taken(backlog)).number == 4
        backlog.done(first, undecided=False)
        assert (await taken(backlog)).number == 3, "it stands before row 5"
        assert (await taken(backlog)).number == 5

    asyncio.run(go())


def test_rows_behind_one_for_a_person_are_held() -> None:
    async def go() -> None:
        backlog, log = await opened(row(2, "A"), row(3, "A"), row(4, "A"), row(5, "B"))
        first = await taken(backlog)
        assert (await taken(backlog)).number == 5
        backlog.done(first, undecided=True)
        assert log.held == {3: 2, 4: 2}

    asyncio.run(go())


def test_rows_behind_an_earlier_undecided_row_are_held_and_those_before_it_go() -> None:
    async def go() -> None:
        backlog, log = await opened(row(2, "A"), row(9, "A"), A=5)
        job = await taken(backlog)
        assert job.number == 2
        backlog.done(job, undecided=False)
        assert await backlog.next() is None
        assert log.held == {9: 5}

    asyncio.run(go())


def test_an_insert_in_doubt_is_not_handed_out_and_holds_its_lead() -> None:
    async def go() -> None:
        backlog, log = await opened(row(2, "A", in_doubt=True, inserts=True), row(3, "A"))
        assert await backlog.next() is None
        assert log.held == {3: 2}

    asyncio.run(go())


def test_a_row_put_back_goes_before_rows_without_a_turn() -> None:
    async def go() -> None:
        backlog, _ = await opened(row(2), row(3), row(4))
        job = await taken(backlog)
        assert (await taken(backlog)).number == 3
        backlog.put_back(job)
        assert (await taken(backlog)).number == 2

    asyncio.run(go())


def test_a_row_between_two_attempts_waits_without_a_worker_and_wakes_in_time() -> None:
    async def go() -> None:
        log = FakeLog([row(2), row(3)])
        clock = HandClock()
        backlog = Backlog(log, clock)
        await backlog.open()
        first, second = await taken(backlog), await taken(backlog)
        backlog.later(first, 120.0, "no answer came")
        backlog.later(second, 60.0, "")
        assert backlog.waiting == Waiting(2, 60.0, 120.0, "")
        assert backlog.only_waits
        clock.time = 59.9
        assert not backlog.wake()
        clock.time = 60.0
        assert backlog.wake()
        assert (await taken(backlog)).number == 3, "by the time, not by the order"
        assert backlog.waiting == Waiting(1, 120.0, 120.0, "no answer came")
        assert not backlog.only_waits

    asyncio.run(go())


def test_a_run_ends_without_rows_set_aside_and_their_leads_wait() -> None:
    async def go() -> None:
        backlog, _ = await opened(row(2, "A"), row(3, "A"))
        job = await taken(backlog)
        backlog.set_aside(job)
        assert await backlog.next() is None
        backlog.done(job, undecided=False)
        assert (await taken(backlog)).number == 3

    asyncio.run(go())


def test_a_closed_backlog_hands_out_nothing_and_waits_for_nothing() -> None:
    async def go() -> None:
        backlog, _ = await opened(row(2))
        backlog.close()
        assert await backlog.next() is None

    asyncio.run(go())


def test_rows_beyond_the_first_wait_for_the_early_failure_check() -> None:
    async def go() -> None:
        early = EarlyFailureCheck()
        backlog, _ = await opened(*(row(n) for n in range(2, FIRST_ROWS + 4)), early=early)
        jobs = [await taken(backlog) for _ in range(FIRST_ROWS)]
        assert all(job.first for job in jobs)
        assert await is_waiting(backlog)
        for job in jobs[:6]:
            early.record(OK)
            backlog.done(job, undecided=False)
        assert not (await taken(backlog)).first

    asyncio.run(go())


def test_a_run_does_not_only_wait_while_rows_are_left_that_were_never_tried() -> None:
    async def go() -> None:
        early = EarlyFailureCheck()
        backlog, _ = await opened(*(row(n) for n in range(2, FIRST_ROWS + 4)), early=early)
        for job in [await taken(backlog) for _ in range(FIRST_ROWS)]:
            backlog.later(job, 60.0, "")
        assert await is_waiting(backlog)
        assert not backlog.only_waits

    asyncio.run(go())


def test_a_row_begun_by_an_earlier_process_is_no_first_one() -> None:
    async def go() -> None:
        early = EarlyFailureCheck()
        backlog, _ = await opened(row(2, "A"), row(3, "A", attempts=1), row(4, attempts=2), early=early)
        first = await taken(backlog)
        assert first.first
        assert not (await taken(backlog)).first
        backlog.done(first, undecided=False)
        assert not (await taken(backlog)).first, "only its number was kept while its lead was busy"

    asyncio.run(go())


def test_a_row_that_turns_out_to_have_begun_leaves_its_place_among_the_first_to_another() -> None:
    async def go() -> None:
        early = EarlyFailureCheck()
        others = (row(n) for n in range(4, FIRST_ROWS + 4))
        backlog, _ = await opened(row(2, "A"), row(3, "A", attempts=1), *others, early=early)
        backlog.done(await taken(backlog), undecided=False)
        assert (await taken(backlog)).number == 3
        firsts = [(await taken(backlog)).first for _ in range(FIRST_ROWS - 1)]
        assert firsts == [True] * (FIRST_ROWS - 1)

    asyncio.run(go())


def test_a_row_in_doubt_stays_so_while_it_waits_and_at_its_end() -> None:
    doubtful, plain = Job.of(row(2, in_doubt=True)), Job.of(row(3))
    assert (doubtful.idle_status, doubtful.end_status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert (plain.idle_status, plain.end_status) == (Status.UNSENT, Status.FAILED)
