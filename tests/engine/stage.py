"""An engine with a dialer, a log and slots of a few lines, in a time that passes when nothing else is to be done."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from leadsync.engine import Engine, RetryPolicy
from leadsync.errors import JournalError
from leadsync.models import DISPOSITION, Effect, Lead, Outcome, PendingRow, Status

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
CUT = Outcome(Effect.IN_DOUBT, message="cut", away=True)
SILENCE = Outcome(Effect.NO_ANSWER, message="no answer", away=True)
UNREACHED = Outcome(Effect.NEVER_BEGAN, message="unreached", away=True)
BUSY = Outcome(Effect.NOT_PROCESSED, message="busy", http=503, away=True)
FORBIDDEN = Outcome(Effect.REFUSED, message="HTTP 403", http=403)
BAD_CERTIFICATE = Outcome(Effect.REFUSED, message="the certificate does not verify")

Answer = Callable[[Lead, int], Outcome]


def code(number: int, name: str = "") -> Outcome:
    return Outcome(Effect.ANSWERED, number, name, name, 400)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next timer once everybody waits; a run that lasts for hours hangs."""

    LONGEST = 20_000.0

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready:  # type: ignore[attr-defined]
            timers = [timer.when() for timer in self._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            assert timers, "everybody waits for ever"
            self._now = max(self._now + 1e-6, min(timers))
            assert self._now < self.LONGEST, "this never ends"
        super()._run_once()  # type: ignore[misc]


class LoopClock:
    """The loop's time."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Entry:
    """A row as the journal has it."""

    row: PendingRow
    state: str = "pending"
    """pending, begun, left, or a status."""
    message: str = ""
    outcome: Outcome | None = None


class FakeLog:
    """A journal in memory that holds the engine to its side of the bargain."""

    def __init__(self, rows: Iterable[PendingRow], undecided: dict[str, int] | None = None) -> None:
        self.entries = {row.number: Entry(row, "unknown" if row.in_doubt else "pending") for row in rows}
        self.undecided_leads = undecided or {}
        self.held: dict[int, int] = {}
        self.inserted: set[int] = set()
        self.settled_elsewhere: dict[int, Status] = {}
        """Rows that are settled between the reading and the beginning."""
        self.pages: list[int] = []
        self.fails_at: Callable[[str], bool] = lambda what: False
        self.failure: Exception = JournalError("the disk is full")
        self.may_send: Callable[[], bool] = lambda: True
        self.seconds = 0.0
        """The time to write a row down."""

    def status(self, number: int) -> Status:
        state = self.entries[number].state
        return Status.UNSENT if state == "pending" else Status(state)

    @property
    def statuses(self) -> dict[int, Status]:
        return {number: self.status(number) for number in self.entries}

    @property
    def counts(self) -> Counter[Status]:
        return Counter(self.statuses.values())

    @property
    def in_flight(self) -> set[int]:
        return {number for number, entry in self.entries.items() if entry.state in ("begun", "left")}

    def attempts(self, number: int) -> int:
        return self.entries[number].row.attempts

    async def undecided(self) -> dict[str, int]:
        self._maybe_fail("undecided")
        return dict(self.undecided_leads)

    async def pending(self, after: int, limit: int) -> list[PendingRow]:
        self._maybe_fail("pending")
        await asyncio.sleep(0)
        self.pages.append(after)
        found = [e.row for n, e in self.entries.items() if n > after and e.state in ("pending", "unknown")]
        return found[:limit]

    async def pending_row(self, number: int) -> PendingRow:
        self._maybe_fail("pending_row")
        await asyncio.sleep(0)
        entry = self.entries[number]
        assert entry.state in ("pending", "unknown")
        return entry.row

    async def begin(self, number: int, attempt: int) -> Status | None:
        self._maybe_fail("begin")
        entry = self.entries[number]
        if status := self.settled_elsewhere.get(number):
            entry.state = str(status)
            return status
        assert entry.state in ("pending", "unknown"), "only a row that is to be sent begins"
        assert attempt == entry.row.attempts + 1
        entry.state = "begun"
        entry.row = replace(entry.row, attempts=attempt)
        await asyncio.sleep(self.seconds)
        return None

    def leaves(self, number: int, attempt: int) -> None:
        self._maybe_fail("leaves")
        entry = self.entries[number]
        assert (entry.state, entry.row.attempts) == ("begun", attempt)
        entry.state = "left"

    def withdraw(self, number: int, attempt: int, status: Status) -> Awaitable[None]:
        self._maybe_fail("withdraw")
        entry = self.entries[number]
        assert (entry.state, entry.row.attempts) == ("begun", attempt), "what has left cannot be withdrawn"
        entry.row = replace(entry.row, attempts=attempt - 1)
        entry.state = _state(status)
        return _done()

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> Awaitable[None]:
        self._maybe_fail("finish")
        entry = self.entries[number]
        assert (entry.state, entry.row.attempts) == ("left", attempt)
        entry.state, entry.message, entry.outcome = _state(status), outcome.message, outcome
        return _done()

    def never_harmless(self, number: int) -> Awaitable[None]:
        assert self.entries[number].state in ("pending", "unknown")
        self.inserted.add(number)
        return _done()

    def exhaust(self, number: int, message: str, status: Status) -> Awaitable[None]:
        entry = self.entries[number]
        assert entry.state in ("pending", "unknown")
        assert status in (Status.FAILED, Status.UNKNOWN)
        entry.state, entry.message = _state(status), message
        return _done()

    def hold(self, number: int, earlier: int) -> Awaitable[None]:
        self.held[number] = earlier
        return _done()

    def _maybe_fail(self, what: str) -> None:
        if self.fails_at(what):
            raise self.failure


def _state(status: Status) -> str:
    return "pending" if status is Status.UNSENT else str(status)


def _done() -> Awaitable[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


@dataclass
class Sent:
    """A call as the dialer saw it."""

    number: int
    lead: Lead
    at: float
    outcome: Outcome | None = None


class FakeDialer:
    """Answers as a function of the lead and of how often that row was sent says, and notes what was under way."""

    travel_seconds = 0.0

    def __init__(self, log: FakeLog, answer: Answer) -> None:
        self._log = log
        self.answer = answer
        self.seconds: Callable[[Lead], float] = lambda lead: 0.1
        self.connecting: Callable[[Lead], float] = lambda lead: 0.0
        self.calls: list[Sent] = []
        self.probes: list[tuple[float, bool]] = []
        self.probe_answer: Callable[[float, bool], Outcome] = lambda now, updates: OK
        self.under_way: list[str] = []
        self.peak = 0
        self.on_send: Callable[[], None] = lambda: None

    @property
    def sent(self) -> list[str]:
        return [call.lead.external_id for call in self.calls]

    @property
    def sent_at(self) -> list[float]:
        return [call.at for call in self.calls]

    def prepare(self, lead: Lead) -> Callable[[Callable[[], Awaitable[None]]], Awaitable[Outcome]]:
        return lambda leaves: self._update(lead, leaves)

    async def _update(self, lead: Lead, leaves: Callable[[], Awaitable[None]]) -> Outcome:
        if seconds := self.connecting(lead):
            await asyncio.sleep(seconds)
        try:
            await leaves()
        except Exception:
            # As the client does: no byte has left.
            return Outcome(Effect.NEVER_BEGAN, message="never begun", away=True)
        (number,) = [
            n for n, e in self._log.entries.items() if e.state == "left" and e.row.lead.external_id == lead.external_id
        ]
        assert lead.external_id not in self.under_way, "a lead's rows go one after the other"
        call = Sent(number, lead, asyncio.get_running_loop().time())
        self.calls.append(call)
        times = sum(one.number == number for one in self.calls)
        self.under_way.append(lead.external_id)
        self.peak = max(self.peak, len(self.under_way))
        self.on_send()
        try:
            await asyncio.sleep(self.seconds(lead))
            call.outcome = self.answer(lead, times)
            return call.outcome
        finally:
            self.under_way.remove(lead.external_id)

    async def probe(self, *, updates: bool) -> Outcome:
        now = asyncio.get_running_loop().time()
        self.probes.append((now, updates))
        self.under_way.append("probe")
        if updates:
            self.peak = max(self.peak, len(self.under_way))
        try:
            await asyncio.sleep(0.05)
            return self.probe_answer(now, updates)
        finally:
            self.under_way.remove("probe")


class FakeSlots:
    """So many slots; `heedless`: one that is got is given even if it is no longer wanted."""

    def __init__(self, slots: int, *, heedless: bool = False) -> None:
        self.free = slots
        self._heedless = heedless
        self._released = asyncio.Event()
        self.released: list[bool] = []
        self.failure: Exception | None = None
        self.keeps: Callable[[], Awaitable[None]] | None = None
        self.lasts: Callable[[], bool] = lambda: True
        self.rest_seconds = 0.0
        self.rests_until = 0.0
        self.waits_for: list[bool] = []

    async def rested(self, wanted: Callable[[], bool], *, killed: bool) -> None:
        self.waits_for.append(killed)
        while wanted() and asyncio.get_running_loop().time() < self.rests_until:
            await asyncio.sleep(0.1)

    async def take(self, wanted: Callable[[], bool]) -> "FakeSlots | None":
        while self.free <= 0:
            if self.failure is not None:
                raise self.failure
            if not wanted():
                return None
            self._released.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), 0.5)
        if not wanted() and not self._heedless:
            return None
        self.free -= 1
        return self

    def release(self, *, finished: bool = True, row_waits: bool = False) -> None:
        assert not (finished and row_waits)
        self.free += 1
        self._released.set()
        self.released.append(finished)

    async def keep(self) -> None:
        if self.keeps is not None:
            await self.keeps()


class Words:
    """A progress that notes what it is told, and when."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.said_at: list[float] = []
        self.settled: Counter[Status] = Counter()

    def settle(self, status: Status) -> None:
        self.settled[status] += 1

    def say(self, text: str) -> None:
        self.said.append(text)
        self.said_at.append(asyncio.get_running_loop().time())


class Stage:
    """An engine with everything around it."""

    def __init__(
        self,
        rows: list[PendingRow],
        answer: Answer = lambda lead, times: OK,
        *,
        slots: int = 4,
        policy: RetryPolicy | None = None,
        undecided: dict[str, int] | None = None,
        **options: Any,
    ) -> None:
        self.log = FakeLog(rows, undecided)
        self.dialer = FakeDialer(self.log, answer)
        self.progress: Any = Words()
        self.clock: Any = LoopClock()
        self._options: dict[str, Any] = {"slots": slots, "policy": policy or RetryPolicy(3), "give_up_seconds": 7200.0}
        self._options |= options
        self._planned: list[tuple[float, Callable[[], None]]] = []

    def at(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something done when that time has come."""
        self._planned.append((seconds, do))

    def run(self, *, aborted: bool = False) -> str:
        """Run the engine to its end. Its looks at the time are seldom, which saves those of this machine."""

        async def go() -> str:
            self.engine = Engine(self.dialer, self.log, self.progress, clock=self.clock, **self._options)
            for seconds, do in self._planned:
                asyncio.get_running_loop().call_later(seconds, do)
            try:
                return await self.engine.run()
            finally:
                self.ended_at = asyncio.get_running_loop().time()

        with patch("leadsync.engine.engine.TICK_SECONDS", 1.0), asyncio.Runner(loop_factory=VirtualLoop) as runner:
            reason = runner.run(go())
        if not aborted:
            assert not self.log.in_flight, "nothing is left in flight"
        return reason


def rows(count: int, *, disposition: str = "Sale") -> list[PendingRow]:
    return [PendingRow(n, Lead(f"L{n}", {DISPOSITION: disposition})) for n in range(2, count + 2)]
