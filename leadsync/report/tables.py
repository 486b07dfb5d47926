"""From the journal's rows to the tables for people: report, retry and review. Pure."""

from datetime import datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path

from leadsync.models import RowRecord, RunRecord, Status
from leadsync.report.advice import advice, still_failing
from leadsync.report.highlights import Highlights
from leadsync.report.row_words import message
from leadsync.report_values import Line
from leadsync.result_codes import RESULT_CODES, Verdict
from leadsync.spreadsheet import REPORT_SHEET, TO_CORRECT_SHEET, TO_DECIDE_SHEET
from leadsync.terminal import one_line

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

# Positions, not names: they are asked for each of a million rows.
_ADVICE_COLUMN = SYNC_COLUMNS.index("sync_advice")
_STATUS_COLUMN = SYNC_COLUMNS.index("sync_status")


class Table(Enum):
    """The tables of a run; the value is the word in the name of its file."""

    REPORT = "report"
    """Every row."""
    RETRY = "retry"
    """What can be corrected or is still unsent."""
    REVIEW = "review"
    """What a person has to decide."""

    @property
    def sheet(self) -> str:
        """The name of its sheet in the workbook."""
        return _SHEETS[self]

    @property
    def statuses(self) -> frozenset[Status]:
        """The statuses of its rows; failed rows refused for good are left out."""
        return _STATUSES[self]

    def headings(self, run: RunRecord) -> tuple[str, ...]:
        """The sheet's own headings and leadsync's."""
        return (*run.headings, *SYNC_COLUMNS, *([DECISION_COLUMN] if self is Table.REVIEW else []))

    def path(self, run: RunRecord) -> Path:
        """The path of the file."""
        return run.output / f"{run.stem}.{run.id}.{self.value}.{run.kind}"


_SHEETS = {Table.REPORT: REPORT_SHEET, Table.RETRY: TO_CORRECT_SHEET, Table.REVIEW: TO_DECIDE_SHEET}


_STATUSES = {
    Table.REPORT: frozenset(Status),
    Table.RETRY: frozenset({Status.FAILED, Status.REJECTED, Status.UNSENT}),
    Table.REVIEW: frozenset({Status.CONFLICT, Status.UNKNOWN}),
}


def lines_of(record: RowRecord, run: RunRecord, found: Highlights) -> tuple[Line, Line | None, Line | None]:
    """A row's lines in the report, the retry and the review table; None if the retry or review table lacks it.

    `found` are the cells at fault.
    """
    sync = sync_cells(record, run)
    cells = (*record.cells, *sync)
    line = Line(cells, record.dates, record.status, len(record.cells) + _STATUS_COLUMN, found.positions)
    if record.status in Table.REVIEW.statuses:
        # One more cell, for the decision.
        return line, None, line._replace(cells=(*cells, ""), marked=(len(cells),))
    if still_failing(record) or (record.status in Table.RETRY.statuses and not is_final(record)):
        return line, line._replace(notes=[f"{why}\n{sync[_ADVICE_COLUMN]}" for _, why in found.cells]), None
    return line, None, None


def marked_path(run: RunRecord, ending: str) -> Path:
    """The path of the workbook with the outcomes marked in it."""
    return run.output / f"{run.stem}.{run.id}.marked{ending}"


def summary_path(run: RunRecord) -> Path:
    """The path of the page with the summary, for tables in delimited text."""
    return run.output / f"{run.stem}.{run.id}.summary.html"


def is_final(record: RowRecord) -> bool:
    """Whether the dialer refused the row for good: it is on the do-not-call list."""
    entry = RESULT_CODES.get(record.code) if record.code is not None else None
    return record.status is Status.FAILED and entry is not None and entry.verdict is Verdict.FINAL


# Rows are in the sheet's order, and hundreds of them end in one second.
@lru_cache(maxsize=1024)
def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def sync_cells(record: RowRecord, run: RunRecord) -> tuple[str, ...]:
    """The cells of SYNC_COLUMNS."""
    return (
        str(record.number),
        record.status.value,
        "" if record.code is None else str(record.code),
        one_line(record.name),
        one_line(message(record)),
        one_line(advice(record, run.id)),
        str(record.attempts),
        "" if record.time is None else _iso(record.time),
        run.id,
    )
