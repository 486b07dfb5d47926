"""The states of a sheet's rows over the runs of the sheet and of its copies."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from leadsync.journal import Origin, State
from leadsync.models import Lead
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.row_states import RowState, is_corrected_failure, is_over, left_to_another, went_at
from leadsync.reimport.sheet_rows import SheetRows
from leadsync.reimport.unchanged import digest_of, same_fields
from leadsync.reimport.waiting_texts import WaitingText

_SEVERAL = 2
Cells = tuple[str, ...]
"""A row's cells, to be compared."""


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


@dataclass(eq=False, kw_only=True)
class SheetHistory:
    """What became of a sheet's rows, for a file to be compared with a `Followed` run.

    A row is asked about by its place in the sheet, `there`; None for a new one.
    """

    states: dict[int, list[RowState]] = field(default_factory=dict)
    """By place, the oldest first."""
    added: dict[str, list[RowState]] = field(default_factory=dict)
    """Those of rows added elsewhere, by lead."""
    last: Mapping[int, Origin] = field(default_factory=dict)
    """The rows of the followed run, by number."""
    rows: SheetRows = field(default_factory=lambda: SheetRows({}))
    gone: dict[tuple[str, int], str] = field(default_factory=dict)
    """Rows of the followed run and those before it, by run and number, with the run of a later success."""
    rejected: dict[Cells, str] = field(default_factory=dict)
    """The cells of the rejected ones among the `gone`, with the same run."""
    is_original: bool = False
    is_other_copy: bool = False
    is_numbered: bool = False
    files: Mapping[str, Path] = field(default_factory=dict)
    """The runs with the states, and their files."""
    compared: Path | None = None
    """The file with the rows to be compared; None for those of a run."""
    sheet: str = ""
    """The name of the sheet's file."""
    content: str = ""
    """The id of the sheet as the followed run has read it, the same for its copies."""
    whole: Collection[str] = ()
    """The runs of the whole sheet. A row's number is its place there, but for those among the `places`."""
    places: dict[tuple[str, int], int] = field(default_factory=dict)
    """Of rows with another number in their run, by run and number, and of those in files that were given back."""
    _waiting: dict[int, list[Correction]] = field(default_factory=dict, init=False)
    """The corrections that wait in files given back, by place."""
    _order: dict[str, dict[int, int]] = field(default_factory=dict, init=False)
    """The positions of a lead's rows in their order, by place,"""
    _last: dict[str, RowState | None] = field(default_factory=dict, init=False)
    """and the last of them that went through."""

    @property
    def is_copy(self) -> bool:
        """Whether the followed run is of another copy: which of two texts is the older one is not known."""
        return self.is_original or self.is_other_copy

    def add_state(self, lead: str, state: RowState) -> None:
        """Add a row of the lead, newer than those before it."""
        if state.place is None:
            self.added.setdefault(lead, []).append(state)
        else:
            self.states.setdefault(state.place, []).append(state)

    def through(self, lead: str) -> dict[int, set[int]]:
        """The places of the lead's rows that went through in any run, each with the digests of its payloads then."""
        found: dict[int, set[int]] = {}
        for place in self.rows.order.get(lead, ()):
            for one in self.states.get(place, ()):
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
        through = next((run for one in reversed(states) if (run := one.through)), "")
        if not through:
            return None
        at = went_at(states, through)
        overtaken = (one.later_row for one in reversed(states[at + 1 :]) if one.says(lead))
        if skip := next(filter(None, overtaken), None):
            return skip
        if (
            self.is_original
            or is_corrected_failure(states)
            or any(one.says(lead) for one in self.twins_of(there))
            or any(one.says(lead) and is_over(states, when, at) for when, one in enumerate(states))
        ):
            later = [skip for one in states[at + 1 :] if (skip := left_to_another(one))]
            to_decide = (skip for skip in reversed(later) if skip.kind is SkipKind.UNDECIDED_SINCE)
            return next(to_decide, Skip(SkipKind.SENT_IN_COPY, through))
        return None

    def twins_of(self, there: int | None) -> Sequence[RowState]:
        """The states that went through of the same line of the sheet, given more than once."""
        places = self.rows.twins(there) if there is not None else ()
        return [one for place in places for one in self.states.get(place, ()) if one.through is not None]

    def _left_to_another(self, states: Sequence[RowState]) -> Skip | None:
        """The reason to leave a row to another run where it is still open, though newer runs skipped it."""
        for one in reversed(states):
            if one.through is not None:
                return None
            # Rows left of the followed run go from here, but those of its retry are that one's.
            is_other = not one.is_own or one.origin.run_id not in self.run_ids
            if is_other and (skip := left_to_another(one)):
                return skip
        return None

    def corrected(self, *rows: tuple[str, int]) -> Skip | None:
        """The reason not to send a row that failed as these: another correction went through."""
        run_id = next((self.gone[row] for row in rows if row in self.gone), None)
        return Skip(SkipKind.SENT_IN_COPY, run_id) if run_id is not None else None

    def superseded_rejected(self, lead: str, there: int | None, cells: Sequence[str]) -> Skip | None:
        """The reason not to reject a row: its correction went through. One without an id is asked about by its line."""
        run_id = self.rejected.get(comparable(cells))
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
        return self.states.get(there, ()) if there is not None else self.added.get(lead, ())

    def states_in(self, run_id: str, lead: str, number: int) -> Sequence[RowState]:
        """The states of a row by its number in one of the runs."""
        there = self.place(run_id, number)
        return self.states_of(lead, there) if there is not None else ()

    def later_row(self, run_id: str, lead: str, number: int) -> tuple[str, int] | None:
        """Run and number of a later row of the lead that went through, for a row by its number in one of the runs."""
        there, order = self.place(run_id, number), self.rows.order.get(lead, ())
        if there is None or len(order) < _SEVERAL:
            return None
        if lead not in self._order:
            went = (
                one
                for place in reversed(order)
                for one in reversed(self.states.get(place, ()))
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
        there = self.place(run_id, number)
        return (self.content, there) if there is not None else None

    def place(self, run_id: str, number: int) -> int | None:
        """The place in the sheet of a row of one of the runs; None if it has none."""
        return self.places.get((run_id, number), number if run_id in self.whole else None)

    @property
    def run_ids(self) -> set[str]:
        """The runs with the states; empty if there is nothing to compare."""
        return set(self.files)

    @property
    def ids_to_compare(self) -> set[str]:
        """The same, with the runs in which corrections of the rows wait."""
        return self.run_ids.union(one.text.run.id for waiting in self._waiting.values() for one in waiting)

    def add_corrections(
        self, texts: Sequence[WaitingText], run_id: str, origins: Callable[[], Mapping[int, Origin]]
    ) -> None:
        """Add the texts that wait for rows of a run with these origins; a run beside these has none."""
        found = [(place, one) for one in texts if (place := self.place(run_id, one.of_row)) is not None]
        before = origins() if found else {}
        for place, one in found:
            if one.of_row in before and (correction := Correction(one, before[one.of_row])).differs:
                self._waiting.setdefault(place, []).append(correction)

    def corrections_of(self, place: int | None) -> Sequence[Correction]:
        """The corrections of a row that wait in files given back."""
        return self._waiting.get(place, ()) if place is not None else ()

    def file_of(self, run_id: str) -> Path | None:
        """The file of one of the runs."""
        return self.files.get(run_id)


def comparable(cells: Sequence[str]) -> Cells:
    """Cells to compare: programs change the blanks and the ends of lines inside texts."""
    return tuple("".join(cell.split()) for cell in cells)
