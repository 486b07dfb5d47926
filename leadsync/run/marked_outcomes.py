"""A run's outcomes, marked in a copy of its workbook."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from leadsync.config import Settings
from leadsync.errors import SheetError
from leadsync.journal import Journal
from leadsync.leads import sheet_rules
from leadsync.long_work import told
from leadsync.models import EXTERNAL_ID, RunRecord
from leadsync.private_files import state_of
from leadsync.remarks import Remark
from leadsync.report import (
    SYNC_COLUMNS,
    Digest,
    MarkedRows,
    add_outcome,
    add_unsent,
    highlights,
    marked_path,
    run_front,
)
from leadsync.run.earlier_rows import failed_first
from leadsync.run.marked_copy import ending_of, look, losses, own_columns, refusal, write_copy
from leadsync.run.report_files import rows_to_report, set_aside_edited
from leadsync.run.sheet_source import fingerprint
from leadsync.sheets import Markable, NotMarkedError, open_table
from leadsync.spreadsheet import is_own_heading

_OTHERWISE = "the report has every outcome"
_FOREIGN = "only .xlsx and .xlsm are marked"


def remarks_before(content: Path, name: str) -> tuple[Remark, ...]:
    """The remarks before a run: the parts missing in the marked copy, or why there will be none."""
    try:
        return tuple(losses(_look(content), name))
    except NotMarkedError as why:
        return (refusal(why, _OTHERWISE),)


def mark_outcomes(
    journal: Journal, run: RunRecord, content: Path, settings: Settings, now: datetime, say: Callable[[str], object]
) -> dict[str, Path | None]:
    """Write a marked copy of `content`, the workbook read by the run, beside the run's report.

    Returns it under its name among the run's files; None for its path, and a sentence to `say`, if there is none.
    Raises OutputError.
    """
    try:
        markable = _look(content)
        _check_source(run, content)
        path = marked_path(run, ending_of(markable))
        set_aside_edited(journal, run, say)
        with told(lambda: f"Writing {path.name}, the marked copy"):
            _write(journal, run, content, settings, now, path)
    except (NotMarkedError, SheetError) as why:
        reason = why if isinstance(why, NotMarkedError) else NotMarkedError(str(why))
        say(str(refusal(reason, _OTHERWISE)))
        return {"marked": None}
    journal.keep_written(run.id, {**journal.written(run.id), str(path): state_of(path)})
    return {"marked": path}


def _look(content: Path) -> Markable:
    markable = look(content)
    if markable is None:
        raise NotMarkedError(_FOREIGN)
    return markable


def _check_source(run: RunRecord, content: Path) -> None:
    if run.retry_of:
        raise NotMarkedError(f"run {run.id} sends rows of run {run.retry_of} again; mark that one")
    if fingerprint(content) != run.fingerprint:
        raise NotMarkedError(f"{run.file.name} has changed since run {run.id} read it")


def _write(journal: Journal, run: RunRecord, content: Path, settings: Settings, now: datetime, path: Path) -> None:
    rules = sheet_rules(settings.rules(now))
    shown = str(run.file)
    with open_table(content, sheet=run.sheet or None, shown=shown, rules=rules) as table:
        numbers = [row.number for row in table.rows()]
    sync = [at for at, heading in enumerate(table.headings) if is_own_heading(heading)]
    columns = own_columns(table.headings, sync, run.roles)
    if table.parts:
        raise NotMarkedError("its rows stand on several sheets")
    if tuple(columns.headings) != run.headings:
        raise NotMarkedError(f"its columns are not those that run {run.id} has read; look at headings_row in [input]")
    rows, known = MarkedRows(columns), set[int]()
    digest = Digest(run, failed_first=failed_first(journal, run), marked=table.sheet)
    for record in rows_to_report(journal, run.id):
        found = highlights(record, run)
        digest.see(record, found)
        add_outcome(rows, record, run, found)
        known.add(record.number)
    for number in numbers:
        if number not in known:
            add_unsent(rows, number, run)
    id_column = columns.positions[run.roles.index(EXTERNAL_ID)]
    write_copy(path, content, table, rules, SYNC_COLUMNS, id_column, rows, run_front(digest.summary(), rows), shown)
