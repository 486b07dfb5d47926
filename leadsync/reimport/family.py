"""The states of a sheet's rows over the runs of the sheet and of its copies."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from leadsync.journal import CheckedSheet, Journal, Origin, State
from leadsync.models import Lead, RunRecord
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.newer_payloads import newer_runs
from leadsync.reimport.same_rows import rows_of_leads
from leadsync.reimport.sheet_rows import NO_NUMBERS, SheetRows, numbers_in_sheet
from leadsync.reimport.unchanged import digest_of, same_fields
from leadsync.reimport.waiting_texts import WaitingText, waiting_texts


class Followed(NamedTuple):
    """An earlier run of a sheet, to take rows over from.

    With `is_original` the sheet is the source of copies in that run, and older: any of its texts is an earlier state.
    With `is_other_copy` both are copies, or the file is one of an earlier content of the sheet: the run's text may be
    the newer one.
    """

    run: RunRecord
    is_original: bool = False
    is_other_copy: bool = False
    by_copy: bool = False
    """Whether the file is a copy: each row left of the run is looked for in it."""

    came_back: bool = False
    """Whether the file has rows of the run: of other runs only those of copies and of the same rows count."""

    is_numbered: bool = False
    """Whether the file's rows have the numbers of the run's sheet: it is just that sheet, or a copy of it."""


NO_FILES: Mapping[str, str] = {}
_SEVERAL = 2
NO_PLACES: Mapping[tuple[str, int], int] = {}
NO_STATES: Mapping[str, Sequence["RowState"]] = {}
Cells = tuple[str, ...]
"""A row's cells, to be compared."""


class RowState(NamedTuple):
    """A row as one run has it. `is_own`: the followed run, or one before it, has it. `place`: the place of the row in
    the sheet, see `SheetRows`; None for a row added elsewhere. `since`: the later run where it went through."""

    number: int
    origin: Origin
    is_own: bool
    place: int | None = None
    since: str | None = None

    @property
    def through(self) -> str | None:
        """The run in which it went through; None if it did not."""
        return self.origin.run_id if self.origin.state is State.SUCCEEDED else self.since

    def says(self, lead: Lead) -> bool:
        """Whether it says the same to the same lead."""
        return self.origin.lead == lead.external_id and same_fields(self.origin.fields, lead.fields)


class Correction(NamedTuple):
    """A row's text in a file given back where it waits, and the one that it corrects."""

    text: WaitingText
    before: Origin

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return not self.is_left_out_by(self.text.lead)

    def is_left_out_by(self, lead: Lead) -> bool:
        """Whether a row says what it said before its correction."""
        return self.before.lead == lead.external_id and same_fields(self.before.fields, lead.fields)


