"""From the journal's rows to the tables that people get: report, retry and review. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path

from leadsync.models import (
    REPORT_SHEET,
    TO_CORRECT_SHEET,
    TO_DECIDE_SHEET,
    Line,
    RowRecord,
    RunRecord,
    Status,
)
from leadsync.report.advice import advice
from leadsync.report.offences import offence
from leadsync.result_codes import RESULT_CODES, Verdict

SYNC_COLUMNS = (
    "sync_row",
    "sync_status",
    "sync_code",
    "sync_name",
    "sync_message",
    "sync_advice",
    "sync_attempts",
    "sync_time",
    "sync_run",
)
DECISION_COLUMN = "sync_decision"
"""In the review file, for a person to fill with one of DECISION_WORDS."""
DECISION_WORDS = ("applied", "not applied", "send")

_ADVICE_COLUMN = SYNC_COLUMNS.index("sync_advice")
_STATUS_COLUMN = SYNC_COLUMNS.index("sync_status")


class Table(Enum):
    """The tables of a run; the value is the word in the name of the file that holds it."""

    REPORT = "report"
    """Every row."""
    RETRY = "retry"
    """What can be corrected or is still unsent."""
    REVIEW = "review"
    """What a person has to decide."""

    @property
    def sheet(self) -> str:
        """The name of the workbook's sheet that holds it."""
        return _SHEETS[self]

    def may_hold(self, status: Status) -> bool:
        """Whether rows of that status can belong in this file."""
        match self:
            case Table.REPORT:
                return True
            case Table.REVIEW:
                return status in (Status.CONFLICT, Status.UNKNOWN)
            case Table.RETRY:
                return status in (Status.FAILED, Status.REJECTED, Status.UNSENT)

    def holds(self, record: RowRecord) -> bool:
        """Whether the row belongs in this file: what is refused for good is not to be sent again."""
        return self.may_hold(record.status) and not (self is Table.RETRY and is_final(record))

    def headings(self, run: RunRecord) -> tuple[str, ...]:
        """The sheet's own headings and leadsync's."""
        return (*run.headings, *SYNC_COLUMNS, *([DECISION_COLUMN] if self is Table.REVIEW else []))

    def lines(self, records: Iterable[RowRecord], run: RunRecord) -> Iterator[Line]:
        """The file's lines below its headings, in the sheet's order."""
        for record in records:
            if self.holds(record):
                yield self.line(record, run)

    def line(self, record: RowRecord, run: RunRecord) -> Line:
        """The file's line for a row that it holds."""
        sync = _sync_cells(record, run)
        cells = (*record.cells, *sync, "") if self is Table.REVIEW else (*record.cells, *sync)
        status_at = len(record.cells) + _STATUS_COLUMN
        if self is Table.REVIEW:
            return Line(cells, record.dates, record.status, status_at, (len(cells) - 1,))
        found = offence(record, run)
        notes = [f"{why}\n{sync[_ADVICE_COLUMN]}" for why in found.reasons] if self is Table.RETRY else ()
        return Line(cells, record.dates, record.status, status_at, found.positions, notes)

    def path(self, run: RunRecord) -> Path:
        """Where the file goes."""
        return run.output / f"{run.file.stem}.{run.id}.{self.value}.{run.kind}"


_SHEETS = {Table.REPORT: REPORT_SHEET, Table.RETRY: TO_CORRECT_SHEET, Table.REVIEW: TO_DECIDE_SHEET}


def summary_path(run: RunRecord) -> Path:
    """Where the page with the summary goes, where the tables are delimited text."""
    return run.output / f"{run.file.stem}.{run.id}.summary.html"


def is_final(record: RowRecord) -> bool:
    """Whether the dialer refused the row for good: it is on the do-not-call list."""
    entry = RESULT_CODES.get(record.code) if record.code is not None else None
    return record.status is Status.FAILED and entry is not None and entry.verdict is Verdict.FINAL


@lru_cache(maxsize=1024)
def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def _sync_cells(record: RowRecord, run: RunRecord) -> tuple[str, ...]:
    return (
        str(record.number),
        record.status.value,
        "" if record.code is None else str(record.code),
        record.name,
        record.message,
        advice(record, run.id),
        str(record.attempts),
        "" if record.time is None else _iso(record.time),
        run.id,
    )
