"""The work of child processes, as files: claimed by one person, carried out by one child, readable after any kill.

A job is a claim (`send-1.json`) with what was asked, and a state beside it (`send-1.state.json`) with what came of it.
While a child is at work it holds a lock, which ends with its process. Only the newest job of its kind is carried out.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from leadsync.errors import BusyError, LeadsyncError
from leadsync.journal import StateLock
from leadsync.private_files import make_private_folder
from leadsync.web.places import Places
from leadsync.web.uploads import Upload
from leadsync.web.value_files import ValueFolder

_START_SECONDS = 20.0
"""After that a child of another page without a lock has ended; Python with all libraries starts in 2 s."""
_BEGUN = "begun"
READ = "read"
"""The kind of the jobs that send nothing."""
_processes: dict[tuple[Path, str], Callable[[], bool]] = {}
"""Whether the children live that this process has started, by their jobs."""
_POLL_SECONDS = 0.2


class JobState(StrEnum):
    """Where a job stands."""

    STARTING = "starting"
    """The child has not said anything yet."""
    QUEUED = "queued"
    """It waits for its turn; without a child, for a page that starts one anew."""
    READING = "reading"
    """The sheet is read."""
    SENDING = "sending"
    """Its run is confirmed."""
    ENDED = "ended"
    """All is done; the journal tells how the run went."""
    STALE = "stale"
    """The preview had changed: nothing was sent."""
    CANCELLED = "cancelled"
    """Somebody has taken it back while it was queued; nothing was sent."""
    REFUSED = "refused"
    """It could not be done; the error says why."""
    LOST = "lost"
    """Its process ended before its end."""


AT_WORK = frozenset({JobState.STARTING, JobState.QUEUED, JobState.READING, JobState.SENDING})
_OVER = frozenset({JobState.ENDED, JobState.STALE, JobState.CANCELLED, JobState.REFUSED})


class JobCancelledError(LeadsyncError):
    """Somebody has taken the job back before its turn."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job: what was asked, and what is known of it."""

    state_folder: Path
    folder: ValueFolder
    kind: str
    number: int
    lock_name: str
    key: str = ""
    """The id of its upload or run."""

    @property
    def verb(self) -> str:
        """What its child is to do."""
        return str(self.asked.get("verb", self.kind))

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked."""
        return self.folder.load(self._file) or {}

    @property
    def noted(self) -> dict[str, Any]:
        """What its child has said last."""
        return self.folder.load(self._state_file) or {}

    def note(self, state: JobState, **values: Any) -> None:
        """Keep where it stands, unless it has stood there already."""
        if self.noted != {"state": state, **values}:
            self.folder.keep(self._state_file, {"state": state, **values})

    def cancel(self, user: str) -> None:
        """Take it back, if its turn has not come yet; its child notices that."""
        self.folder.claim(self._cancel_file, {"user": user})

    def leave_queue(self) -> None:
        """Give up its place: its turn has come, or it was done without one."""
        places = Places(self.state_folder)
        for place in places.all():
            if place.is_of(self.key, self.number):
                places.give_up(place)

    def begin(self) -> None:
        """Take its turn: nobody takes it back any more. Raises JobCancelledError if somebody has."""
        self.folder.claim(self._cancel_file, {"user": ""})
        _refuse_cancelled(self)

    @property
    def cancelled_by(self) -> str:
        """Who has taken it back; empty: nobody has."""
        return str((self.folder.load(self._cancel_file) or {}).get("user", ""))

    @property
    def is_begun(self) -> bool:
        """Whether its turn has come."""
        return bool(self.noted) and self.noted.get("state") != JobState.QUEUED

    @property
    def has_child(self) -> bool:
        """Whether a child is at work on it, or is about to be."""
        return is_held(self.state_folder, self.lock_name) or self._is_starting()

    @property
    def state(self) -> JobState:
        """Where it stands; a state of a child at work counts while its lock is held."""
        said = self.noted.get("state", JobState.STARTING)
        state = JobState(said) if said in set(JobState) else JobState.LOST
        if state in _OVER or is_held(self.state_folder, self.lock_name):
            return state
        if state is JobState.QUEUED and self.noted.get("state") == state:
            return JobState.CANCELLED if self.cancelled_by else state
        is_starting = state is JobState.STARTING and self._is_starting()
        said = self.noted.get("state", JobState.STARTING)  # it may have ended since
        if said in _OVER:
            return JobState(said)
        return JobState.STARTING if is_starting else JobState.LOST

    def starts_in(self, lives: Callable[[], bool]) -> None:
        """Ask this whether its child lives, until the child has said anything."""
        for name in [name for name, lives_still in _processes.copy().items() if not lives_still()]:
            _processes.pop(name, None)
        _processes[self.folder.path, self._file] = lives

    @property
    def _file(self) -> str:
        return f"{self.kind}-{self.number}.json"

    @property
    def _state_file(self) -> str:
        return f"{self.kind}-{self.number}.state.json"

    @property
    def _cancel_file(self) -> str:
        return f"{self.kind}-{self.number}.cancel.json"

    def _is_starting(self) -> bool:
        """Whether its child lives without a lock yet. Never by the time of day: that jumps, as after a sleep."""
        if (lives := _processes.get((self.folder.path, self._file))) is not None:
            return lives()
        # The page was started anew since. The count begins anew with the system.
        begun = self.asked.get(_BEGUN)
        return isinstance(begun, float) and _is_new(begun)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one kind in a folder. `lock_name` names the lock of their children."""

    state_folder: Path
    folder: ValueFolder
    kind: str
    lock_name: str
    key: str = ""
    """The id of the upload or run that they are about."""

    def all(self) -> list[Job]:
        """All of them, the newest first."""
        pattern = re.compile(rf"{re.escape(self.kind)}-(\d{{1,6}})\.json")
        numbers = [int(found[1]) for name in self.folder.names() if (found := pattern.fullmatch(name))]
        return [self.job(number) for number in sorted(numbers, reverse=True)]

    def newest(self) -> Job | None:
        """The newest job; None without one."""
        return next(iter(self.all()), None)

    def job(self, number: int) -> Job:
        """The job of that number."""
        return Job(self.state_folder, self.folder, self.kind, number, self.lock_name, self.key)

    def claim(self, asked: dict[str, Any]) -> Job | None:
        """A new job; None while another is at work, or if somebody else was faster."""
        last = self.newest()
        if last is not None and last.state in AT_WORK:
            return None
        job = self.job(last.number + 1 if last else 1)
        begun = {**asked, _BEGUN: time.monotonic()}
        if not self.folder.claim(f"{job.kind}-{job.number}.json", begun):
            return None
        if self.kind != READ:
            Places(self.state_folder).take(job.verb, job.key, job.number, job.lock_name)
        return job