class Family:
    """The states of the rows by place, the oldest first, and the rows of the followed run by number, `last`.

    `added` are those of rows added elsewhere, by lead.

    `gone`: rows of the followed run and those before it, with the run of a later success. A row is asked about by its
    place in the sheet, `there`; None for a new one.
    """

    def __init__(
        self,
        states: Mapping[int, Sequence[RowState]],
        last: Mapping[int, Origin],
        gone: Mapping[tuple[str, int], str],
        rejected: Mapping[Cells, str],
        *,
        is_original: bool,
        is_other_copy: bool = False,
        is_numbered: bool = False,
        added: Mapping[str, Sequence[RowState]] = NO_STATES,
        rows: SheetRows | None = None,
        files: Mapping[str, str] = NO_FILES,
        sheet: str = "",
        content: str = "",
        whole: Collection[str] = (),
        places: Mapping[tuple[str, int], int] = NO_PLACES,
    ) -> None:
        self._states = states
        self._added = added
        self.is_numbered = is_numbered
        self.last = last
        self.rows = rows or SheetRows(last)
        self._gone = gone
        self._rejected = rejected
        """The cells of the rejected ones among the `gone`, with the same run."""
        self.is_original = is_original
        self.is_copy = is_original or is_other_copy
        """Whether the followed run is of another copy: which of two texts is the older one is not known."""
        self.sheet = sheet
        """The name of the sheet's file."""
        self._content = content
        """The id of the sheet as the followed run has read it, the same for its copies."""
        self._files = dict(files)
        self._whole = whole
        """The runs of the whole sheet. A row's number is its place there, but for those among the `places`."""
        self._places = places
        self._waiting: dict[int, list[Correction]] = {}
        """The corrections that wait in files given back, by place."""
        self._order: dict[str, dict[int, int]] = {}
        """The positions of a lead's rows in their order, by place, and the last of them that went through."""
        self._last: dict[str, RowState | None] = {}

    def through(self, lead: str) -> dict[int, set[int]]:
        """The places of the lead's rows that went through in any run, each with the digests of its payloads then."""
        found: dict[int, set[int]] = {}
        for place in self.rows.order.get(lead, ()):
            for one in self._states.get(place, ()):
                if one.through is not None and one.origin.lead == lead:
                    found.setdefault(place, set()).add(digest_of(one.origin.fields))
        return found

    def superseded(self, lead: Lead, there: int | None) -> Skip | None:
        """The reason not to send the row: a later state of it went through, or is for another run."""
        if self._is_new(lead.external_id, there):
            return None
        states = self.states_of(lead.external_id, there)
        if skip := self._left_to_another(states):
            return skip
        at, through = next(((at, run) for at in reversed(range(len(states))) if (run := states[at].through)), (-1, ""))
        if not through:
            return None
        if (
            self.is_original
            or _is_corrected_failure(states)
            or any(
                one.says(lead)
                for when, one in enumerate([*states, *self.twins_of(there)])
                if when <= at or one.origin.state is State.SKIPPED or when >= len(states)
            )
        ):
            return Skip(SkipKind.SENT_IN_COPY, through)
        return None

    def twins_of(self, there: int | None) -> Sequence[RowState]:
        """The states that went through of the same line of the sheet, given more than once."""
        places = self.rows.twins(there) if there is not None else ()
        return [one for place in places for one in self._states.get(place, ()) if one.through is not None]

    def _left_to_another(self, states: Sequence[RowState]) -> Skip | None:
        """The reason to leave a row to another run where it is still open, though newer runs skipped it."""
        for one in reversed(states):
            if one.through is not None:
                return None
            # Rows left of the followed run go from here, but those of its retry are that one's.
            is_other = not one.is_own or one.origin.run_id not in self.run_ids
            if is_other and (skip := _left_to_another(one)):
                return skip
        return None

    def corrected(self, *rows: tuple[str, int]) -> Skip | None:
        """The reason not to send a row that failed as these: another correction went through."""
        run_id = next((self._gone[row] for row in rows if row in self._gone), None)
        return Skip(SkipKind.SENT_IN_COPY, run_id) if run_id is not None else None

    def superseded_rejected(self, lead: str, there: int | None, cells: Sequence[str]) -> Skip | None:
        """The reason not to reject a row: its correction went through. One without an id is asked about by its line."""
        run_id = self._rejected.get(_own(cells))
        if run_id is None and self.is_original and not self._is_new(lead, there):
            at_number = self.last.get(there) if there is not None else None
            rows = [one.origin for one in self.states_of(lead, there)] if lead else [at_number] if at_number else []
            run_id = next((one.run_id for one in reversed(rows) if one.state is State.SUCCEEDED), None)
        return Skip(SkipKind.SENT_IN_COPY, run_id) if run_id is not None else None

    def failures(self, lead: str, there: int | None) -> Iterator[tuple[str, int]]:
        """Run and number of the row where it did not go through in other runs."""
        for one in self.states_of(lead, there):
            if not one.is_own and one.origin.state in (State.FAILED, State.REJECTED):
                yield one.origin.run_id, one.number

    def _is_new(self, lead: str, there: int | None) -> bool:
        """Whether the row was added beside those of the runs."""
        return there is None and lead in self.rows.order

    def states_of(self, lead: str, there: int | None) -> Sequence[RowState]:
        """The states of a row; those of rows added to other files, if it is new."""
        return self._states.get(there, ()) if there is not None else self._added.get(lead, ())

    def states_in(self, run_id: str, lead: str, number: int) -> Sequence[RowState]:
        """The states of a row by its number in one of the runs."""
        there = self._place(run_id, number)
        return self.states_of(lead, there) if there is not None else ()

    def later_row(self, run_id: str, lead: str, number: int) -> tuple[str, int] | None:
        """Run and number of a later row of the lead that went through, for a row by its number in one of the runs."""
        there, order = self._place(run_id, number), self.rows.order.get(lead, ())
        if there is None or len(order) < _SEVERAL:
            return None
        if lead not in self._order:
            went = (
                one
                for place in reversed(order)
                for one in reversed(self._states.get(place, ()))
                if one.origin.state is State.SUCCEEDED and one.origin.lead == lead
            )
            self._order[lead] = {place: at for at, place in enumerate(order)}
            self._last[lead] = next(went, None)
        positions, last = self._order[lead], self._last[lead]
        if last is None or last.place is None or positions[last.place] <= positions.get(there, len(order)):
            return None
        return last.origin.run_id, last.number

    def row_of_sheet(self, run_id: str, number: int) -> tuple[str, int] | None:
        """The sheet's id and the place of a row there, by its number in one of the runs: alike for the row in each."""
        there = self._place(run_id, number)
        return (self._content, there) if there is not None else None

    def _place(self, run_id: str, number: int) -> int | None:
        return self._places.get((run_id, number), number if run_id in self._whole else None)

    @property
    def run_ids(self) -> set[str]:
        """The runs with the states; empty if there is nothing to compare."""
        return set(self._files)

    @property
    def ids_to_compare(self) -> set[str]:
        """The same, with the runs in which corrections of the rows wait."""
        return self.run_ids.union(one.text.run.id for waiting in self._waiting.values() for one in waiting)

    def add_corrections(
        self, texts: Sequence[WaitingText], run_id: str, origins: Callable[[], Mapping[int, Origin]]
    ) -> None:
        """Add the texts that wait for rows of a run with these origins; a run beside this family's has none."""
        found = [(place, one) for one in texts if (place := self._place(run_id, one.of_row)) is not None]
        before = origins() if found else {}
        for place, one in found:
            if one.of_row in before and (correction := Correction(one, before[one.of_row])).differs:
                self._waiting.setdefault(place, []).append(correction)

    def corrections_of(self, place: int | None) -> Sequence[Correction]:
        """The corrections of a row that wait in files given back."""
        return self._waiting.get(place, ()) if place is not None else ()

    def file_of(self, run_id: str) -> str:
        """The name of the file of one of the runs."""
        return self._files.get(run_id, "another file")


