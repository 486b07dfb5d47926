"""Rows of the journal as DataFrames with typed `sync_*` columns."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

import pandas as pd

from leadsync.models import RowRecord, RunRecord, Status
from leadsync.report import SYNC_COLUMNS, advice, message
from leadsync.sheets.frame_sheet import FIRST_ROW

TIME = "datetime64[us, UTC]"
_SYNC = "sync_"
# Nullable types: a code or time that is missing would turn a plain column into floats or objects.
_TYPES = {
    "sync_row": "Int64",
    "sync_status": pd.CategoricalDtype([status.value for status in Status]),
    "sync_code": "Int64",
    "sync_name": "string",
    "sync_message": "string",
    "sync_advice": "string",
    "sync_attempts": "Int64",
    "sync_time": TIME,
    "sync_run": "string",
}


def outcomes(records: Iterable[tuple[str, RowRecord]]) -> pd.DataFrame:
    """The `sync_*` columns of rows, each given with the id of its run; blank texts are missing values."""
    lines = [
        (
            record.number,
            record.status.value,
            record.code,
            record.name or None,
            message(record) or None,
            advice(record, run_id) or None,
            record.attempts,
            record.time,
            run_id,
        )
        for run_id, record in records
    ]
    columns = zip(*lines, strict=True) if lines else [()] * len(SYNC_COLUMNS)
    return pd.DataFrame({name: typed(values, _TYPES[name]) for name, values in zip(SYNC_COLUMNS, columns, strict=True)})


def typed(values: Sequence[Any], kind: Any) -> "pd.Series[Any]":
    """A column of a nullable type; times are given in UTC."""
    if kind == TIME:
        # Offsets differ over a year, by summer time; a column has one timezone.
        values = [None if value is None else value.astimezone(UTC) for value in values]
    column: pd.Series[Any] = pd.Series(list(values), dtype=kind)
    return column


def rows_of_sheet(run: RunRecord, records: Sequence[RowRecord]) -> pd.DataFrame:
    """A run's rows: the sheet's columns as texts as they were read, and the outcomes."""
    cells = zip(*(record.cells for record in records), strict=True) if records else [()] * len(run.headings)
    # By position first: a frame made from a dict would lose all but one of two equal headings.
    sheet = pd.DataFrame({at: typed(column, "string") for at, column in enumerate(cells)})
    sheet.columns = pd.Index(run.headings)
    return pd.concat([sheet, outcomes((run.id, record) for record in records)], axis="columns")


def rows_of_frame(frame: pd.DataFrame, run: RunRecord, records: Sequence[RowRecord]) -> pd.DataFrame:
    """The rows of the given frame that the run has, with its index and types, and the outcomes.

    Earlier `sync_*` columns are replaced.
    """
    # A frame's labels may be numbers or tuples.
    own = [str(label).strip().lower().startswith(_SYNC) for label in frame.columns]
    kept = frame.iloc[
        [record.number - FIRST_ROW for record in records], [at for at, is_own in enumerate(own) if not is_own]
    ]
    added = outcomes((run.id, record) for record in records)
    # `concat` aligns by the index; equal indexes are joined as they are, repeated labels included.
    added.index = kept.index
    return pd.concat([kept, added], axis="columns")
