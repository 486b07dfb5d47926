"""A bound on one answer. An answer in the sockets wins over a late clock."""

import asyncio
import time
from types import TracebackType
from typing import Self

# Ten looks a second for all calls; two timers and a timeout for each call took about 30 µs of CPU.
PULSE = 0.1
"""Seconds between two looks at the clock."""
LONGEST_PAUSE = 1.0
"""A look at the clock that is later than this many seconds means that the process or the machine stood still."""


class DeadlineTimer:
    """Looks at the clock for all deadlines of a client.

    Two timers of its own took most of the time of each call's deadline.
    """

    def __init__(self) -> None:
        self.running: set[Deadline] = set()
        self.loop: asyncio.AbstractEventLoop
        self._ticks = False

    def add(self, deadline: "Deadline") -> None:
        """Look for this one too, from now on; discard it from `running` in the end."""
        self.running.add(deadline)
        if not self._ticks:
            self._ticks = True
            self.loop = asyncio.get_running_loop()
            self._plan()

    def _plan(self) -> None:
        # The loop's clock stands still while a machine sleeps; the wall clock does not.
        self.loop.call_later(PULSE, self._look, self.loop.time() + PULSE, time.time() + PULSE)

    def _look(self, planned: float, planned_by_the_wall: float) -> None:
        now = self.loop.time()
        late = max(now - planned, time.time() - planned_by_the_wall)
        for deadline in self.running:
            deadline.look(now, planned, late)
        self._ticks = bool(self.running)
        if self._ticks:
            self._plan()


class Deadline:
    """Raises TimeoutError in its body once time is up; a context manager for the present task.

    asyncio runs an overdue timer together with the input before it, and the timer's cancellation wins. So expired time
    grants one more look at the clock, and another for each late look. Thus a process stopped and continued first reads
    the input in its sockets.
    """

    def __init__(self, timer: DeadlineTimer, seconds: float) -> None:
        self.awake = True
        """Whether neither the process nor the machine stood still since the last `restart`."""
        self.expired = False
        """Whether time was up."""
        self._timer = timer
        self._seconds = seconds

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of a task alone gets here
        self._task = task
        self._cancellations = task.cancelling()
        self._timer.add(self)
        self.restart(self._seconds)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.running.discard(self)
        # A cancellation by somebody else stays one.
        if self.expired and self._task.uncancel() <= self._cancellations and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def restart(self, seconds: float) -> None:
        """Count anew, up to `seconds` from now."""
        self.awake = True
        self._granted = False
        self._began = self._timer.loop.time()
        self._ends = self._began + seconds

    def look(self, now: float, planned: float, late: float) -> None:
        """Take note of a look at the clock, and of its lateness against the `planned` time."""
        if late > LONGEST_PAUSE and self._began < planned:
            self.awake = False
        if now < self._ends or self.expired:
            return
        if late > PULSE or not self._granted:
            self._granted = True
        else:
            # In the loop's next round: a task with input from this one goes first.
            self._timer.loop.call_soon(self._expire)

    def _expire(self) -> None:
        if self in self._timer.running and self._timer.loop.time() >= self._ends:
            self.expired = True
            self._task.cancel()
