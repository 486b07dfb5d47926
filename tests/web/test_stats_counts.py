"""Counts are made once, apart from the page, and kept for a while."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadsync.errors import LeadsyncError, UsageError
from leadsync.models import Status
from leadsync.stats_summary import StatsChart, StatsSummary, StatsTable
from leadsync.web.stats_counts import KEPT, Counted, Question, StatsCounts, count_apart
from tests.web.conftest import Clock
from tests.web.filled import Given, a_run, fill

EMPTY = StatsSummary("", "", (), StatsChart("", (), ()), (), StatsTable("", (), ()), ())
BY_CODE = Question("code", None)


class Counter:
    """Counts its calls, and waits in each until it may go on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.may_go_on = asyncio.Event()
        self._error = error

    async def __call__(self, _state: Path, question: Question) -> StatsSummary:
        self.asked.append(question.by)
        await self.may_go_on.wait()
        if self._error:
            raise self._error
        return EMPTY


def ask(counts: StatsCounts, clock: Clock, patience: float = 5, **options: bool) -> asyncio.Task[Counted | None]:
    return asyncio.ensure_future(counts.get(Path(), BY_CODE, clock, patience, **options))


def in_loop(scenario: Callable[[Counter, StatsCounts, Clock], object]) -> Callable[[], None]:
    def test() -> None:
        async def run() -> None:
            counter = Counter()
            await scenario(counter, StatsCounts(counter), Clock())  # type: ignore[misc]

        asyncio.run(run())

    return test


@in_loop
async def test_several_who_ask_at_once_wait_for_one_count(counter: Counter, counts: StatsCounts, clock: Clock) -> None:
    both = ask(counts, clock), ask(counts, clock)
    await asyncio.sleep(0)
    counter.may_go_on.set()
    assert [await one for one in both] == [Counted(EMPTY, clock.time)] * 2
    assert counter.asked == ["code"]


@in_loop
async def test_a_long_count_goes_on_behind_the_answer(counter: Counter, counts: StatsCounts, clock: Clock) -> None:
    assert await ask(counts, clock, patience=0) is None
    assert await ask(counts, clock, patience=0) is None
    counter.may_go_on.set()
    assert await ask(counts, clock) == Counted(EMPTY, clock.time)
    assert counter.asked == ["code"]


@in_loop
async def test_a_count_is_kept_for_a_while(counter: Counter, counts: StatsCounts, clock: Clock) -> None:
    counter.may_go_on.set()
    first = await ask(counts, clock)
    clock.advance(KEPT - timedelta(seconds=1))
    assert await ask(counts, clock) == first
    assert await ask(counts, clock, anew=True) == Counted(EMPTY, clock.time)
    clock.advance(KEPT)
    assert await ask(counts, clock) == Counted(EMPTY, clock.time)
    assert counter.asked == ["code"] * 3


def test_a_refused_count_is_made_again_when_asked_again() -> None:
    async def run() -> None:
        counter = Counter(UsageError("no such column"))
        counter.may_go_on.set()
        counts = StatsCounts(counter)
        for _ in range(2):
            with pytest.raises(UsageError, match="no such column"):
                await ask(counts, Clock())
        assert counter.asked == ["code"] * 2

    asyncio.run(run())


def test_they_are_counted_in_a_process_of_their_own(tmp_path: Path) -> None:
    rows = [Given("A", Status.SUCCEEDED, 0), Given("B", Status.FAILED, 106), Given("C", Status.FAILED, 106)]
    fill(tmp_path / "state", a_run(tmp_path), rows)
    found = asyncio.run(count_apart(tmp_path / "state", Question("column:Name", datetime(2020, 1, 1, tzinfo=UTC))))
    assert found.headline.startswith("2 of 3 rows")
    assert found.bars == (("A name", 2),)
    with pytest.raises(UsageError, match="No sheet has a column Agent; there are Lead Id, Name"):
        asyncio.run(count_apart(tmp_path / "state", Question("column:Agent", None)))


def test_a_count_that_breaks_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").mkdir()
    with pytest.raises(LeadsyncError):
        asyncio.run(count_apart(tmp_path, BY_CODE))
