"""The earlier runs of a file's rows, from the journal. Nothing else in this package asks it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leadsync.config import Settings
from leadsync.errors import SettingsError, SheetError
from leadsync.file_names import first_stem
from leadsync.journal import CheckedSheet, Journal, LastSent, Origin, State
from leadsync.leads import Column
from leadsync.models import NOTE, Lead, RunRecord
from leadsync.reasons import FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport.claims import Claim
from leadsync.reimport.context import Before, Descendant
from leadsync.reimport.earlier_failures import did_not_go, first_failure
from leadsync.reimport.losses import LossesOfSheets
from leadsync.reimport.newer_payloads import Reading, reading_of_run
from leadsync.reimport.read_history import Followed, history_of
from leadsync.reimport.row_states import RowState
from leadsync.reimport.rows_ahead import RowsAhead
from leadsync.reimport.rules import Send
from leadsync.reimport.same_rows import rows_of_leads
from leadsync.reimport.sheet_history import SheetHistory
from leadsync.reimport.sheet_rows import in_order, numbers_in_sheet
from leadsync.reimport.sheet_runs import first_givers
from leadsync.reimport.waiting_leads import NO_WAITING, WaitingLeads, waiting_leads
from leadsync.reimport.waiting_texts import repeated_by
from leadsync.reimport.workbook import heading_name
from leadsync.spreadsheet import CHECK_PREFIX

_IDS = {"template_id", "campaign_id", "allocation_id"}
_GOES = (State.SUCCEEDED, State.PENDING)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run as it stands now. Rows are known by their number, leads by their id."""

    run: RunRecord
    same_place: bool
    origins: Mapping[int, Origin]
    descendants: Mapping[int, Sequence[Descendant]]
    ahead: RowsAhead
    succeeded: Mapping[str, int]
    """The last row that went through, in the order of the sheet."""
    sorted_rows: Mapping[int, int]
    """Of a sorted copy's rows those with another place in the sheet: the row at that place of their lead."""
    histories: Sequence[SheetHistory]
    """The runs of its rows' sheet, or sheets, and of their copies."""
    sheet_run: str
    """The run in which its rows have the same numbers: a retry's is the run that it repeats."""
    reading: Reading
    successors: Collection[tuple[str, int]] = ()
    """Run and number of the rows that came from this run's."""
    waiting: WaitingLeads = NO_WAITING
    """A plain sheet's own rows that waited."""
    earlier_readings: Mapping[str, Reading] = field(default_factory=dict)
    """The readings of the runs in which rows failed that were not corrected here."""

    def note(self, losses: LossesOfSheets, line: int, number: int, decision: Send) -> None:
        """Compare a row to be sent, in a file's `line`, with its states over the runs of its sheet and its copies."""
        history, states = self._states(number)
        if history is not None:
            losses.of(history).note(line, decision.lead, decision, states)

    def is_taken(self, number: int, lead: Lead | Rejected) -> bool:
        """Whether the row went through as it stands now, or is to be sent so, in the last run that has it."""
        last = next((one for one in reversed(self._states(number)[1]) if one.origin.state in _GOES), None)
        return last is not None and isinstance(lead, Lead) and last.says(lead)

    def sent_elsewhere(self, number: int, lead: Lead | Rejected) -> Skip | None:
        """The reason not to send a row that waits no longer: another run of its sheet has, as it stands now."""
        if not isinstance(lead, Lead):
            return None
        found = (history.superseded(lead, history.place(self.sheet_run, number)) for history in self.histories)
        return next(filter(None, found), None)

    def _states(self, number: int) -> tuple[SheetHistory | None, Sequence[RowState]]:
        lead = self.origins[number].lead
        found = ((history, history.states_in(self.sheet_run, lead, number)) for history in self.histories)
        return next((one for one in found if one[1]), (None, ()))

    def first_row(self, number: int) -> tuple[str, int]:
        """Run and number of the row where its sheet was read at first, or where it failed and was not corrected."""
        origin, states = self.origins[number], self._states(number)[1]
        if did_not_go(origin) and (first := first_failure(origin, number)) != (origin.run_id, number):
            return first
        return (states[0].origin.run_id, states[0].number) if states else (self.run.id, number)

    def row_of_sheet(self, number: int) -> tuple[str, int]:
        """The row as its sheet has it, whichever of the sheet's runs it is a row of."""
        rows = (history.row_of_sheet(self.sheet_run, number) for history in self.histories)
        return next(filter(None, rows), (self.run.id, number))

    def later_row(self, lead: str, number: int) -> tuple[str, int] | None:
        """Run and number of a later row of the lead, sent with success here or from another file of the sheet."""
        later = self.succeeded.get(lead, 0)
        if self.sorted_rows.get(later, later) > self.sorted_rows.get(number, number):
            return self.run.id, later
        rows = (history.later_row(self.sheet_run, lead, number) for history in self.histories)
        return next(filter(None, rows), None)

    def reading_of(self, number: int) -> Reading:
        """When a row's values were read: of one left out because it was not corrected, in the run where it failed."""
        failed_in = _failed_in(self.origins[number])
        return self.earlier_readings.get(failed_in, self.reading)

    def is_older(self, number: int, last: LastSent) -> bool:
        """Whether a row's values were read before another run read this payload."""
        if last.run_id not in self.reading_of(number).newer:
            return False
        # A row that came from this run has its place in the order of this run's rows, corrected or not.
        return (last.run_id, last.number) not in self.successors

    def inserted(self, number: int) -> bool:
        """Whether the row was to add a lead; corrected, it still is."""
        origin = self.origins[number]
        rejected = isinstance(origin.reason, Rejected) and origin.reason.inserts
        return self.run.inserts == "only" or rejected or Lead(origin.lead, origin.fields).inserts


