"""One run: plan it (a draft), confirm it, send it, write its files."""

from leadsync.run.continuation import corrected_rest, plan_resume
from leadsync.run.corrected_rows import CorrectedRow, CorrectionRules, versions_of, with_edits, write_corrected
from leadsync.run.decisions import TAKEN_BACK, decide_rows, givers_steps, resume_step, retry_step
from leadsync.run.earlier_rows import failed_first, first_warnings
from leadsync.run.execution import (
    Executed,
    behind_its_end,
    code_for,
    execute,
    execute_in_turn,
    goes_on_behind,
    keep_draft_behind,
    words_behind,
)
from leadsync.run.file_plan import has_expired, plan_content, plan_run
from leadsync.run.forecast import expected_pace, fit, next_time
from leadsync.run.hand_over import NO_WORKER, REST_PRIORITY, UPLOAD_PRIORITY, hand_over, has_worker, is_for_worker
from leadsync.run.marked_outcomes import mark_outcomes, remarks_before
from leadsync.run.origin import origin_of
from leadsync.run.plan import Plan, RunOptions, left_out, left_to
from leadsync.run.question import Question, held_rows, plan_lines, plan_warnings, question_of
from leadsync.run.readiness import ready_to_send, settings_of_run
from leadsync.run.report_files import (
    Files,
    check_output,
    files_to_give_back,
    finish,
    overtaken_rows,
    rows_to_report,
    set_aside_edited,
    write_copy,
    write_files,
    written_files,
)
from leadsync.run.retry_plan import corrected_rows_left, overtaken_words, plan_retry
from leadsync.run.scan import scan_sheet
from leadsync.run.sender import Sent, send
from leadsync.run.sent_meanwhile import plans_to_ask
from leadsync.run.sheet_edits import NO_EDITS, SheetEdits, edits_in, kept_draft
from leadsync.run.sheet_scan import SheetScan
from leadsync.run.sheet_source import SheetSource, fingerprint
from leadsync.run.sheet_view import SheetView, lines_with_headings, look_at_sheet, sheet_view_of
from leadsync.run.stop_requests import StopRequests
from leadsync.run.survey import MOST_LISTED, Group, Survey
from leadsync.run.validation import Checked, check
from leadsync.run.value_remarks import doubtful_values
from leadsync.run.waiting_rows import waiting_step, waits_still, with_present_reasons

__all__ = [
    "MOST_LISTED",
    "NO_EDITS",
    "NO_WORKER",
    "REST_PRIORITY",
    "TAKEN_BACK",
    "UPLOAD_PRIORITY",
    "Checked",
    "CorrectedRow",
    "CorrectionRules",
    "Executed",
    "Files",
    "Group",
    "Plan",
    "Question",
    "RunOptions",
    "Sent",
    "SheetEdits",
    "SheetScan",
    "SheetSource",
    "SheetView",
    "StopRequests",
    "Survey",
    "behind_its_end",
    "check",
    "check_output",
    "code_for",
    "corrected_rest",
    "corrected_rows_left",
    "decide_rows",
    "doubtful_values",
    "edits_in",
    "execute",
    "execute_in_turn",
    "expected_pace",
    "failed_first",
    "files_to_give_back",
    "fingerprint",
    "finish",
    "first_warnings",
    "fit",
    "givers_steps",
    "goes_on_behind",
    "hand_over",
    "has_expired",
    "has_worker",
    "held_rows",
    "is_for_worker",
    "keep_draft_behind",
    "kept_draft",
    "left_out",
    "left_to",
    "lines_with_headings",
    "look_at_sheet",
    "mark_outcomes",
    "next_time",
    "origin_of",
    "overtaken_rows",
    "overtaken_words",
    "plan_content",
    "plan_lines",
    "plan_resume",
    "plan_retry",
    "plan_run",
    "plan_warnings",
    "plans_to_ask",
    "question_of",
    "ready_to_send",
    "remarks_before",
    "resume_step",
    "retry_step",
    "rows_to_report",
    "scan_sheet",
    "send",
    "set_aside_edited",
    "settings_of_run",
    "sheet_view_of",
    "versions_of",
    "waiting_step",
    "waits_still",
    "with_edits",
    "with_present_reasons",
    "words_behind",
    "write_copy",
    "write_corrected",
    "write_files",
    "written_files",
]
