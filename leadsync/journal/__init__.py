"""The journal: runs, rows, attempts and their transitions, behind a protocol; see `protocol.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.errors import JournalError
from leadsync.journal.copied import refuse_copied
from leadsync.journal.lock import LEASE_SECONDS, FolderLock, StateLock, state_folder_lock
from leadsync.journal.protocol import Journal
from leadsync.journal.row_protocols import History
from leadsync.journal.run_log import RunLog
from leadsync.journal.sql.restores import held_words
from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.states import State
from leadsync.journal.values import (
    LEFT_OUT,
    SEND_TASK,
    AttemptRecord,
    AuditEntry,
    AuditFilter,
    Changes,
    CheckedSheet,
    Decision,
    Edit,
    EditedCounts,
    Effects,
    Entry,
    FoundLead,
    LastSent,
    OldRun,
    OpenRows,
    Origin,
    OvertakenRow,
    Pruned,
    Queued,
    QueuePlace,
    ReasonCount,
    RowAhead,
    RowCheck,
    RowEnds,
    RowFilter,
    RowReading,
    SavedMapping,
    SentAgain,
    TextSearch,
    ValueCount,
    WorkerSeen,
    deletable,
    new_run_id,
)

if TYPE_CHECKING:
    from leadsync.journal import copy


def open_journal(state: Path, url: str = "", lease_seconds: float = LEASE_SECONDS) -> Journal:
    """The journal of a state folder, or in the PostgreSQL database at `url`; see `leadsync.journal.protocol`.

    It is begun if it is new, and brought up to date if it is old. `lease_seconds`: after so long the run of a machine
    that has died is free. Raises JournalError, and UsageError for a journal that was copied into a database.
    """
    if not url:
        refuse_copied(state)
        return SqliteJournal(state)
    with _needs_cluster():
        from leadsync.journal.postgres import PostgresJournal
    return PostgresJournal(state, url, lease_seconds)


def folder_lock(state: Path, folder: Path, url: str = "", lease_seconds: float = LEASE_SECONDS) -> FolderLock:
    """The lock of a watched folder, by its resolved path: in the state folder, or in the database at `url`.

    It is still to be taken. Raises JournalError.
    """
    if not url:
        return state_folder_lock(state, folder)
    with _needs_cluster():
        from leadsync.journal.postgres.folder_lease import FolderLease
    return FolderLease(url, state, folder, lease_seconds)


def copy_journal(state: Path, url: str) -> "copy.JournalCopy":
    """Copy the journal of a state folder into the PostgreSQL database at `url`; see `leadsync.journal.copy`."""
    with _needs_cluster():
        from leadsync.journal import copy
    return copy.copy_journal(state, url)


@contextmanager
def _needs_cluster() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise JournalError(
            f"A journal in PostgreSQL needs another package ({error}); install leadsync[cluster]."
        ) from error


__all__ = [
    "LEFT_OUT",
    "SEND_TASK",
    "AttemptRecord",
    "AuditEntry",
    "AuditFilter",
    "Changes",
    "CheckedSheet",
    "Decision",
    "Edit",
    "EditedCounts",
    "Effects",
    "Entry",
    "FolderLock",
    "FoundLead",
    "History",
    "Journal",
    "LastSent",
    "OldRun",
    "OpenRows",
    "Origin",
    "OvertakenRow",
    "Pruned",
    "QueuePlace",
    "Queued",
    "ReasonCount",
    "RowAhead",
    "RowCheck",
    "RowEnds",
    "RowFilter",
    "RowReading",
    "RunLog",
    "SavedMapping",
    "SentAgain",
    "State",
    "StateLock",
    "TextSearch",
    "ValueCount",
    "WorkerSeen",
    "copy_journal",
    "deletable",
    "folder_lock",
    "held_words",
    "new_run_id",
    "open_journal",
]
