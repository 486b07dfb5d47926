"""Which row is next: the run's order, each lead's rows one after the other, waits without a worker."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from leadsync.engine.ports import Clock, RunLog
from leadsync.models import Lead, Outcome, PendingRow, Status

PAGE = 1000
LOW_WATER = 250
MOST_SET_ASIDE = 10_000
"""Rows that wait for their lead or their next attempt are in memory; beyond this no more are read."""


@dataclass(slots=True)
class Job:
    """A row on its way through the engine.

    `attempts` are the requests made for it, `spent` those that count against its attempts, `last` is what the last one
    came to. `maybe_applied`: one of them may have been. `lead` becomes an insert where it is `missing`.
    """

    number: int
    lead: Lead
    attempts: int
    spent: int = 0
    maybe_applied: bool = False
    last: Outcome | None = None
    opens: bool = True
    """Whether its next outcome is one of the first that tell whether the run begins well."""
    missing: bool = False
    """Whether the dialer does not have the lead, so that it is inserted."""

    @classmethod
    def of(cls, row: PendingRow) -> "Job":
        """The job for a row of the journal: what an earlier process spent is not held against it."""
        return cls(row.number, row.lead, row.attempts, maybe_applied=row.maybe_applied, opens=row.attempts == 0)

    @property
    def standing(self) -> Status:
        """What it is while it waits to be sent."""
        return Status.UNKNOWN if self.maybe_applied else Status.UNSENT


class Backlog:
    """Hands jobs to the workers.

    A lead that has a job out, or one waiting for its next attempt, is busy: later rows of that lead are set aside
    until `done`. Where a person has to decide on a row, the lead's later rows are held: not sent in this run.
    """

    def __init__(self, log: RunLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._ready: deque[Job] = deque()
        self._busy: dict[str, deque[Job]] = {}
        self._undecided: dict[str, int] = {}
        self._set_aside = 0
        self._read_up_to = 0
        self._read_all = False
        self._closed = False
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Find out which leads are undecided; call once before `next`."""
        self._undecided = await self._log.undecided()

    @property
    def ready(self) -> int:
        """How many jobs could go at once."""
        return len(self._ready)

    async def next(self) -> Job | None:
        """The next job, as soon as there is one; None when there will be none. May raise JournalError."""
        while not self._closed:
            if self._reading is not None and self._reading.done():
                self._reading.result()
                self._reading = None
            if self._wants_more() and self._reading is None:
                self._reading = self._spawn(self._read())
            if self._ready:
                return self._ready.popleft()
            if self._read_all and not self._busy:
                return None
            self._changed.clear()
            await self._changed.wait()
        return None

    def give_back(self, job: Job) -> None:
        """A job that was not attempted is first in line again."""
        self._ready.appendleft(job)
        self._changed.set()

    def later(self, job: Job, wait: float) -> None:
        """A job that is to be attempted again after `wait` seconds."""
        if not self._closed:
            self._spawn(self._wait(job, wait))

    def done(self, job: Job, *, undecided: bool) -> None:
        """A job has come to its end; its lead's next row may go, or is held where a person has to decide first."""
        parked = self._busy[job.lead.external_id]
        if undecided:
            self._undecided[job.lead.external_id] = job.number
            while parked:
                self._set_aside -= 1
                self._hold(parked.popleft())
        if parked:
            self._set_aside -= 1
            # It stood before those that are ready now.
            self._ready.appendleft(parked.popleft())
        else:
            del self._busy[job.lead.external_id]
        self._changed.set()

    def close(self) -> None:
        """Hand out no more jobs."""
        self._closed = True
        self._changed.set()
        for task in self._tasks:
            task.cancel()

    def _wants_more(self) -> bool:
        return not self._read_all and len(self._ready) < LOW_WATER and self._set_aside < MOST_SET_ASIDE

    async def _read(self) -> None:
        try:
            page = await self._log.pending(self._read_up_to, PAGE)
        finally:
            self._changed.set()
        self._read_all = len(page) < PAGE
        for row in page:
            self._read_up_to = row.number
            self._place(Job.of(row))

    def _place(self, job: Job) -> None:
        lead = job.lead.external_id
        if job.maybe_applied and job.lead.inserts:
            # Nothing but a person's decision sends an insert a second time.
            self._undecided.setdefault(lead, job.number)
        elif self._undecided.get(lead, job.number) < job.number:
            self._hold(job)
        elif lead in self._busy:
            self._busy[lead].append(job)
            self._set_aside += 1
        else:
            self._busy[lead] = deque()
            self._ready.append(job)

    def _hold(self, job: Job) -> None:
        earlier = self._undecided[job.lead.external_id]
        self._log.hold(job.number, f"waits for row {earlier} of the same lead, which a person has to decide first")

    async def _wait(self, job: Job, seconds: float) -> None:
        self._set_aside += 1
        await self._clock.sleep(seconds)
        self._set_aside -= 1
        self._ready.append(job)
        self._changed.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
