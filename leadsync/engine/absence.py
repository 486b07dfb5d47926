"""The wait for an absent dialer: probes with growing waits, until it is back or the patience is over."""

import asyncio
from collections.abc import Awaitable, Callable

from leadsync.engine.breaker import Breaker
from leadsync.engine.notice import Notice, clock_time
from leadsync.engine.ports import Clock
from leadsync.models import Outcome


class Absence:
    """Knows from rows' outcomes and from probes whether the dialer is there.

    `probe` asks the dialer, if told so for updates too, and raises LimiterPaused once the run stops. `on_change` is
    called after a probe has changed the slots to use. `give_up_seconds` is the longest wait.
    """

    def __init__(
        self,
        clock: Clock,
        notice: Notice,
        give_up_seconds: float,
        probe: Callable[[bool], Awaitable[Outcome]],
        on_change: Callable[[], None],
    ) -> None:
        self._breaker = Breaker()
        self._clock = clock
        self._notice = notice
        self._give_up_seconds = give_up_seconds
        self._probe = probe
        self._on_change = on_change
        self._began = asyncio.Event()
        self._over = asyncio.Event()
        self._over.set()
        self._stopped = False

    @property
    def is_on(self) -> bool:
        """Whether the dialer counts as away."""
        return self._breaker.is_open

    def allowance(self, slots: int) -> int:
        """The number of `slots` to use."""
        return self._breaker.allowance(slots)

    def record(self, outcome: Outcome, slots: int, *, last: bool) -> None:
        """Note a row's outcome, with so many slots in use; `last`: no other row can be sent just now, or this one has
        a single attempt left at most."""
        if self._breaker.record(outcome, self._clock.now(), slots, last=last):
            if self._stopped:
                return
            self._over.clear()
            self._began.set()
        elif not self._breaker.is_open:
            self.end()

    def stop(self) -> None:
        """Let all waiting rows go on, and none wait any more: the run stops, whatever calls under way come to."""
        self._stopped = True
        self.end()

    def end(self) -> None:
        """Let all waiting rows go on."""
        if not self._over.is_set():
            self._over.set()
            self._began.clear()
            self._notice.clear()

    async def over(self) -> None:
        """Wait until the dialer is there, or the run stops."""
        await self._over.wait()

    async def watch(self) -> str:
        """Wait out one absence after the other; return the reason to stop once one has lasted too long.

        Raises LimiterPaused once the run stops.
        """
        while True:
            await self._began.wait()
            if words := await self._wait_out():
                return words

    async def _wait_out(self) -> str:
        breaker = self._breaker
        while breaker.is_open:
            now = self._clock.now()
            # From the first sign on: the probes and waits so far count, too.
            since = now if breaker.away_since is None else breaker.away_since
            left = since + self._give_up_seconds - now
            if left <= 0:
                minutes = self._give_up_seconds / 60
                return f"the dialer was away for {minutes:g} minutes ({breaker.reason}); `leadsync resume` goes on"
            wait = min(breaker.next_wait(), left)
            self._notice.say(f"the dialer is away, next try at {clock_time(wait)} ({breaker.reason})")
            await self._pause(wait)
            if breaker.is_open:
                breaker.record_probe(await self._probe(breaker.costs_attempts), self._clock.now())
        self._on_change()
        self.end()
        return ""

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than the absence lasts."""
        waits = [asyncio.ensure_future(wait) for wait in (self._clock.sleep(seconds), self._over.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
