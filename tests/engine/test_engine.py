"""The engine with a dialer, a log and a clock of a few lines: what is sent when, and what is written down."""

import asyncio
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from leadsync.engine import Engine, RetryPolicy
from leadsync.models import DISPOSITION, NO_CHANGE, Effect, Lead, Outcome, PendingRow, Status

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
CUT = Outcome(Effect.IN_DOUBT, message="cut", away=True)
REFUSED = Outcome(Effect.NEVER_BEGAN, message="refused", away=True)


def code(number: int, name: str = "") -> Outcome:
    return Outcome(Effect.ANSWERED, number, name, name, 400)


class FakeClock:
    """Time that passes when nothing else is to be done."""

    def __init__(self) -> None:
        self.time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._planned: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, self._count, sleeper))
        await sleeper

    def at(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something done when that time has come."""
        self._planned.append((seconds, do))

    async def drive(self, work: Awaitable[str]) -> str:
        """Let the work go on; whenever it only sleeps, wake the next sleeper. The limiter's own timers are real."""
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        idle = 0
        while not task.done():
            await asyncio.sleep(0)
            timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
            idle = 0 if timers else idle + 1
            if idle > 50 and self._sleepers:
                when, _, sleeper = heapq.heappop(self._sleepers)
                if not sleeper.done():
                    self.time = max(self.time, when)
                    for moment, do in self._planned:
                        if moment <= self.time:
                            do()
                    self._planned = [(moment, do) for moment, do in self._planned if moment > self.time]
                    sleeper.set_result(None)
                idle = 0
        return task.result()


class FakeLog:
    """A journal in memory that knows the engine's side of the bargain."""

    def __init__(self, rows: Iterable[PendingRow], undecided: dict[str, int] | None = None) -> None:
        self.rows = list(rows)
        self.undecided_leads = undecided or {}
        self.status: dict[int, Status] = {row.number: Status.UNSENT for row in self.rows}
        self.in_flight: set[int] = set()
        self.attempts: Counter[int] = Counter()
        self.held: dict[int, str] = {}

    async def undecided(self) -> dict[str, int]:
        return dict(self.undecided_leads)

    async def pending(self, after: int, limit: int) -> list[PendingRow]:
        return [row for row in self.rows if row.number > after][:limit]

    async def begin(self, number: int, attempt: int) -> None:
        assert number not in self.in_flight
        self.in_flight.add(number)
        self.attempts[number] = attempt
        await asyncio.sleep(0)

    def withdraw(self, number: int, attempt: int, status: Status) -> Awaitable[None]:
        self.in_flight.remove(number)
        self.attempts[number] = attempt - 1
        self.status[number] = status
        return _done()

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> Awaitable[None]:
        self.in_flight.remove(number)
        self.status[number] = status
        return _done()

    def exhaust(self, number: int, message: str, status: Status) -> Awaitable[None]:
        self.status[number] = status
        return _done()

    def hold(self, number: int, message: str) -> Awaitable[None]:
        self.held[number] = message
        return _done()


def _done() -> Awaitable[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


class FakeDialer:
    """Answers as a function of the lead and its attempt says, and notes what was under way."""

    travel_seconds = 0.0

    def __init__(self, log: FakeLog, clock: FakeClock, answer: Callable[[Lead, int], Outcome]) -> None:
        self._log = log
        self._clock = clock
        self._answer = answer
        self.sent: list[str] = []
        self.sent_at: list[float] = []
        self.probes = 0
        self.back_at = 0.0
        self.under_way = 0
        self.peak = 0
        self.on_send: Callable[[], None] = lambda: None

    def prepare(self, lead: Lead) -> Callable[[], Awaitable[Outcome]]:
        return lambda: self._update(lead)

    async def _update(self, lead: Lead) -> Outcome:
        assert any(row.lead is lead and row.number in self._log.in_flight for row in self._log.rows), (
            "nothing is sent whose beginning is not written down"
        )
        self.sent.append(lead.external_id)
        self.sent_at.append(self._clock.now())
        self.on_send()
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.under_way -= 1
        return self._answer(lead, self.sent.count(lead.external_id))

    async def probe(self, *, updates: bool) -> Outcome:
        self.probes += 1
        return REFUSED if self._clock.now() < self.back_at else OK


class NoProgress:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.settled: Counter[Status] = Counter()

    def settle(self, status: Status) -> None:
        self.settled[status] += 1

    def say(self, text: str) -> None:
        self.said.append(text)


class Rig:
    """An engine with everything around it."""

    def __init__(
        self,
        rows: list[PendingRow],
        answer: Callable[[Lead, int], Outcome] = lambda lead, attempt: OK,
        *,
        slots: int = 4,
        attempts: int = 3,
        give_up_seconds: float = 7200.0,
        keep_going: bool = False,
        undecided: dict[str, int] | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.log = FakeLog(rows, undecided)
        self.dialer = FakeDialer(self.log, self.clock, answer)
        self.progress = NoProgress()
        self._options = {"slots": slots, "give_up_seconds": give_up_seconds, "keep_going": keep_going}
        self._attempts = attempts
        self.budget: Any = None

    def run(self) -> str:
        async def go() -> str:
            self.engine = Engine(
                self.dialer,
                self.log,
                self.progress,
                policy=RetryPolicy(self._attempts, 120.0),
                clock=self.clock,
                floor_seconds=0.001,
                budget=self.budget,
                **self._options,  # type: ignore[arg-type]
            )
            return await self.clock.drive(self.engine.run())

        reason = asyncio.run(go())
        assert not self.log.in_flight, "nothing is left in flight"
        return reason


def rows(count: int, *, disposition: str = "Sale") -> list[PendingRow]:
    return [PendingRow(n, Lead(f"L{n}", {DISPOSITION: disposition})) for n in range(2, count + 2)]


def test_every_row_is_sent_once_and_no_more_at_once_than_there_are_slots() -> None:
    rig = Rig(rows(200), slots=4)
    assert rig.run() == ""
    assert Counter(rig.dialer.sent) == Counter({f"L{n}": 1 for n in range(2, 202)})
    assert set(rig.log.status.values()) == {Status.SUCCEEDED}
    assert rig.dialer.peak == rig.engine.peak_in_flight == 4


def test_no_rows_is_a_run_that_ends() -> None:
    assert Rig([]).run() == ""


def test_rows_of_one_lead_go_in_the_sheets_order_one_after_the_others_outcome() -> None:
    same = [PendingRow(n, Lead("same", {DISPOSITION: "Sale", "Name": str(n)})) for n in range(2, 22)]
    seen: list[str] = []

    def answer(lead: Lead, attempt: int) -> Outcome:
        seen.append(lead.fields["Name"])
        # The third is queued for too long once: the later rows wait for it all the same.
        return code(109) if lead.fields["Name"] == "4" and seen.count("4") == 1 else OK

    rig = Rig(same, answer, slots=8)
    rig.run()
    assert seen == ["2", "3", "4", "4", *map(str, range(5, 22))]
    assert rig.dialer.peak == 1


def test_a_wait_holds_no_slot_and_other_rows_go_on() -> None:
    def answer(lead: Lead, attempt: int) -> Outcome:
        return code(103) if lead.external_id in ("L2", "L3") and attempt < 3 else OK

    rig = Rig(rows(40), answer, slots=2)
    rig.run()
    assert rig.dialer.sent[:4] == ["L2", "L3", "L4", "L5"]
    assert rig.dialer.sent[-2:] == ["L2", "L3"]
    assert rig.dialer.sent_at[-1] == 240.0, "two waits of the settings' 120 seconds"
    assert set(rig.log.status.values()) == {Status.SUCCEEDED}


def test_attempts_run_out() -> None:
    rig = Rig(rows(1), lambda lead, attempt: code(103), attempts=3)
    assert rig.run() == ""
    assert rig.dialer.sent == ["L2", "L2", "L2"]
    assert rig.log.status == {2: Status.FAILED}


def test_a_row_that_may_be_applied_is_not_sent_again_and_its_leads_later_rows_wait_for_a_person() -> None:
    twice = [
        PendingRow(2, Lead("A", {DISPOSITION: "Sale"})),
        PendingRow(3, Lead("B", {DISPOSITION: "Sale"})),
        PendingRow(4, Lead("A", {DISPOSITION: "Call Back"})),
    ]
    rig = Rig(twice, lambda lead, attempt: CUT if lead.external_id == "A" else OK)
    assert rig.run() == ""
    assert rig.dialer.sent.count("A") == 1
    assert rig.log.status == {2: Status.UNKNOWN, 3: Status.SUCCEEDED, 4: Status.UNSENT}
    assert "row 2" in rig.log.held[4]


def test_later_rows_of_a_lead_that_was_undecided_before_wait_too() -> None:
    rig = Rig([PendingRow(9, Lead("A", {DISPOSITION: "Sale"}))], undecided={"A": 5})
    rig.run()
    assert rig.dialer.sent == []
    assert "row 5" in rig.log.held[9]


def test_a_harmless_row_that_may_be_applied_is_sent_again() -> None:
    rig = Rig(rows(1, disposition=NO_CHANGE), lambda lead, attempt: CUT if attempt == 1 else OK)
    rig.run()
    assert rig.dialer.sent == ["L2", "L2"]
    assert rig.log.status == {2: Status.SUCCEEDED}


def test_a_harmless_row_is_unknown_while_it_may_be_applied() -> None:
    """Others are answered in between, so that its attempts count and run out."""

    def answer(lead: Lead, attempt: int) -> Outcome:
        return CUT if lead.external_id == "L2" else code(109) if attempt < 3 else OK

    rig = Rig(rows(2, disposition=NO_CHANGE), answer, attempts=2)
    rig.run()
    assert rig.log.status[2] is Status.UNKNOWN


def test_wrong_ids_stop_the_run_and_the_rows_stay_unsent() -> None:
    rig = Rig(rows(300), lambda lead, attempt: code(117, "CAMPAIGN_ID_REQUIRED"), slots=4)
    assert "campaign_id" in rig.run()
    assert len(rig.dialer.sent) <= 8
    assert set(rig.log.status.values()) == {Status.UNSENT}


def test_an_outage_of_ten_minutes_costs_no_row_an_attempt_and_few_requests() -> None:
    rig = Rig(rows(200), slots=8, attempts=1)
    rig.dialer.back_at = 600.0

    def answer(lead: Lead, attempt: int) -> Outcome:
        return OK if len(rig.dialer.sent) <= 50 or rig.clock.now() >= 600.0 else REFUSED

    rig.dialer._answer = answer
    assert rig.run() == ""
    assert set(rig.log.status.values()) == {Status.SUCCEEDED}
    assert len(rig.dialer.sent) + rig.dialer.probes <= 220
    assert any("away" in text for text in rig.progress.said)
    assert rig.progress.said[-1] == "", "it says that it is over"


def test_an_outage_after_the_request_began_costs_at_most_the_slots_rows() -> None:
    rig = Rig(rows(200), slots=8)
    rig.dialer.back_at = 300.0

    def answer(lead: Lead, attempt: int) -> Outcome:
        return OK if len(rig.dialer.sent) <= 50 or rig.clock.now() >= 300.0 else CUT

    rig.dialer._answer = answer
    assert rig.run() == ""
    counts = Counter(rig.log.status.values())
    assert counts[Status.UNKNOWN] <= 8
    assert counts[Status.SUCCEEDED] == 200 - counts[Status.UNKNOWN]


def test_a_dialer_that_stays_away_ends_the_run() -> None:
    rig = Rig(rows(20), lambda lead, attempt: REFUSED, give_up_seconds=3600.0)
    rig.dialer.back_at = 1e9
    assert "away for 60 minutes" in rig.run()
    assert set(rig.log.status.values()) == {Status.UNSENT}
    assert 3600.0 <= rig.clock.now() <= 3700.0


def test_a_single_row_that_is_never_taken_runs_out_of_attempts_while_others_are() -> None:
    busy = Outcome(Effect.NOT_PROCESSED, message="busy", http=503, retry_after=1.0, away=True)
    many = rows(40)

    def answer(lead: Lead, attempt: int) -> Outcome:
        return busy if lead.external_id == "L2" else code(109) if attempt < 3 else OK

    rig = Rig(many, answer, attempts=3, slots=4, keep_going=True)
    rig.run()
    assert rig.log.status[2] is Status.FAILED


def test_where_almost_all_of_the_first_rows_fail_alike_the_run_stops() -> None:
    rig = Rig(rows(500), lambda lead, attempt: OK if lead.external_id == "L7" else code(101))
    assert "49 of the first 50 rows were answered 101 COULDNT_FIND_THE_LEAD" in rig.run()
    assert len(rig.dialer.sent) == 50


def test_unless_it_is_told_to_keep_going() -> None:
    rig = Rig(rows(500), lambda lead, attempt: code(101), keep_going=True)
    assert rig.run() == ""
    assert len(rig.dialer.sent) == 500


def test_a_stop_sends_nothing_new_and_puts_back_what_was_not_sent() -> None:
    rig = Rig(rows(200), slots=4)

    def stop_at_the_tenth() -> None:
        if len(rig.dialer.sent) == 10:
            rig.engine.stop("interrupted by SIGINT")

    rig.dialer.on_send = stop_at_the_tenth
    assert rig.run() == "interrupted by SIGINT"
    assert len(rig.dialer.sent) == 10
    counts = Counter(rig.log.status.values())
    assert counts == {Status.SUCCEEDED: 10, Status.UNSENT: 190}
    assert sum(rig.log.attempts.values()) == 10


class Shares:
    """A budget that gives one share after the other, and notes what it was told."""

    every: float | None = 1.0

    def __init__(self, *shares: int) -> None:
        self._shares = list(shares)
        self.told: list[tuple[int, int]] = []

    async def renew(self, *, in_use: int, wanted: int) -> int:
        self.told.append((in_use, wanted))
        return self._shares.pop(0) if len(self._shares) > 1 else self._shares[0]


def test_no_more_calls_are_under_way_than_this_runs_share_of_the_slots() -> None:
    rig = Rig(rows(50), slots=8)
    rig.budget = Shares(3)
    assert rig.run() == ""
    assert rig.dialer.peak == 3
    assert set(rig.log.status.values()) == {Status.SUCCEEDED}


def test_without_a_share_a_run_waits_for_one() -> None:
    rig = Rig(rows(50), slots=8)
    rig.budget = Shares(0, 0, 0, 2)
    assert rig.run() == ""
    assert rig.dialer.sent_at[0] == 3.0, "the fourth answer of the budget"
    assert rig.dialer.peak == 2
    assert rig.budget.told[0] == (0, 1)
    assert rig.budget.told[1] == (0, 8), "it says how many it could use"
    assert len(rig.log.status) == 50


def test_a_run_without_a_share_can_be_stopped() -> None:
    rig = Rig(rows(50), slots=8)
    rig.budget = Shares(0)
    rig.clock.at(5.0, lambda: rig.engine.stop("interrupted by SIGINT"))
    assert rig.run() == "interrupted by SIGINT"
    assert rig.dialer.sent == []
    assert set(rig.log.status.values()) == {Status.UNSENT}


def test_rows_are_written_down_for_the_slots_there_are_and_a_few_more() -> None:
    """What is in flight when the process dies is unknown, so nothing is begun that is not about to be sent."""
    begun: list[int] = []
    rig = Rig(rows(400), slots=64)
    rig.budget = Shares(2)
    rig.dialer.on_send = lambda: begun.append(len(rig.log.in_flight))
    rig.run()
    assert max(begun) <= 2 + 2
