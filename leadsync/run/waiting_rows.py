"""Rows of files given back that waited for a decision or for another run: they may go by now."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from leadsync.journal import Journal
from leadsync.models import RowRecord, RunRecord
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport import rows_that_waited, waiting_leads
from leadsync.run.sheet_edits import SheetEdits


def goes_by_now(journal: Journal, run: RunRecord) -> bool:
    """Whether rows waited in a run and may go by now, if its file is read anew."""
    if any(reason.of_row is not None for _, reason in rows_that_waited(journal, run.id)):
        return True
    return bool(waiting_leads(journal, run).by_now)


def waiting_rows(journal: Journal, run_id: str) -> set[int]:
    """The numbers of the rows given back that waited in a run; none of an unknown run."""
    run = journal.find(run_id)
    rows = rows_that_waited(journal, run.id) if run is not None else ()
    return {row.number for row, reason in rows if reason.of_row is not None or reason.waits_in_sheet}


def with_present_reasons(journal: Journal, rows: Iterable[tuple[str, RowRecord]]) -> Iterator[tuple[str, RowRecord]]:
    """Rows, each with the id of its run: those of a sheet that waited in it with what became of them since."""
    known: dict[str, Mapping[int, Skip]] = {}
    for run_id, row in rows:
        if isinstance(row.reason, Skip) and row.reason.waits_in_sheet:
            if run_id not in known:
                found = waiting_leads(journal, journal.run(run_id))
                goes = dict.fromkeys(found.by_now, Skip(SkipKind.GOES_BY_NOW))
                known[run_id] = {**goes, **found.settled, **found.wait}
            now, then = known[run_id].get(row.number, row.reason), row.reason
            is_as_then = (now.run, now.row, now.waits) == (then.run, then.row, then.waits)
            row = replace(row, reason=then if is_as_then else now)
        yield run_id, row


def waits_still(journal: Journal, run: RunRecord) -> Counter[tuple[SkipKind, str]]:
    """How many rows of a sheet wait in its run, by what for and in which run; the sheet has to be given again then."""
    return Counter((skip.kind, skip.run) for skip in waiting_leads(journal, run).wait.values())


def but_for_sent(journal: Journal, run: RunRecord, edits: SheetEdits) -> SheetEdits:
    """The changes of people for the file of a run to be read anew, without the rows that it has dealt with."""
    readings = {one.id for one in journal.runs_of(run.file)}
    done = {row.number: skip for row in journal.records(run.id) if (skip := _done(row, run.id, readings))}
    waits = waiting_leads(journal, run)
    if waits.by_now:
        # No earlier run knows a sheet's own rows: all of them would go again.
        kept = {row.number: row.reason for row in journal.records(run.id) if isinstance(row.reason, Skip)}
        done |= {number: skip for number, skip in kept.items() if not skip.waits_in_sheet}
        done |= waits.settled
    return replace(edits, left_out={**done, **edits.left_out}) if done else edits


def given_up(journal: Journal, run: RunRecord) -> Counter[str]:
    """How many rows waited in a run whose leads were sent something else since, by the third run that has sent it."""
    settled = waiting_leads(journal, run).settled.values()
    return Counter(skip.run for skip in settled if skip.kind is SkipKind.OTHER_SENT_SINCE)


def _done(row: RowRecord, run_id: str, readings: Collection[str]) -> Skip | None:
    """The reason not to send a row again; None if neither its run nor an earlier reading of its file has sent it."""
    if row.attempts:
        return Skip(SkipKind.BY_NOW, run_id, status=row.status)
    reason = row.reason if isinstance(row.reason, Skip) else None
    return reason if reason is not None and reason.kind is SkipKind.BY_NOW and reason.run in readings else None
