"""The leads of a sheet whose rows waited for another run: what became of them since. Rows go lead by lead."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from leadsync.journal import Journal, LastSent, State
from leadsync.models import RowRecord, RunRecord
from leadsync.reasons import WAITING, Skip, SkipKind
from leadsync.reimport.newer_payloads import reading_of_run
from leadsync.reimport.sheet_runs import givers_of, runs_before, same_sheet
from leadsync.reimport.unchanged import digest_of, same_fields
from leadsync.reimport.waiting_texts import repeated_by, rows_that_waited

_UNDECIDED = (State.UNKNOWN, State.CONFLICT, State.IN_FLIGHT)


class WaitingLeads(NamedTuple):
    """The rows that waited, by number.

    They go `by_now`, are `settled`, each with the reason against sending, or wait still, with the row that they `wait`
    for. Of the last ones some say the same as a row that went or goes first, and would go `again` behind it, as the
    lead's rows have changed.
    """

    by_now: Collection[int]
    settled: Mapping[int, Skip]
    wait: Mapping[int, Skip]
    again: Collection[int]


NO_WAITING = WaitingLeads((), {}, {}, ())


class _Waited(NamedTuple):
    """A row that waited, and why."""

    row: RowRecord
    reason: Skip


def waiting_leads(journal: Journal, run: RunRecord, leads: Collection[str] | None = None) -> WaitingLeads:
    """The rows of a sheet, or a copy by `check`, that waited in its run, or of these `leads`; a retry has read none.

    They go once the runs that they waited for, and those that gave these their rows, have no row of the lead left.

    A lead's sheet is compared with its rows in those runs, one by one in their order. As far as both say the same, the
    outcome there counts; a sheet without the first rows there begins at the row that says what the undecided one says.
    A correction in a copy of the sheet, or in a file given back, counts as its row.
    From the first row that differs on all go, as in any sheet read anew, unless a third run has sent the lead something
    meanwhile: that is not undone.
    """
    by_now, settled, wait, again = set[int](), dict[int, Skip](), dict[int, Skip](), set[int]()
    waited: dict[str, list[_Waited]] = {}
    if not run.retry_of:
        for row, reason in rows_that_waited(journal, run.id, leads):
            if reason.waits_in_sheet:
                waited.setdefault(row.lead, []).append(_Waited(row, reason))
    if not waited:
        return NO_WAITING
    reading = reading_of_run(journal, run)
    compared = _compared(journal, waited, reading.newer)
    # A copy may hold the correction itself.
    copies = same_sheet(journal, run) if not run.checked else ()
    # Before the payloads of those rows themselves, a third run's are to be seen.
    most = max(len(rows) + sum(len(one.places) for one in compared[lead]) for lead, rows in waited.items())
    sent = journal.history().sent([*waited], most, run.dialer, run.ids.campaign)
    for lead, rows in waited.items():
        if (first_left := _first_left(compared[lead])) is not None:
            wait |= {row.number: first_left for row, _ in rows}
            again.update(_sent_again(rows, compared[lead], copies))
            continue
        beside = compared[lead][_beginning(rows, compared[lead]) :]
        same = dict(_settled(rows, beside, copies))
        settled |= same
        rest = [row for row, _ in rows if row.number not in same]
        since = [one for one in sent.get(lead, ()) if reading.is_before(one)]
        if others := _sent_beside(since, compared[lead], beside[: len(same)]):
            settled |= {row.number: _sent_since(row, others) for row in rest}
        else:
            by_now.update(row.number for row in rest)
    return WaitingLeads(by_now, settled, wait, again)


class _Compared(NamedTuple):
    """A row that a sheet's row is compared with: its text when the sheet was read, and its state by now.

    Of the runs that have it, the last one that tried counts for the state.
    """

    text: int
    state: State
    at: tuple[str, int]
    """Run and number of the row with this state."""
    places: Sequence[tuple[str, int]]
    """Run and number of the row in all runs that have it; in the first one it was read."""


def _compared(
    journal: Journal, waited: Mapping[str, Sequence[_Waited]], newer: Collection[str]
) -> dict[str, list[_Compared]]:
    """The rows of each lead in the runs that its rows waited for, and in those that gave these their rows, the oldest
    run's first. The `newer` runs were read after the sheet."""
    runs = _in_order(journal, {one.reason.run for rows in waited.values() for one in rows})
    rows_in = {run_id: _rows_in(journal, run_id, waited, newer) for run_id in runs}
    found = {}
    for lead, rows in waited.items():
        own = {one.reason.run for one in rows}
        each_once = {row.places[0]: row for run_id in runs if run_id in own for row in rows_in[run_id].get(lead, ())}
        found[lead] = [*each_once.values()]
    return found


def _rows_in(
    journal: Journal, run_id: str, leads: Collection[str], newer: Collection[str]
) -> dict[str, list[_Compared]]:
    """The leads' rows in a run and in those that gave it its rows, each once."""
    # A retry has the rows of the run that it repeats.
    bases = {repeated_by(journal, journal.run(one)).id for one in (run_id, *givers_of(journal, run_id))}
    found: dict[str, list[_Compared]] = {}
    known: set[tuple[str, tuple[str, int]]] = set()
    for base in _in_order(journal, bases):
        is_first = not journal.givers(base)
        for lead, row in _rows_read(journal, base, leads, newer):
            places = {(lead, place) for place in row.places}
            # A row that a file given back skipped stands in the run that it came from.
            if known.isdisjoint(places) and (is_first or row.state is not State.SKIPPED):
                found.setdefault(lead, []).append(row)
            known |= places
    return found


