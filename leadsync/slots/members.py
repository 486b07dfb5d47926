"""The dialer's slots, shared with leadsync processes on other machines: a database grants each its share for a moment.

A thread renews the lease. Without a renewal it ends, by this machine's clock never after the database's, and no call
begins. The database keeps a vanished member's slots for a rest: the dialer may still be at its calls.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from leadsync.boot_clock import clock
from leadsync.errors import JournalError
from leadsync.plurals import agreeing
from leadsync.slot_shares import OtherMember, SlotGrant, SlotReport
from leadsync.slots.pool import (
    FORGETTING,
    LATE_SECONDS,
    LATE_TIMES,
    LEAST_REST_SECONDS,
    MOST_REST_SECONDS,
)
from leadsync.slots.slot_wait import FINDING, FINDING_SECONDS, SlotWait, rest_words

LEASE_SECONDS = 3.0
RENEW_SECONDS = 0.25
BEYOND_RUN_LEASE_SECONDS = 5.0
"""The least rest of a vanished member's slots, beyond the lease of its run, both counted from its last renewal.

Another machine takes the run over about then, and has to end it within fifteen seconds of the lease.
"""
POLL_SECONDS = 0.05
"""The interval of looks by the first call that waits; a slot given back wakes it at once."""
WISHES = 4
"""The last renewals whose wishes count: a call that ends is followed by the next a moment later."""


class Member(Protocol):
    """This process among the members; see `leadsync.journal.protocol.SlotMember`."""

    def renew(self, report: SlotReport, lease_seconds: float) -> SlotGrant:
        """Report, and learn the share."""
        ...

    def leave(self, slots: int, rest_seconds: float) -> None:
        """Give the slots back."""
        ...

    def close(self) -> None:
        """End its connection."""
        ...


class GrantedSlot:
    """One of the granted slots, held for one call."""

    def __init__(self, lasts: Callable[[], bool], end: Callable[["GrantedSlot", bool], None]) -> None:
        self.begun = time.monotonic()
        self._lasts, self._end = lasts, end

    @property
    def seconds(self) -> float:
        """The time since its beginning."""
        return time.monotonic() - self.begun

    def lasts(self) -> bool:
        """Whether the lease has not ended since: after a sleep of the machine it may have."""
        return self._lasts()

    def release(self, *, finished: bool = True, row_waits: bool = False) -> None:
        """Give the slot back; it rests for a while if its call was given up, not `finished`."""
        self._end(self, finished)


class MemberSlots:
    """The share of this process in the dialer's `slots`; a context manager. It implements `engine.ports.Slots`.

    `reserve` of the slots are left free by all members together. Without a slot for `give_up_seconds`, `take` raises
    Stopped. A run of a process that has died is free for another after `run_lease_seconds`. The slots are at most so
    many unless their number is `known`.
    """

    complaint = ""
    """Without a database nothing is sent at all, so the slots are always shared."""

    def __init__(
        self,
        member: Member,
        slots: int,
        say: Callable[[str], None],
        *,
        give_up_seconds: float,
        run_lease_seconds: float,
        reserve: int = 0,
        known: bool = True,
    ) -> None:
        self._member, self._reserve = member, reserve
        self._least_rest = run_lease_seconds + BEYOND_RUN_LEASE_SECONDS
        self._wait, self._rest_wait = SlotWait(say, give_up_seconds), SlotWait(say, give_up_seconds)
        self._slots, self._knows = slots, slots if known else 0
        self._held: set[GrantedSlot] = set()
        self._rests: list[float] = []
        self._longest = 0.0
        self._late_until = 0.0
        """The end of the longest rest of a late call that was given up: until then the dialer counts as slow."""
        self._guard = threading.Lock()
        self._grant = SlotGrant(0, 0)
        self._ends = 0.0
        self._terms = 0
        """Counts the leases that ended before they were renewed: a slot of an earlier one lets no call leave."""
        self._measures = False
        self._peaks = deque([slots], maxlen=WISHES)
        self._failure = ""
        self._is_over = False
        self._due = threading.Event()
        """Whether a renewal is due before its time, or the end."""
        self._keeper = threading.Thread(target=self._renew_often, name="slots", daemon=True)
        self._queue: deque[tuple[Callable[[], bool], asyncio.Event]] = deque()

    def __enter__(self) -> Self:
        """Take the first share. Raises JournalError."""
        try:
            self._renew()
        except JournalError:
            self._member.close()
            raise
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._due.set()
        self._keeper.join(LEASE_SECONDS)
        if self._keeper.is_alive():
            # The database is mute: the lease has ended by itself.
            return
        with suppress(JournalError):
            # Slots still held rest like those of a killed process.
            self._member.leave(self._in_use(), self._rest() if self._held else self._longest_rest())
        self._member.close()

    async def take(self, wanted: Callable[[], bool]) -> GrantedSlot | None:
        """Wait for a granted slot, in the order of asking, and hold it; None as soon as `wanted` is false.

        Tells `say` the reason of a long wait. Raises Stopped.
        """
        if not wanted():
            return None
        if not self._queue and (slot := self._try()):
            return slot
        me = (wanted, asyncio.Event())
        self._queue.append(me)
        self._note_wish()
        if self._queue[0] is me:
            self._wait.begin()
        try:
            while wanted():
                if self._queue[0] is not me:
                    await me[1].wait()
                elif slot := self._try():
                    self._wait.tell("")
                    return slot
                else:
                    self._explain()
                    await self._poll(me[1])
                me[1].clear()
            return None
        finally:
            was_first = self._queue[0] is me
            self._queue.remove(me)
            if was_first:
                self._wake_first()

    @property
    def rest_seconds(self) -> float:
        """The time after which a call given up now should have ended at the dialer."""
        if self._any_late():
            return MOST_REST_SECONDS
        return min(max(2 * self._longest, LEAST_REST_SECONDS), MOST_REST_SECONDS)

    async def rested(self, wanted: Callable[[], bool], *, killed: bool) -> None:
        """Wait until the calls of members that have gone should have ended; at once as soon as `wanted` is false.

        `killed` makes no difference: the database does not tell a member that was killed from one that has ended. One
        of the calls may be for a lead of this run, and would be applied behind the lead's next row.
        """
        while wanted() and (gone := [other for other in self._grant.others if other.rests_seconds and other.slots]):
            self._rest_wait.tell(f"rows wait for the dialer's slots: {', '.join(map(_words, gone))}")
            await asyncio.sleep(RENEW_SECONDS)
        self._rest_wait.tell("")

    async def keep(self) -> None:
        """Nothing to look after: a thread renews the lease."""

    async def known_elsewhere(self) -> int:
        """The dialer's slots as known to another member; 0 if this one has to measure them.

        It waits for another that is at it, at most for FINDING_SECONDS. Once the number is known, call `resize`.
        """
        end = time.monotonic() + FINDING_SECONDS
        while time.monotonic() < end:
            grant = self._grant
            known = [other.knows for other in grant.others if 0 < other.knows <= self._slots]
            if known:
                return max(known)
            if grant.first_to_measure:
                break
            self._wait.tell(FINDING)
            await asyncio.sleep(RENEW_SECONDS)
        self._measures = True
        return 0

    def resize(self, slots: int) -> None:
        """Note the dialer's number of slots; the next renewal lets the others know."""
        with self._guard:
            self._slots = self._knows = slots

    def used_by_others(self) -> int:
        """The number of slots granted to others."""
        return sum(other.slots for other in self._grant.others)

    def _try(self) -> GrantedSlot | None:
        """A slot, if fewer are in use than granted, and than the fair share."""
        with self._guard:
            if self._in_use() >= min(self._grant.granted, self._grant.target) or not self._lasts(self._terms):
                return None
            term = self._terms
            slot = GrantedSlot(lambda: self._lasts(term), self._release)
            self._held.add(slot)
            self._note_wish()
            return slot

    def _lasts(self, term: int) -> bool:
        return term == self._terms and clock() < self._ends

    def _release(self, slot: GrantedSlot, finished: bool) -> None:
        with self._guard:
            if slot not in self._held:
                return
            self._held.remove(slot)
            if finished:
                if not self._longest:
                    # From now on a kill leaves calls of a known length behind.
                    self._due.set()
                self._longest = max(slot.seconds, self._longest * FORGETTING)
            else:
                if self._is_late(slot):
                    # Its end will not be seen.
                    self._late_until = time.monotonic() + MOST_REST_SECONDS
                self._rests.append(slot.begun + self.rest_seconds)
        self._wake_first()

    def _in_use(self) -> int:
        if self._rests:
            now = time.monotonic()
            self._rests = [until for until in self._rests if until > now]
        return len(self._held) + len(self._rests)

    def _note_wish(self) -> None:
        self._peaks[-1] = max(self._peaks[-1], self._in_use() + len(self._queue))

    def _is_late(self, slot: GrantedSlot) -> bool:
        return slot.seconds > max(LATE_SECONDS, LATE_TIMES * self._longest)

    def _any_late(self) -> bool:
        return time.monotonic() < self._late_until or any(map(self._is_late, self._held))

    def _rest(self) -> float:
        """The rest after the end of a lease: until calls left behind should have ended. The lease counts too."""
        calls = MOST_REST_SECONDS if self._any_late() or not self._longest else 2 * self._longest
        return min(max(calls, self._least_rest), MOST_REST_SECONDS) - LEASE_SECONDS

    def _longest_rest(self) -> float:
        """The time until the last slot at rest is free."""
        return max([0.0, *(until - time.monotonic() for until in self._rests)])

    def _renew_often(self) -> None:
        while not self._is_over:
            self._due.wait(RENEW_SECONDS)
            self._due.clear()
            if self._is_over:
                return
            try:
                self._renew()
                self._failure = ""
            except JournalError as error:
                # Until the next try succeeds, the end of the lease comes nearer.
                self._failure = str(error)

    def _renew(self) -> None:
        with self._guard:
            before = clock()
            if before >= self._ends:
                # Others may have the slots by now: calls under way are all that this process keeps.
                self._terms += 1
                self._grant = self._grant._replace(granted=0)
            report = self._report()
            self._grant = self._grant._replace(granted=report.keeps)
        grant = self._member.renew(report, LEASE_SECONDS)
        with self._guard:
            self._grant, self._ends = grant, before + LEASE_SECONDS

    def _report(self) -> SlotReport:
        in_use = self._in_use()
        keeps = max(in_use, min(self._grant.granted, self._grant.target))
        # One at least, so that a run that had nothing to send for a while begins at once.
        wanted = max(1, min(max(self._peaks), self._slots)) if self._knows else self._slots if self._measures else 1
        self._peaks.append(in_use + len(self._queue))
        return SlotReport(max(1, self._slots - self._reserve), keeps, wanted, self._knows, self._rest())

    async def _poll(self, woken: asyncio.Event) -> None:
        """Wait for a slot given back, or a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await woken.wait()
        for wanted, turn in self._queue:
            if not wanted():
                turn.set()

    def _wake_first(self) -> None:
        if self._queue:
            self._queue[0][1].set()

    def _explain(self) -> None:
        """Tell the reason of a long wait for a slot; raises Stopped at its end."""
        if not self._wait.is_due(has_slots=bool(self._held)):
            return
        if self._failure:
            self._wait.explain(self._failure)
            return
        reasons = [_words(other) for other in self._grant.others if other.slots]
        if resting := [until for until in self._rests if until > time.monotonic()]:
            reasons.append(rest_words(resting))
        self._wait.explain(", ".join(reasons), ends_by_itself=bool(resting))


def _words(other: OtherMember) -> str:
    if other.rests_seconds:
        verb = agreeing(other.slots, "rests", "rest")
        return f"{other.slots} {verb}, because {other.holder} has gone and may still have calls under way"
    return f"{other.slots} held by {other.holder}"
