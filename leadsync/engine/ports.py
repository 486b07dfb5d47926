"""What the engine is given: it knows these shapes, and none of the libraries behind them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from leadsync.models import Lead, Outcome, PendingRow, Status


class Dialer(Protocol):
    """Sends leads; raises nothing but a cancellation."""

    @property
    def travel_seconds(self) -> float:
        """How much of a call's time may be spent on its way; 0 where that is not known."""
        ...

    def prepare(self, lead: Lead) -> Callable[[], Awaitable[Outcome]]:
        """Make a lead's call ready; what is given sends it, once."""
        ...

    async def probe(self, *, updates: bool) -> Outcome:
        """Find out whether the dialer is there, changing nothing; with `updates`, whether it takes those too."""
        ...


class RunLog(Protocol):
    """Writes one run down. A call takes effect in the order of the calls, awaited or not; awaiting it makes sure that
    it is durable. Each may raise JournalError."""

    def undecided(self) -> Awaitable[dict[str, int]]:
        """The leads with a row that a person has to decide on, each with that row's number."""
        ...

    def pending(self, after: int, limit: int) -> Awaitable[list[PendingRow]]:
        """The next rows to be sent behind row `after`, in the order that the run has; 0: from the beginning."""
        ...

    def begin(self, number: int, attempt: int) -> Awaitable[None]:
        """An attempt may reach the dialer from now on."""
        ...

    def withdraw(self, number: int, attempt: int, status: Status) -> Awaitable[None]:
        """An attempt that was begun was not made: the row is `unsent`, or `unknown`, as before."""
        ...

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> Awaitable[None]:
        """What an attempt came to; a row that is to be sent again is `unsent`, or `unknown` if it may be applied."""
        ...

    def never_harmless(self, number: int) -> Awaitable[None]:
        """A row's next attempt adds a lead: if it is not known how that ended, a person has to decide."""
        ...

    def exhaust(self, number: int, message: str, status: Status) -> Awaitable[None]:
        """The attempts of a row that was to be sent again ran out."""
        ...

    def hold(self, number: int, message: str) -> Awaitable[None]:
        """Why a row is not sent in this run."""
        ...


class Budget(Protocol):
    """The dialer's slots, shared with whoever else sends to it by way of leadsync."""

    @property
    def every(self) -> float | None:
        """How often to ask, in seconds; None where once is enough."""
        ...

    async def renew(self, *, in_use: int, wanted: int) -> int:
        """How many slots may be used from now on by whoever has `in_use` calls under way and could use `wanted` slots.

        It may be less than `in_use`: those calls go on, and their slots are given up as they end. Raises nothing but a
        cancellation.
        """
        ...


class Alone:
    """A budget that nobody shares."""

    every: float | None = None

    def __init__(self, slots: int) -> None:
        self._slots = slots

    async def renew(self, *, in_use: int, wanted: int) -> int:
        """All slots."""
        return self._slots


class Progress(Protocol):
    """Is told how the run goes."""

    def settle(self, status: Status) -> None:
        """A row has come to its end."""
        ...

    def say(self, text: str) -> None:
        """What the run is doing, where it is not sending as usual; empty when it is again."""
        ...


class Clock(Protocol):
    """Time, handed in so that tests need not wait."""

    def now(self) -> float:
        """Seconds, never going back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
