"""The leads of a sheet whose rows waited for another run: what became of them since. Rows go lead by lead."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from leadsync.journal import Journal, LastSent, Origin, State
from leadsync.models import RowRecord, RunRecord
from leadsync.reasons import WAITING, Skip, SkipKind
from leadsync.reimport.newer_payloads import reading_of_run
from leadsync.reimport.unchanged import digest_of, same_fields
from leadsync.reimport.waiting_texts import rows_that_waited

_UNDECIDED = (State.UNKNOWN, State.CONFLICT, State.IN_FLIGHT)


class WaitingLeads(NamedTuple):
    """The rows that waited, by number.

    They go `by_now`, are `settled`, each with the reason against sending, or wait still, with the row that they `wait`
    for.
    """

    by_now: Collection[int]
    settled: Mapping[int, Skip]
    wait: Mapping[int, Skip]


NO_WAITING = WaitingLeads((), {}, {})


class _Waited(NamedTuple):
    """A row that waited, and why."""

    row: RowRecord
    reason: Skip


def waiting_leads(journal: Journal, run: RunRecord, leads: Collection[str] | None = None) -> WaitingLeads:
    """The rows of a sheet, or a copy by `check`, that waited in its run, or of these `leads`; a retry has read none.

    They go once the run that they waited for has no row of the lead left.

    A lead's sheet is compared with the run that it waited for, row by row in their order. As far as both say the same,
    the outcome there counts; a sheet without that run's first rows begins at the row that says what the undecided one
    says. From the first row that differs on all go, as in any sheet read anew, unless a third run has sent the lead
    something meanwhile: that is not undone.
    """
    by_now, settled, wait = set[int](), dict[int, Skip](), dict[int, Skip]()
    waited: dict[str, list[_Waited]] = {}
    if not run.retry_of:
        for row, reason in rows_that_waited(journal, run.id, leads):
            if reason.waits_in_sheet:
                waited.setdefault(row.lead, []).append(_Waited(row, reason))
    if not waited:
        return NO_WAITING
    first = {one.reason.run for rows in waited.values() for one in rows}
    there = {run_id: _rows_there(journal, run_id, waited) for run_id in first}
    sent = _SentSince(journal, run, waited, there)
    for lead, rows in waited.items():
        # Of several runs with undecided rows of the lead the newest.
        run_id = max(one.reason.run for one in rows)
        before = there[run_id].get(lead, [])
        left = (_left_there(there[other].get(lead, [])) for other in {one.reason.run for one in rows})
        if (first_left := next(filter(None, left), None)) is not None:
            wait |= {row.number: first_left for row, _ in rows}
            continue
        beside = before[_beginning(rows, run_id, [one.number for one in before]) :]
        same = dict(_settled(rows, run_id, beside))
        settled |= same
        rest = [row for row, _ in rows if row.number not in same]
        if since := sent.beside(lead, run_id, before, beside[: len(same)]):
            settled |= {row.number: _sent_since(row, since) for row in rest}
        else:
            by_now.update(row.number for row in rest)
    return WaitingLeads(by_now, settled, wait)


class _There(NamedTuple):
    """A row of the other run, with its state by now: of the runs that have it since, the last one that tried counts."""

    number: int
    origin: Origin
    state: State
    at: tuple[str, int]
    """Run and number of the row with this state."""
    later: Collection[tuple[str, int]]
    """The same of all rows that came from it."""


def _rows_there(journal: Journal, run_id: str, leads: Collection[str]) -> dict[str, list[_There]]:
    """The rows of the leads in a run, in its order."""
    found: dict[str, list[_There]] = {}
    descendants = journal.descendants(run_id)
    for number, origin in sorted(journal.origins(run_id, leads=leads).items()):
        if origin.state is not State.REJECTED:
            later = descendants.get(number, ())
            states: list[tuple[State, tuple[str, int]]] = [(origin.state, (run_id, number))]
            states += [(state, (by, there)) for by, state, there in later if state is not State.SKIPPED]
            through = (one for one in reversed(states) if one[0] is State.SUCCEEDED)
            row = _There(number, origin, *next(through, states[-1]), {(by, there) for by, _, there in later})
            found.setdefault(origin.lead, []).append(row)
    return found


class _SentSince:
    """What leads were sent since a sheet was read."""

    def __init__(
        self,
        journal: Journal,
        run: RunRecord,
        waited: Mapping[str, Sequence[_Waited]],
        there: Mapping[str, Mapping[str, Sequence[_There]]],
    ) -> None:
        self._reading = reading_of_run(journal, run)
        self._own = {run_id: {run_id, *journal.lineage(run_id)} for run_id in there}
        # Before the payloads of those runs themselves, a third run's are to be seen.
        most = max(
            len(rows) + sum(1 + len(row.later) for of in there.values() for row in of.get(lead, ()))
            for lead, rows in waited.items()
        )
        self._sent = journal.history().sent([*waited], most, run.dialer, run.ids.campaign)

    def beside(self, lead: str, run_id: str, before: Sequence[_There], settled: Sequence[_There]) -> Sequence[LastSent]:
        """What a lead was sent beside its rows in the other run, whichever run has sent those, and beside the
        corrections of the settled ones."""
        texts = {digest_of(row.origin.fields) for row in before}
        corrections = {later for row in settled for later in row.later}
        return [
            one
            for one in self._sent.get(lead, ())
            if self._reading.is_before(one)
            and (one.run_id, one.number) not in corrections
            and not (one.run_id in self._own[run_id] and digest_of(one.fields) in texts)
        ]


def _left_there(before: Sequence[_There]) -> Skip | None:
    """The reason to wait for a lead's rows in another run: a person has to decide on one, or the run is to send one."""
    for kind, states in ((SkipKind.WAITS_FOR_DECISION, _UNDECIDED), (SkipKind.WAITS_FOR_RESUME, (State.PENDING,))):
        for row in before:
            if row.state in states:
                return Skip(kind, *row.at)
    return None


def _beginning(rows: Sequence[_Waited], run_id: str, before: Sequence[int]) -> int:
    """At which of the lead's rows in the other run, by their numbers there, the sheet's rows begin."""
    for at, (_, reason) in enumerate(rows):
        if reason.run == run_id and reason.kind not in WAITING and reason.row in before:
            return max(0, before.index(reason.row) - at)
    return 0


def _settled(rows: Sequence[_Waited], run_id: str, before: Sequence[_There]) -> Iterator[tuple[int, Skip]]:
    """The lead's first rows that stand in the other run as well, with their outcome there.

    A row that failed there goes, unless it went through since, corrected, or a later one of its lead did.
    """
    over = (State.SUCCEEDED, State.SKIPPED)
    last = max((at for at, row in enumerate(before) if row.state in over), default=-1)
    for at, ((row, _), other) in enumerate(zip(rows, before, strict=False)):
        if digest_of(row.fields) != digest_of(other.origin.fields) or at > last:
            return
        yield row.number, Skip(SkipKind.BY_NOW, other.at[0] if other.later else run_id, status=other.state.status)


def _sent_since(row: RowRecord, since: Sequence[LastSent]) -> Skip:
    """The reason not to send a row whose lead was sent something by a third run, be it the same."""
    same = next((one for one in reversed(since) if same_fields(row.fields, one.fields)), None)
    last = same or since[-1]
    return Skip(SkipKind.SENT_SINCE if same else SkipKind.OTHER_SENT_SINCE, last.run_id, at=last.time)