def family_of(journal: Journal, followed: Followed, hold: Callable[[str], None], file: Path | None = None) -> Family:
    """The states of the followed run's rows, from the runs before it and all that had a row of these since.

    For a file that came back they are those of leads with a row that may go again. Those runs are held. A run
    that took over no row, and has no copy, needs no states, unless corrections of its rows wait in another file than
    this one.
    """
    own = list(_chain(journal, followed.run))
    others = _others(journal, own, came_back=followed.came_back)
    is_copy = followed.is_original or followed.is_other_copy
    texts = list(waiting_texts(journal, own[-1], file))
    is_alone = len(own) == 1 and not journal.lineage(own[0].id) and not others
    if is_alone and not is_copy and not followed.by_copy and all(one.of_run != own[0].id for one in texts):
        return Family({}, {}, {}, {}, is_original=False)
    for other in others:
        hold(other.id)
    family = _gathered(journal, followed, own, others)
    for run_id in {one.of_run for one in texts}:
        family.add_corrections([one for one in texts if one.of_run == run_id], run_id, partial(journal.origins, run_id))
    return family


def _gathered(journal: Journal, followed: Followed, own: Sequence[RunRecord], others: Sequence[RunRecord]) -> Family:
    states: dict[int, list[RowState]] = {}
    added: dict[str, list[RowState]] = {}
    gone: dict[tuple[str, int], str] = {}
    rejected: dict[Cells, str] = {}
    ids = {run.id for run in own}
    whole = ids | {run.id for run in journal.runs_of(_sheet_of(journal, own[0]))}
    runs = sorted([*own, *others], key=lambda run: run.created)
    # Of the rows of a file that was given back only those may go.
    open_in = {one for run in runs for one in (run.id, *journal.lineage(run.id))} if followed.came_back else None
    last = journal.origins(followed.run.id, open_in)
    rows = SheetRows(last, numbers_in_sheet(followed.run, last))
    earlier = [run for run in reversed(runs) if run.id in whole and run.id != followed.run.id]
    places = _moved(journal, rows, followed.run, earlier, open_in)
    """Of rows with another number in their run, and of those in files that were given back."""
    for run in runs:
        origins = last if run.id == followed.run.id else journal.origins(run.id, open_in)
        descendants = journal.descendants(run.id)
        later = _successes(run.id, origins, descendants)
        if run.id in ids:
            later = {**_equals_sent(journal, origins), **later}
        found = _numbered(origins) if run.id in whole else rows.places(origins)
        for lead, number, usual in ((lead, *pair) for lead, *both in found for pair in zip(*both, strict=True)):
            # Of a file that was given back the links count: other rows of the sheet may be missing there.
            place = places.get((run.id, number), usual)
            state = RowState(number, origins[number], run.id in ids, place, later.get(number))
            (added.setdefault(lead, []) if place is None else states.setdefault(place, [])).append(state)
            if place is not None and run.id in whole:
                places |= {(by, taken): place for by, _, taken in descendants.get(number, ()) if by not in whole}
        if run.id in ids:
            gone |= {(run.id, number): by for number, by in later.items()}
            rejected |= _rejected(journal, run, origins, later)
    return Family(
        states,
        last,
        gone,
        rejected,
        is_original=followed.is_original,
        is_other_copy=followed.is_other_copy,
        is_numbered=followed.is_numbered,
        added=added,
        rows=rows,
        files={run.id: run.file.name for run in runs},
        sheet=_sheet_of(journal, own[0]).name,
        content=_content(journal, followed.run),
        whole=whole,
        places=places,
    )


