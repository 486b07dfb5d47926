"""The files of a run, written from the journal as often as wanted."""

import errno
import itertools
import logging
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadsync.colours import INK, STATUS_COLOURS
from leadsync.commands import command
from leadsync.errors import OutputError, UsageError, ended_by_signal
from leadsync.journal import Journal, OvertakenRow
from leadsync.long_work import told
from leadsync.models import RowRecord, RunRecord, Status
from leadsync.plurals import counted
from leadsync.private_files import check_shared_folder, state_of
from leadsync.reimport import givers_of, is_taken
from leadsync.report import DECISION_WORDS, Digest, Table, as_page, highlights, lines_of, marked_path, summary_path
from leadsync.report_values import Line
from leadsync.run.earlier_rows import failed_first
from leadsync.run.waiting_rows import with_present_reasons
from leadsync.sheets import SheetLayout, new_page, new_table, new_workbook

if TYPE_CHECKING:
    from leadsync.sheets.output.output_file import Output

Files = dict[str, Path | None]
"""The run's files by their name in --json; None for a file not written."""

Say = Callable[[str], object]
"""Takes a sentence for the user."""

_log = logging.getLogger(__name__)
MARKED_ENDINGS = (".xlsx", ".xlsm")
"""Of a workbook with the outcomes marked in it, without macros and with them."""
_FEW = 2_000
"""The most rows of a sheet with wrapped text; more would make it slow to open."""
_TABS = {
    Table.REPORT: INK,
    Table.RETRY: STATUS_COLOURS[Status.REJECTED].strong,
    Table.REVIEW: STATUS_COLOURS[Status.CONFLICT].strong,
}


def write_files(journal: Journal, run: RunRecord, say: Say = _log.warning) -> Files:
    """Write the run's report, retry and review files, and for delimited text a page with the summary; raises
    OutputError.

    A file of an earlier writing without rows by now is removed. A file edited since is kept under another name.
    """
    return _write(journal, run, Digest(run, failed_first=failed_first(journal, run)), say)


def _write(journal: Journal, run: RunRecord, digest: Digest, say: Say) -> Files:
    """Write the files; `digest` sees every row."""
    set_aside_edited(journal, run, say)
    words = f"Writing the files of run {run.id}"
    write = _write_books if run.kind == "xlsx" else _write_texts
    try:
        with told(lambda: f"{words}: {counted(digest.rows, 'row')} so far"):
            return write(journal, run, digest)
    finally:
        # The present files are ours, even if the next one could not be written.
        now = {str(path): state_of(path) for path in written_files(run).values() if path}
        journal.keep_written(run.id, {**journal.written(run.id), **now})


def set_aside_edited(journal: Journal, run: RunRecord, say: Say = _log.warning) -> None:
    """Rename the run's files edited since leadsync wrote them, and say so; raises OutputError."""
    known = journal.written(run.id)
    unread = files_to_give_back(journal, run)
    for path in _edited_files(journal, run):
        kept = _free_name(path)
        try:
            path.rename(kept)
        except OSError as error:
            raise OutputError(
                f"{path} is not as leadsync wrote it, and cannot be renamed to keep it ({error.strerror}); "
                "close it where it is open."
            ) from error
        # An unknown file may be of this run, if its process died just then.
        what = "was edited since leadsync wrote it" if str(path) in known else "was there already"
        send = f" To send what was changed: {command('run', kept)}" if path in unread else ""
        say(f"{path.name} {what}; it is kept as {kept}.{send}")


def files_to_give_back(journal: Journal, run: RunRecord) -> list[Path]:
    """The run's edited files whose changes no run has taken yet."""
    page = summary_path(run)
    return [path for path in _edited_files(journal, run) if path != page and not is_taken(journal, path)]


def _edited_files(journal: Journal, run: RunRecord) -> list[Path]:
    """The run's files edited since leadsync wrote them."""
    known = journal.written(run.id)
    return [path for path in written_files(run).values() if path and state_of(path) != known.get(str(path))]


