"""A model of the dialer: first come, first served, in so many slots."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from leadsync.engine.discovery import Discovery
from leadsync.engine.pace import Pace
from leadsync.models import Effect, Outcome

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)

QUEUED = Outcome(Effect.ANSWERED, 109, "TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS", "", 400)

ON_ITS_WAY = 0.002
"""What a call takes beside its work."""


@dataclass
class Model:
    """A dialer's slots and queue, leadsync at the pace that it sets itself, and a rival with so many calls at once.

    `work` is how long the nth call takes; `queue_timeout` after how long in the queue one is answered 109.
    """

    slots: int
    pace: Pace | Discovery
    work: Callable[[int], float] = lambda n: 0.1
    rival: Callable[[float], int] = lambda now: 0
    queue_timeout: float = 60.0
    now: float = 0.0
    ours: int = 0
    theirs: int = 0
    busy: int = 0
    calls: int = 0
    queue: deque[tuple[float, bool]] = field(default_factory=deque)
    events: list[tuple[float, int, float, bool]] = field(default_factory=list)
    ended: list[tuple[float, Outcome, bool]] = field(default_factory=list)
    allowances: list[tuple[float, int]] = field(default_factory=list)

    def run(self, until: float) -> None:
        while self.now < until:
            self._send()
            self.now, _, began, is_ours = heapq.heappop(self.events)
            self.busy -= 1
            self._end(began, OK, is_ours)

    def _send(self) -> None:
        while self.ours < self.pace.allowance:
            self.ours += 1
            self.queue.append((self.now, True))
        while self.theirs < self.rival(self.now):
            self.theirs += 1
            self.queue.append((self.now, False))
        while self.queue and self.busy < self.slots:
            began, is_ours = self.queue.popleft()
            if self.now - began > self.queue_timeout:
                self._end(began, QUEUED, is_ours)
                continue
            self.busy += 1
            self.calls += 1
            heapq.heappush(self.events, (self.now + self.work(self.calls) + ON_ITS_WAY, self.calls, began, is_ours))

    def _end(self, began: float, outcome: Outcome, is_ours: bool) -> None:
        self.ended.append((self.now, outcome, is_ours))
        if is_ours:
            self.ours -= 1
            self.pace.record(outcome, began, self.now)
            self.allowances.append((self.now, self.pace.allowance))
        else:
            self.theirs -= 1

    def rate(self, start: float, end: float, *, ours: bool = True) -> float:
        """Calls answered 0 in a second of that time."""
        answered = [moment for moment, outcome, is_ours in self.ended if outcome is OK and is_ours is ours]
        return sum(start <= moment < end for moment in answered) / (end - start)

    def allowed(self, start: float, end: float) -> list[int]:
        return [allowance for moment, allowance in self.allowances if start <= moment < end]


def full_rate(slots: int, work: float = 0.1) -> float:
    return slots / (work + ON_ITS_WAY)
