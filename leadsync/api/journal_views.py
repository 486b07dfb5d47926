"""The journal as DataFrames: runs, their rows and attempts, and the history of a lead."""

import os
from collections.abc import Sequence

import pandas as pd

from leadsync.api.outcome_frames import TIME, outcomes, rows_of_sheet, typed
from leadsync.api.sync_result import SyncResult
from leadsync.models import Status
from leadsync.run import rows_to_report, with_present_reasons
from leadsync.session import Session

StateGiven = str | os.PathLike[str] | None

_RUN_TYPES = {
    "run": "string",
    "file": "string",
    "sheet": "string",
    "dialer": "string",
    "campaign": "Int64",
    "created": TIME,
    "draft": "boolean",
    "finished": "boolean",
    "stopped": "string",
    "rows": "Int64",
    **{status.value: "Int64" for status in Status},
    "attempts": "Int64",
    "seconds": "Float64",
    "retry_of": "string",
}
_ATTEMPT_TYPES = {
    "sync_row": "Int64",
    "lead": "string",
    "attempt": "Int64",
    "begun": TIME,
    "ended": TIME,
    "effect": "category",
    "http": "Int64",
    "code": "Int64",
    "message": "string",
}


def runs(*, state: StateGiven = None) -> pd.DataFrame:
    """All runs, the newest first: when, what, where to, and the rows of each status."""
    with Session(state).journal() as journal:
        lines = [
            (
                run.id,
                str(run.file),
                run.sheet or None,
                run.dialer,
                run.ids.campaign,
                run.created,
                not run.complete,
                run.finished,
                run.stopped or None,
                tally.rows,
                *(tally.statuses.get(status, 0) for status in Status),
                tally.attempts,
                run.seconds,
                run.retry_of or None,
            )
            for run, tally in journal.tallies()
        ]
    return _frame(lines, _RUN_TYPES)


def rows(run: str | SyncResult, *, state: StateGiven = None) -> pd.DataFrame:
    """The rows of a run: the sheet's columns as strings as they were read, and typed ``sync_*`` columns.

    :param run: any part of a run's id that fits one run only, or a result.
    """
    with Session(state).journal() as journal:
        found = journal.run(_id(run))
        return rows_of_sheet(found, list(rows_to_report(journal, found.id)))


def attempts(run: str | SyncResult, *, state: StateGiven = None) -> pd.DataFrame:
    """The requests of a run, in the order of its rows: begin, end, effect, HTTP status, result code and message.

    :param run: any part of a run's id that fits one run only, or a result.
    """
    with Session(state).journal() as journal:
        lines = [
            (
                one.number,
                one.lead,
                one.attempt,
                one.begun,
                one.ended,
                one.effect or None,
                one.http,
                one.code,
                one.message or None,
            )
            for one in journal.attempts(journal.run(_id(run)).id)
        ]
    return _frame(lines, _ATTEMPT_TYPES)


def history(lead: str, *, state: StateGiven = None) -> pd.DataFrame:
    """The rows of a lead in all runs, the newest first: ``sync_*`` columns, and a column for each field sent.

    :param lead: the external id, which is told apart by every character.
    """
    with Session(state).journal() as journal:
        records = list(with_present_reasons(journal, journal.history().lead(lead), [lead]))
    # All fields that any of the rows has sent, in the order of the newest.
    fields = list(dict.fromkeys(field for _, record in records for field in record.fields))
    sent = {field: typed([record.fields.get(field) for _, record in records], "string") for field in fields}
    return pd.concat([outcomes(records), pd.DataFrame(sent)], axis="columns")


def _id(run: str | SyncResult) -> str:
    return run.run if isinstance(run, SyncResult) else run


def _frame(lines: Sequence[tuple[object, ...]], types: dict[str, str]) -> pd.DataFrame:
    columns = zip(*lines, strict=True) if lines else [()] * len(types)
    return pd.DataFrame(
        {name: typed(values, kind) for (name, kind), values in zip(types.items(), columns, strict=True)}
    )
