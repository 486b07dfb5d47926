"""The next row to send: in the run's order, a lead's rows one after the other, waits without a worker."""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from leadsync.engine.early_failure import EarlyFailureCheck
from leadsync.engine.ports import Clock, RunLog
from leadsync.models import Lead, PendingRow, Status

# Rows are read a page at a time, and early: no worker waits for the journal.
PAGE = 1000
LOW_WATER = 250
# Rows between two attempts are in memory. Beyond this number no more are read until some have gone.
MOST_SET_ASIDE = 10_000


class Waiting(NamedTuple):
    """The rows between two attempts: their number, the times of the first and the last, the reason of the first."""

    rows: int
    first: float
    last: float
    why: str


@dataclass(slots=True)
class Job:
    """A row on its way through the engine.

    `attempts` is the number of its requests; `spent` of them count against its attempts. `in_doubt`: one of them may
    have been applied. `lead` becomes an insert if it is `missing`.
    """

    number: int
    lead: Lead
    attempts: int
    spent: int = 0
    in_doubt: bool = False
    first: bool = False
    """Whether it is one of the first rows, for the early failure check."""
    missing: bool = False
    """Whether the dialer lacks the lead, so that it is inserted."""
    left_in_doubt: bool = False
    """Whether an earlier process has left it in doubt, and the dialer may still be at its call."""

    @classmethod
    def of(cls, row: PendingRow) -> "Job":
        """Return the job for a row of the journal."""
        return cls(row.number, row.lead, row.attempts, row.spent, row.in_doubt, left_in_doubt=row.in_doubt)

    @property
    def idle_status(self) -> Status:
        """Its status while it waits."""
        return Status.UNKNOWN if self.in_doubt else Status.UNSENT

    @property
    def end_status(self) -> Status:
        """Its status once it is given up."""
        return Status.UNKNOWN if self.in_doubt else Status.FAILED


class Backlog:
    """Hands jobs to the workers.

    A lead is busy while one of its rows is out, waits for its next attempt, or was set aside. Of a busy lead's later
    rows only the numbers are kept; each is read again at its turn. If a person has to decide on a row, the lead's later
    rows are held: not sent in this run. With `early`, rows beyond the first wait for that check.
    """

    def __init__(self, log: RunLog, clock: Clock, early: EarlyFailureCheck | None = None) -> None:
        self._log = log
        self._clock = clock
        self._early = early
        self._again: deque[Job] = deque()
        """Rows with an earlier turn; they go first."""
        self._ready: deque[Job | int] = deque()
        """Rows before their first turn, or the numbers of those behind another row of their lead."""
        self._waiting: list[tuple[float, int, Job, str]] = []
        """A heap by the time of the next attempt, each with the reason for its wait."""
        self._order = count()
        self._busy: dict[str, deque[int]] = {}
        self._undecided: dict[str, int] = {}
        self._out = 0
        self._aside: set[int] = set()
        self._read_up_to = 0
        self._reading = False
        self._read_all = False
        self._closed = False
        self._changed = asyncio.Event()

    async def open(self) -> None:
        """Read the undecided leads; call once before `next`. May raise JournalError."""
        self._undecided = await self._log.undecided()

    @property
    def waiting(self) -> Waiting | None:
        """The rows between two attempts, by the clock; None without any."""
        if not self._waiting:
            return None
        first, _, _, why = self._waiting[0]
        return Waiting(len(self._waiting), first, max(due for due, *_ in self._waiting), why)

    @property
    def only_waits(self) -> bool:
        """Whether all remaining rows wait for their next attempt: none is under way or could be."""
        return self._read_all and self._out == len(self._aside) and not self._ready

    async def next(self) -> Job | None:
        """The next job, as soon as there is one; None at the end. May raise JournalError."""
        while not self._closed:
            if self._wants_more():
                await self._read()
            elif self._again:
                self._out += 1
                return self._again.popleft()
            elif self._ready and (self._early is None or self._early.may_begin or not self._is_new(self._ready[0])):
                return await self._take(self._ready.popleft())
            elif self.only_waits and not self._waiting:
                return None
            else:
                self._changed.clear()
                await self._changed.wait()
        return None

    def put_back(self, job: Job) -> None:
        """Take back a job for a new turn at once, before rows without a turn so far."""
        self._out -= 1
        self._again.append(job)
        self._changed.set()

    def later(self, job: Job, wait: float, why: str) -> None:
        """Take back a job for its next attempt after `wait` seconds, with the reason in a few words."""
        self._out -= 1
        heapq.heappush(self._waiting, (self._clock.now() + wait, next(self._order), job, why))

    def wake(self) -> bool:
        """Let rows go after their wait; return whether there were any. Call it several times a second."""
        woken = False
        while self._waiting and self._waiting[0][0] <= self._clock.now():
            self._again.append(heapq.heappop(self._waiting)[2])
            self._changed.set()
            woken = True
        return woken

    def set_aside(self, job: Job) -> None:
        """Keep a job out, and its lead busy, until `done`; the run may end without it."""
        self._aside.add(job.number)
        self._changed.set()

    def done(self, job: Job, *, undecided: bool) -> None:
        """A job has come to its end: its lead's next row may go, or is held if a person has to decide first."""
        self._out -= 1
        self._aside.discard(job.number)
        lead = job.lead.external_id
        parked = self._busy[lead]
        if undecided:
            self._undecided[lead] = job.number
        while parked and self._undecided.get(lead, parked[0]) < parked[0]:
            self._hold(parked.popleft(), lead)
        if parked:
            # To the front: in the sheet it stands before the rows ready now.
            self._ready.appendleft(parked.popleft())
        else:
            del self._busy[lead]
        self._changed.set()

    def close(self) -> None:
        """Hand out no more jobs, until `reopen`."""
        self._closed = True
        self._changed.set()

    def reopen(self) -> None:
        """Hand out jobs again."""
        self._closed = False

    def _wants_more(self) -> bool:
        enough = len(self._ready) >= LOW_WATER or len(self._waiting) >= MOST_SET_ASIDE
        return not (self._read_all or self._reading or enough)

    async def _read(self) -> None:
        self._reading = True
        try:
            page = await self._log.pending(self._read_up_to, PAGE)
        finally:
            self._reading = False
            self._changed.set()
        self._read_all = len(page) < PAGE
        for row in page:
            self._read_up_to = row.number
            self._place(Job.of(row))

    def _place(self, job: Job) -> None:
        lead = job.lead.external_id
        if job.in_doubt and job.lead.inserts:
            # Only a person's decision sends an insert in doubt again: it might add the lead twice.
            self._undecided.setdefault(lead, job.number)
        elif self._undecided.get(lead, job.number) < job.number:
            self._hold(job.number, lead)
        elif lead in self._busy:
            self._busy[lead].append(job.number)
        else:
            self._busy[lead] = deque()
            self._ready.append(job)

    def _hold(self, number: int, lead: str) -> None:
        self._log.hold(number, self._undecided[lead])

    @staticmethod
    def _is_new(item: Job | int) -> bool:
        """Whether a row was never begun, as far as known before it is read again."""
        return isinstance(item, int) or item.attempts == 0

    async def _take(self, item: Job | int) -> Job:
        """Hand out a row for its first turn, read again if only its number was kept."""
        self._out += 1
        first = self._early is not None and self._is_new(item) and self._early.begin()
        job = item if isinstance(item, Job) else Job.of(await self._log.pending_row(item))
        job.first = first and job.attempts == 0
        if self._early is not None and first and not job.first:
            # A number alone does not show earlier attempts: the row read now has some.
            self._early.take_back()
            self._changed.set()
        return job
