"""From the journal to the run's files, as often as wanted."""

import itertools
import tempfile
from pathlib import Path

from leadsync.errors import OutputError, UsageError
from leadsync.journal import Journal
from leadsync.models import RunRecord, Status
from leadsync.report import Table
from leadsync.sheets import write_table

Files = dict[str, Path | None]
"""The run's files by their word in the contract; None for one that has no rows."""


def write_files(journal: Journal, run: RunRecord) -> Files:
    """Write the run's report, retry and review files; raises OutputError.

    A file that has no rows any more, because the rows of an earlier writing have come to another end, is removed.
    """
    return {table.value: _write(journal, run, table) for table in Table}


def finish(journal: Journal, run_id: str) -> tuple[RunRecord, Files]:
    """Write the files of a run that was sent, and with them bring it to its end, unless it stopped before."""
    run = journal.run(run_id)
    files = write_files(journal, run)
    if not run.stopped:
        journal.update_run(run.id, finished=True)
    return journal.run(run.id), files


def written_files(run: RunRecord) -> Files:
    """The run's files as far as they are there."""
    return {table.value: path if (path := table.path(run)).is_file() else None for table in Table}


def check_output(folder: Path) -> None:
    """Raise UsageError where no files can be written, before anything is sent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"No report can be written into {folder}: {error.strerror}; nothing was sent. Correct the folder's "
            "permissions, or choose another with --output."
        ) from error


def _write(journal: Journal, run: RunRecord, table: Table) -> Path | None:
    path = table.path(run)
    statuses = None if table is Table.REPORT else [status for status in Status if table.may_hold(status)]
    lines = table.lines(journal.records(run.id, statuses), run)
    first = next(lines, None)
    if first is None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path} is out of date and cannot be removed: {error.strerror}; remove it.") from error
        return None
    delimiter = "," if run.delimiter == "\t" else run.delimiter
    every_line = itertools.chain([first], lines)
    write_table(path, table.headings(run), every_line, kind=run.kind, delimiter=delimiter or ",", bom=run.bom)
    return path
