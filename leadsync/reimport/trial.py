"""A sheet read anew after a trial of its first rows, because it or the settings for reading it have changed."""

from collections.abc import Collection, Mapping, Sequence

from leadsync.errors import UsageError
from leadsync.journal import LastSent, Origin, State
from leadsync.models import Lead, RunRecord
from leadsync.reasons import Skip, SkipKind
from leadsync.reimport.context import TrialMatch
from leadsync.reimport.earlier_failures import first_failure
from leadsync.reimport.losses import LossesOfSheets
from leadsync.reimport.row_states import RowState
from leadsync.reimport.rules import Decision
from leadsync.reimport.same_rows import RowKey
from leadsync.reimport.sheet_history import SheetHistory
from leadsync.reimport.sheet_rows import SheetRows
from leadsync.reimport.unchanged import digest_of, same_fields
from leadsync.result_codes import RESULT_CODES, Verdict

NONE_WAITING: Mapping[int, Skip] = {}
NONE_SEVERAL: Mapping[str, Sequence[RowKey]] = {}
_NOT_TAKEN = (State.FAILED, State.REJECTED)
_UNDECIDED = (State.CONFLICT, State.UNKNOWN)


class Trial:
    """The rows sent or rejected by a held trial, to be asked about the sheet's rows in their order.

    `tried` are all rows of the leads tried. `several` are the sheet's rows of each of those leads with more than one,
    as an earlier reading of it has found them. `newer` are the runs of `newer_sheets`. `waiting` are the rows of the
    trial's run that wait for another run still. `kin` are the runs of the same sheet and of its copies.
    """

    def __init__(
        self,
        run: RunRecord,
        tried: Mapping[int, Origin],
        states: SheetHistory,
        several: Mapping[str, Sequence[RowKey]] = NONE_SEVERAL,
        newer: Collection[str] = (),
        waiting: Mapping[int, Skip] = NONE_WAITING,
        kin: Collection[str] = (),
    ) -> None:
        self._run = run
        self._kin = {run.id, *kin}
        self._newer = newer
        self._states = states
        self._several = several
        self._there: int | None = None
        """The place of the row matched last."""
        self._sent = {number: one for number, one in tried.items() if one.state not in (State.PENDING, State.SKIPPED)}
        undecided = {one.lead for one in self._sent.values() if one.state in _UNDECIDED and not _harmless(one)}
        self._waiting = {number for number, one in tried.items() if one.lead in undecided}
        self._before = {**states.last, **tried}
        reasons = (one.reason for one in self._before.values() if one.state is State.SKIPPED)
        self._waits_for = {one.run for one in reasons if isinstance(one, Skip) and one.waits}
        """The other runs with undecided rows behind which rows of the trial wait."""
        self._behind = {self._before[number].lead: skip for number, skip in waiting.items() if number in self._before}
        """For which row of another run a lead's rows wait in the trial's."""
        self._rows = states.rows if states.last else SheetRows(tried)
        self._leads = frozenset(origin.lead for origin in self._sent.values())
        self._seen: dict[str, list[RowKey]] = {}
        """The sheet's rows of these leads so far."""
        self._same: dict[str, list[int | None]] = {}
        """The numbers here of the sheet's rows of a lead, in their order; None for a new row."""
        self._lowest: dict[str, int] = {}
        """The place among those of the last that went through and says the same still; -1 without any."""
        self._order: dict[str, dict[int, int]] = {}
        """The positions of the rows of a lead with several in their order, by place."""
        self._last: dict[str, int] = {}
        """The place of the last of those that went through."""

    @property
    def run_id(self) -> str:
        """The id of its run."""
        return self._run.id

    @property
    def run_ids(self) -> set[str]:
        """Its run and the others with states of its rows."""
        return {self._run.id, *self._states.run_ids}

    def waits_for(self, lead: str, sent: LastSent) -> bool:
        """Whether the rows of a lead wait for this one of it, which a person has to decide."""
        is_sent_again = sent.state is State.UNKNOWN and Lead(lead, sent.fields).harmless
        is_own = sent.run_id in self._kin and not is_sent_again
        return sent.state in _UNDECIDED and (is_own or sent.run_id in self._waits_for)

    def waits_still(self, lead: str) -> Skip | None:
        """For which row of another run the rows of a lead wait, as they do in the trial's run."""
        return self._behind.get(lead)

    def refuse_corrected(self, lead: Lead, waits: Skip) -> None:
        """Raise UsageError if the row matched last waits, but for one of a copy, or of its sheet, that says the same as
        in the runs: of another row its run would send the old text."""
        there = self._there
        # The rows of a run begun anew wait for another run. How many rows a lead has, the second reading knows.
        is_anew = waits.run != self._run.id and not self._run.follows
        if is_anew or (there is None and lead.external_id not in self._several):
            return
        before = [one.origin for one in self._states.states_of(lead.external_id, there)]
        if there is not None and (origin := self._before.get(there)) is not None:
            before.append(origin)
        is_of_copy = bool(self._states.sheet) or self._states.is_original
        if not is_of_copy or not any(_same(origin, lead) for origin in before):
            changed = f"; nothing of this copy is sent until then, as it has changed rows of lead {lead.external_id}"
            raise UsageError(
                f"A person has to decide on row {waits.row} of run {waits.run} before the rest of its lead is sent"
                f"{changed if is_of_copy else ''}: "
                f"leadsync resolve {waits.run} --row {waits.row}, with --applied, --not-applied or --send",
                names_file=True,
            )

    def released(self, unsent: Sequence[int]) -> list[int]:
        """Those of its unsent rows that do not wait: they are the sheet's now."""
        return [number for number in unsent if number not in self._waiting]

    @property
    def is_original(self) -> bool:
        """Whether the file is the sheet, and its run is of a copy."""
        return self._states.is_original

    def compares(self, lead: str, last: LastSent) -> bool:
        """Whether the row matched last is compared with its lead's last payload row by row: of no other sheet, and not
        of the same one written anew, unless it says the same in both."""
        if last.run_id not in self.run_ids:
            return False
        states = self._states.states_of(lead, self._there)
        is_here = any((one.origin.run_id, one.number) == (last.run_id, last.number) for one in states)
        is_kept = is_here and any(one.is_own and same_fields(one.origin.fields, last.fields) for one in states)
        return is_kept or last.run_id not in self._newer

    @property
    def several(self) -> dict[str, list[RowKey]]:
        """The sheet's rows of each lead with several; complete after the last row."""
        return {lead: rows for lead, rows in self._seen.items() if len(rows) > 1}

    def match(self, lead: Lead, number: int, own: int | None = None) -> TrialMatch | None:
        """The trial's row for the lead's next row in the file, in line `number`; None if it had none.

        `own` is its number in the sheet, for a copy by `check` as it says it.
        """
        row = RowKey(self._number(own), digest_of(lead.fields))
        self._there = there = self._see(lead.external_id, row)
        if kept := self._kept(lead, there):
            return kept
        skip = self._states.superseded(lead, there) or self._later_row(lead.external_id, there)
        if skip := skip or self._refused(lead, there):
            return TrialMatch(self._run.id, skip)
        match = self._failed(lead, there) or self._by_number(lead, own or number)
        if skip := self._corrected(match):
            return TrialMatch(self._run.id, skip)
        failures = tuple(self._states.failures(lead.external_id, there))
        # A copy may be sorted: its rows are as old as in the sheet.
        is_older = row.number is None and self._sent_below(lead.external_id) is not None
        if not failures and not is_older:
            return match
        return (match or TrialMatch(self._run.id))._replace(failures=failures, is_older=is_older)

    def match_rejected(self, lead: str, number: int, cells: Sequence[str], own: int | None = None) -> TrialMatch | None:
        """The same for a row that is rejected now: its failure in the trial, or the reason to skip it instead."""
        # Without an id, only the number tells.
        key = self._number(own)
        if lead:
            there = self._see(lead, RowKey(key, None))
        else:
            there = next(iter(self._rows.at(key)), None) if key is not None else own or number
        found = self._sent.get(there) if there is not None else None
        match = None
        if there is not None and found is not None and found.lead == lead and found.state in _NOT_TAKEN:
            match = self._again(there, found)
            # Of two equal lines one may be corrected: the other is still at fault.
            if not self._corrected(match):
                return match
        skip = self._states.superseded_rejected(lead, there, cells)
        return TrialMatch(self._run.id, skip) if skip else match

    def note(self, lead: Lead, number: int, decision: Decision, losses: LossesOfSheets) -> None:
        """The row matched last was decided: compare it with its states."""
        there = self._there
        states = self._states.states_of(lead.external_id, there)
        if not states and there is not None and (origin := self._before.get(there)) is not None:
            states = [RowState(there, origin, is_own=True, place=there)]
        if isinstance(decision, Skip):
            states = [*self._states.twins_of(there), *states]
        if there is not None or lead.external_id not in self._states.rows.order:
            losses.of(self._states).note(number, lead, decision, states)

    def missing(self, unsent: Collection[int]) -> list[int]:
        """Those of its unsent rows that a copy of its sheet does not hold; complete after the last row."""
        if not self._states.sheet:
            return []
        held = {place for same in self._same.values() for place in same}
        return [number for number in unsent if number not in held]

    def _number(self, own: int | None) -> int | None:
        """The number of the file's next row in the sheet of the trial; None if it is not known."""
        return own if self._states.is_numbered else None

    def _see(self, lead: str, row: RowKey) -> int | None:
        """The place of the sheet's next row of a lead; None for a new row."""
        if lead not in self._rows.order and (row.number is None or not self._rows.at(row.number)):
            return None
        seen = self._seen.setdefault(lead, [])
        seen.append(row)
        if lead not in self._same:
            # How many rows the lead has in the sheet is known from the second reading on.
            self._match_all(lead, self._several.get(lead, seen))
        same = self._same[lead]
        return same[len(seen) - 1] if len(seen) <= len(same) else None

    def _match_all(self, lead: str, rows: Sequence[RowKey]) -> None:
        self._same[lead] = self._rows.match(lead, rows)
        through = self._states.through(lead)
        for number in self._rows.here.get(lead, ()):
            if (origin := self._sent.get(number)) is not None and origin.state is State.SUCCEEDED:
                through.setdefault(number, set()).add(digest_of(origin.fields))
        same = enumerate(self._same[lead])
        still = (at for at, place in same if place is not None and rows[at].digest in through.get(place, ()))
        self._lowest[lead] = max(still, default=-1)
        order = self._rows.order_with(lead, self._same[lead])
        if len(order) > 1 and (went := [place for place in order if place in through]):
            self._last[lead] = went[-1]
            self._order[lead] = {place: at for at, place in enumerate(order)}

    def _by_number(self, lead: Lead, number: int) -> TrialMatch | None:
        """The trial's row in this line, if it had no readable id, or failed with another id and the same values."""
        origin = self._sent.get(number) if not self._states.is_numbered else None
        if origin is None or origin.state not in _NOT_TAKEN or origin.lead == lead.external_id:
            return None
        if lead.external_id in self._leads:
            return None
        if origin.lead and not (origin.state is State.FAILED and same_fields(origin.fields, lead.fields)):
            return None
        return self._again(number, origin)

    def _corrected(self, match: TrialMatch | None) -> Skip | None:
        if match is None or match.again is None or match.root is None:
            return None
        return self._states.corrected((match.run_id, match.again), match.root)

    def _again(self, number: int, origin: Origin) -> TrialMatch:
        return TrialMatch(self._run.id, again=number, root=first_failure(origin, number))

    def _kept(self, lead: Lead, there: int | None) -> TrialMatch | None:
        """The row, if it went through in the trial as it stands here."""
        origin = self._sent.get(there) if there is not None else None
        # A failed row is no reason to skip, unless the dialer refuses it for good.
        if origin is None or not _same(origin, lead) or not (origin.state is State.SUCCEEDED or _is_final(origin)):
            return None
        return TrialMatch(self._run.id, Skip(SkipKind.SENT_IN_TRIAL, self._run.id, there), kept=there)

    def _failed(self, lead: Lead, there: int | None) -> TrialMatch | None:
        """The row, if it failed in the trial or was rejected there."""
        origin = self._sent.get(there) if there is not None else None
        if origin is None or there is None or origin.state not in _NOT_TAKEN:
            return None
        return self._again(there, origin)._replace(failed=_answer(origin) if _same(origin, lead) else None)

    def _refused(self, lead: Lead, there: int | None) -> Skip | None:
        """The reason not to send a row that the dialer has refused for good in a run before the trial's."""
        refused = (one for one in self._states.states_of(lead.external_id, there) if one.is_own and one.says(lead))
        code = next((one.origin.code for one in refused if _is_final(one.origin)), None)
        return Skip(SkipKind.REFUSED_FOR_GOOD, code=code) if code is not None else None

    def _later_row(self, lead: str, there: int | None) -> Skip | None:
        """The reason to skip a row: a later one of its lead went through. A new row has its place in the order of the
        file, any other one in that of the runs."""
        later = self._sent_below(lead)
        if there is not None:
            order, last = self._order.get(lead, {}), self._last.get(lead, there)
            later = last if order.get(last, 0) > order.get(there, 0) else None
        if later is None:
            return None
        run_id, number = self._states.rows.where(later) or (self._run.id, later)
        return Skip(SkipKind.LATER_ROW_OF_TRIAL, run_id, number)

    def _sent_below(self, lead: str) -> int | None:
        """The place of a row of the lead further down in the file that went through and says the same still."""
        lowest = self._lowest.get(lead, -1)
        return self._same[lead][lowest] if lowest >= len(self._seen.get(lead, ())) else None


def _answer(origin: Origin) -> tuple[str, str]:
    entry = RESULT_CODES.get(origin.code) if origin.code is not None else None
    return (f"{entry.code} {entry.meaning.rstrip('.')}", entry.field) if entry else ("no answer that counts", "")


def _same(origin: Origin, lead: Lead) -> bool:
    is_same = origin.lead == lead.external_id and same_fields(origin.fields, lead.fields)
    return origin.state is not State.REJECTED and is_same


def _harmless(origin: Origin) -> bool:
    return origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless


def _is_final(origin: Origin) -> bool:
    entry = RESULT_CODES.get(origin.code) if origin.code is not None else None
    return origin.state is State.FAILED and entry is not None and entry.verdict is Verdict.FINAL
