"""Rows of files given back that waited for a decision or for another run: they may go by now."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from leadsync.commands import command
from leadsync.file_names import is_uploaded
from leadsync.journal import Journal, Origin, State
from leadsync.models import RowRecord, RunRecord, Status
from leadsync.plurals import counted
from leadsync.reasons import MAY_GO_LATER, WAITING, Skip, SkipKind
from leadsync.reimport import digest_of, rows_that_waited, waiting_leads
from leadsync.run.sheet_edits import SheetEdits

_MAY_CHANGE = (*MAY_GO_LATER, SkipKind.STILL_FAILING)
_LEFT = (State.UNKNOWN, State.CONFLICT, State.IN_FLIGHT, State.PENDING)


def goes_by_now(journal: Journal, run: RunRecord) -> bool:
    """Whether rows waited in a run and may go by now, if its file is read anew."""
    if any(reason.of_row is not None for _, reason in rows_that_waited(journal, run.id)):
        return True
    return bool(waiting_leads(journal, run).by_now)


def waiting_step(journal: Journal, run: RunRecord) -> list[str]:
    """The sentence about rows that wait in the run of a sheet, or need not wait any more, if there are any."""
    found = waiting_leads(journal, run)
    if is_uploaded(run.file) or not (count := len(found.wait) + len(found.by_now)):
        return []
    rows = counted(count, "row that waited for another run goes", "rows that waited for other runs go")
    return [f"{rows} once that is settled, by `{command('run', run.file)}`."]


def waiting_rows(journal: Journal, run_id: str) -> set[int]:
    """The numbers of the rows given back that waited in a run; none of an unknown run."""
    run = journal.find(run_id)
    rows = rows_that_waited(journal, run.id) if run is not None else ()
    return {row.number for row, reason in rows if reason.of_row is not None or reason.waits_in_sheet}


def with_present_reasons(
    journal: Journal, rows: Iterable[tuple[str, RowRecord]], leads: Collection[str] | None = None
) -> Iterator[tuple[str, RowRecord]]:
    """Rows, each with the id of its run: those that waited in it, or were left uncorrected, with what became of them
    since.

    `leads` are those of the rows, if they are few.
    """
    known: dict[str, _Present] = {}
    for run_id, row in rows:
        then = row.reason
        if row.status is Status.SKIPPED and isinstance(then, Skip) and then.kind in _MAY_CHANGE:
            if run_id not in known:
                known[run_id] = _Present(journal, run_id, leads)
            now = known[run_id].reason(row, then)
            is_same = (now.run, now.row, now.waits) == (then.run, then.row, then.waits)
            is_as_then = is_same and now.kind in _MAY_CHANGE
            row = replace(row, reason=then if is_as_then else now)
        yield run_id, row


class _Present:
    """What became of the rows that waited in a run, or of those of some leads."""

    def __init__(self, journal: Journal, run_id: str, leads: Collection[str] | None) -> None:
        self._journal, self._run_id, self._leads = journal, run_id, leads
        self._rows: dict[str, Mapping[int, Origin]] = {}
        """Their leads' rows in other runs, by number, and"""
        self._leads_rows: dict[str, dict[str, list[Origin]]] = {}
        """by lead."""
        self._more: dict[str, bool] = {}
        """Whether other runs have rows to send."""

    def reason(self, row: RowRecord, then: Skip) -> Skip:
        """The reason of a row by now."""
        if then.kind is SkipKind.STILL_FAILING:
            later = self._overtaken.get(row.number)
            return then if later is None else Skip(SkipKind.LATER_ROW, self._run_id, later)
        if then.waits_in_sheet:
            return self._of_sheet.get(row.number, then)
        if waits := self._waits(then):
            return waits
        gone = [one for one in self._same_row(row, then) if one and one.state is not State.SKIPPED]
        if gone and all(one.state is State.SUCCEEDED for one in gone):
            return Skip(SkipKind.BY_NOW, gone[-1].run_id, status=Status.SUCCEEDED)
        return Skip(SkipKind.GOES_BY_NOW)

    def _same_row(self, row: RowRecord, then: Skip) -> Sequence[Origin | None]:
        """The row given back, in the later run if one has it; without its number there, the rows of its lead."""
        if then.kind not in (SkipKind.LEFT_TO_RUN, SkipKind.UNDECIDED_SINCE):
            return [self._rows_of(then.of_run).get(then.of_row or 0)]
        if then.row is not None:
            return [self._rows_of(then.run).get(then.row)]
        return self._of_leads(then.run).get(row.lead, ())

    def _waits(self, then: Skip) -> Skip | None:
        """For what a row of a file given back waits still, if it does."""
        if then.row is None:
            if then.run not in self._more:
                self._more[then.run] = self._journal.has_more(then.run)
            return then if self._more[then.run] else None
        other = self._rows_of(then.run).get(then.row)
        if other is None or other.state not in _LEFT:
            return None
        if other.state is not State.PENDING:
            return then
        kind = SkipKind.WAITS_FOR_RESUME if then.kind in WAITING else SkipKind.LEFT_TO_RUN
        return Skip(kind, then.run, then.row)

    def _rows_of(self, run_id: str) -> Mapping[int, Origin]:
        if run_id not in self._rows:
            self._rows[run_id] = self._journal.origins(run_id, leads=self._all_leads) if run_id else {}
        return self._rows[run_id]

    def _of_leads(self, run_id: str) -> Mapping[str, Sequence[Origin]]:
        if run_id not in self._leads_rows:
            of_leads = self._leads_rows[run_id] = defaultdict(list)
            for one in self._rows_of(run_id).values():
                of_leads[one.lead].append(one)
        return self._leads_rows[run_id]

    @cached_property
    def _overtaken(self) -> Mapping[int, int]:
        """The rows left uncorrected behind a later one of their lead that went through, each with that one."""
        rows = [row.number for row in self._journal.overtaken(self._run_id) if row.status is Status.SKIPPED]
        return self._journal.later_rows(self._run_id, rows)

    @cached_property
    def _all_leads(self) -> Collection[str]:
        waited = rows_that_waited(self._journal, self._run_id, self._leads)
        return {row.lead for row, _ in waited}

    @cached_property
    def _of_sheet(self) -> Mapping[int, Skip]:
        found = waiting_leads(self._journal, self._journal.run(self._run_id), self._leads)
        return {**dict.fromkeys(found.by_now, Skip(SkipKind.GOES_BY_NOW)), **found.settled, **found.wait}


