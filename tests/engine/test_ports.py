"""The parts of the engine's surroundings that need no library: slots without other processes, and the real time."""

import asyncio

from leadsync.engine.ports import SystemClock, UnsharedSlots


def test_unshared_slots_are_free_at_once_as_long_as_one_is_wanted() -> None:
    async def take() -> None:
        slots = UnsharedSlots()
        held = [await slots.take(lambda: True) for _ in range(1_000)]
        assert None not in held
        assert await slots.take(lambda: False) is None
        await slots.keep()

    asyncio.run(take())


def test_the_real_time_goes_on_while_it_sleeps() -> None:
    clock = SystemClock()
    before = clock.now()
    asyncio.run(clock.sleep(0.01))
    assert 0.01 <= clock.now() - before < 10
