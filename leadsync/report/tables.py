"""From the journal's rows to the tables that people get: report, retry and review. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import Path

from leadsync.models import RowRecord, RunRecord, Status
from leadsync.report.advice import advice
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
"""In the review file, for a person to fill with `applied`, `not applied` or `send`."""

Line = tuple[Sequence[str], Collection[int]]
"""A line's cells, and the positions of those that are dates."""


class Table(Enum):
    """The files of a run; the value is the word in the file's name."""

    REPORT = "report"
    """Every row."""
    RETRY = "retry"
    """What can be corrected or is still unsent."""
    REVIEW = "review"
    """What a person has to decide."""

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
        tail = ("",) if self is Table.REVIEW else ()
        for record in records:
            if self.holds(record):
                yield (*record.cells, *_sync_cells(record, run), *tail), record.dates

    def path(self, run: RunRecord) -> Path:
        """Where the file goes."""
        return run.output / f"{run.file.stem}.{run.id}.{self.value}.{run.kind}"


def is_final(record: RowRecord) -> bool:
    """Whether the dialer refused the row for good: it is on the do-not-call list."""
    entry = RESULT_CODES.get(record.code) if record.code is not None else None
    return record.status is Status.FAILED and entry is not None and entry.verdict is Verdict.FINAL


def _sync_cells(record: RowRecord, run: RunRecord) -> tuple[str, ...]:
    return (
        str(record.number),
        record.status.value,
        "" if record.code is None else str(record.code),
        record.name,
        record.message,
        advice(record, run.id),
        str(record.attempts),
        "" if record.time is None else record.time.isoformat(timespec="seconds"),
        run.id,
    )
