"""Rows of files given back that waited for a decision or for another run: they may go by now."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeGuard

from leadsync.journal import Journal, LastSent, State
from leadsync.models import Lead, RowRecord, RunRecord, Status
from leadsync.reasons import WAITING, Skip, SkipKind
from leadsync.reimport import LastSentLeads, digest_of, is_of_plain_sheet, rows_that_waited, same_fields
from leadsync.run.sheet_edits import SheetEdits

_STILL_OPEN = (Status.UNKNOWN, Status.CONFLICT, Status.UNSENT)


def goes_by_now(journal: Journal, run: RunRecord) -> bool:
    """Whether rows waited in a run and may go by now, if its file is read anew."""
    if any(reason.of_row is not None for _, reason in rows_that_waited(journal, run.id)):
        return True
    own = _own_rows(journal, run)
    done = _sent_since(journal, run, own)
    return any(one.first not in _STILL_OPEN and one.row.number not in done for one in own)


def waiting_rows(journal: Journal, run_id: str) -> set[int]:
    """The numbers of the rows given back that waited in a run; none of an unknown run."""
    run = journal.find(run_id)
    rows = rows_that_waited(journal, run.id) if run is not None else ()
    return {row.number for row, reason in rows if reason.of_row is not None or reason.waits_in_sheet}


def but_for_sent(journal: Journal, run: RunRecord, edits: SheetEdits) -> SheetEdits:
    """The changes of people for the file of a run to be read anew, without the rows that it has dealt with."""
    readings = {one.id for one in journal.runs_of(run.file)}
    done = {row.number: skip for row in journal.records(run.id) if (skip := _done(row, run.id, readings))}
    if own := _own_rows(journal, run):
        # No earlier run knows a sheet's own rows: all of them would go again.
        kept = {row.number: row.reason for row in journal.records(run.id) if isinstance(row.reason, Skip)}
        waited = {one.row.number for one in own}
        done |= {number: reason for number, reason in kept.items() if number not in waited}
        done |= _sent_since(journal, run, own)
    return replace(edits, left_out={**done, **edits.left_out}) if done else edits


class _OwnRow(NamedTuple):
    """A sheet's own row that waited, why, and the status of the row that it waited for."""

    row: RowRecord
    reason: Skip
    first: Status | None


def _own_rows(journal: Journal, run: RunRecord) -> list[_OwnRow]:
    """The rows that waited in the run of a plain sheet; none in any other run."""
    if not is_of_plain_sheet(run):
        return []
    waited = [(row, reason) for row, reason in rows_that_waited(journal, run.id) if reason.waits_in_sheet]
    wanted: dict[str, list[int]] = {}
    for _, reason in waited:
        wanted.setdefault(reason.run, []).append(reason.row or 0)
    found = {run_id: journal.states(run_id, numbers) for run_id, numbers in wanted.items()}
    return [_OwnRow(row, reason, found[reason.run].get(reason.row or 0)) for row, reason in waited]


def _sent_since(journal: Journal, run: RunRecord, own: Sequence[_OwnRow]) -> dict[int, Skip]:
    """Those of a sheet's rows whose lead has taken the same by now, each with the reason not to send it again."""
    found = _taken_there(journal, own)
    sent = LastSentLeads(journal, run.dialer, run.ids)
    sent.look_up(one.row.lead for one in own)
    for row, reason, first in own:
        if row.number in found:
            continue
        lead = Lead(row.lead, row.fields)
        last = sent.get(lead)
        if first is Status.SUCCEEDED and reason.kind not in WAITING:
            found[row.number] = Skip(SkipKind.BY_NOW, reason.run, status=first)
        elif _went_since(last, run) and same_fields(last.fields, lead.fields):
            found[row.number] = Skip(SkipKind.SENT_SINCE, last.run_id, at=last.time)
    return found | _behind_by_now(own, found)


def _behind_by_now(own: Sequence[_OwnRow], gone: Mapping[int, Skip]) -> dict[int, Skip]:
    """The rows of which a later one of their lead has gone: they would undo it."""
    last: dict[str, int] = {}
    for row, _, _ in own:
        if row.number in gone:
            last[row.lead] = max(row.number, last.get(row.lead, 0))
    return {
        row.number: Skip(SkipKind.LATER_ROW, gone[last[row.lead]].run, last[row.lead])
        for row, _, _ in own
        if row.number not in gone and row.number < last.get(row.lead, 0)
    }


def _taken_there(journal: Journal, own: Sequence[_OwnRow]) -> dict[int, Skip]:
    """Those of the rows that went through in the run that they waited for: each of its rows stands for one of them."""
    found: dict[int, Skip] = {}
    for run_id in dict.fromkeys(reason.run for _, reason, _ in own):
        waited = [row for row, reason, _ in own if reason.run == run_id]
        leads = {row.lead for row in waited}
        taken = Counter(
            (origin.lead, digest_of(origin.fields))
            for origin in journal.origins(run_id).values()
            if origin.lead in leads and origin.state is State.SUCCEEDED
        )
        for row in waited:
            payload = row.lead, digest_of(row.fields)
            if taken[payload]:
                taken[payload] -= 1
                found[row.number] = Skip(SkipKind.BY_NOW, run_id, status=Status.SUCCEEDED)
    return found


def _went_since(last: LastSent | None, run: RunRecord) -> TypeGuard[LastSent]:
    return last is not None and last.state is State.SUCCEEDED and last.time >= run.created


def _done(row: RowRecord, run_id: str, readings: Collection[str]) -> Skip | None:
    """The reason not to send a row again; None if neither its run nor an earlier reading of its file has sent it."""
    if row.attempts:
        return Skip(SkipKind.BY_NOW, run_id, status=row.status)
    reason = row.reason if isinstance(row.reason, Skip) else None
    return reason if reason is not None and reason.kind is SkipKind.BY_NOW and reason.run in readings else None