class Lineage:
    """Reads each earlier run once.

    `hold` gets the id of each run with such rows, now or before, and keeps others from sending them meanwhile. `file`
    is the one that is read. Raises SettingsError for rows of a run of another of the settings' campaigns, and
    SheetError if the runs' dates were read in different orders.
    """

    def __init__(
        self, journal: Journal | None, settings: Settings, hold: Callable[[str], None], file: Path | None = None
    ) -> None:
        self._journal = journal
        self._settings = settings
        self._hold = hold
        self._file = file
        # None is remembered too: a million rows may name a run of another journal.
        self._known: dict[str, Earlier | None] = {}
        self._histories: dict[str, SheetHistory] = {}
        """By the first run of their rows."""
        self._names: dict[str, Mapping[str, str]] = {}
        self.notes: set[str] = set()
        """Headings of columns that a person has added and that are not sent."""
        self.checked: CheckedSheet | None = None
        """The sheet of which the file is a copy, made by `check`."""
        self.remarks: list[str] = []
        """What is worth knowing about those runs, in sentences."""

    @property
    def chosen_options(self) -> tuple[str, ...]:
        """See `Settings.chosen_options`; empty if the settings name no campaign."""
        return self._settings.chosen_options if self.has_place else ()

    @property
    def has_place(self) -> bool:
        """Whether the settings name dialer and campaign; for `check` they need not."""
        return bool(self._settings.server.url and all(self._settings.campaign.model_dump(include=_IDS).values()))

    def earlier(self, run_id: str) -> Earlier | None:
        """The run of this id, if this journal knows it."""
        if run_id not in self._known:
            if self._journal is not None and run_id.startswith(CHECK_PREFIX):
                self.checked = self.checked or self._journal.checked_sheet(run_id)
            run = self._journal.find(run_id) if self._journal is not None and run_id else None
            self._known[run_id] = self._read(run) if run is not None else None
        return self._known[run_id]

    def sheet_row(self, claim: Claim) -> int | None:
        """The number of a copy's row in the sheet, as far as it says it."""
        return claim.number if self.checked is not None and claim.run == self.checked.id else None

    @property
    def has_runs(self) -> bool:
        """Whether one of the runs read so far is known."""
        return bool(self._runs)

    def ahead_of_added(self, lead: str, is_settled: Callable[[str, int], bool]) -> Skip | None:
        """Why a row of a lead that was added since waits for one of the runs read so far; see `RowsAhead`."""
        reasons = (earlier.ahead.of(lead, None, is_settled) for earlier in self._known.values() if earlier is not None)
        return next(filter(None, reasons), None)

    def _read(self, run: RunRecord) -> Earlier:
        journal = self._journal
        assert journal is not None  # noqa: S101 - it has found the run
        same_place = self._check_place(run)
        self._check_dates(run)
        # Before the rows are read: another process could still send rows of these runs.
        for one in (run.id, *journal.lineage(run.id)):
            self._hold(one)
        origins = journal.origins(run.id)
        succeeded: dict[str, int] = {}
        sorted_rows = _sorted_rows(run, origins)
        # In the order of the sheet, so that `succeeded` ends with the last row of each lead.
        for number, origin in sorted(origins.items(), key=lambda row: sorted_rows.get(row[0], row[0])):
            if origin.state is State.SUCCEEDED:
                succeeded[origin.lead] = number
        failed_in = {_failed_in(origin) for origin in origins.values()} - {""}
        descendants = self._descendants(run, origins)
        return Earlier(
            run,
            same_place,
            origins,
            descendants,
            RowsAhead(journal.rows_ahead(run.id), origins, _decided_to_send(journal, origins)),
            succeeded,
            sorted_rows,
            self._histories_of(run),
            repeated_by(journal, run).id,
            reading_of_run(journal, run),
            {(one.run_id, one.number) for found in descendants.values() for one in found},
            waiting_leads(journal, run),
            {one: reading_of_run(journal, journal.run(one)) for one in failed_in if journal.find(one)},
        )

    def _descendants(self, run: RunRecord, origins: Mapping[int, Origin]) -> dict[int, list[Descendant]]:
        """The later runs with a row of this run; of one that was not corrected, those with the row that failed."""
        journal = self._journal
        assert journal is not None  # noqa: S101 - it has found the run
        found = {number: [Descendant(*one) for one in later] for number, later in journal.descendants(run.id).items()}
        left: dict[str, list[int]] = {}
        for number, origin in origins.items():
            if failed_in := _failed_in(origin):
                left.setdefault(failed_in, []).append(number)
        for failed_in, numbers in left.items():
            if journal.find(failed_in) is None:
                continue
            later, leads = journal.descendants(failed_in), {origins[number].lead for number in numbers}
            failed = journal.origins(failed_in, leads=leads)
            for number in numbers:
                there = _failed_as(origins[number])
                # A retry has the rows of its run under their numbers.
                again = [Descendant(failed[there].run_id, failed[there].state, there)] if there in failed else []
                since = [*again, *(Descendant(*one) for one in later.get(there, ()))]
                found.setdefault(number, []).extend(one for one in since if one.run_id not in (run.id, failed_in))
        return {number: later for number, later in found.items() if later}

    def _histories_of(self, run: RunRecord) -> Sequence[SheetHistory]:
        journal = self._journal
        assert journal is not None  # noqa: S101 - it has found the run
        return _histories_of(journal, run, self._hold, self._histories, self._file)

    def cells_before(self, run_id: str, numbers: Collection[int]) -> dict[int, dict[str, Before]]:
        """The cells of these rows as they were read at first, by the name of their heading."""
        earlier = self.earlier(run_id)
        if self._journal is None or earlier is None:
            return {}
        names = [heading_name(heading) for heading in earlier.run.headings]
        found = self._journal.cells(run_id, numbers)
        return {number: self._before(earlier, number, names, cells) for number, cells in found.items()}

    @staticmethod
    def _before(earlier: Earlier, number: int, names: Sequence[str], cells: Sequence[str]) -> dict[str, Before]:
        known = {name: Before(cell.strip(), earlier.run.id) for name, cell in zip(names, cells, strict=False)}
        reason = earlier.origins[number].reason if number in earlier.origins else None
        for fault in reason.faults if isinstance(reason, Rejected) else ():
            if fault.kind in (FaultKind.CORRUPTED_NUMBER, FaultKind.CHECKED_NUMBER):
                # It came so before: what counts is what it was at first.
                known[heading_name(fault.column)] = Before(fault.original, str(fault.details["run"]))
        return known

    def decision(self, run_id: str, number: int) -> str:
        """A person's decision about the row; empty if there is none."""
        return self._journal.decision(run_id, number) if self._journal is not None else ""

    def names_before(self, run: RunRecord, columns: Sequence[Column]) -> Mapping[str, str]:
        """The earlier names of campaign fields with another name now; empty for a field unknown to the run: a person's
        note."""
        if run.id not in self._names:
            self._names[run.id] = self._named(run, columns)
        return self._names[run.id]

    def _named(self, run: RunRecord, columns: Sequence[Column]) -> dict[str, str]:
        # A run of an old journal has no roles: all its columns count as known.
        roles = run.roles or ("",) * len(run.headings)
        known = [heading for heading, role in zip(run.headings, roles, strict=False) if role != NOTE]
        alike = {heading_name(heading): heading for heading in known}
        names = {}
        for column in columns:
            if not column.campaign or column.heading in known:
                continue
            was = alike.get(heading_name(column.heading), "")
            # A field of another name than its heading's is so by the settings, whatever the heading's letter case.
            plain = heading_name(column.field) == heading_name(column.heading)
            name = " ".join(was.split()) if was and plain else column.field if was else ""
            if name != column.field:
                names[column.field] = name
            if not was:
                self.notes.add(column.heading)
                self.remarks.append(
                    f"The column {column.heading!r} was not in run {run.id} and is not sent; to send it, give its "
                    "rows in a sheet without leadsync's columns."
                )
        return names

    @property
    def _runs(self) -> list[RunRecord]:
        return [earlier.run for earlier in self._known.values() if earlier is not None]

    @property
    def stem(self) -> str:
        """The stem of the first run's files, or else of the sheet copied by `check`; empty if there is neither."""
        copied = first_stem(self.checked.file.name) if self.checked else ""
        return next((run.stem for run in self._runs), copied)

    @property
    def insert_missing(self) -> bool:
        """Whether one of those runs inserts missing leads: corrected, its rows go on as they began."""
        return any(run.inserts == "missing" for run in self._runs)

    @property
    def date_order(self) -> str:
        """The date order of those runs; empty if unknown."""
        return next((run.date_order for run in self._runs if run.date_order), "")

    @property
    def epoch_1904(self) -> bool:
        """Whether day numbers in the rows of those runs count from 1904."""
        return any(run.epoch_1904 for run in self._runs)

    def _check_place(self, run: RunRecord) -> bool:
        """Whether run and settings have the same dialer and campaign. Ids corrected since make a remark."""
        # `check` works without an address; nothing goes anywhere then.
        if not self.has_place or run.is_at(self._settings.url(), self._settings.ids()):
            return True
        dialer, campaign = self._settings.place_of(run.dialer, run.ids)
        rows = f"The sheet has rows of run {run.id}, which"
        or_else = "or take its sync_run column out to send the rows to this"
        if dialer is not None and dialer != self._settings.dialer:
            if dialer:
                raise SettingsError(
                    f"{rows} went to [dialers.{dialer}]; give it with --dialer {dialer}, {or_else} dialer."
                )
            raise SettingsError(f"{rows} went to [server]; give it without --dialer, {or_else} dialer.")
        if campaign:
            raise SettingsError(
                f"{rows} went to [campaigns.{campaign}]; give it with --campaign {campaign}, {or_else} campaign."
            )
        if campaign is not None:
            raise SettingsError(f"{rows} went to [campaign]; give it without --campaign, {or_else} campaign.")
        self.remarks.append(
            f"The sheet has rows of run {run.id}, which went to {run.place}; they go where the settings say now."
        )
        return False

    def _check_dates(self, run: RunRecord) -> None:
        orders = {one.date_order for one in (*self._runs, run)} - {""}
        if len(orders) > 1:
            raise SheetError(
                f"The sheet has rows of run {run.id} and others, whose dates were read in different orders "
                f"({' and '.join(sorted(orders))}); give the rows of each run in a file of its own."
            )


