"""The journal as the rest of leadsync sees it: small protocols, and `Journal`, all of them together.

Every method may raise JournalError. A run is named by its id, a row by its run and its number in the sheet. Several
processes may have one journal open.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from leadsync.journal.correction_protocols import CorrectableRows, Decisions, EditedRows, Edits
from leadsync.journal.lock import SHORT_HOLD_SECONDS
from leadsync.journal.row_protocols import LineageQueries, PendingRows, RowPages, Rows
from leadsync.journal.values import (
    NO_EFFECTS,
    AuditEntry,
    AuditFilter,
    CheckedSheet,
    Effects,
    Entry,
    OldRun,
    Pruned,
    Queued,
    QueuePlace,
    SavedMapping,
    WorkerSeen,
)
from leadsync.models import RunRecord
from leadsync.slot_shares import SlotGrant, SlotReport
from leadsync.tallies import Holder, Live, Tally, Totals


class RunLocks(Protocol):
    """The right to change or send a run: one process has it at a time."""

    def hold(self, run_id: str, patience: float = SHORT_HOLD_SECONDS) -> None:
        """Take the lock of a run until `release` or the journal's end, and settle rows left in flight.

        Raises BusyError if another process keeps the lock for longer than `patience`, in seconds.
        """
        ...

    def try_hold(self, run_id: str) -> bool:
        """Take the lock of a run like `hold`; False if another process has it."""
        ...

    def release(self, run_id: str) -> None:
        """Give the lock of a run back, if it is held."""
        ...

    def holders(self) -> Mapping[str, Holder]:
        """The processes that hold runs, by the run's id; none where the journal is this machine's alone."""
        ...

    def settle(self, run_id: str) -> int:
        """Settle the rows in flight of a held run, with no sender left; return their count.

        An attempt is in doubt if it has left, or if nobody knows. The others were never made.
        """
        ...

    def settle_if_dead(self, run_id: str) -> bool:
        """Settle rows in flight if no process sends the run, and call its sending lost; False if one does."""
        ...

    def new_run_id(self, now: datetime) -> str:
        """An unused id for a run, with its lock held."""
        ...


class Runs(Protocol):
    """Runs and the counts over their rows."""

    def run(self, run_id: str) -> RunRecord:
        """The run with that id, or the only one with that part in its id. Raises UsageError."""
        ...

    def find(self, run_id: str) -> RunRecord | None:
        """The run with exactly that id."""
        ...

    def runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        ...

    def drafts(self) -> list[RunRecord]:
        """The runs that nobody has confirmed, the newest first."""
        ...

    def runs_like(self, part: str) -> list[RunRecord]:
        """The runs with that part in their ids, the newest first."""
        ...

    def runs_of(self, file: Path) -> list[RunRecord]:
        """The runs of one file and of the copies that `check` made of it, the newest first."""
        ...

    def update_run(self, run_id: str, queued: Queued | None = None, **values: Any) -> None:
        """Change fields of a run, named as in RunRecord; with `queued` a worker is to send it."""
        ...

    def tally(self, run_id: str) -> Tally:
        """Counts over the run's rows; a trial's end at its last row."""
        ...

    def tallies(self) -> list[tuple[RunRecord, Tally]]:
        """All runs, the newest first, each with its counts. Writes nothing, and so waits for nobody."""
        ...

    def recent(self, before: str = "", limit: int = 100) -> list[tuple[RunRecord, Tally | None]]:
        """The next runs older than run `before`, or the newest, each with its kept counts; None if none are kept.

        Nothing comes behind an unknown run.
        """
        ...

    def totals(self) -> Totals:
        """Counts over all runs, for metrics. Reads every row."""
        ...


class Restores(Protocol):
    """Runs held since the journal was restored from a copy, or has failed over to another server."""

    def restored(self, run_id: str) -> datetime | None:
        """The time since when a run is held; None if it is not. Nothing of a held run is sent."""
        ...

    def put_in_doubt(self, run_id: str) -> int:
        """Put the unsent rows of a run in doubt, and hold it no longer; return their count.

        Attempts for them may have been made in the lost time.
        """
        ...


class RunQueue(Protocol):
    """Runs that workers are to send, where the journal is in PostgreSQL. Being in a queue is no right to be sent."""

    def queued(self, run_id: str) -> Queued | None:
        """The queue of a run; None if no worker is to send it."""
        ...

    def unqueue(self, run_id: str) -> bool:
        """Take a run off its queue; False if it was in none."""
        ...

    def postpone(self, run_id: str, seconds: float) -> None:
        """Keep a queued run out of `to_wake` for so long."""
        ...

    def to_wake(self, queues: Collection[str]) -> Mapping[str, Queued]:
        """The runs of these queues that nobody sends, by id, the most urgent first. Finished ones leave the queue."""
        ...

    def wake(self, run_id: str, queued: Queued) -> None:
        """Tell the workers of the queue once more."""
        ...

    def is_held(self, run_id: str) -> bool:
        """Whether a process holds the right to send a run."""
        ...

    def prepare_queue(self) -> QueuePlace:
        """Make the tables for workers; return the place of their queue. Raises UsageError where there are none."""
        ...

    def keep_worker(self, worker: str, queues: Sequence[str]) -> None:
        """Keep a sign of life of a worker, and the queues that it serves."""
        ...

    def end_worker(self, worker: str) -> None:
        """Forget a worker that has ended."""
        ...

    def workers(self) -> list[WorkerSeen]:
        """The workers with their last signs of life."""
        ...


class LiveRuns(Protocol):
    """Runs under way, as other processes see them; their senders write by `RunLog.live`."""

    def live(self) -> Mapping[str, Live]:
        """The sendings by their run's id, those of dead processes too."""
        ...

    def end_live(self, run_id: str) -> None:
        """Forget a sending that came to its end."""
        ...

    def ask_to_stop(self, run_id: str, user: str) -> bool:
        """Ask the sender of a run to stop, in a user's name; False if there is none."""
        ...


