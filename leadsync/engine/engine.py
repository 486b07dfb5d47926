"""The worker pool: takes rows from the journal, sends them at the dialer's pace, and writes their outcomes down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from leadsync.engine.absence import Absence
from leadsync.engine.backlog import Backlog, Job
from leadsync.engine.discovery import Discovery
from leadsync.engine.early_failure import EarlyFailureCheck
from leadsync.engine.insert_policy import InsertPolicy
from leadsync.engine.limiter import Limiter, LimiterPaused
from leadsync.engine.notice import Notice
from leadsync.engine.pace import USUAL_SECONDS, Pace
from leadsync.engine.ports import Clock, Dialer, Progress, RunLog, Slots, SystemClock, UnsharedSlots
from leadsync.engine.retry_policy import RetryPolicy
from leadsync.engine.row_outcomes import RowOutcomes
from leadsync.engine.worker_count import WorkerCount
from leadsync.errors import JournalError, LeadsyncError, Stopped
from leadsync.models import Effect, Outcome

TICK_SECONDS = 0.1
"""The interval of three looks: at the waits of rows, at the lag of timers, and at a run without a word."""

_log = logging.getLogger(__name__)


class Engine:
    """Sends one run's pending rows. An engine runs once.

    `slots` is the most calls at once, each in one of the `shared` slots. With `on_found` the dialer's slots are
    measured first, up to `slots`, and `on_found` returns the number to use. `give_up_seconds` is the longest wait for
    an absent dialer. With `keep_going` the run goes on even if almost all of its first rows are refused alike.
    `goes_on`: an earlier process has begun it. No more calls than the slots start in `floor_seconds`. `answer_seconds`
    is the dialer client's wait for an answer.
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
        goes_on: bool = False,
        shared: Slots | None = None,
        on_found: Callable[[int], int] | None = None,
        inserting: InsertPolicy | None = None,
        clock: Clock | None = None,
        floor_seconds: float = USUAL_SECONDS,
        answer_seconds: float = 75.0,
    ) -> None:
        self._dialer = dialer
        self._log = log
        self._policy = policy
        self._clock = clock or SystemClock()
        self._shared = shared or UnsharedSlots()
        self._on_found = on_found
        self._pace: Pace | Discovery = Discovery(slots, lambda: dialer.travel_seconds) if on_found else Pace(slots)
        self._limiter = Limiter(slots, self._shared, floor_seconds)
        self._notice = Notice(progress, self._clock, answer_seconds)
        self._absence = Absence(self._clock, self._notice, give_up_seconds, self._probe, self._adjust)
        early = None if keep_going else EarlyFailureCheck()
        self._backlog = Backlog(log, self._clock, early)
        self._rows = RowOutcomes(log, self._backlog, self._notice, policy, inserting, early, self.stop, self._shared)
        self._count = WorkerCount()
        self._workers: set[asyncio.Task[None]] = set()
        self._senders = 0
        self._stopping = False
        self._rested = goes_on
        """Whether rows without a doubt wait for no rest."""
        self._awaits_rests = 0
        """The workers that wait for calls which may still be under way at the dialer."""
        self._reason = ""
        self.cause = ""
        """The reason for an early stop without times and counts, alike whenever it comes."""
        self._failure: LeadsyncError | None = None
        self.heard = False
        """Whether any row or probe of this run was answered."""

    @property
    def peak_in_flight(self) -> int:
        """The highest number of calls at once."""
        return self._limiter.peak

    @property
    def failed_early(self) -> bool:
        """Whether it stopped because its first rows were refused alike."""
        return self._rows.failed_early

    @property
    def settled(self) -> int:
        """The number of rows at their end."""
        return self._rows.ended

    async def run(self) -> str:
        """Send all pending rows; return the reason of a stop before the end, or an empty text.

        Raises JournalError if the journal fails, and LeadsyncError if leadsync itself does. Calls under way then still
        get their answers, but nothing new is sent.
        """
        async with asyncio.TaskGroup() as self._group:
            beside = [
                self._group.create_task(self._guarded(work))
                for work in (self._shared.keep, self._keep_time, self._watch_absence)
            ]
            await self._guarded(self._send_all)
            for task in beside:
                task.cancel()
        self._notice.clear()
        if self._failure is not None:
            raise self._failure
        return self._reason

    def stop(self, reason: str, cause: str = "") -> None:
        """Send nothing new; calls under way get their answers. The first reason given counts.

        `cause` is the reason without times and counts, if it has any.
        """
        if self._stopping:
            return
        # The words around it end with a full stop of their own.
        self._reason = reason.rstrip(".")
        self.cause = cause or self._reason
        self._stopping = True
        self._limiter.close()
        self._backlog.close()
        self._absence.stop()

    def abort(self) -> None:
        """Give up even calls under way; their rows stay in flight in the journal."""
        self.stop("interrupted")
        for worker in self._workers:
            worker.cancel()

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a part of the run's work; its failure stops the run."""
        try:
            await work()
        except Stopped as stopped:
            self.stop(str(stopped), stopped.cause)
        except JournalError as error:
            self._fail(error)
        except Exception as error:
            # A fault of leadsync: one sentence, the trace in the log, and a journal for `resume`.
            _log.exception("sending failed")
            words = f"leadsync failed while sending ({error!r}); see the log."
            self._fail(LeadsyncError(words, cause=f"leadsync failed while sending: {type(error).__name__}"))

    def _fail(self, error: LeadsyncError) -> None:
        self._failure = self._failure or error
        self.stop(str(error), error.cause)

    async def _send_all(self) -> None:
        await self._backlog.open()
        while not self._stopping:
            self._adjust()
            await self._workers_end()
            if not self._rows.any_refused:
                return
            self._start(self._judge_refusals)
            await self._workers_end()
            if not self._stopping:
                self._backlog.reopen()

    async def _workers_end(self) -> None:
        while self._workers:
            await asyncio.wait(self._workers)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        worker = self._group.create_task(self._guarded(work))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    def _adjust(self) -> None:
        """Use as many slots as the dialer's state and its pace allow."""
        if self._stopping:
            return
        if self._absence.is_on or self._rows.door_in_doubt:
            self._limiter.pause()
        else:
            self._limiter.allow(self._absence.allowance(self._pace.allowance))
        while self._senders < self._count.of(self._pace.allowance):
            self._senders += 1
            self._start(self._work)

    async def _keep_time(self) -> None:
        """Wake rows after their wait, measure the lag of timers, and give the reason if nothing happens."""
        while True:
            before = self._clock.now()
            await self._clock.sleep(TICK_SECONDS)
            self._pace.overslept(self._clock.now() - before - TICK_SECONDS)
            if self._backlog.wake():
                self._notice.flow()
            # The shared slots name their holders and rests themselves.
            awaits_slots = self._limiter.awaits_slots or self._awaits_rests
            if not self._absence.is_on and (self._limiter.calls or not awaits_slots):
                self._notice.look(self._limiter.calls, self._backlog)

    async def _watch_absence(self) -> None:
        try:
            self.stop(await self._absence.watch(), "the dialer was away")
        except LimiterPaused:
            # The run stops for another reason.
            return

    async def _probe(self, updates: bool) -> Outcome:
        """Ask the dialer for a sign of life; with `updates` by a call in a slot. Raises LimiterPaused."""
        if self._stopping:
            raise LimiterPaused
        if updates:
            async with self._limiter.slot(while_paused=True) as leaves:
                await leaves()
                outcome = await self._dialer.probe(updates=True)
        else:
            outcome = await self._dialer.probe(updates=False)
        self.heard = self.heard or outcome.effect is Effect.ANSWERED
        return outcome

    async def _judge_refusals(self) -> None:
        """Ask the dialer whether the refused rows are at fault, unless another row has told so."""
        if self._rows.others_answered and not self._rows.door_in_doubt:
            self._rows.fail_refused()
            return
        # A probe that meets another trouble says nothing about the door.
        for _ in range(self._policy.attempts):
            try:
                outcome = await self._probe(updates=True)
            except LimiterPaused:
                return
            self._absence.record(outcome, self._pace.allowance, last=True)
            self._adjust()
            if outcome.effect is Effect.ANSWERED:
                self._rows.fail_refused()
                return
            if outcome.effect is Effect.REFUSED:
                break
            await self._absence.over()
        self._rows.stop_refused()

    async def _work(self) -> None:
        try:
            while not self._stopping and self._senders <= self._count.of(self._pace.allowance):
                job = await self._backlog.next()
                if job is None:
                    return
                await self._absence.over()
                await self._wait_for_rests(job)
                if not self._stopping:
                    await self._attend(job)
        finally:
            # At once: with a late count all of the workers would leave, and the run would end without a word.
            self._senders -= 1

    async def _wait_for_rests(self, job: Job) -> None:
        """Before a new run's first row wait for calls of killed processes, before a row left in doubt for all calls.

        The dialer would apply one of them behind the next row of its lead. In a run that goes on such rows are in
        doubt, and their leads wait with them.
        """
        if job.left_in_doubt or not self._rested:
            self._awaits_rests += 1
            try:
                await self._shared.rested(lambda: not self._stopping, killed=not job.left_in_doubt)
            finally:
                self._awaits_rests -= 1
            self._rested, job.left_in_doubt = True, False

    async def _attend(self, job: Job) -> None:
        """One attempt for one row, unless its attempts have run out."""
        if job.spent >= self._policy.attempts:
            self._rows.give_up(job, f"not done in {job.spent} attempts")
            return
        attempt = job.attempts + 1
        # All that takes time comes before the slot: the call made ready, and its beginning on disk.
        send = self._dialer.prepare(job.lead)
        asked = self._clock.now()
        settled = await self._log.begin(job.number, attempt)
        self._count.written(self._clock.now() - asked)
        if settled is not None:
            self._rows.pass_over(job, settled)
            return
        left = False
        try:
            slot = self._limiter.slot()
            async with slot as leaves:
                # Before the first byte: a kill from here on leaves the row in doubt, one before it does not.
                self._log.leaves(job.number, attempt)
                left = True
                self._notice.flow()
                began = self._clock.now()
                outcome = await send(partial(self._depart, leaves))
                # No await from here on, and the row comes first: no outcome is lost on its way. It all ends before the
                # slot is free, because the outcome may say that no call should begin.
                self._notice.flow()
                slot.is_left_behind = outcome.is_left_behind
                self._rows.record(job, attempt, outcome)
                self._learn(job, outcome, began)
        except LimiterPaused:
            await self._log.withdraw(job.number, attempt, job.idle_status)
            self._backlog.put_back(job)
        except Exception:
            if not left:
                await self._log.withdraw(job.number, attempt, job.idle_status)
            raise

    async def _depart(self, leaves: Callable[[], Awaitable[None]]) -> None:
        """Let a call leave, unless another process may send the run by now; then it never begins."""
        await leaves()
        # After the last wait: a process or machine that stood still may wake anywhere before this line.
        if not self._log.may_send():
            why = "leadsync or its machine stood still, or its lock file was removed"
            self._fail(JournalError(f"The right to send this run ended: {why}; nothing more is sent."))
            raise LimiterPaused

    def _learn(self, job: Job, outcome: Outcome, began: float) -> None:
        """Apply the outcome to pace and absence."""
        now = self._clock.now()
        self._count.called(now - began)
        self._pace.record(outcome, began, now)
        if isinstance(self._pace, Discovery) and self._pace.found is not None:
            assert self._on_found is not None  # noqa: S101 - only then were the slots looked for
            slots = self._on_found(self._pace.found)
            self._pace = Pace(slots, since=now)
            self._limiter.resize(slots)
        last = self._backlog.only_waits or job.spent >= self._policy.attempts - 1
        self._absence.record(outcome, self._pace.allowance, last=last)
        self._adjust()
        if outcome.effect is Effect.ANSWERED:
            self.heard = True
