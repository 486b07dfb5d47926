"""The engine's view of its surroundings, without the libraries behind them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from leadsync.models import Lead, Outcome, PendingRow, Status


class Dialer(Protocol):
    """Sends leads; raises nothing but a cancellation."""

    @property
    def travel_seconds(self) -> float:
        """The longest travel within a call's time; 0 if unknown."""
        ...

    def prepare(self, lead: Lead) -> Callable[[Callable[[], Awaitable[None]]], Awaitable[Outcome]]:
        """Make a lead's call ready. The returned function sends it once, and awaits its argument at that moment."""
        ...

    async def probe(self, *, updates: bool) -> Outcome:
        """Ask whether the dialer is there, without a change; with `updates`, whether it takes those too."""
        ...


class RunLog(Protocol):
    """The log of one run. Calls take effect in their order, awaited or not; an awaited one is durable.

    Each may raise JournalError.
    """

    def undecided(self) -> Awaitable[dict[str, int]]:
        """The leads with a row that goes first, each with its number: to be decided, or to be sent by a later run."""
        ...

    def pending(self, after: int, limit: int) -> Awaitable[list[PendingRow]]:
        """The next rows to send behind row `after`, in the run's order; 0: from the beginning."""
        ...

    def pending_row(self, number: int) -> Awaitable[PendingRow]:
        """One row of an earlier `pending`, not begun since."""
        ...

    def begin(self, number: int, attempt: int) -> Awaitable[Status | None]:
        """Begin an attempt: from its `leaves` on, it may reach the dialer.

        Gives the status of a row that was settled since it was read; it is not begun then.
        """
        ...

    def leaves(self, number: int, attempt: int) -> None:
        """Mark an attempt as it leaves.

        Without the mark a begun attempt was never made, even if the process was killed.
        """
        ...

    def may_send(self) -> bool:
        """Whether a call may leave at this moment: the right to send the run has not ended."""
        ...

    def withdraw(self, number: int, attempt: int, status: Status) -> Awaitable[None]:
        """Take back a begun attempt, never made: the row is `unsent` or `unknown`, as before."""
        ...

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> Awaitable[None]:
        """Keep an attempt's outcome; a row to be sent again is `unsent`, or `unknown` if in doubt."""
        ...

    def never_harmless(self, number: int) -> Awaitable[None]:
        """Mark a row as an insert from its next attempt on: in doubt, a person has to decide."""
        ...

    def exhaust(self, number: int, message: str, status: Status) -> Awaitable[None]:
        """End a row without attempts left, unless it was settled since it was read."""
        ...

    def hold(self, number: int, earlier: int) -> Awaitable[None]:
        """Hold a row back in this run: a person has to decide on row `earlier` of its lead first."""
        ...


class Slot(Protocol):
    """One of the dialer's slots, held for one call."""

    def lasts(self) -> bool:
        """Whether it is still this process's: by a sleep of the machine it may have passed to another."""
        ...

    def release(self, *, finished: bool = True, row_waits: bool = False) -> None:
        """Give the slot back; not `finished`: the call was given up and may still run at the dialer.

        `row_waits`: its row is known to be in doubt, and waits for the end of the call by itself.
        """
        ...


class Slots(Protocol):
    """The dialer's slots, shared with other leadsync processes."""

    async def take(self, wanted: Callable[[], bool]) -> Slot | None:
        """Wait for a free slot and hold it; None as soon as `wanted` is false.

        Names the holders of the slots during a long wait. Raises Stopped after the longest wait in the settings.
        """
        ...

    @property
    def rest_seconds(self) -> float:
        """The time after which a call given up now should have ended at the dialer."""
        ...

    async def rested(self, wanted: Callable[[], bool], *, killed: bool) -> None:
        """Wait until all calls that were given up should have ended, or those of `killed` processes alone.

        Returns at once as soon as `wanted` is false.
        """
        ...

    async def keep(self) -> None:
        """Look after the held slots during the run; ends by cancellation."""
        ...


class _UnsharedSlot:
    def lasts(self) -> bool:
        return True

    def release(self, *, finished: bool = True, row_waits: bool = False) -> None:
        pass


class UnsharedSlots:
    """Slots without other processes."""

    rest_seconds = 0.0

    async def take(self, wanted: Callable[[], bool]) -> Slot | None:
        """A slot, at once."""
        return _UnsharedSlot() if wanted() else None

    async def rested(self, wanted: Callable[[], bool], *, killed: bool) -> None:
        """Nobody was killed."""

    async def keep(self) -> None:
        """Nothing to look after."""


class Progress(Protocol):
    """The display of a run; it neither waits nor raises."""

    def settle(self, status: Status) -> None:
        """Count a row at its end."""
        ...

    def say(self, text: str) -> None:
        """Show the reason of a wait; empty: the run goes on as usual."""
        ...


class Clock(Protocol):
    """Time, passed in so that tests need not wait."""

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
