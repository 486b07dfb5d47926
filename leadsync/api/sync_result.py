"""The result of a synchronisation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from leadsync.api.outcome_frames import rows_of_frame, rows_of_sheet
from leadsync.errors import Stopped
from leadsync.journal import Journal
from leadsync.models import RunRecord, Status
from leadsync.report import as_json, warnings_of
from leadsync.run import rows_to_report


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The outcome of `leadsync.sync`; the journal and the files hold the same.

    :param run: the run's id, for `leadsync show`, `leadsync.rows` and the other commands and functions.
    :param frame: the rows of the run with typed ``sync_*`` columns. A DataFrame's rows keep their index, columns and
        types; a file's columns are strings as they stand in the sheet.
    :param counts: the rows of each status; their sum is the number of rows.
    :param files: the files by name: ``report``, ``retry``, ``review``, ``summary``; None for one without rows.
    :param warnings: what to look at in the data, in sentences.
    :param exit_code: the exit code of ``leadsync run``: 0, or 3 if rows are failed, rejected, in conflict or unknown.
    :param nothing_to_do: an earlier run has sent the same, and `run` is that one.
    :param stopped: the reason of a stop before the end, or empty; see `RunStopped`.
    :param seconds: the time of sending.
    """

    run: str
    frame: pd.DataFrame = field(repr=False)
    counts: Mapping[str, int]
    files: Mapping[str, Path | None]
    warnings: tuple[str, ...]
    exit_code: int
    nothing_to_do: bool = False
    stopped: str = ""
    seconds: float = 0.0


class RunStopped(Stopped):
    """The run stopped before its end: refused key, wrong ids, dialer away for too long, or an interrupt.

    ``result`` has the outcome so far. The same call again goes on, and so does ``leadsync resume``.
    """

    def __init__(self, result: SyncResult) -> None:
        super().__init__(
            f"Run {result.run} stopped before its end: {result.stopped}. The same call again, or `leadsync resume "
            f"{result.run}`, goes on."
        )
        self.result = result


def result_of(
    journal: Journal,
    run: RunRecord,
    files: Mapping[str, Path | None],
    code: int,
    frame: pd.DataFrame | None,
    *,
    nothing_to_do: bool = False,
) -> SyncResult:
    """The result of a run; `frame` is the given one if the run has read just that."""
    # Held in memory, as the frame is.
    records = list(rows_to_report(journal, run.id))
    found: dict[str, Any] = as_json(run, journal.tally(run.id), files)
    return SyncResult(
        run.id,
        rows_of_sheet(run, records) if frame is None else rows_of_frame(frame, run, records),
        {status.value: found["statuses"].get(status.value, 0) for status in Status},
        dict(files),
        warnings_of(run),
        code,
        nothing_to_do,
        run.stopped,
        run.seconds,
    )
