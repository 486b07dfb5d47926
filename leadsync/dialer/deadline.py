"""A bound on one answer. An answer that has arrived wins over a clock that is late."""

import asyncio
import time
from types import TracebackType
from typing import Self

MOMENT = 0.1
"""Seconds granted when time is up, to read what has arrived meanwhile."""
PULSE = 1.0
"""Seconds between two looks at the clock."""
LONGEST_PAUSE = 1.0
"""A look at the clock that is later than this many seconds means that the process or the machine stood still."""


class Deadline:
    """Raises TimeoutError in its body once time is up; an asynchronous context manager.

    asyncio runs an overdue timer together with the input that came before it, and the timer's cancellation wins. So
    time that is up grants one more moment, and another for each moment that ends late: what lies in the sockets when
    a stopped process goes on is read first.
    """

    def __init__(self, seconds: float) -> None:
        self.awake = True
        """Whether neither the process nor the machine stood still since the last `restart`."""
        self._seconds = seconds
        self._timeout = asyncio.timeout(None)
        self._pulse: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._timeout.__aenter__()
        self.restart(self._seconds)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    @property
    def expired(self) -> bool:
        """Whether time was up."""
        return self._timeout.expired()

    def restart(self, seconds: float) -> None:
        """Count anew, up to `seconds` from now."""
        if self._pulse is not None:
            self._pulse.cancel()
        # It may be up already, and about to be told.
        self._timeout.reschedule(None)
        self.awake = True
        self._granted = False
        self._ends = self._loop.time() + seconds
        self._look_in(min(seconds, PULSE))

    def _look_in(self, seconds: float) -> None:
        # The loop's clock stands still while a machine sleeps; the wall clock does not.
        self._pulse = self._loop.call_later(seconds, self._look, self._loop.time() + seconds, time.time() + seconds)

    def _look(self, planned: float, planned_by_the_wall: float) -> None:
        now = self._loop.time()
        late = max(now - planned, time.time() - planned_by_the_wall)
        if late > LONGEST_PAUSE:
            self.awake = False
        if now < self._ends:
            self._look_in(min(self._ends - now, PULSE))
        elif late > MOMENT or not self._granted:
            self._granted = True
            self._look_in(MOMENT)
        else:
            self._timeout.reschedule(now)