def jobs_of(state: Path, upload: Upload, kind: str) -> Jobs:
    """The `read` or the `send` jobs of an upload: one child at a time works on a sheet."""
    sheet = sha256(str(upload.file).encode()).hexdigest()[:32]
    return Jobs(state, upload.values, kind, f"page-sheet-{sheet}", upload.id)


def run_jobs(state: Path, run_id: str) -> Jobs:
    """The jobs of a run."""
    folder = state.resolve() / "page_jobs"
    make_private_folder(folder)
    return Jobs(state, ValueFolder(folder), run_id, f"page-run-{run_id}", run_id)


def is_held(state_folder: Path, lock_name: str) -> bool:
    """Whether a process holds that lock."""
    lock = _lock(state_folder, lock_name)
    try:
        lock.acquire(0)
    except BusyError:
        return True
    lock.release()
    return False


@contextmanager
def held(state_folder: Path, lock_name: str, patience: float) -> Iterator[None]:
    """Hold that lock. Raises BusyError if another process keeps it for longer than `patience`, in seconds."""
    lock = _lock(state_folder, lock_name)
    lock.acquire(patience)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def turn(
    state_folder: Path,
    at_once: int,
    wait: Callable[[], object] = lambda: None,
    is_next: Callable[[], bool] = lambda: True,
) -> Iterator[None]:
    """Wait for a turn: at most so many children send at once. `wait` is called before each look but the first;
    nothing is taken until `is_next`."""
    while True:
        for number in range(at_once if is_next() else 0):
            lock = _lock(state_folder, f"page-turn-{number}")
            try:
                lock.acquire(0)
            except BusyError:
                continue
            try:
                yield
            finally:
                lock.release()
            return
        wait()
        time.sleep(_POLL_SECONDS)


@contextmanager
def job_turn(job: Job, at_once: int) -> Iterator[None]:
    """The turn of a job, queued meanwhile behind those asked for before. Raises JobCancelledError if somebody takes it
    back before."""
    places = Places(job.state_folder)
    own = next((one for one in places.all() if one.is_of(job.key, job.number)), None)
    place = own or places.take(job.verb, job.key, job.number, job.lock_name)

    def wait() -> None:
        _refuse_cancelled(job)
        job.note(JobState.QUEUED)

    def is_next() -> bool:
        # Of its own sheet or run nobody else is at work.
        before = (one for one in places.all() if one.at < place.at and one.lock_name != job.lock_name)
        return not any(_is_new(one.begun) or is_held(job.state_folder, one.lock_name) for one in before)

    with turn(job.state_folder, at_once, wait, is_next):
        job.leave_queue()
        job.begin()
        yield


def _is_new(begun: float) -> bool:
    """Whether a child begun then may be starting still."""
    return 0 <= time.monotonic() - begun < _START_SECONDS


def _refuse_cancelled(job: Job) -> None:
    if job.cancelled_by:
        raise JobCancelledError("It was taken back.")


def _lock(state_folder: Path, name: str) -> StateLock:
    return StateLock(state_folder, name, "This sheet is being read or sent")
