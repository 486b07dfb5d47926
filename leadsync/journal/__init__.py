"""The journal: runs, rows, attempts and their transitions, behind a protocol; see `protocol.py`."""

from pathlib import Path

from leadsync.journal.lock import StateLock, folder_lock
from leadsync.journal.protocol import Journal
from leadsync.journal.row_protocols import History
from leadsync.journal.run_log import RunLog
from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.states import State
from leadsync.journal.values import (
    AttemptRecord,
    AuditEntry,
    AuditFilter,
    Changes,
    CheckedSheet,
    Decision,
    Edit,
    Effects,
    Entry,
    FoundLead,
    LastSent,
    OldRun,
    Origin,
    Pruned,
    ReasonCount,
    RowEnds,
    RowFilter,
    SavedMapping,
    TextSearch,
    ValueCount,
    new_run_id,
)


def open_journal(state: Path) -> Journal:
    """The journal of a state folder; begun if it is new, brought up to date if it is old. Raises JournalError."""
    return SqliteJournal(state)


__all__ = [
    "AttemptRecord",
    "AuditEntry",
    "AuditFilter",
    "Changes",
    "CheckedSheet",
    "Decision",
    "Edit",
    "Effects",
    "Entry",
    "FoundLead",
    "History",
    "Journal",
    "LastSent",
    "OldRun",
    "Origin",
    "Pruned",
    "ReasonCount",
    "RowEnds",
    "RowFilter",
    "RunLog",
    "SavedMapping",
    "State",
    "StateLock",
    "TextSearch",
    "ValueCount",
    "folder_lock",
    "new_run_id",
    "open_journal",
]
