"""From the journal's rows to what people read: the files' tables and the summary."""

from leadsync.report.checked import checked_cells
from leadsync.report.summary import as_json, as_text
from leadsync.report.tables import DECISION_COLUMN, SYNC_COLUMNS, Table

__all__ = ["DECISION_COLUMN", "SYNC_COLUMNS", "Table", "as_json", "as_text", "checked_cells"]