def finish(journal: Journal, run_id: str, say: Say = _log.warning) -> tuple[RunRecord, Files]:
    """Write the files of a sent run; with them it is finished, unless it stopped early."""
    run = journal.run(run_id)
    digest, again = Digest(run, failed_first=failed_first(journal, run)), command("resume", run.id)
    words = f"Interrupted while the files of run {run.id} were written. Every result is kept; `{again}` goes on."
    # Files first: a run without its files is not finished, and `resume` writes them after a kill.
    try:
        with ended_by_signal(words):
            files = _write(journal, run, digest, say)
    except OutputError as error:
        raise OutputError(f"{error} Every result is kept; `{again}` writes the files.") from error
    ending: dict[str, Any] = {"stopped": run.stopped} if run.stopped else {"finished": True}
    journal.update_run(run.id, new_leads=digest.new_leads, **ending)
    return journal.run(run.id), files


def written_files(run: RunRecord) -> Files:
    """The run's present files."""
    paths = {table.value: table.path(run) for table in Table}
    files: Files = {name: path if path.is_file() else None for name, path in paths.items()}
    page = summary_path(run)
    marked = next(filter(Path.is_file, (marked_path(run, ending) for ending in MARKED_ENDINGS)), None)
    also: Files = {"marked": marked} if marked else {}
    return {**files, "summary": page if run.kind == "csv" and page.is_file() else None, **also}


def check_output(folder: Path, run: RunRecord | None = None) -> None:
    """Raise UsageError before sending if no files, or not those of this run, can be written."""
    try:
        folder.mkdir(mode=0o775, parents=True, exist_ok=True)
        # Tried, not asked: permissions, quotas and read-only mounts are told apart by writing alone.
        with tempfile.TemporaryFile(dir=folder):
            pass
        check_shared_folder(folder)
        if run is not None:
            # The longest of the run's names, with the addition for an edited file.
            trial = _free_name(max((*(table.path(run) for table in Table), summary_path(run)), key=_name_bytes))
            # Names have limits in bytes, by file system: only the real name shows them.
            trial.touch(mode=0o600, exist_ok=False)
            trial.unlink()
    except OSError as error:
        if run is not None and error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
            raise UsageError(
                f"The reports of {run.file.name} would have names too long for {folder}; nothing was sent. Give the "
                "file a shorter name.",
                names_file=True,
            ) from None
        why = "that is no folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise UsageError(
            f"No report can be written into {folder}: {why}; nothing was sent. Correct the folder's "
            "permissions, or choose another with --output."
        ) from error


def check_own(path: Path, journal: Journal, name: str) -> None:
    """Raise UsageError for a file that is not as the command of this name wrote it."""
    if os.path.lexists(path) and journal.wrote(path) != state_of(path):
        raise UsageError(
            f"{path} is there already, and is not as `leadsync {name}` wrote it; name another file with --output, or "
            "move this one away."
        )


def keep_own(path: Path, journal: Journal) -> None:
    """Keep the state of a file that a command wrote: it may write it again."""
    size, modified_ns = state_of(path)
    journal.keep_wrote(path, size, modified_ns)


def _name_bytes(path: Path) -> int:
    return len(os.fsencode(path.name))


def write_copy(journal: Journal, run: RunRecord, name: str, folder: Path) -> Path | None:
    """Write one of a run's files, by its name in --json, into another folder; None if it has no rows.

    The files of the run itself stay as they are. Raises OutputError.
    """
    run = replace(run, output=folder)
    digest = Digest(run, failed_first=failed_first(journal, run))
    if name == "summary":
        if not sum(1 for _ in _lines(journal, run, digest)):
            return None
        with new_page(summary_path(run)) as page:
            page.put(as_page(digest.summary()))
        return page.path
    table = Table(name)
    at = list(Table).index(table)
    if run.kind == "xlsx":
        with _new_book(journal, table, run, digest) as book:
            for lines in _lines(journal, run, digest):
                if table is Table.REPORT:
                    book.put(lines)
                elif lines[at] is not None:
                    book.put([lines[at]])
        return book.path if book.count else None
    with _new_text(table, run) as text:
        for lines in _lines(journal, run, digest):
            if (line := lines[at]) is not None:
                text.put(line)
    return text.path if text.count else None


def _write_texts(journal: Journal, run: RunRecord, digest: Digest) -> Files:
    """The tables as delimited text, and a page with the summary."""
    with ExitStack() as files:
        tables = [files.enter_context(_new_text(table, run)) for table in Table]
        for lines in _lines(journal, run, digest):
            for file, line in zip(tables, lines, strict=True):
                if line is not None:
                    file.put(line)
    with new_page(summary_path(run)) as page:
        if tables[0].count:
            # After the tables: writing them has shown every row to the digest.
            page.put(as_page(digest.summary()))
    return _as_written(tables, page)


