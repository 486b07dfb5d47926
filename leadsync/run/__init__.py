"""Puts a run together from the rooms below and takes it from file to report."""

from leadsync.run.checking import check
from leadsync.run.execute import Executed, code_for, execute
from leadsync.run.intake import Intake, Reading, fingerprint, rules_of, take_in
from leadsync.run.outputs import Files, check_output, finish, set_aside_edited, write_files, written_files
from leadsync.run.pacing import expected_pace, fit, next_time
from leadsync.run.past import DECISIONS
from leadsync.run.plan import Plan, Wishes, plan_content, plan_resume, plan_retry, plan_run
from leadsync.run.sending import Sent, send
from leadsync.run.survey import Group, Survey

__all__ = [
    "DECISIONS",
    "Executed",
    "Files",
    "Group",
    "Intake",
    "Plan",
    "Reading",
    "Sent",
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
    "send",
    "set_aside_edited",
    "take_in",
    "write_files",
    "written_files",
]