def _rejected(
    journal: Journal, run: RunRecord, origins: Mapping[int, Origin], later: Mapping[int, str]
) -> dict[Cells, str]:
    """The cells of a run's rejected rows that went through in a `later` run, with that run."""
    numbers = [number for number in later if origins[number].state is State.REJECTED]
    return {_own(cells): later[number] for number, cells in journal.cells(run.id, numbers).items()}


def _moved(
    journal: Journal, rows: SheetRows, followed: RunRecord, runs: Sequence[RunRecord], open_in: Collection[str] | None
) -> dict[tuple[str, int], int]:
    """Add the rows of these runs, the newest first; return the places of those with another number in their run."""
    # Each run is read anew for the states: memory holds the rows of the followed run and of one more.
    places: dict[tuple[str, int], int] = {}
    for run in runs:
        origins = journal.origins(run.id, open_in)
        numbers = numbers_in_sheet(run, origins) if same_numbers(journal, run, followed) else NO_NUMBERS
        places |= {(run.id, number): place for number, place in rows.add(run, origins, numbers).items()}
    return places


def same_numbers(journal: Journal, run: RunRecord, other: RunRecord) -> bool:
    """Whether the rows of two runs of a sheet or its copies have the same numbers in it: it was not changed between."""
    return _content(journal, run) == _content(journal, other)


def _content(journal: Journal, run: RunRecord) -> str:
    """The id of the sheet's content that a run, or the check of its copy, has read."""
    return run.checked or CheckedSheet.of(_sheet_of(journal, run), run.sheet, run.fingerprint).id


def first_givers(journal: Journal, run: RunRecord) -> list[RunRecord]:
    """The first runs of a run's rows, through retries and files given back, the oldest first; or the run itself."""
    found, seen, ahead = set[str](), set[str](), [run.id]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            givers = journal.givers(one)
            ahead += givers
            found |= set() if givers else {one}
    return sorted(map(journal.run, found), key=lambda first: first.created)


def _numbered(origins: Mapping[int, Origin]) -> Iterator[tuple[str, Sequence[int], Sequence[int]]]:
    """Each lead of a run with its rows' numbers, as their places."""
    for lead, numbers in rows_of_leads(origins).items():
        yield lead, numbers, numbers