class Drafts(Protocol):
    """Runs before their confirmation: nothing of them is sent."""

    def create(self, run: RunRecord, known: Collection[str] | None = None) -> None:
        """Store a draft; its lock is held.

        `known` are the ids of the sheet's runs a moment ago. Raises BusyError if another process has added one since.
        """
        ...

    def add(self, run_id: str, entries: Iterable[Entry]) -> None:
        """Add rows, a chunk to a commit. Raises JournalError for a state in which no row begins."""
        ...

    def confirm(self, run_id: str, effects: Effects = NO_EFFECTS, queued: Queued | None = None, **values: Any) -> None:
        """Let a draft be sent, and apply its effects on rows of other runs: all in one transaction.

        With `queued` a worker is to send it. `values` change the run like `update_run`. Raises BusyError if another run
        of the same content was confirmed, or a row corrected, since the sheet was read.
        """
        ...

    def delete_draft(self, run_id: str, *, corrected: bool = True) -> None:
        """Delete a held draft and release it; a confirmed run stays, and unless `corrected` a draft with changes by
        people."""
        ...


class FileRecords(Protocol):
    """The written files, by their size and time of change (ns): an edited one is not lost."""

    def written(self, run_id: str) -> dict[str, list[int]]:
        """The run's files by path, as they were when they were kept last."""
        ...

    def keep_written(self, run_id: str, files: Mapping[str, Sequence[int]]) -> None:
        """Keep the state of a run's files."""
        ...

    def wrote(self, path: Path) -> list[int] | None:
        """The state of a file from `check` or `stats --output`; None for any other file."""
        ...

    def keep_wrote(self, path: Path, size: int, modified_ns: int) -> None:
        """Keep the state of a file from `check` or `stats --output`."""
        ...

    def checked_sheet(self, check_id: str) -> CheckedSheet | None:
        """The sheet behind a copy of `check --output`."""
        ...

    def keep_checked(self, sheet: CheckedSheet) -> None:
        """Keep which sheet a check has copied."""
        ...


class SavedMappings(Protocol):
    """Mappings saved by users, by the set of a sheet's headings: their order and blanks around them do not count."""

    def save_mapping(self, headings: Collection[str], name: str, columns: Mapping[str, str], user: str) -> None:
        """Keep a mapping, in place of an earlier one of that name for these headings."""
        ...

    def saved_mappings(self, headings: Collection[str]) -> list[SavedMapping]:
        """The mappings for sheets with just these headings, by name."""
        ...

    def all_mappings(self) -> list[SavedMapping]:
        """All mappings, by name."""
        ...

    def delete_mapping(self, headings: Collection[str], name: str) -> None:
        """Delete a mapping, if there is one."""
        ...


