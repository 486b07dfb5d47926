"""The journal in an SQLite file."""

import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from leadsync.journal.sqlite.correctable_rows import SqliteCorrectableRows
from leadsync.journal.sqlite.database import Database, check
from leadsync.journal.sqlite.decisions import SqliteDecisions
from leadsync.journal.sqlite.drafts import SqliteDrafts
from leadsync.journal.sqlite.edits import SqliteAudit, SqliteEdits
from leadsync.journal.sqlite.file_records import SqliteDialerRecords, SqliteFileRecords
from leadsync.journal.sqlite.live_runs import SqliteLiveRuns
from leadsync.journal.sqlite.old_runs import SqliteOldRuns
from leadsync.journal.sqlite.pending_rows import SqlitePendingRows
from leadsync.journal.sqlite.row_ends import SqliteRowEnds
from leadsync.journal.sqlite.row_pages import SqliteRowPages
from leadsync.journal.sqlite.row_records import RowRecords
from leadsync.journal.sqlite.run_lineage import RunLineage
from leadsync.journal.sqlite.run_records import RunRecords
from leadsync.journal.sqlite.saved_mappings import SqliteSavedMappings

FILE_NAME = "journal.sqlite3"


class SqliteJournal(
    SqliteDrafts,
    SqlitePendingRows,
    SqliteOldRuns,
    RunRecords,
    SqliteLiveRuns,
    RowRecords,
    SqliteRowPages,
    SqliteRowEnds,
    SqliteDecisions,
    SqliteCorrectableRows,
    SqliteEdits,
    SqliteAudit,
    RunLineage,
    SqliteFileRecords,
    SqliteSavedMappings,
    SqliteDialerRecords,
):
    """The journal in a state folder; see `leadsync.journal.protocol.Journal`."""

    def __init__(self, state: Path) -> None:
        super().__init__(Database(state / FILE_NAME))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release_all()
        self._database.connection.close()

    @property
    def state(self) -> Path:
        return self._state

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC).astimezone()

    def check(self) -> None:
        check(self._database.path)