def _in_order(journal: Journal, run_ids: Collection[str]) -> list[str]:
    """Those of the runs that the journal knows, the oldest first."""
    return [run.id for run in reversed(journal.runs()) if run.id in run_ids]


def _rows_read(
    journal: Journal, run_id: str, leads: Collection[str], newer: Collection[str]
) -> Iterator[tuple[str, _Compared]]:
    """The leads' rows that a run has read, each behind its lead, in their order."""
    lineage = journal.lineage(run_id)
    again = [one for one in lineage if repeated_by(journal, journal.run(one)).id == run_id]
    texts = {one: journal.origins(one, leads=leads) for one in lineage if one not in newer}
    descendants = journal.descendants(run_id)
    taken_over = _taken_over(journal, run_id, leads)
    for number, origin in sorted(journal.origins(run_id, leads=leads).items()):
        later = list(descendants.get(number, ()))
        if origin.state is State.SKIPPED:
            later += taken_over.get((origin.lead, digest_of(origin.fields)), ())
        known = [origin, *(texts[by][there] for by, _, there in later if by in texts and there in texts[by])]
        if known[-1].state is State.REJECTED:
            continue
        states: list[tuple[State, tuple[str, int]]] = [(origin.state, (origin.run_id, number))]
        states += [(state, (by, there)) for by, state, there in later if state is not State.SKIPPED]
        through = (one for one in reversed(states) if one[0] is State.SUCCEEDED)
        places = [*((one, number) for one in (run_id, *again)), *((by, there) for by, _, there in later)]
        yield origin.lead, _Compared(digest_of(known[-1].fields), *next(through, states[-1]), places)


def _taken_over(
    journal: Journal, run_id: str, leads: Collection[str]
) -> dict[tuple[str, int], list[tuple[str, State, int]]]:
    """By lead and text, the rows in the runs that follow a run, of copies of its sheet and of the rest of a trial."""
    found: dict[tuple[str, int], list[tuple[str, State, int]]] = {}
    for run in reversed(journal.runs()):
        if run.complete and run_id in {before.id for before in runs_before(journal, run)} - {run.id}:
            for number, row in journal.origins(run.id, leads=leads).items():
                found.setdefault((row.lead, digest_of(row.fields)), []).append((run.id, row.state, number))
    return found


def _sent_beside(
    since: Sequence[LastSent], rows: Sequence[_Compared], settled: Sequence[_Compared]
) -> Sequence[LastSent]:
    """What a lead was sent `since` its sheet was read, beside the rows that it is compared with, whichever run has sent
    those, and beside the corrections of the settled ones."""
    texts = {place: row.text for row in rows for place in row.places}
    corrections = {place for row in settled for place in row.places}
    others = (one for one in since if (one.run_id, one.number) not in corrections)
    return [one for one in others if texts.get((one.run_id, one.number)) != digest_of(one.fields)]


def _first_left(rows: Sequence[_Compared]) -> Skip | None:
    """The reason to wait for one of these rows of a lead: a person has to decide on it, or its run is to send it."""
    for kind, states in ((SkipKind.WAITS_FOR_DECISION, _UNDECIDED), (SkipKind.WAITS_FOR_RESUME, (State.PENDING,))):
        for row in rows:
            if row.state in states:
                return Skip(kind, *row.at)
    return None


def _beginning(rows: Sequence[_Waited], before: Sequence[_Compared]) -> int:
    """At which of the rows that they are compared with a lead's rows begin."""
    for at, (_, reason) in enumerate(rows):
        equal = (place for place, one in enumerate(before) if (reason.run, reason.row) in one.places)
        if reason.kind not in WAITING and (place := next(equal, None)) is not None:
            return max(0, place - at)
    return 0


def _settled(
    rows: Sequence[_Waited], before: Sequence[_Compared], copies: Collection[str]
) -> Iterator[tuple[int, Skip]]:
    """The lead's first rows that say the same as those that they are compared with, or were corrected in one of the
    `copies`, with the outcome there.

    A row that failed there goes, unless it went through since, corrected, or a later one of its lead did.
    """
    over = (State.SUCCEEDED, State.SKIPPED)
    last = max((at for at, row in enumerate(before) if row.state in over), default=-1)
    for at, ((row, _), other) in enumerate(zip(rows, before, strict=False)):
        is_same = digest_of(row.fields) == other.text or other.at[0] in copies
        if not is_same or at > last:
            return
        yield row.number, Skip(SkipKind.BY_NOW, other.at[0], status=other.state.status)


def _sent_again(rows: Sequence[_Waited], compared: Sequence[_Compared], copies: Collection[str]) -> Iterator[int]:
    """Which of a lead's rows would go behind one that says the same, once all rows left have gone."""
    gone = [one._replace(state=State.SUCCEEDED) if one.state is State.PENDING else one for one in compared]
    same = dict(_settled(rows, gone[_beginning(rows, gone) :], copies))
    went = {one.text for one in gone if one.state is State.SUCCEEDED}
    return (row.number for row, _ in rows if row.number not in same and digest_of(row.fields) in went)


def _sent_since(row: RowRecord, since: Sequence[LastSent]) -> Skip:
    """The reason not to send a row whose lead was sent something by a third run, be it the same."""
    same = next((one for one in reversed(since) if same_fields(row.fields, one.fields)), None)
    last = same or since[-1]
    return Skip(SkipKind.SENT_SINCE if same else SkipKind.OTHER_SENT_SINCE, last.run_id, at=last.time)
