"""Rows of files given back that wait there: each has a text to be sent instead of the row's old one."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from glob import escape
from pathlib import Path
from typing import NamedTuple

from leadsync.commands import command
from leadsync.journal import Journal, RowFilter
from leadsync.models import Lead, RowRecord, RunRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.private_files import is_file, open_regular, state_of
from leadsync.reasons import MAY_GO_LATER, Skip, SkipKind
from leadsync.remarks import Remark

_CHUNK = 1000
_WAITED = RowFilter((Status.SKIPPED,), kinds=tuple(kind.name for kind in MAY_GO_LATER))


class WaitingText(NamedTuple):
    """A row as a file given back has it, in the run that read it; `of_run` and `of_row` are the row itself."""

    run: RunRecord
    reason: Skip
    lead: Lead
    of_run: str
    of_row: int

    def remark(self, count: int, chosen: Sequence[str] = ()) -> Remark:
        """The loud sentence about `count` such rows of one file that go with their old texts; `chosen` are the options
        of a command that choose the campaign."""
        rows = counted(count, "row was corrected", "rows were corrected")
        them, they_go = agreeing(count, "it", "them"), agreeing(count, "it goes", "they go")
        if self.reason.kind is SkipKind.LEFT_TO_RUN:
            instead = (
                f"correct {them} in the files that `{command('report', self.reason.run)}` writes, and give those back"
            )
        else:
            instead = f"`{command('run', _file_now(self.run), *chosen)}`"
        words = (
            f"{rows} in {self.run.file.name} (run {self.run.id}) and could not go from there; here {they_go} as before"
        )
        return Remark(f"{words}. To send the {agreeing(count, 'correction')}, {instead} instead", loud=True)


def rows_that_waited(
    journal: Journal, run_id: str, leads: Iterable[str] | None = None
) -> Iterator[tuple[RowRecord, Skip]]:
    """The rows of a run, or those of some `leads`, that waited for a decision or for another run, each with its
    reason."""
    if leads is not None:
        of_leads = (row for lead in leads for run, row in journal.history().lead(lead) if run == run_id)
        for row in sorted(of_leads, key=lambda row: row.number):
            if row.status is Status.SKIPPED and isinstance(row.reason, Skip) and row.reason.kind in MAY_GO_LATER:
                yield row, row.reason
        return
    after = 0
    while rows := journal.page(run_id, after, _CHUNK, _WAITED):
        yield from ((row, row.reason) for row in rows if isinstance(row.reason, Skip))
        after = rows[-1].number


def waiting_texts(journal: Journal, first: RunRecord, but_of: Path | None) -> Iterator[WaitingText]:
    """The rows that wait in the newest run of each file read after the `first` one, but for those of one file. A file
    put aside for a newly written one is a file of its own.

    A retry's rows have the numbers of the run that it repeats, and count as that one's. A row that a report has left
    out since it failed is the one that failed.
    """
    # As leadsync wrote it, a file corrects nothing: the one that waits was put beside it.
    files: set[Path | str | None] = {None if but_of is not None and is_as_written(journal, but_of) else but_of}
    kept = cache(lambda file: {digest for path, digest in kept_beside(file) if path != but_of})
    for run in journal.runs():
        if run.id == first.id:
            return
        if not run.complete or run.retry_of:
            continue
        file = run.fingerprint if run.file in files and run.fingerprint in kept(run.file) else run.file
        if file in files:
            continue
        files.add(file)
        for row, reason in rows_that_waited(journal, run.id):
            if reason.of_row is None or not row.fields:
                continue
            run_id, number = _where_it_failed(journal, reason.of_run, reason.of_row)
            if of_run := journal.find(run_id):
                yield WaitingText(run, reason, Lead(row.lead, row.fields), repeated_by(journal, of_run).id, number)


def _where_it_failed(journal: Journal, run_id: str, number: int) -> tuple[str, int]:
    """Run and number of a row; of one left out because it was not corrected, where it failed."""
    for row in journal.history().record(run_id, number):
        reason = row.reason
        if isinstance(reason, Skip) and reason.kind is SkipKind.STILL_FAILING and reason.row is not None:
            return _where_it_failed(journal, reason.run, reason.row)
    return run_id, number


def is_as_written(journal: Journal, file: Path) -> bool:
    """Whether a file stands as leadsync wrote it for one of its runs."""
    return is_file(file) and any(journal.written(run.id).get(str(file)) == state_of(file) for run in journal.runs())


def kept_beside(file: Path) -> Iterator[tuple[Path, str]]:
    """The edited files that were put aside for a newly written one, the oldest first, each with its digest."""
    for kept in sorted(file.parent.glob(f"{escape(file.stem)}.edited-*{escape(file.suffix)}")):
        with suppress(OSError):
            yield kept, _digest(kept)


def last_reading(journal: Journal, digest: str) -> RunRecord | None:
    """The newest run that has read a file with this fingerprint."""
    return next(
        (run for run in journal.runs() if run.complete and not run.retry_of and run.fingerprint == digest), None
    )


def is_taken(journal: Journal, file: Path) -> bool:
    """Whether the newest run of a file has read it as it stands, and no row of it waits there."""
    newest = next((run for run in journal.runs_of(file) if run.complete and not run.retry_of), None)
    with suppress(OSError):
        if newest is not None and newest.fingerprint == _digest(file):
            return next(rows_that_waited(journal, newest.id), None) is None
    return False


def _digest(file: Path) -> str:
    """The fingerprint of the runs that have read a file as it stands."""
    with open_regular(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file_now(run: RunRecord) -> Path:
    """The file that a run has read, under the name that it has by now."""
    return next((kept for kept, digest in kept_beside(run.file) if digest == run.fingerprint), run.file)


def repeated_by(journal: Journal, run: RunRecord) -> RunRecord:
    """The run that a retry, or a retry of one, repeats; any other run itself."""
    while before := journal.find(run.retry_of) if run.retry_of else None:
        run = before
    return run