def _successes(
    run_id: str, origins: Mapping[int, Origin], descendants: Mapping[int, Sequence[tuple[str, State, int]]]
) -> dict[int, str]:
    """The rows of a run that went through in a later one: the number here, and the last such run."""
    found = {
        number: origin.run_id
        for number, origin in origins.items()
        if origin.run_id != run_id and origin.state is State.SUCCEEDED
    }
    for number, later in descendants.items():
        runs = [by for by, state, _ in later if state is State.SUCCEEDED]
        if runs and number in origins:
            found[number] = runs[-1]
    return found


def _equals_sent(journal: Journal, origins: Mapping[int, Origin]) -> dict[int, str]:
    """The rows of a sheet that waited for another run: the number, and that run if it has sent their equal."""
    waited: dict[str, list[int]] = {}
    for number, origin in origins.items():
        reason = origin.reason if origin.state is State.SKIPPED else None
        if isinstance(reason, Skip) and reason.waits_in_sheet:
            waited.setdefault(reason.run, []).append(number)
    found: dict[int, str] = {}
    for run_id, numbers in waited.items():
        went = {
            (one.lead, digest_of(one.fields))
            for one in journal.origins(run_id).values()
            if one.state is State.SUCCEEDED
        }
        rows = ((number, origins[number]) for number in numbers)
        found |= {number: run_id for number, one in rows if (one.lead, digest_of(one.fields)) in went}
    return found


def _own(cells: Sequence[str]) -> Cells:
    """Cells to compare: programs change the blanks and the ends of lines inside texts."""
    return tuple("".join(cell.split()) for cell in cells)


def _chain(journal: Journal, run: RunRecord) -> Iterator[RunRecord]:
    """The run, the run that it follows, and so on."""
    before: RunRecord | None = run
    while before is not None:
        yield before
        before = journal.find(before.follows) if before.follows else None


def _others(journal: Journal, own: Sequence[RunRecord], *, came_back: bool) -> list[RunRecord]:
    """The later runs with rows of these, and the later runs of the same file; for a file that came back, of its copies
    with this content. A retry counts as its run."""
    ids = {run.id for run in own}
    found = {
        run.id: run
        for run in journal.runs_of(_sheet_of(journal, own[0]))
        if not came_back or (run.checked and same_numbers(journal, run, own[0]))
    }
    for one in own:
        found |= {later: journal.run(later) for later in journal.lineage(one.id)}
    first = own[-1]
    return [
        run
        for run in found.values()
        if run.id not in ids
        and run.complete
        and not run.retry_of
        and run.created >= first.created
        and run.is_at(first.dialer, first.ids)
    ]


def newer_sheets(journal: Journal, run: RunRecord) -> set[str]:
    """The runs with values read after those of a run's sheet, of other sheets or of the same one written anew; files
    given back are no others."""
    own = list(_chain(journal, run))
    ids = {one.id for one in own}
    others = _others(journal, own, came_back=False)
    files = {one.id for one in journal.runs_of(_sheet_of(journal, run))}
    anew = {one.id for one in others if one.id in files and not same_numbers(journal, one, run)}
    ids |= {one.id for one in others}
    ids = ids.union(*map(journal.lineage, ids)) - anew
    return {other for other in newer_runs(journal, own[-1]) - ids if journal.run(other).retry_of not in ids}


def _sheet_of(journal: Journal, run: RunRecord) -> Path:
    """The file of a run, or the one of which it is a copy."""
    copied = journal.checked_sheet(run.checked) if run.checked else None
    return copied.file if copied else run.file


def _left_to_another(one: RowState) -> Skip | None:
    origin = one.origin
    if origin.state is State.PENDING or _is_in_doubt(origin):
        return Skip(SkipKind.LEFT_TO_RUN, origin.run_id)
    if origin.state in (State.UNKNOWN, State.CONFLICT):
        return Skip(SkipKind.UNDECIDED_SINCE, origin.run_id, one.number, status=origin.state.status)
    return None


def _is_corrected_failure(states: Sequence[RowState]) -> bool:
    """Whether a row failed when the sheet last sent it, and a correction went through: the first one counts."""
    tried = (one for one in reversed(states) if one.is_own and one.origin.state is not State.SKIPPED)
    last = next(tried, None)
    return last is not None and last.since is not None and last.origin.state in (State.FAILED, State.REJECTED)


def _is_in_doubt(origin: Origin) -> bool:
    """Whether the row is in doubt, and idempotent: it is sent again."""
    return origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless
