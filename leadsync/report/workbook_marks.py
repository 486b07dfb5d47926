"""The marks for a copy of the user's own workbook: one row after the other, and the sheet in front. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leadsync.cell_marks import Front, FrontLine, FrontSection, RowMark
from leadsync.models import RowRecord, RunRecord, Status
from leadsync.plurals import counted
from leadsync.report.highlights import CellError, Highlights
from leadsync.report.tables import SYNC_COLUMNS, sync_cells
from leadsync.report_values import Summary

MOST_LISTED = 500
"""Cells to correct on the sheet in front; the marked sheet has them all."""
_AT_FAULT = (Status.REJECTED, Status.FAILED)
_TO_CORRECT = "Correct the cells, save, and give this file to leadsync run."
_TO_LOOK_AT = "These rows are sent as they are; only you know whether the values are right."
_CHANGED = "Nothing to do: leadsync sends these values in the dialer's form."


class Finding(NamedTuple):
    """Values of one kind, changed or doubtful: column, kind, rows, and the first row with its two values."""

    column: str
    what: str
    rows: int
    row: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OwnColumns:
    """A sheet's headings without leadsync's: their roles, and the position of each in the sheet."""

    headings: Sequence[str]
    roles: Sequence[str]
    positions: Sequence[int]


class MarkedRows:
    """Gathers the marks of a sheet's rows, and the list of its cells to correct."""

    def __init__(self, columns: OwnColumns) -> None:
        self.rows: list[RowMark] = []
        self._columns = columns
        self._lines: list[FrontLine] = []
        self._more = 0

    def add(
        self, number: int, status: Status, sync: Mapping[str, str], cells: Sequence[str], found: Sequence[CellError]
    ) -> None:
        """Add a row: its `sync_*` cells by heading, its own cells, and those of them at fault."""
        places = self._columns.positions
        self.rows.append(RowMark(number, status.value, sync, [(places[at], why) for at, why in found]))
        for at, why in found:
            self._list(FrontLine((str(number), self._columns.headings[at], cells[at], why), status, number, places[at]))
        # A row at fault without a cell at fault is listed as a whole, or nobody would find it.
        if not found and status in _AT_FAULT:
            self._list(FrontLine((str(number), "", "", sync.get("sync_message", "")), status, number))

    def _list(self, line: FrontLine) -> None:
        if len(self._lines) < MOST_LISTED:
            self._lines.append(line)
        else:
            self._more += 1

    def to_correct(self) -> list[FrontSection]:
        """The list of the cells to correct; none if there are no such cells."""
        rest = f" {self._more:,} more are marked in the sheet." if self._more else ""
        headings = ("row", "column", "value", "why, and the remedy")
        return [FrontSection("To correct", f"{_TO_CORRECT}{rest}", headings, self._lines)] if self._lines else []


def add_outcome(rows: MarkedRows, record: RowRecord, run: RunRecord, found: Highlights) -> None:
    """Add a row of a run."""
    sync = dict(zip(SYNC_COLUMNS, sync_cells(record, run), strict=True))
    rows.add(record.number, record.status, sync, record.cells, found.cells)


def add_unsent(rows: MarkedRows, number: int, run: RunRecord) -> None:
    """Add a row behind the end of a trial: given back, it is known as a row of the run."""
    status = Status.UNSENT
    rows.add(number, status, {"sync_row": str(number), "sync_status": status.value, "sync_run": run.id}, (), ())


def check_front(
    name: str,
    counts: tuple[int, int, int],
    rows: MarkedRows,
    doubtful: Sequence[Finding],
    changed: Sequence[Finding],
    facts: Sequence[str],
) -> Front:
    """The sheet in front of a checked workbook; `counts` are the rows, those to send and the rejected ones."""
    total, to_send, rejected = counts
    if rejected:
        headline = f"{rejected:,} of {counted(total, 'row')} to correct; {to_send:,} can be sent as they are."
    else:
        headline = f"Nothing to correct: {to_send:,} of {counted(total, 'row')} can be sent."
    findings = (*_findings("To look at", _TO_LOOK_AT, doubtful), *_findings("Only changed", _CHANGED, changed))
    return Front(f"leadsync check of {name}", headline, facts, (*rows.to_correct(), *findings))


def run_front(summary: Summary, rows: MarkedRows) -> Front:
    """The sheet in front of a workbook with a run's outcomes."""
    statuses = [FrontLine((f"{one.rows:,}", one.status.value, one.meaning), one.status) for one in summary.statuses]
    ended = FrontSection("Where the rows ended", "", ("rows", "status", "meaning"), statuses)
    facts = (summary.ending, *summary.warnings, *(f"•  {step}" for step in summary.steps))
    return Front(f"leadsync run of {summary.title}", summary.headline, facts, (ended, *rows.to_correct()))


def _findings(title: str, note: str, findings: Sequence[Finding]) -> list[FrontSection]:
    if not findings:
        return []
    lines = [FrontLine((f"{one.rows:,}", one.column, one.what, _example(one))) for one in findings]
    return [FrontSection(title, note, ("rows", "column", "what", "for example"), lines)]


def _example(one: Finding) -> str:
    return f"row {one.row}: {one.before}" + (f" → {one.after}" if one.after else "")