def _write_books(journal: Journal, run: RunRecord, digest: Digest) -> Files:
    """The report with all its sheets, and the two smaller tables once more in files of their own."""
    with ExitStack() as files:
        books = [files.enter_context(_new_book(journal, table, run, digest)) for table in Table]
        report, *smaller = books
        for lines in _lines(journal, run, digest):
            report.put(lines)
            for book, line in zip(smaller, lines[1:], strict=True):
                if line is not None:
                    book.put([line])
    return _as_written(books)


def _new_text(table: Table, run: RunRecord) -> "Output[Line]":
    delimiter = "," if run.delimiter in ("", "\t") else run.delimiter
    return new_table(table.path(run), table.headings(run), kind="csv", delimiter=delimiter, bom=run.bom)


def _new_book(journal: Journal, table: Table, run: RunRecord, digest: Digest) -> "Output[Sequence[Line | None]]":
    """The report with the sheets of all tables and a summary in front, or a smaller table alone."""
    counts = journal.tally(run.id).statuses
    is_report = table is Table.REPORT
    pages = [_page(one, run, counts) for one in (Table if is_report else (table,))]
    return new_workbook(table.path(run), pages, digest.summary if is_report else None)


def _lines(journal: Journal, run: RunRecord, digest: Digest) -> Iterator[Sequence[Line | None]]:
    """Each row's line in each of the tables, in the sheet's order; `digest` sees the rows go by."""
    for record in rows_to_report(journal, run.id):
        found = highlights(record, run)
        digest.see(record, found)
        yield lines_of(record, run, found)


def overtaken_rows(journal: Journal, run_id: str) -> Sequence[OvertakenRow]:
    """The failed and rejected rows of a run whose correction is not sent; a run without any is not searched."""
    statuses = journal.tally(run_id).statuses
    if not (statuses.get(Status.FAILED) or statuses.get(Status.REJECTED)):
        return ()
    found = [row for row in journal.overtaken(run_id) if row.status is not Status.SKIPPED]
    return [*found, *_overtaken_there(journal, run_id, {row.number for row in found})]


def _overtaken_there(journal: Journal, run_id: str, but_of: Collection[int]) -> Iterator[OvertakenRow]:
    """The failed rows, `but_of` some, with a later row of their lead that went through by whichever run and stands in a
    run that gave this one its rows."""
    failed = journal.failures(run_id).keys() - but_of
    for giver in givers_of(journal, run_id) if failed else ():
        here = {
            there: own
            for there, later in journal.descendants(giver).items()
            for by, _, own in later
            if by == run_id and own in failed
        }
        for number in sorted(here[there] for there in journal.later_rows(giver, here)):
            for row in journal.history().record(run_id, number):
                yield OvertakenRow(number, row.status, row.code)
        failed -= {*here.values()}


def rows_to_report(journal: Journal, run_id: str) -> Iterator[RowRecord]:
    """A run's rows in the sheet's order: the overtaken marked, those that waited with what became of them since."""
    overtaken = {row.number for row in overtaken_rows(journal, run_id)}
    for _, record in with_present_reasons(journal, ((run_id, record) for record in journal.records(run_id))):
        yield replace(record, overtaken=True) if record.number in overtaken else record


def _as_written(tables: "Sequence[Output[Any]]", page: "Output[str] | None" = None) -> Files:
    outputs = {**dict(zip((table.value for table in Table), tables, strict=True)), "summary": page}
    return {name: output.path if output and output.count else None for name, output in outputs.items()}


def _free_name(path: Path) -> Path:
    """A free name with the time, such as `leads.<run>.retry.edited-093012.csv`."""
    now = datetime.now().astimezone()
    times = (now + timedelta(seconds=more) for more in itertools.count())
    names = (path.with_name(f"{path.stem}.edited-{time:%H%M%S}{path.suffix}") for time in times)
    return next(name for name in names if not name.exists())


def _page(table: Table, run: RunRecord, counts: Mapping[Status, int]) -> SheetLayout:
    return SheetLayout(
        table.sheet,
        table.headings(run),
        len(run.headings),
        choices=DECISION_WORDS if table is Table.REVIEW else (),
        wrap_text=table is not Table.REPORT and sum(counts.get(one, 0) for one in table.statuses) <= _FEW,
        tab=_TABS[table],
    )
