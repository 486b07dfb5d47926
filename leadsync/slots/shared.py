"""The wait for a slot: its order, its messages, and the number of slots as told by other processes."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

from leadsync.errors import SettingsError
from leadsync.slots.files import Mark
from leadsync.slots.folder import SlotsFolder
from leadsync.slots.pool import HeldSlot, SlotPool
from leadsync.slots.slot_wait import FINDING, FINDING_SECONDS, SlotWait, clock_time, rest_words

KEEP_SECONDS = 0.1
"""The interval of looks at the slot files."""
# Polling is the only way to wait for one of several locks (decision record 4), at 2 to 10 milliseconds. A process with
# half of the slots looks at the middle interval; one with more looks less often, so that the shares become equal.
EQUAL_POLL_SECONDS = 0.004
SHORTEST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.002, 0.01
WAITING_SECONDS = 0.05
"""The time that a look at the slots counts as waiting: longer than any interval."""
SHARING_SECONDS = 1.0
"""The time after somebody's wait in which slots are unlocked after each call."""
# The least interval for each slot. A look at one takes a tenth of this, so looks take a tenth of a process's time.
LOOK_SECONDS = 20e-6


class SharedSlots:
    """The slots of the dialer at `url`; a context manager. It implements `leadsync.engine.ports.Slots`.

    The dialer has `slots`, or at most so many unless that is `known`. Without a slot for `give_up_seconds`, `take`
    raises Stopped. If the files of `folder` cannot be used, `say` is told once, and this process counts for itself.
    """

    def __init__(
        self,
        url: str,
        slots: int,
        folder: SlotsFolder,
        say: Callable[[str], None],
        *,
        give_up_seconds: float,
        known: bool = True,
    ) -> None:
        self._folder = folder
        self._pool = SlotPool(url, slots, slots if known else 0, folder, self._complain)
        self._say = say
        self._wait, self._rest_wait = SlotWait(say, give_up_seconds), SlotWait(say, give_up_seconds)
        self._queue: deque[tuple[Callable[[], bool], asyncio.Future[None]]] = deque()
        self.complaint = ""
        """The reason why slots cannot be shared; empty if they are."""

    def __enter__(self) -> Self:
        """Raise SettingsError if a folder named for sharing cannot be used."""
        if not self._folder.private:
            try:
                for number in range(self._pool.slots):
                    self._pool.file(str(number))
                self._pool.file("waiting")
            except OSError as error:
                self._pool.close()
                raise SettingsError(
                    f"[server] slots_dir {self._folder.path} cannot be used ({error.strerror}); have every user who "
                    "shares it write there, or leave slots_dir empty."
                ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    async def take(self, wanted: Callable[[], bool]) -> HeldSlot | None:
        """Wait for a free slot, in the order of asking, and hold it; None as soon as `wanted` is false.

        Tells `say` the reason of a long wait. Raises Stopped.
        """
        if not wanted():
            return None
        if not self._queue and (self._pool.keeps or not self._others_wait()) and (slot := self._pool.take()):
            return slot
        me = (wanted, asyncio.get_running_loop().create_future())
        self._queue.append(me)
        try:
            if self._queue[0] is me:
                self._wait.begin()
                await self._poll()
            else:
                await me[1]
            while wanted():
                if slot := self._pool.take():
                    self._wait.tell("")
                    return slot
                self._explain()
                await self._poll()
            return None
        finally:
            was_first = self._queue[0] is me
            self._queue.remove(me)
            if not self._queue:
                self._show_waiting(False)
            elif was_first:
                _wake(self._queue[0][1])

    @property
    def rest_seconds(self) -> float:
        """The time after which a call given up now should have ended at the dialer."""
        return self._pool.rest_seconds

    async def rested(self, wanted: Callable[[], bool], *, killed: bool) -> None:
        """Wait until all calls that were given up should have ended, or those of `killed` processes alone.

        One of them may be for a lead of this run, and would be applied behind the lead's next row. Returns at once as
        soon as `wanted` is false.
        """
        try:
            while wanted() and (ends := self._pool.rests(killed=killed)):
                self._rest_wait.tell(f"rows wait for the dialer's slots: {rest_words(ends)}")
                await asyncio.sleep(KEEP_SECONDS)
        except OSError as error:
            self._complain(error)
        self._rest_wait.tell("")

    async def keep(self) -> None:
        """Look after the files of held slots; ends by cancellation."""
        shares_until = 0.0
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            if self._queue or self._others_wait():
                shares_until = time.monotonic() + SHARING_SECONDS
            self._pool.keeps = time.monotonic() > shares_until
            if not self._pool.keeps:
                self._pool.free_kept()
            try:
                self._pool.look_after()
            except OSError as error:
                self._complain(error)

    async def known_elsewhere(self) -> int:
        """The dialer's slots as known to another sending process; 0 if this process has to measure them.

        Two processes at it would see half of the slots each. So this waits for another one, at most for
        FINDING_SECONDS. Once the number is known, call `resize`.
        """
        end = time.monotonic() + FINDING_SECONDS
        with suppress(OSError):
            while time.monotonic() < end:
                finding = self._pool.file("finding")
                free = finding.try_lock()
                # In this order: the number is written down before its lock is given back.
                known = [mark.knows for mark in self._pool.others() if 0 < mark.knows <= self._pool.slots]
                if known:
                    return max(known)
                if free:
                    break
                self._wait.tell(FINDING)
                await asyncio.sleep(KEEP_SECONDS)
        return 0

    def resize(self, slots: int) -> None:
        """Note the dialer's number of slots, and let the others know."""
        try:
            self._pool.resize(slots)
            self._pool.file("finding").unlock()
        except OSError as error:
            self._complain(error)

    def used_by_others(self) -> int:
        """The number of slots held by other processes just now."""
        return len(self._pool.others())

    async def _poll(self) -> None:
        """Wait a moment, longer with more slots held: that keeps the shares alike."""
        self._show_waiting(True)
        slots, used = self._pool.slots, self._pool.used()
        seconds = EQUAL_POLL_SECONDS * ((1 + 2 * used) / (1 + slots)) ** 2
        seconds = min(max(seconds, SHORTEST_POLL_SECONDS, slots * LOOK_SECONDS), LONGEST_POLL_SECONDS)
        if self._wait.is_long:
            seconds = LONGEST_POLL_SECONDS
        await asyncio.sleep(seconds * random.uniform(0.5, 1.5))  # noqa: S311 - so that nobody is always the first
        for wanted, turn in self._queue:
            if not wanted():
                _wake(turn)

    def _show_waiting(self, waiting: bool) -> None:
        """Show other processes whether this one waits: none then takes back a slot just released."""
        with suppress(OSError):
            self._pool.file("waiting").write(Mark(waiting, begun=time.monotonic()))

    def _others_wait(self) -> bool:
        """Whether another process waits and looks for a slot at short intervals; a stopped one does not."""
        with suppress(OSError):
            mark = self._pool.file("waiting").read()
            return mark is not None and mark.busy and abs(time.monotonic() - mark.begun) < WAITING_SECONDS
        return False

    def _explain(self) -> None:
        """Tell the reason of a long wait for a slot; raises Stopped at its end."""
        if not self._wait.is_due(has_slots=bool(self._pool.held)):
            return
        reasons = _holders(self._pool.others())
        if resting := self._pool.resting():
            reasons.append(rest_words(resting))
        self._wait.explain(", ".join(reasons), ends_by_itself=bool(resting))

    def _complain(self, error: OSError) -> None:
        if not self.complaint:
            self.complaint = (
                f"the dialer's slots cannot be shared with other leadsync processes ({self._folder}: "
                f"{error.strerror}); run no other beside this one"
            )
            self._say(self.complaint)


def _holders(marks: Iterable[Mark]) -> list[str]:
    """The holders of slots: process, number of slots, beginning."""
    begun: dict[int, list[float]] = {}
    for mark in marks:
        begun.setdefault(mark.pid, []).append(mark.begun)
    return [
        f"{len(times)} held by process {pid} since {clock_time(min(times))}"
        if pid
        else f"{len(times)} held by another program"
        for pid, times in sorted(begun.items())
    ]


def _wake(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
