"""Returned files: the claims of their rows, the facts of earlier runs, and a decision for each row."""

from leadsync.reimport.builder import ContextBuilder
from leadsync.reimport.claims import DECISIONS
from leadsync.reimport.context import Context, SheetFacts
from leadsync.reimport.left_behind import LeftBehind, left_behind, left_behind_remark
from leadsync.reimport.lineage import Lineage, RowsElsewhere
from leadsync.reimport.newer_payloads import Reading, reading_of_run, undoes, undone_rows
from leadsync.reimport.read_history import Followed, history_of
from leadsync.reimport.repetitions import Repeated
from leadsync.reimport.rows_ahead import waits_of_leads
from leadsync.reimport.rules import Decision, Send, decide, rules_for
from leadsync.reimport.same_rows import RowKey
from leadsync.reimport.sheet_runs import givers_of, newer_sheets, runs_since_reading, same_numbers, same_sheet
from leadsync.reimport.transfer import Transfer
from leadsync.reimport.trial import Trial
from leadsync.reimport.unchanged import LastSentLeads, behind, digest_of, same_fields, undecided_twin
from leadsync.reimport.waiting_leads import waiting_leads
from leadsync.reimport.waiting_texts import (
    is_as_written,
    is_taken,
    kept_beside,
    last_reading,
    repeated_by,
    rows_that_waited,
    waiting_texts,
)
from leadsync.reimport.workbook import put_together

__all__ = [
    "DECISIONS",
    "Context",
    "ContextBuilder",
    "Decision",
    "Followed",
    "LastSentLeads",
    "LeftBehind",
    "Lineage",
    "Reading",
    "Repeated",
    "RowKey",
    "RowsElsewhere",
    "Send",
    "SheetFacts",
    "Transfer",
    "Trial",
    "behind",
    "decide",
    "digest_of",
    "givers_of",
    "history_of",
    "is_as_written",
    "is_taken",
    "kept_beside",
    "last_reading",
    "left_behind",
    "left_behind_remark",
    "newer_sheets",
    "put_together",
    "reading_of_run",
    "repeated_by",
    "rows_that_waited",
    "rules_for",
    "runs_since_reading",
    "same_fields",
    "same_numbers",
    "same_sheet",
    "undecided_twin",
    "undoes",
    "undone_rows",
    "waiting_leads",
    "waiting_texts",
    "waits_of_leads",
]
