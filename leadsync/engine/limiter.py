"""How many calls may be under way, and how fast new ones may start."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

from leadsync.engine.pace import USUAL_SECONDS
from leadsync.engine.ports import Slots


class LimiterPaused(Exception):  # noqa: N818 - a signal between two parts of the engine, not an error
    """No slot is to be had for now; nothing was sent."""


class Limiter:
    """Up to `slots` places for calls, handed out in the order they were asked for.

    Each place starts one call in `floor_seconds` at most, so that no more than `slots` calls leave in that time. A call
    also needs one of the `shared` slots. `allow` says how many places may be used just now. While the limiter is
    paused, nobody gets a slot.
    """

    def __init__(self, slots: int, shared: Slots, floor_seconds: float = USUAL_SECONDS) -> None:
        self._shared = shared
        self._floor_seconds = floor_seconds
        self._allowed = 0
        self._places = slots
        self._free = deque(AsyncLimiter(1, floor_seconds) for _ in range(slots))
        self._taken = 0
        self._waiting: deque[asyncio.Future[AsyncLimiter]] = deque()
        self._paused = False
        self._closed = False
        self.calls = 0
        """Calls under way."""
        self.peak = 0
        """The most calls that were under way at once."""

    @property
    def awaits_slots(self) -> bool:
        """Whether somebody waits for one of the shared slots, or for the time at which a call may start."""
        return self._taken > self.calls

    def resize(self, slots: int) -> None:
        """Have only so many places from now on."""
        self._places = slots
        while self._free and self._taken + len(self._free) > slots:
            self._free.popleft()

    def allow(self, count: int) -> None:
        """Use up to `count` places from now on; this ends a pause."""
        self._allowed = count
        self._paused = False
        self._hand_out()

    def pause(self) -> None:
        """Begin no call until `allow`."""
        self._paused = True

    def close(self) -> None:
        """Begin no call any more."""
        self._closed = True

    @asynccontextmanager
    async def slot(self, *, while_paused: bool = False) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Hold a place and a shared slot; `while_paused`: a pause does not count, as for a probe.

        Await the yielded function as the call leaves: the next start on this place counts from then.

        Raises LimiterPaused, and whatever the shared slots raise.
        """

        def wanted() -> bool:
            return not self._closed and (while_paused or not self._paused)

        place = await self._place()

        async def leaves() -> None:
            nonlocal place
            place = AsyncLimiter(1, self._floor_seconds)
            await place.acquire()

        try:
            if not wanted():
                raise LimiterPaused
            await place.acquire()
            held = await self._shared.take(wanted)
            if held is None:
                raise LimiterPaused
            finished = True
            self.calls += 1
            self.peak = max(self.peak, self.calls)
            try:
                if not wanted():
                    raise LimiterPaused
                yield leaves
            except asyncio.CancelledError:
                finished = False
                raise
            finally:
                self.calls -= 1
                held.release(finished=finished)
        finally:
            self._give_back(place)

    async def _place(self) -> AsyncLimiter:
        waiter: asyncio.Future[AsyncLimiter] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._hand_out()
        return await waiter

    def _hand_out(self) -> None:
        while self._waiting and self._free and self._taken < self._allowed:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._taken += 1
                waiter.set_result(self._free.popleft())

    def _give_back(self, place: AsyncLimiter) -> None:
        self._taken -= 1
        if self._taken + len(self._free) < self._places:
            self._free.append(place)
        self._hand_out()