class DialerRecords(Protocol):
    """The slots and the pace of each dialer by its canonical address, measured while sending."""

    def known_slots(self, dialer: str) -> int | None:
        """The measured number of calls at once."""
        ...

    def keep_slots(self, dialer: str, slots: int) -> None:
        """Keep the measured number of calls."""
        ...

    def known_pace(self, dialer: str, slots: int | None = None) -> float | None:
        """The leads a second of the last longer run, waits included; with `slots`, only if it had so many."""
        ...

    def keep_pace(self, dialer: str, pace: float, slots: int) -> None:
        """Keep the leads a second with so many slots."""
        ...


class SlotMember(Protocol):
    """This process among all that use a dialer's slots, on all machines; for one thread at a time."""

    def renew(self, report: SlotReport, lease_seconds: float) -> SlotGrant:
        """Report the present state, and learn how many slots it may use for so long from the call's beginning."""
        ...

    def leave(self, slots: int, rest_seconds: float) -> None:
        """Give the slots back, but `slots` of them only after a rest: calls given up may still run."""
        ...

    def close(self) -> None:
        """End its connection."""
        ...


class SharedDialers(Protocol):
    """The use of a dialer by several machines."""

    def slot_member(self, dialer: str) -> SlotMember | None:
        """A new member of the slots of a dialer, by its canonical address; None: the machine's files count them."""
        ...


class OldRuns(Protocol):
    """Runs of a certain age, and their deletion."""

    def old_runs(self, before: datetime) -> list[OldRun]:
        """The runs begun before that moment, the oldest first, and those with an interrupted deletion."""
        ...

    def prune(self, before: datetime, *, undecided: bool) -> Pruned:
        """Delete the finished runs begun before that moment, and give their space back.

        With `undecided`, also those with rows for a person to decide. A run in use by another process stays, and so
        does one that has sent rows of a kept run, whose rows a kept run has sent, or for which rows of it wait. A run
        is not listed from its first deletion on; the next call continues an interrupted one.
        """
        ...


class Audit(Protocol):
    """The actions of users; `prune` leaves them."""

    def add_audit(self, action: str, user: str, run_id: str = "", **detail: str | int) -> None:
        """Keep an action; `detail` holds no values of cells."""
        ...

    def audit(self, run_id: str | None = None, limit: int = 100) -> list[AuditEntry]:
        """The last actions, on one run or on all, the newest first."""
        ...

    def audit_page(self, chosen: AuditFilter, before: int | None = None, limit: int = 100) -> list[AuditEntry]:
        """The next chosen actions before number `before`, or the last ones, the newest first."""
        ...

    def audit_names(self) -> tuple[list[str], list[str]]:
        """All users and all actions in the audit, each in order."""
        ...

    def senders(self, run_ids: Collection[str]) -> dict[str, str]:
        """The user who began to send each of these runs; those before the audit are left out."""
        ...

    def last_logins(self) -> dict[str, datetime]:
        """The last login of each user of the page."""
        ...


class Journal(
    RunLocks,
    Runs,
    Restores,
    RunQueue,
    LiveRuns,
    Drafts,
    Rows,
    RowPages,
    Decisions,
    CorrectableRows,
    EditedRows,
    Edits,
    PendingRows,
    LineageQueries,
    FileRecords,
    SavedMappings,
    DialerRecords,
    SharedDialers,
    OldRuns,
    Audit,
    Protocol,
):
    """The journal of one state folder; a context manager."""

    @property
    def state(self) -> Path:
        """The state folder: files of this machine lie there."""
        ...

    def now(self) -> datetime:
        """The time by the journal's clock, for comparisons between runs."""
        ...

    def describe(self) -> str:
        """The store in words: its kind and version, its place, and its care for what is written."""
        ...

    def hurry(self) -> None:
        """Let waits for the store end within seconds: the user wants the end. May be called by any thread."""
        ...

    def check(self) -> None:
        """Look through the whole journal before it is written to. Raises JournalError for damage."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
