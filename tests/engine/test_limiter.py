"""Places for calls: their number, their order, the rate of their starts, pauses."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from leadsync.engine.limiter import Limiter, LimiterPaused
from leadsync.engine.ports import UnsharedSlots
from tests.engine.stage import FakeSlots, VirtualLoop


def in_virtual_time(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(work)


async def call(limiter: Limiter, starts: list[float], seconds: float = 0.05, *, while_paused: bool = False) -> None:
    async with limiter.slot(while_paused=while_paused) as leaves:
        await leaves()
        starts.append(asyncio.get_running_loop().time())
        await asyncio.sleep(seconds)


def test_no_more_calls_than_places_start_in_the_floor_time() -> None:
    async def go() -> None:
        limiter = Limiter(3, UnsharedSlots(), 0.1)
        limiter.allow(3)
        starts: list[float] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(12):
                group.create_task(call(limiter, starts, 0.001))
        assert len(starts) == 12
        assert all(later - earlier >= 0.1 - 1e-3 for earlier, later in zip(starts, starts[3:], strict=False))
        assert starts[-1] < 0.35, "four rounds of three"

    in_virtual_time(go())


def test_no_more_calls_than_allowed_are_under_way() -> None:
    async def go() -> None:
        limiter = Limiter(8, UnsharedSlots(), 0.1)
        limiter.allow(2)
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(call(limiter, [], 0.5))
        assert limiter.peak == 2
        assert limiter.calls == 0

    in_virtual_time(go())


@pytest.mark.parametrize("slots", [1, 3, 4])
def test_a_resized_limiter_has_exactly_so_many_places(slots: int) -> None:
    async def go() -> None:
        limiter = Limiter(4, UnsharedSlots(), 0.1)
        limiter.resize(slots)
        limiter.allow(4)
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(call(limiter, [], 0.5))
        assert limiter.peak == slots

    in_virtual_time(go())


def test_a_paused_limiter_gives_a_slot_to_a_probe_alone() -> None:
    async def go() -> None:
        limiter = Limiter(2, UnsharedSlots(), 0.1)
        limiter.allow(2)
        limiter.pause()
        with pytest.raises(LimiterPaused):
            await call(limiter, [])
        starts: list[float] = []
        await call(limiter, starts, while_paused=True)
        assert len(starts) == 1
        limiter.allow(2)
        await call(limiter, starts)
        assert len(starts) == 2

    in_virtual_time(go())


def test_a_closed_limiter_gives_no_slot_to_anybody() -> None:
    async def go() -> None:
        limiter = Limiter(2, UnsharedSlots(), 0.1)
        limiter.allow(2)
        limiter.close()
        for while_paused in (True, False):
            with pytest.raises(LimiterPaused):
                await call(limiter, [], while_paused=while_paused)
        assert limiter.calls == 0

    in_virtual_time(go())


def test_a_refusal_by_the_shared_slots_frees_the_place() -> None:
    async def go() -> None:
        shared = FakeSlots(0)
        shared.failure = OSError("gone")
        limiter = Limiter(1, shared, 0.1)
        limiter.allow(1)
        with pytest.raises(OSError, match="gone"):
            await call(limiter, [])
        shared.failure, shared.free = None, 1
        starts: list[float] = []
        await call(limiter, starts)
        assert len(starts) == 1
        assert shared.released == [True]

    in_virtual_time(go())


def test_a_cancelled_call_says_that_it_may_still_run() -> None:
    async def go() -> None:
        shared = FakeSlots(1)
        limiter = Limiter(1, shared, 0.1)
        limiter.allow(1)
        task = asyncio.create_task(call(limiter, [], 10.0))
        await asyncio.sleep(1)
        assert limiter.calls == 1
        task.cancel()
        await asyncio.wait([task])
        assert shared.released == [False]
        assert limiter.calls == 0

    in_virtual_time(go())


def test_fewer_places_are_had_once_those_taken_are_given_back() -> None:
    async def go() -> None:
        limiter = Limiter(4, UnsharedSlots(), 0.1)
        limiter.allow(4)
        first: list[float] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(call(limiter, first, 1.0))
            await asyncio.sleep(0.5)
            limiter.resize(2)
        assert limiter.peak == 4
        limiter.peak = 0
        async with asyncio.TaskGroup() as group:
            for _ in range(6):
                group.create_task(call(limiter, [], 1.0))
        assert limiter.peak == 2

    in_virtual_time(go())


def test_it_is_known_when_a_call_waits_for_a_shared_slot() -> None:
    async def go() -> None:
        shared = FakeSlots(0)
        limiter = Limiter(1, shared, 0.1)
        limiter.allow(1)
        assert not limiter.awaits_slots
        waiting = asyncio.create_task(call(limiter, [], 0.1))
        await asyncio.sleep(0.2)
        assert limiter.awaits_slots
        shared.free = 1
        await waiting
        assert not limiter.awaits_slots

    in_virtual_time(go())
