"""Puts a run together from the rooms below and takes it from file to report."""

from leadsync.run.checking import check
from leadsync.run.execute import Executed, code_for, execute
from leadsync.run.outputs import Files, check_output, finish, set_aside_edited, write_files, written_files
from leadsync.run.pacing import expected_pace, fit, next_time
from leadsync.run.plan import Plan, Wishes, plan_content, plan_resume, plan_retry, plan_run
from leadsync.run.scan import Reading, SheetScan, fingerprint, rules_of, scan_sheet
from leadsync.run.sending import Sent, send
from leadsync.run.survey import Group, Survey

__all__ = [
    "Executed",
    "Files",
    "Group",
    "Plan",
    "Reading",
    "Sent",
    "SheetScan",
    "Survey",
    "Wishes",
    "check",
    "check_output",
    "code_for",
    "execute",
    "expected_pace",
    "fingerprint",
    "finish",
    "fit",
    "next_time",
    "plan_content",
    "plan_resume",
    "plan_retry",
    "plan_run",
    "rules_of",
    "scan_sheet",
    "send",
    "set_aside_edited",
    "write_files",
    "written_files",
]