class RowsElsewhere:
    """The rows of a run, as they are, against the other runs of their sheets and their copies.

    `rows_beside` gives the rows whose leads have rows in these other runs.
    """

    def __init__(
        self,
        journal: Journal,
        run: RunRecord,
        rows_beside: Callable[[Collection[str]], Iterable[tuple[int, Lead]]],
        settings: Settings,
    ) -> None:
        self._run, self._sheet_run = run, repeated_by(journal, run).id
        self._rows_beside, self._chosen = rows_beside, settings.chosen_options
        self._histories = _histories_of(journal, run, lambda _: None, {})

    def overtaken(self) -> dict[int, Skip]:
        """The rows behind which a later one of their lead went through, by number."""
        found: dict[int, Skip] = {}
        for history, number, lead, _ in self._rows():
            if later := history.later_row(self._sheet_run, lead.external_id, number):
                found[number] = Skip(SkipKind.LATER_ROW, *later)
        return found

    def losses(self, skipped: Collection[int]) -> LossesOfSheets:
        """The texts that the rows undo or replace if they go, but for those `skipped`."""
        losses = LossesOfSheets(self._chosen)
        for history, number, lead, states in self._rows():
            if number not in skipped:
                losses.of(history).note(number, lead, Send(lead), states)
        return losses

    def _rows(self) -> Iterator[tuple[SheetHistory, int, Lead, Sequence[RowState]]]:
        """Each row once, in the first history that has it, with its states there."""
        seen: set[int] = set()
        for history in self._histories:
            for number, lead in self._rows_beside(history.ids_to_compare - {self._run.id}) if history.run_ids else ():
                if number not in seen and (states := history.states_in(self._sheet_run, lead.external_id, number)):
                    seen.add(number)
                    yield history, number, lead, states


