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

    def prepare(self, lead: Lead) -> Callable[[Callable[[], Awaitable[None]]], Awaitable[Outcome]]:
        """Make a lead's call ready. The returned function sends it once, and awaits its argument at that moment."""
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

    def pending_row(self, number: int) -> Awaitable[PendingRow]:
        """One row that `pending` gave before and that was not begun since."""
        ...

    def begin(self, number: int, attempt: int) -> Awaitable[None]:
        """An attempt is about to be made: from its `leaves` on, it may reach the dialer."""
        ...

    def leaves(self, number: int, attempt: int) -> None:
        """The attempt leaves now. Without this, an attempt that was begun is known not to have been made, even after
        the process was killed."""
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

    def hold(self, number: int, earlier: int) -> Awaitable[None]:
        """A row is not sent in this run: a person has to decide on row `earlier` of its lead first."""
        ...


class Slot(Protocol):
    """One of the dialer's slots, held for one call."""

    def release(self, *, finished: bool = True) -> None:
        """Give the slot back; not `finished`: the call was given up, and the dialer may still be at it."""
        ...


class Slots(Protocol):
    """The dialer's slots, shared with the other leadsync processes that send to it."""

    async def take(self, wanted: Callable[[], bool]) -> Slot | None:
        """Wait for a free slot and hold it; None as soon as `wanted` is false.

        Says who holds the slots where that takes long; raises Stopped where it takes longer than the user allowed.
        """
        ...

    async def keep(self) -> None:
        """Look after the slots that are held, for as long as the run lasts; ends by cancellation."""
        ...


class _UnsharedSlot:
    def release(self, *, finished: bool = True) -> None:
        pass


class UnsharedSlots:
    """Slots that no other process uses."""

    async def take(self, wanted: Callable[[], bool]) -> Slot | None:
        """A slot, at once."""
        return _UnsharedSlot() if wanted() else None

    async def keep(self) -> None:
        """Nothing to look after."""


class Progress(Protocol):
    """Is told how the run goes; neither waits for anybody nor raises anything."""

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
