"""How many calls may be under way, and how fast new ones may start."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

from leadsync.engine.pace import USUAL_SECONDS


class Held(Exception):  # noqa: N818 - a signal between two parts of the engine, not an error
    """No slot is to be had for now; nothing was sent."""


class Limiter:
    """Up to `slots` places for calls, handed out in the order they were asked for; no more than that start in
    `floor_seconds`.

    `allow` says how many of them may be used just now; where that is none, whoever asks waits. While it is `hold`ing,
    whoever waits for a slot, and whoever asks, gets Held.
    """

    def __init__(self, slots: int, floor_seconds: float = USUAL_SECONDS) -> None:
        self._allowed = slots
        self._holding = False
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._rate = AsyncLimiter(slots, floor_seconds)
        self.peak = 0
        """The most calls that were under way at once."""

    @property
    def in_flight(self) -> int:
        """How many calls are under way."""
        return self._in_flight

    @property
    def wanted(self) -> int:
        """How many calls are under way or wait to be."""
        return self._in_flight + len(self._waiting)

    def allow(self, count: int) -> None:
        """Use up to `count` slots from now on."""
        self._allowed = count
        self._holding = False
        self._hand_out()

    def hold(self) -> None:
        """Begin no call until `allow`."""
        self._holding = True
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(Held)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot; raises Held."""
        await self._acquire()
        try:
            await self._rate.acquire()
            if self._holding:
                raise Held
            yield
        finally:
            self._in_flight -= 1
            self._hand_out()

    async def _acquire(self) -> None:
        if self._holding:
            raise Held
        if self._waiting or self._in_flight >= self._allowed:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                    self._in_flight -= 1
                    self._hand_out()
                raise
        else:
            self._take()

    def _take(self) -> None:
        self._in_flight += 1
        self.peak = max(self.peak, self._in_flight)

    def _hand_out(self) -> None:
        while self._waiting and not self._holding and self._in_flight < self._allowed:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._take()
                waiter.set_result(None)