def _histories_of(
    journal: Journal,
    run: RunRecord,
    hold: Callable[[str], None],
    known: dict[str, SheetHistory],
    file: Path | None = None,
) -> Sequence[SheetHistory]:
    """The runs of each sheet that rows of a run came from; `known` keeps them by their first run."""
    found: list[SheetHistory] = []
    for first in first_givers(journal, run):
        if not any(first.id in history.run_ids for history in found):
            if first.id not in known:
                known[first.id] = history_of(journal, Followed(first, came_back=True), hold, file)
            found.append(known[first.id])
    return found


def _sorted_rows(run: RunRecord, origins: Mapping[int, Origin]) -> dict[int, int]:
    """The rows of a sorted copy that stand elsewhere in the sheet, each with the row at its place there."""
    if not run.checked:
        return {}
    numbers, found = numbers_in_sheet(run, origins), dict[int, int]()
    for rows in rows_of_leads(origins).values():
        found |= {row: at for row, at in zip(in_order(rows, numbers), rows, strict=True) if row != at}
    return found


def _failed_in(origin: Origin) -> str:
    """The run in which a row failed that was left out because it was not corrected; empty for any other row."""
    reason = origin.reason if origin.state is State.SKIPPED else None
    return reason.run if isinstance(reason, Skip) and reason.kind is SkipKind.STILL_FAILING else ""


def _failed_as(origin: Origin) -> int:
    """The number that such a row has in that run."""
    return (origin.reason.row or 0) if isinstance(origin.reason, Skip) else 0


def _decided_to_send(journal: Journal, origins: Mapping[int, Origin]) -> set[int]:
    """The rows that their run is to send by a person's decision."""
    tried: dict[str, list[int]] = {}
    for number, origin in origins.items():
        if origin.state is State.PENDING and origin.attempts:
            tried.setdefault(origin.run_id, []).append(number)
    return {number for run_id, numbers in tried.items() for number in journal.decided(run_id, numbers)}
