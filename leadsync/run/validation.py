"""The check of a sheet without a run, with a copy of its findings row by row on request."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leadsync.commands import command
from leadsync.config import Settings
from leadsync.errors import UsageError
from leadsync.journal import CheckedSheet, Entry, Journal
from leadsync.leads import NEW_LEAD, sheet_rules
from leadsync.long_work import told
from leadsync.models import EXTERNAL_ID, FileKind, Status
from leadsync.reasons import Rejected
from leadsync.remarks import Remark
from leadsync.report import (
    CHECK_COLUMNS,
    SYNC_COLUMNS,
    Finding,
    MarkedRows,
    OwnColumns,
    check_front,
    check_with_id,
    checked_cells,
    checked_sync,
    fault_cells,
)
from leadsync.report_values import Line
from leadsync.run.marked_copy import check_ending, check_size, ending_of, look, losses, own_columns, refusal, write_copy
from leadsync.run.report_files import check_output, check_own, keep_own
from leadsync.run.scan import scan_sheet
from leadsync.run.sheet_scan import SheetScan
from leadsync.run.sheet_source import SheetSource, fingerprint
from leadsync.run.survey import Group
from leadsync.sheets import Markable, NotMarkedError, SheetLayout, new_table, new_workbook
from leadsync.spreadsheet import READY_SHEET, TO_CORRECT_SHEET

_KINDS: dict[str, FileKind] = {".csv": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx"}
_STATUS_COLUMN = SYNC_COLUMNS.index("sync_status")


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings in a sheet, the path of their copy, and remarks on the copy or an earlier run of the file."""

    scan: SheetScan
    written: Path | None = None
    remarks: tuple[Remark, ...] = ()


def check(source: SheetSource, settings: Settings, now: datetime, journal: Journal, output: Path | None) -> Checked:
    """Read, map and validate a sheet, and write a copy with the findings to `output`.

    `output` is a file ending in .csv, .xlsx or .xlsm, or a folder for one. A workbook is marked as it is; any other
    sheet becomes a table. Raises SheetError, MappingError or OutputError, and UsageError for an unusable `output`.
    """
    if output is None:
        checked = Checked(scan_sheet(source, settings, now, _read_on, journal=journal))
    else:
        _check_target(output, source.file)
        checked = _Copy(source, settings, now, journal, output).write()
        if checked.written:
            keep_own(checked.written, journal)
    return replace(checked, remarks=(*checked.remarks, *_read_already(source, settings, journal, checked.scan)))


def _read_already(source: SheetSource, settings: Settings, journal: Journal, scan: SheetScan) -> Iterator[Remark]:
    """The remark on a run of just this file: another `run` goes on with that one."""
    if not scan.lineage.has_place:
        return
    digest, place = fingerprint(source.path or source.file), (settings.url(), settings.ids())
    for run in journal.runs():
        if run.complete and run.file == source.file and run.fingerprint == digest and run.is_at(*place):
            send = command("run", source.file, *settings.chosen_options)
            again = f"`{send}` sends what is left of it, and all of these rows with --fresh"
            yield Remark(f"Run {run.id} of {run.created:%Y-%m-%d %H:%M} has read this file as it is: {again}.")
            return


def _read_on(scan: SheetScan) -> None:
    # The quickest way to exhaust an iterator: its values are dropped in C.
    deque(scan.entries(), maxlen=0)


def _check_target(output: Path, file: Path) -> None:
    """Raise UsageError if the copy would replace the sheet, or cannot be written."""
    if output.suffix.lower() not in _KINDS:
        check_output(output)
    elif output.exists() and file.exists() and output.samefile(file):
        raise UsageError(f"{output} is the sheet itself, which stays as it is; name another file with --output.")
    elif output.is_dir():
        raise UsageError(f"{output} is a folder; name a file in it with --output, for example {output / 'sheet.csv'}.")
    else:
        check_output(output.parent)


