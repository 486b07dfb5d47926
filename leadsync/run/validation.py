"""The check of a sheet without a run, with a copy of its findings row by row on request."""

from collections import deque
from datetime import datetime
from pathlib import Path

from leadsync.config import Settings
from leadsync.errors import UsageError
from leadsync.journal import Journal
from leadsync.models import FileKind
from leadsync.report import SYNC_COLUMNS, checked_cells
from leadsync.report_values import Line
from leadsync.run.outputs import check_output, check_own, keep_own
from leadsync.run.scan import scan_sheet
from leadsync.run.sheet_scan import SheetScan
from leadsync.run.sheet_source import SheetSource
from leadsync.sheets import new_table

_KINDS: dict[str, FileKind] = {".csv": "csv", ".xlsx": "xlsx"}


def check(
    source: SheetSource, settings: Settings, now: datetime, journal: Journal, output: Path | None
) -> tuple[SheetScan, Path | None]:
    """Read, map and validate a sheet; return the findings, and the path of the copy.

    `output` is a file ending in .csv or .xlsx, or a folder for one. Raises SheetError, MappingError or OutputError, and
    UsageError for an unusable `output`.
    """
    if output is not None:
        _check_target(output, source.file)
    written: list[Path] = []

    def take(scan: SheetScan) -> None:
        if output is None:
            deque(scan.entries(), maxlen=0)
        else:
            written.append(_write(scan, output, journal))

    scan = scan_sheet(source, settings, now, take, journal=journal)
    if written:
        keep_own(written[-1], journal)
    return scan, written[-1] if written else None


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


def _write(scan: SheetScan, output: Path, journal: Journal) -> Path:
    """Write the sheet with `sync_*` columns, to be corrected before it is sent.

    Replaces only files of an earlier check, unchanged since.
    """
    table = scan.table
    kind = _KINDS.get(output.suffix.lower())
    named = output if kind else output / f"{scan.source.file.stem}.check.{table.kind}"
    path = named.parent.resolve() / named.name
    check_own(path, journal, "check")
    delimiter = "," if table.delimiter == "\t" else table.delimiter
    with new_table(
        path,
        (*scan.headings, *SYNC_COLUMNS),
        kind=kind or table.kind,
        delimiter=delimiter or ",",
        bom=table.bom,
        even_empty=True,
    ) as file:
        for entry in scan.entries():
            row = entry.row
            cells = checked_cells(row.number, entry.state.status, entry.reason, entry.notes)
            file.put(Line((*row.cells, *cells), row.dates))
    return path
