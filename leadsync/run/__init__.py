"""Puts a run together from the rooms below and takes it from file to report."""

from leadsync.run.intake import DECISIONS, Past, Source, entries, opened, past_of
from leadsync.run.outputs import Files, check_output, finish, write_files, written_files
from leadsync.run.plan import Plan, Wishes, discard, plan_resume, plan_retry, plan_run
from leadsync.run.sending import Sent, send
from leadsync.run.survey import Group, Survey

__all__ = [
    "DECISIONS",
    "Files",
    "Group",
    "Past",
    "Plan",
    "Sent",
    "Source",
    "Survey",
    "Wishes",
    "check_output",
    "discard",
    "entries",
    "finish",
    "opened",
    "past_of",
    "plan_resume",
    "plan_retry",
    "plan_run",
    "send",
    "write_files",
    "written_files",
]
