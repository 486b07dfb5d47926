"""The Python interface: spreadsheets and DataFrames to the dialer, and the journal as DataFrames.

It calls the same functions as the command line. `import leadsync` loads it at the first use.
"""

from leadsync.api.check_result import CheckResult, check
from leadsync.api.journal_views import attempts, history, rows, runs
from leadsync.api.sync_result import RunStopped, SyncResult
from leadsync.api.synchronisation import SyncOptions, ask, sync, sync_async
from leadsync.errors import (
    BusyError,
    JournalError,
    LeadsyncError,
    MappingError,
    NotConfirmed,
    OutputError,
    SettingsError,
    SheetError,
    Stopped,
    UsageError,
)
from leadsync.progress_calls import RunProgress
from leadsync.run.question import Question

__all__ = [
    "BusyError",
    "CheckResult",
    "JournalError",
    "LeadsyncError",
    "MappingError",
    "NotConfirmed",
    "OutputError",
    "Question",
    "RunProgress",
    "RunStopped",
    "SettingsError",
    "SheetError",
    "Stopped",
    "SyncOptions",
    "SyncResult",
    "UsageError",
    "ask",
    "attempts",
    "check",
    "history",
    "rows",
    "runs",
    "sync",
    "sync_async",
]
