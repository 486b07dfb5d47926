"""The worker pool: takes rows from the journal, sends them at the dialer's pace, writes down what came of it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from leadsync.engine.backlog import Backlog, Job
from leadsync.engine.breaker import Breaker
from leadsync.engine.discovery import Discovery
from leadsync.engine.inserting import InsertPolicy, beside_missing
from leadsync.engine.limiter import Held, Limiter
from leadsync.engine.opening import FIRST_ROWS, Opening
from leadsync.engine.pace import USUAL_SECONDS, Pace
from leadsync.engine.ports import Alone, Budget, Clock, Dialer, Progress, RunLog, SystemClock
from leadsync.engine.retry import Again, Final, RetryPolicy, Stop, decide
from leadsync.errors import JournalError
from leadsync.models import Effect, Lead, Outcome, Status

_log = logging.getLogger(__name__)


class Engine:
    """Sends one run's pending rows.

    `slots` is how many calls may be under way at once. With `on_found` it is the most there can be: how many there are
    is found out first, and `on_found` says how many of them to use. `budget` says how many are for this run just now.
    `give_up_seconds` is how long to wait for a dialer that is away; with `keep_going` a run whose first rows are almost
    all refused alike goes on. No more calls than the slots start in `floor_seconds`. An engine runs once.
    """

    def __init__(
        self,
        dialer: Dialer,
        log: RunLog,
        progress: Progress,
        *,
        slots: int,
        policy: RetryPolicy,
        give_up_seconds: float,
        keep_going: bool = False,
        budget: Budget | None = None,
        on_found: Callable[[int], int] | None = None,
        inserting: InsertPolicy | None = None,
        clock: Clock | None = None,
        floor_seconds: float = USUAL_SECONDS,
    ) -> None:
        self._dialer = dialer
        self._log = log
        self._progress = progress
        self._policy = policy
        self._inserting = inserting
        self._give_up_seconds = give_up_seconds
        self._clock = clock or SystemClock()
        self._slots = slots
        self._budget = budget or Alone(slots)
        self._share = 0
        self._on_found = on_found
        self._pace: Pace | Discovery = Discovery(slots, lambda: dialer.travel_seconds) if on_found else Pace(slots)
        self._limiter = Limiter(slots, floor_seconds)
        self._breaker = Breaker(slots)
        self._backlog = Backlog(log, self._clock)
        self._opening = None if keep_going else Opening()
        self._first_rows = 0
        self._opened = asyncio.Event()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._stopping = asyncio.Event()
        self._reason = ""
        self.began_badly = False
        """Whether it was stopped because its first rows were refused alike."""
        self._failure: JournalError | None = None
        self._spent_on_absence: list[Job] = []
        self._workers: set[asyncio.Task[None]] = set()
        self._waiting_out: asyncio.Task[None] | None = None
        self.settled = 0
        """How many rows have come to their end."""

    @property
    def peak_in_flight(self) -> int:
        """The most calls that were under way at once."""
        return self._limiter.peak

    async def run(self) -> str:
        """Send everything there is to send; gives why it stopped before the end, empty where it did not.

        Raises JournalError where the journal fails: what was under way then got its answer, but nothing new was sent.
        """
        await self._backlog.open()
        await self._renew(wanted=1)
        renewing = asyncio.create_task(self._keep_renewing(self._budget.every)) if self._budget.every else None
        while self._workers:
            await asyncio.wait(self._workers)
        self._backlog.close()
        for task in filter(None, (self._waiting_out, renewing)):
            task.cancel()
        if self._failure is not None:
            raise self._failure
        return self._reason

    def stop(self, reason: str) -> None:
        """Send nothing new; what is under way gets its answer. The first reason given counts."""
        if self._stopping.is_set():
            return
        self._reason = reason
        self._stopping.set()
        self._limiter.hold()
        self._backlog.close()
        self._flowing.set()
        self._opened.set()

    def abort(self) -> None:
        """Give up even what is under way: it may or may not be applied."""
        self.stop("interrupted")
        for worker in self._workers:
            worker.cancel()

    async def _keep_renewing(self, seconds: float) -> None:
        while True:
            before = self._clock.now()
            await self._clock.sleep(seconds)
            self._pace.overslept(self._clock.now() - before - seconds)
            await self._renew(wanted=min(self._slots, self._limiter.wanted + self._backlog.ready))

    async def _renew(self, wanted: int) -> None:
        self._share = await self._budget.renew(in_use=self._limiter.in_flight, wanted=wanted)
        self._pace.resize(min(self._slots, self._share))
        self._adjust()

    def _adjust(self) -> None:
        """Use as many slots as the dialer's state, its pace and this run's share of it allow."""
        if self._stopping.is_set() or self._breaker.is_open:
            self._limiter.hold()
            return
        limit = min(self._pace.allowance, self._share)
        self._limiter.allow(min(limit, self._breaker.allowance(limit)))
        while len(self._workers) < _workers_for(limit):
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def _too_many_workers(self) -> bool:
        return len(self._workers) > _workers_for(min(self._pace.allowance, self._share))

    async def _work(self) -> None:
        try:
            while not (self._stopping.is_set() or self._too_many_workers()):
                await self._flowing.wait()
                job = await self._backlog.next()
                if job is None:
                    return
                await self._attend(job)
        except JournalError as error:
            self._failure = self._failure or error
            self.stop(str(error))
        except Exception as error:
            # A fault of ours: the run ends with one sentence and a journal to go on from, its trace in the log.
            _log.exception("a worker failed")
            self._failure = self._failure or JournalError(f"leadsync failed while sending ({error!r}); see the log.")
            self.stop(str(self._failure))

    async def _attend(self, job: Job) -> None:
        """One attempt for one row, unless it has had all of its attempts."""
        if job.spent >= self._policy.attempts and job.last is not None:
            status = Status.UNKNOWN if job.maybe_applied else Status.FAILED
            words = f"not done in {job.attempts} attempts; the last one: {job.last.message}"
            self._log.exhaust(job.number, words, status)
            self._conclude(job, status)
            return
        if not await self._may_open(job):
            self._backlog.give_back(job)
            return
        attempt = job.attempts + 1
        send = self._dialer.prepare(job.lead)
        await self._log.begin(job.number, attempt)
        outcome: Outcome | None = None
        try:
            async with self._limiter.slot():
                began = self._clock.now()
                outcome = await send()
                insert = self._inserting.after(job.lead, outcome) if self._inserting else None
                # Before its slot is another's: what it says may be that no call should begin.
                self._note(job, outcome, began, decisive=not isinstance(insert, Lead))
        except Held:
            await self._log.withdraw(job.number, attempt, job.standing)
            self._first_rows -= job.attempts == 0
            self._backlog.give_back(job)
            return
        except Exception:
            # Whatever fails here, an answer that came is not lost.
            if outcome is not None:
                self._settle(job, attempt, outcome)
            raise
        if isinstance(insert, Lead):
            self._insert(job, attempt, outcome, insert)
        else:
            self._settle(job, attempt, replace(outcome, message=f"{outcome.message}; {insert}") if insert else outcome)

    async def _may_open(self, job: Job) -> bool:
        """Let the first rows through, then wait while they may still turn out to fail alike."""
        if job.attempts or self._opening is None or self._opened.is_set():
            return not self._stopping.is_set()
        if self._first_rows < FIRST_ROWS or not self._opening.in_doubt:
            self._first_rows += 1
            return True
        await self._opened.wait()
        return not self._stopping.is_set()

    def _note(self, job: Job, outcome: Outcome, began: float, *, decisive: bool) -> None:
        """What the outcome says about the dialer, and where it is `decisive` for the row, about the run."""
        now = self._clock.now()
        self._pace.record(outcome, began, now)
        if isinstance(self._pace, Discovery) and self._pace.found is not None:
            self._settle_slots(self._pace.found, now)
        if self._breaker.record(outcome, now):
            self._flowing.clear()
            self._waiting_out = asyncio.create_task(self._wait_out())
        if not outcome.away:
            self._spent_on_absence.clear()
            self._resume_flow()
        self._adjust()
        if self._opening is not None and job.opens and decisive and not self._opening.over:
            job.opens = False
            self._opening.record(outcome)
            if self._opening.over and (verdict := self._opening.verdict()):
                self.began_badly = True
                self.stop(verdict)
            elif not self._opening.in_doubt:
                self._opened.set()

    def _settle_slots(self, found: int, now: float) -> None:
        """The dialer's slots were found out; how many of them are for this run comes back."""
        assert self._on_found is not None  # noqa: S101 - only then was it looked for
        self._slots = self._on_found(found)
        self._share = min(self._slots, self._share)
        self._pace = Pace(self._share, since=now)

    def _insert(self, job: Job, attempt: int, outcome: Outcome, insert: Lead) -> None:
        """The dialer does not have the lead: its next attempt, the first of as many as any row has, inserts it."""
        self._tell(job, attempt, outcome)
        self._log.finish(job.number, attempt, outcome, job.standing)
        self._log.never_harmless(job.number)
        job.attempts, job.spent, job.last = attempt, 0, outcome
        job.lead, job.missing = insert, True
        # First in line, because the beginning of a run may wait for what comes of it.
        self._backlog.give_back(job)

    @staticmethod
    def _tell(job: Job, attempt: int, outcome: Outcome) -> None:
        # Not the message: a page that the dialer sent instead of an answer may repeat the lead's own data.
        answer = outcome.effect.name.lower() if outcome.code is None else f"{outcome.code} {outcome.name}"
        about = {"row": job.number, "attempt": attempt}
        _log.info("row %d, attempt %d: %s", job.number, attempt, answer, extra=about)

    def _settle(self, job: Job, attempt: int, outcome: Outcome) -> None:
        """What the outcome means for the row. Nothing here waits: an outcome cannot be lost on its way."""
        self._tell(job, attempt, outcome)
        outcome = beside_missing(outcome) if job.missing else outcome
        job.attempts = attempt
        job.last = outcome
        job.spent += 1
        job.maybe_applied = job.maybe_applied or outcome.effect is Effect.IN_DOUBT
        if outcome.away:
            self._count_absence(job)
        policy = replace(self._policy, resend_unknown=False) if job.lead.inserts else self._policy
        match decide(outcome, job.spent, job.lead.harmless, policy, own_ids=bool(job.lead.own_ids)):
            case Final(status):
                self._log.finish(job.number, attempt, outcome, status)
                self._conclude(job, status)
            case Again(wait):
                self._log.finish(job.number, attempt, outcome, job.standing)
                self._backlog.later(job, wait)
            case Stop(reason):
                self._log.finish(job.number, attempt, outcome, job.standing)
                self.stop(reason)

    def _count_absence(self, job: Job) -> None:
        """An attempt that met no dialer counts only if others met it: an absence costs no row an attempt."""
        self._spent_on_absence.append(job)
        if self._breaker.is_open:
            for one in self._spent_on_absence:
                one.spent -= 1
            self._spent_on_absence.clear()

    def _conclude(self, job: Job, status: Status) -> None:
        self.settled += 1
        self._progress.settle(status)
        self._backlog.done(job, undecided=status in (Status.CONFLICT, Status.UNKNOWN))

    def _resume_flow(self) -> None:
        if not self._flowing.is_set():
            self._progress.say("")
            self._flowing.set()

    async def _wait_out(self) -> None:
        """While the dialer is away, probe it with growing waits until it is back or the patience is over."""
        breaker = self._breaker
        while breaker.is_open and not self._stopping.is_set():
            since = breaker.away_since if breaker.away_since is not None else self._clock.now()
            left = since + self._give_up_seconds - self._clock.now()
            if left <= 0:
                minutes = self._give_up_seconds / 60
                self.stop(f"the dialer was away for {minutes:g} minutes ({breaker.reason}); `leadsync resume` goes on")
                return
            wait = min(breaker.next_wait(), left)
            self._progress.say(f"the dialer is away ({breaker.reason}); next try in {wait:.0f} s")
            await self._pause(wait)
            if breaker.is_open and not self._stopping.is_set():
                breaker.record_probe(await self._dialer.probe(updates=breaker.costs_rows), self._clock.now())
        if not self._stopping.is_set():
            self._adjust()
            self._resume_flow()

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than the run or the absence lasts."""
        sleeping = asyncio.create_task(self._clock.sleep(seconds))
        ending = [asyncio.create_task(event.wait()) for event in (self._stopping, self._flowing)]
        await asyncio.wait([sleeping, *ending], return_when=asyncio.FIRST_COMPLETED)
        for task in (sleeping, *ending):
            task.cancel()


def _workers_for(slots: int) -> int:
    """A few more than the slots: while those are taken, the next rows are written down, so that none stands empty."""
    return slots + 2 + slots // 4
