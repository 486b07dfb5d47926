"""The places for calls under way, and the rate of their starts."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType

from aiolimiter import AsyncLimiter

from leadsync.engine.pace import USUAL_SECONDS
from leadsync.engine.ports import Slots


class LimiterPaused(Exception):  # noqa: N818 - a signal between two parts of the engine, not an error
    """No slot is to be had for now; nothing was sent."""


class Limiter:
    """Up to `slots` places for calls, handed out in the order of asking.

    Each place starts one call in `floor_seconds` at most, so no more than `slots` calls leave in that time. A call also
    needs one of the `shared` slots. `allow` sets the number of places in use. A paused limiter gives no slot.
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
        """The highest number of calls at once."""

    @property
    def awaits_slots(self) -> bool:
        """Whether a place waits for one of the shared slots, or for its next start."""
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

    def slot(self, *, while_paused: bool = False) -> "CallSlot":
        """A place and a shared slot for one call; `while_paused`: a pause does not count, as for a probe."""
        return CallSlot(self, self._shared, while_paused)

    def is_open(self, *, while_paused: bool) -> bool:
        """Whether a call may begin."""
        return not self._closed and (while_paused or not self._paused)

    def new_place(self) -> AsyncLimiter:
        """A place without an earlier start."""
        return AsyncLimiter(1, self._floor_seconds)

    async def take_place(self) -> AsyncLimiter:
        """Wait for a free place."""
        waiter: asyncio.Future[AsyncLimiter] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._hand_out()
        return await waiter

    def give_back(self, place: AsyncLimiter) -> None:
        """Let the next call have the place."""
        self._taken -= 1
        if self._taken + len(self._free) < self._places:
            self._free.append(place)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self._free and self._taken < self._allowed:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._taken += 1
                waiter.set_result(self._free.popleft())


class CallSlot:
    """A place and a shared slot, held for one call; an asynchronous context manager.

    Raises LimiterPaused at its beginning, and all exceptions of the shared slots. It is a class, because a generator
    with a decorator takes twice as long.
    """

    is_left_behind = False
    """Whether the dialer may still be at the call, although nobody waits for its answer."""

    def __init__(self, limiter: Limiter, shared: Slots, while_paused: bool) -> None:
        self._limiter = limiter
        self._shared = shared
        self._while_paused = while_paused

    async def __aenter__(self) -> Callable[[], Awaitable[None]]:
        """Await the returned function as the call leaves: the time to this place's next start begins then.

        It raises LimiterPaused, and nothing is to leave, if the slot was lost in a sleep of the process.
        """
        self._place = await self._limiter.take_place()
        try:
            return await self._begin()
        except BaseException:
            self._limiter.give_back(self._place)
            raise

    async def _begin(self) -> Callable[[], Awaitable[None]]:
        if not self._wanted():
            raise LimiterPaused
        if not self._place.has_capacity():
            # The wait takes the start of the old limiter; the call takes its own as it leaves, from a new one.
            await self._place.acquire()
            self._place = self._limiter.new_place()
        held = await self._shared.take(self._wanted)
        if held is None:
            raise LimiterPaused
        if not self._wanted():
            # The run stopped or paused during the wait for the slot.
            held.release()
            raise LimiterPaused
        self._held = held
        self._limiter.calls += 1
        self._limiter.peak = max(self._limiter.peak, self._limiter.calls)
        return self._leave

    async def _leave(self) -> None:
        await self._place.acquire()
        # After the last wait: a process that stood still may wake anywhere before this line.
        if not self._held.lasts():
            raise LimiterPaused

    def _wanted(self) -> bool:
        return self._limiter.is_open(while_paused=self._while_paused)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limiter.calls -= 1
        try:
            # The slot of a call that may still run at the dialer rests; a cancelled one may.
            given_up = self.is_left_behind or isinstance(error, asyncio.CancelledError)
            self._held.release(finished=not given_up, row_waits=self.is_left_behind)
        finally:
            self._limiter.give_back(self._place)
