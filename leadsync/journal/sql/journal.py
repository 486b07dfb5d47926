"""The journal in a database."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from leadsync.journal.sql.correctable_rows import SqlCorrectableRows
from leadsync.journal.sql.database import moment
from leadsync.journal.sql.decisions import SqlDecisions
from leadsync.journal.sql.drafts import SqlDrafts
from leadsync.journal.sql.edited_rows import SqlEditedRows
from leadsync.journal.sql.edits import SqlAudit, SqlEdits
from leadsync.journal.sql.file_records import SqlDialerRecords, SqlFileRecords
from leadsync.journal.sql.live_runs import SqlLiveRuns
from leadsync.journal.sql.old_runs import SqlOldRuns
from leadsync.journal.sql.pending_rows import SqlPendingRows
from leadsync.journal.sql.restores import SqlRestores
from leadsync.journal.sql.row_ends import SqlRowEnds
from leadsync.journal.sql.row_pages import SqlRowPages
from leadsync.journal.sql.row_records import RowRecords
from leadsync.journal.sql.run_lineage import RunLineage
from leadsync.journal.sql.run_records import RunRecords
from leadsync.journal.sql.saved_mappings import SqlSavedMappings


class SqlJournal(
    SqlDrafts,
    SqlPendingRows,
    SqlRestores,
    SqlOldRuns,
    RunRecords,
    SqlLiveRuns,
    RowRecords,
    SqlRowPages,
    SqlRowEnds,
    SqlDecisions,
    SqlCorrectableRows,
    SqlEditedRows,
    SqlEdits,
    SqlAudit,
    RunLineage,
    SqlFileRecords,
    SqlSavedMappings,
    SqlDialerRecords,
):
    """The parts that the stores share; see `leadsync.journal.protocol.Journal`. A store adds the log and the check."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._locks.release_all()
        self._database.close()

    @property
    def state(self) -> Path:
        return self._state

    def hurry(self) -> None:
        self._database.hurry()

    def now(self) -> datetime:
        return moment(self._database.now())