class _Copy:
    """The copy of one checked sheet: the user's workbook with marks, or a table."""

    def __init__(self, source: SheetSource, settings: Settings, now: datetime, journal: Journal, output: Path) -> None:
        self._source, self._settings, self._now, self._journal, self._output = source, settings, now, journal, output
        self._kind = _KINDS.get(output.suffix.lower())
        self._path_read = source.path or source.file
        self._fingerprint = fingerprint(self._path_read)

    def write(self) -> Checked:
        """Write the copy, and say what it lacks."""
        remarks: list[Remark] = []
        try:
            markable = None if self._kind == "csv" else look(self._path_read)
            if markable is not None:
                path = self._path(ending_of(markable))
                check_ending(path, markable)
                scan = self._write_marked(path, markable)
                return Checked(scan, path, tuple(losses(markable, self._source.file.name)))
        except NotMarkedError as why:
            remarks = [refusal(why, "the copy is a table with leadsync's own formats")]
        written: list[Path] = []
        scan = self._scan(lambda scan: self._tabulate(scan, written))
        return Checked(scan, written[-1], tuple(remarks))

    def _scan(self, take: Callable[[SheetScan], object]) -> SheetScan:
        return scan_sheet(self._source, self._settings, self._now, take, journal=self._journal)

    def _path(self, ending: str) -> Path:
        """The path of the copy. Raises UsageError for a file that is not of an earlier check, unchanged since."""
        named = self._output if self._kind else self._output / f"{self._source.file.stem}.check{ending}"
        path = named.parent.resolve() / named.name
        check_own(path, self._journal, "check")
        return path

    def _sheet(self, scan: SheetScan) -> CheckedSheet:
        """The sheet that the copy is one of; a copy's copy is one of the first sheet, too."""
        if scan.lineage.checked is not None:
            return scan.lineage.checked
        return CheckedSheet.of(self._name_in_runs(), scan.table.sheet, self._fingerprint)

    def _name_in_runs(self) -> Path:
        """The name of the file, or the one under which it was run if it has been moved since, as `watch` does."""
        own, runs = self._source.file, [run for run in self._journal.runs() if run.complete and not run.checked]
        if any(run.file == own for run in runs):
            return own
        return next((run.file for run in runs if run.fingerprint == self._fingerprint and not run.retry_of), own)

    @staticmethod
    def _number(scan: SheetScan, entry: Entry) -> int | None:
        """The row's number in the first sheet; None for a line added to a copy."""
        return entry.row.number if scan.lineage.checked is None else entry.sheet_row

    def _write_marked(self, path: Path, markable: Markable) -> SheetScan:
        """Write the workbook with marks. Raises NotMarkedError."""
        gathered: list[MarkedRows] = []

        def take(scan: SheetScan) -> None:
            # A mark needs one place for a row, and a report workbook has several.
            if scan.table.parts:
                raise NotMarkedError("its rows stand on several sheets")
            gathered.append(self._gathered(scan))

        scan = self._scan(take)
        rows, survey = gathered[-1], scan.survey
        front = check_front(
            self._source.file.name,
            (survey.rows, survey.to_send, survey.rejected),
            rows,
            _findings(group for group in survey.warnings.values() if group.what != NEW_LEAD),
            _findings(survey.repairs.values()),
            [
                f"Checked on {self._now:%Y-%m-%d %H:%M}; nothing was sent.",
                *map(str, (*scan.remarks, *losses(markable, self._source.file.name))),
            ],
        )
        id_column = next(column.position for column in scan.mapping.columns if column.field == EXTERNAL_ID)
        rules = sheet_rules(self._settings.rules(self._now))
        shown = self._source.shown
        with told(lambda: f"Writing {path.name}, the marked copy"):
            write_copy(path, self._path_read, scan.table, rules, CHECK_COLUMNS, id_column, rows, front, shown)
        self._journal.keep_checked(self._sheet(scan))
        return scan

    def _gathered(self, scan: SheetScan) -> MarkedRows:
        columns = _columns(scan)
        rows = MarkedRows(columns)
        for count, entry in enumerate(scan.entries(), 1):
            check_size(count, len(scan.table.headings))
            status = entry.state.status
            number, check = self._number(scan, entry), self._sheet(scan).id
            sync = checked_sync(number, status, entry.reason, entry.notes, entry.sync, check)
            found = (
                fault_cells(entry.reason, columns.headings, columns.roles) if isinstance(entry.reason, Rejected) else ()
            )
            rows.add(entry.row.number, status, sync, entry.row.cells, found)
        return rows

    def _tabulate(self, scan: SheetScan, written: list[Path]) -> None:
        """Write the sheet as a table with `sync_*` columns, to be corrected before it is sent."""
        table = scan.table
        kind = self._kind or table.kind
        path = self._path(f".{table.kind}")
        headings = (*scan.headings, *SYNC_COLUMNS)
        if kind == "xlsx":
            names = (TO_CORRECT_SHEET, READY_SHEET)
            layouts = [SheetLayout(name, headings, len(scan.headings)) for name in names]
            with new_workbook(path, layouts, even_empty=True) as book:
                for entry, line in self._lines(scan):
                    book.put([line, None] if entry.state.status is Status.REJECTED else [None, line])
        else:
            delimiter = "," if table.delimiter in ("", "\t") else table.delimiter
            with new_table(path, headings, kind=kind, delimiter=delimiter, bom=table.bom, even_empty=True) as file:
                for _, line in self._lines(scan):
                    file.put(line)
        self._journal.keep_checked(self._sheet(scan))
        written.append(path)

    def _lines(self, scan: SheetScan) -> Iterator[tuple[Entry, Line]]:
        columns = _columns(scan)
        for entry in scan.entries():
            row, status, reason = entry.row, entry.state.status, entry.reason
            number, check = self._number(scan, entry), check_with_id(self._sheet(scan).id, entry.lead, entry.sync)
            cells = checked_cells(number, status, reason, entry.notes, entry.sync, check)
            found = fault_cells(reason, columns.headings, columns.roles) if isinstance(reason, Rejected) else ()
            marked, notes = [cell.position for cell in found], [cell.why for cell in found]
            status_at = len(row.cells) + _STATUS_COLUMN
            yield entry, Line((*row.cells, *cells), row.dates, status, status_at, marked, notes)


def _columns(scan: SheetScan) -> OwnColumns:
    return own_columns(scan.table.headings, scan.mapping.sync.values(), scan.roles)


def _findings(groups: Iterable[Group]) -> list[Finding]:
    ordered = sorted(groups, key=lambda group: -group.count)
    return [Finding(one.column, one.what, one.count, one.rows[0], *one.examples[0]) for one in ordered]
