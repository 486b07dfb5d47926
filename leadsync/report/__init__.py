"""From the journal's rows to the files for people: the tables and the summary."""

from leadsync.report.advice import advice, meaning
from leadsync.report.check_cells import CHECK_COLUMNS, check_with_id, checked_cells, checked_sync
from leadsync.report.digest import Digest
from leadsync.report.highlights import Highlights, fault_cells, highlights
from leadsync.report.live_words import live_json, standing_words
from leadsync.report.row_words import message, problem, reason_words, remedy
from leadsync.report.standings import Standing, StandingKind, standing_of
from leadsync.report.stats_json import stats_csv, stats_json
from leadsync.report.stats_page import stats_page
from leadsync.report.stats_words import stats_summary
from leadsync.report.summary import as_json, as_text, correctable
from leadsync.report.summary_page import as_page
from leadsync.report.tables import (
    DECISION_COLUMN,
    DECISION_WORDS,
    SYNC_COLUMNS,
    Table,
    lines_of,
    marked_path,
    summary_path,
)
from leadsync.report.warnings import new_leads, warnings_of
from leadsync.report.workbook_marks import (
    Finding,
    MarkedRows,
    OwnColumns,
    add_outcome,
    add_unsent,
    check_front,
    run_front,
)

__all__ = [
    "CHECK_COLUMNS",
    "DECISION_COLUMN",
    "DECISION_WORDS",
    "SYNC_COLUMNS",
    "Digest",
    "Finding",
    "Highlights",
    "MarkedRows",
    "OwnColumns",
    "Standing",
    "StandingKind",
    "Table",
    "add_outcome",
    "add_unsent",
    "advice",
    "as_json",
    "as_page",
    "as_text",
    "check_front",
    "check_with_id",
    "checked_cells",
    "checked_sync",
    "correctable",
    "fault_cells",
    "highlights",
    "lines_of",
    "live_json",
    "marked_path",
    "meaning",
    "message",
    "new_leads",
    "problem",
    "reason_words",
    "remedy",
    "run_front",
    "standing_of",
    "standing_words",
    "stats_csv",
    "stats_json",
    "stats_page",
    "stats_summary",
    "summary_path",
    "warnings_of",
]