def waits_still(journal: Journal, run: RunRecord) -> Counter[tuple[SkipKind, str]]:
    """How many rows of a file wait in its run, by what for and in which run; the file has to be given again then."""
    given_back = ((run.id, row) for row, reason in rows_that_waited(journal, run.id) if reason.of_row is not None)
    reasons = [row.reason for _, row in with_present_reasons(journal, given_back)]
    still = [skip for skip in reasons if isinstance(skip, Skip) and skip.kind in MAY_GO_LATER]
    return Counter((skip.kind, skip.run) for skip in (*waiting_leads(journal, run).wait.values(), *still))


def sent_again_behind(journal: Journal, run: RunRecord) -> list[int]:
    """The rows that wait in a run of a sheet and would go again behind rows that say the same."""
    return sorted(waiting_leads(journal, run).again)


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


def forgotten_by(journal: Journal, draft: RunRecord) -> tuple[RunRecord | None, int]:
    """The run that has read a draft's file before, as another sheet, and how many of its rows wait still or may go by
    now and are not in the draft: they would be forgotten."""
    runs = (run for run in journal.runs_of(draft.file) if run.complete and not run.retry_of and not run.checked)
    before = next((run for run in runs if run.id != draft.id and run.is_at(draft.dialer, draft.ids)), None)
    if before is None or before.fingerprint == draft.fingerprint or draft.follows:
        return None, 0
    waits = waiting_leads(journal, before)
    rows = [
        row for row, _ in rows_that_waited(journal, before.id) if row.number in waits.wait or row.number in waits.by_now
    ]
    held = journal.origins(draft.id, leads={row.lead for row in rows}).values() if rows else ()
    there = {(one.lead, digest_of(one.fields)) for one in held}
    return before, sum((row.lead, digest_of(row.fields)) not in there for row in rows)


def _done(row: RowRecord, run_id: str, readings: Collection[str]) -> Skip | None:
    """The reason not to send a row again; None if neither its run nor an earlier reading of its file has sent it."""
    reason = row.reason if isinstance(row.reason, Skip) else None
    # A row that waits may have been refused with its key before.
    if row.attempts and (reason is None or reason.kind not in MAY_GO_LATER):
        return Skip(SkipKind.BY_NOW, run_id, status=row.status)
    return reason if reason is not None and reason.kind is SkipKind.BY_NOW and reason.run in readings else None
