"""From a file to rows for the journal: read, map, and find out what earlier runs have already settled.

A sheet is read once, as a stream. Two things show only further down, and what stands above depends on them: in which
order the callback column is written, and which leads stand in several rows. Where they turn out otherwise than assumed,
the sheet is read again from its beginning with what was learned.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.config import Settings
from leadsync.errors import SheetError
from leadsync.journal import Entry, Journal, Origin, State
from leadsync.leads import ColumnMapping, DateOrder, DateSurvey, RowMapper, Rules, as_insert, map_columns
from leadsync.models import (
    CALLBACK,
    EXTERNAL_ID,
    PHONE,
    SYSTEM_FIELDS,
    Fault,
    Inserts,
    Lead,
    Rejection,
    Row,
    RunRecord,
    Status,
)
from leadsync.report import DECISION_COLUMN
from leadsync.result_codes import RESULT_CODES, Verdict
from leadsync.run.given_back import put_together
from leadsync.run.repeats import Repeats, same_fields
from leadsync.run.survey import Survey
from leadsync.sheets import open_table

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

_SETTLED = frozenset({Status.SUCCEEDED, Status.SKIPPED, Status.CONFLICT, Status.UNKNOWN})
"""What a sheet's own sync_status may say of a row that is not to be sent again."""

DECISIONS = {"applied": State.SUCCEEDED, "not applied": State.FAILED, "send": State.PENDING}
"""What a person can decide about a row, and what the row then is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Which file is read, and how: `sheet` names a workbook's sheet, `encoding` and `delimiter` overrule what would be
    found out about a text; empty: found out. `content` is where the bytes lie if the user gave no file of that name
    but standard input. With `inserts` "only" its rows are new leads."""

    file: Path
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    content: Path | None = None
    inserts: Inserts = "none"

    @property
    def bytes_at(self) -> Path:
        """The file that is opened."""
        return self.content or self.file


@dataclass(frozen=True, slots=True)
class _Learned:
    """What an earlier reading of the sheet showed; None for the date order that the settings have."""

    date_order: DateOrder | None = None
    repeated: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The rows of each lead that stands in several, where duplicates are not all sent."""


class _ReadAgain(Exception):  # noqa: N818 - a signal within this module, not an error
    """The sheet is to be read from its beginning with this in mind."""

    def __init__(self, learned: _Learned) -> None:
        super().__init__()
        self.learned = learned


def fingerprint(file: Path) -> str:
    """A digest of the file's bytes; raises SheetError."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SheetError(f"{file} cannot be read: {error.strerror}; check the path and its permissions.") from error


def take_in(
    reading: Reading,
    settings: Settings,
    now: datetime,
    take: "Callable[[Intake], object]",
    *,
    journal: Journal | None = None,
    hold: Callable[[RunRecord], None] = lambda _: None,
    skip_unchanged: bool = False,
) -> "Intake":
    """Read a sheet to its end. `take` gets the intake and is to exhaust its entries; it is called anew each time that
    the sheet has to be read again. Gives the intake of the last reading. Raises SheetError or MappingError.

    Of a report workbook that is given back, the sheets to work on are read as one. `journal` and `hold`: see `Past`.
    """
    learned = _Learned()
    while True:
        shown = "standard input" if reading.content else ""
        with ExitStack() as context:
            table = context.enter_context(
                open_table(
                    reading.bytes_at,
                    sheet=reading.sheet or None,
                    encoding=reading.encoding or None,
                    delimiter=reading.delimiter or None,
                    shown=shown,
                )
            )
            only_corrected = bool(table.parts)
            if only_corrected:
                history = journal.history() if journal else None
                table = context.enter_context(put_together(reading.bytes_at, table, history))
            rules = rules_of(settings, now)
            mapping = map_columns(table.headings, rules)
            repeats = _repeats(settings, journal, skip_unchanged=skip_unchanged or settings.input.skip_unchanged)
            past = Past(mapping, journal, hold, repeats=repeats, only_corrected=only_corrected)
            intake = Intake(reading, table, mapping, rules, past, learned, settings.input.duplicates)
            try:
                take(intake)
            except _ReadAgain as again:
                learned = again.learned
                continue
            return intake


def _repeats(settings: Settings, journal: Journal | None, *, skip_unchanged: bool) -> Repeats | None:
    """What leads were last sent; without a place in the settings, as `check` may be, nothing is held against that."""
    campaign = settings.campaign
    if journal is None or not settings.server.url:
        return None
    if campaign.template_id is None or campaign.campaign_id is None or campaign.allocation_id is None:
        return None
    return Repeats(journal.history(), settings.url(), settings.ids(), skip_unchanged=skip_unchanged)


class Intake:
    """One reading of a sheet: its rows as they go into the journal, and what was found out on the way."""

    def __init__(
        self,
        reading: Reading,
        table: "Table",
        mapping: ColumnMapping,
        rules: Rules,
        past: "Past",
        learned: _Learned,
        duplicates: str,
    ) -> None:
        self.reading = reading
        self.table = table
        self.mapping = mapping
        self.survey = Survey()
        self.past = past
        self._date_order = learned.date_order or rules.date_order
        self._mapper = RowMapper(mapping, dataclasses.replace(rules, date_order=self._date_order))
        self._inserts_only = reading.inserts == "only"
        self._phone_fields = rules.phone_fields
        self._roles = tuple(_role(column.field, rules) for column in mapping.columns)
        self._learned = learned
        self._duplicates = duplicates
        self._callback = next((column for column in mapping.columns if column.field == CALLBACK), None)
        self._dates = DateSurvey(rules)
        self._id_heading = next(column.heading for column in mapping.columns if column.field == EXTERNAL_ID)
        self._first_rows: dict[str, int] = {}
        self._repeated: dict[str, list[int]] = {}
        self._dropped = 0
        self._date_remark = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """The sheet's headings without leadsync's own."""
        return _without(self.table.headings, self.mapping)

    @property
    def roles(self) -> tuple[str, ...]:
        """What each of those headings fills, for whoever looks for the cell at fault later."""
        return _without(self._roles, self.mapping)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was guessed or is worth knowing, in sentences; complete when the entries are exhausted."""
        remarks = [*self.table.remarks, *self.mapping.remarks, self._date_remark]
        if self._dropped:
            remarks.append(
                f"{self._dropped} rows name a lead that stands in several rows; duplicates = {self._duplicates!r}."
            )
        return tuple(filter(None, remarks))

    def entries(self) -> Iterator[Entry]:
        """Every row of the sheet; what is found out goes into `survey`, and into `past` what the rows decide about rows
        of earlier runs."""
        for chunk in self.table.chunks():
            self._look_at_dates(chunk)
            self.survey.sample(chunk)
            leads = [
                _as_insert(mapped, self._phone_fields) if self._inserts_only else mapped
                for mapped in self._mapper.map(chunk)
            ]
            self.past.look_up(one.external_id for one in leads if isinstance(one, Lead))
            for row, mapped in zip(chunk, leads, strict=True):
                yield self._entry(row, mapped)
        self._conclude()

    def _entry(self, row: Row, mapped: Lead | Rejection) -> Entry:
        kept = row
        if self.mapping.sync:
            kept = _without_sync_columns(row, self.mapping)
            fault = self.past.fault(row)
            self.past.decide(row)
            if fault is not None:
                mapped = Rejection((fault,))
            elif reason := self.past.settled(row, mapped):
                return self._skipped(kept, mapped, reason)
            elif isinstance(mapped, Lead) and (fault := self.past.uncorrected(row, mapped)):
                rejection = Rejection((fault,), mapped.external_id)
                self.survey.reject(row.number, rejection)
                # With what would have been sent: it tells whether the row is corrected when it comes again.
                return _entry(kept, mapped, State.REJECTED, str(rejection))
        if isinstance(mapped, Lead) and self._duplicates != "in_order":
            self._count(mapped.external_id, row.number)
            numbers = self._learned.repeated.get(mapped.external_id, (row.number,))
            if self._duplicates == "last" and row.number != numbers[-1]:
                self._dropped += 1
                return self._skipped(kept, mapped, f"row {numbers[-1]} is this lead's last one and is sent instead")
            if self._duplicates == "reject" and len(numbers) > 1:
                self._dropped += 1
                mapped = Rejection((self._in_several(mapped.external_id, numbers),), mapped.external_id)
        if isinstance(mapped, Rejection):
            self.survey.reject(row.number, mapped)
            return _entry(kept, mapped, State.REJECTED, str(mapped))
        if reason := self.past.unchanged(row, mapped):
            return self._skipped(kept, mapped, reason)
        self.past.take(row)
        self.survey.accept(row.number, mapped)
        return _entry(kept, mapped, State.PENDING, "")

    def _skipped(self, row: Row, mapped: Lead | Rejection, reason: str) -> Entry:
        self.survey.skip()
        return _entry(row, mapped, State.SKIPPED, reason)

    def _count(self, lead: str, number: int) -> None:
        first = self._first_rows.setdefault(lead, number)
        if first != number:
            self._repeated.setdefault(lead, [first]).append(number)

    def _in_several(self, lead: str, numbers: Sequence[int]) -> Fault:
        return Fault(
            self._id_heading, lead, "stands in several rows", f"keep one of the rows {', '.join(map(str, numbers))}"
        )

    def _look_at_dates(self, rows: Sequence[Row]) -> None:
        """Where the dates so far can only be meant otherwise than the settings say, begin again at once."""
        if self._callback is None:
            return
        at = self._callback.position
        for row in rows:
            if not row.fault:
                self._dates.add(row.number, row.cells[at], date_cell=at in row.dates)
        if self._learned.date_order:
            return
        with suppress(SheetError):  # what more than one order fits, or none, is for the end to judge
            self._read_dates_in(self._dates.decide(self._callback.heading)[0])

    def _read_dates_in(self, order: DateOrder) -> None:
        if order != self._date_order:
            raise _ReadAgain(dataclasses.replace(self._learned, date_order=order))

    def _conclude(self) -> None:
        """The whole sheet is known now: is all of it as it was assumed to be?"""
        if self._callback is not None:
            order, self._date_remark = self._dates.decide(self._callback.heading)
            self._read_dates_in(order)
        if self._repeated != self._learned.repeated:
            raise _ReadAgain(dataclasses.replace(self._learned, repeated=self._repeated))


def rules_of(settings: Settings, now: datetime) -> Rules:
    """The rules that the settings make."""
    given = settings.input
    return Rules(
        region=given.region,
        date_order=given.date_order,
        input_timezone=given.timezone,
        campaign_timezone=settings.campaign.timezone,
        phone_fields=given.phone_fields,
        blank_disposition=given.blank_disposition,
        blank_phone=given.blank_phone,
        blank_callback=given.blank_callback,
        dispositions=given.dispositions,
        columns=settings.columns,
        now=now,
    )


def _role(field: str, rules: Rules) -> str:
    if field in rules.phone_fields:
        return PHONE
    return field if field in SYSTEM_FIELDS else ""


def _as_insert(mapped: Lead | Rejection, phone_fields: Sequence[str]) -> Lead | Rejection:
    insert = as_insert(mapped, phone_fields) if isinstance(mapped, Lead) else mapped
    if isinstance(insert, str):
        problem, _, remedy = insert.partition("; ")
        return Rejection((Fault("", "", problem, remedy),), mapped.external_id)
    return insert


def _without_sync_columns(row: Row, mapping: ColumnMapping) -> Row:
    """The row without leadsync's own columns, for the files that will be written with new ones."""
    taken = set(mapping.sync.values())
    dates = tuple(at - sum(other < at for other in taken) for at in row.dates if at not in taken)
    return dataclasses.replace(row, cells=_without(row.cells, mapping), dates=dates)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row's own sync_* cells say about it."""

    status: str
    code: str
    run: str
    row: str
    decision: str


class Past:
    """What a sheet's sync_* columns and the journal say about rows that an earlier run had.

    `hold` is called with each such run before its rows are looked at, to keep others from sending them meanwhile.
    `repeats` knows what leads were last sent. `only_corrected`: a row that failed goes again only if it was corrected.
    """

    def __init__(
        self,
        mapping: ColumnMapping,
        journal: Journal | None,
        hold: Callable[[RunRecord], None] = lambda _: None,
        *,
        repeats: Repeats | None = None,
        only_corrected: bool = False,
    ) -> None:
        self._repeats = repeats
        self._only_corrected = only_corrected
        self._runs: dict[str, RunRecord] = {}
        self._mapping = mapping
        self._journal = journal
        self._hold = hold
        self.decided: dict[tuple[str, State], list[int]] = {}
        """What becomes of rows of earlier runs, by run and new state: their numbers."""
        self.taken: dict[str, list[int]] = {}
        """Rows of earlier runs that did not go through and are sent from here, by run."""
        self._origins: dict[str, dict[int, Origin]] = {}

    def claim(self, row: Row) -> Claim:
        """The row's own sync_* cells, trimmed and in small letters."""
        names = ("sync_status", "sync_code", "sync_run", "sync_row", DECISION_COLUMN)
        values = (row.cells[self._mapping.sync[name]] if name in self._mapping.sync else "" for name in names)
        return Claim(*(" ".join(value.lower().split()) for value in values))

    def fault(self, row: Row) -> Fault | None:
        """A decision that is none."""
        decision = self.claim(row).decision if self._mapping.sync else ""
        if not decision or decision in DECISIONS:
            return None
        return Fault(DECISION_COLUMN, decision, "is no decision", "write applied, not applied or send")

    def decide(self, row: Row) -> None:
        """Note what the row decides about the row that it was: a person's decision, or that it is sent from here."""
        if not self._mapping.sync:
            return
        claim = self.claim(row)
        origin = self.origin(claim)
        if origin is None:
            return
        if origin.state in (State.UNKNOWN, State.CONFLICT) and claim.decision in DECISIONS:
            state = DECISIONS[claim.decision]
            state = State.SKIPPED if state is State.PENDING else state
        elif origin.state is State.PENDING:
            state = State.SKIPPED
        else:
            return
        self.decided.setdefault((origin.run_id, state), []).append(int(claim.row))

    def settled(self, row: Row, mapped: Lead | Rejection) -> str:
        """Why the row is not to be sent, in a few words; empty where it is.

        Its own sync_status counts first, then what the journal knows: a row that the sheet calls unsent may have been
        sent since by `resume`, and a do-not-call number is sent again only where it is another number now.
        """
        if not self._mapping.sync:
            return ""
        claim = self.claim(row)
        if claim.decision:
            return "" if claim.decision == "send" else f"a person decided: {claim.decision}"
        if claim.status in _SETTLED:
            return f"run {claim.run} calls it {claim.status}" if claim.run else f"sync_status calls it {claim.status}"
        origin = self.origin(claim)
        if origin is not None and origin.state.status in _SETTLED:
            return f"run {claim.run} has it as {origin.state.status} by now"
        if origin is not None and isinstance(mapped, Lead) and self._repeats is not None:
            since = self._repeats.sent_since(mapped, self._runs[claim.run])
            if since:
                return f"sent since: {since}"
        if _is_final(claim.code) and (origin is None or _same(mapped, origin)):
            return f"{claim.code}: the dialer refuses it for good; clear sync_code if this is another number"
        return ""

    def look_up(self, leads: Iterable[str]) -> None:
        """To be called before the rows of these leads are asked about."""
        if self._repeats is not None:
            self._repeats.look_up(leads, always=bool(self._mapping.sync))

    def take(self, row: Row) -> None:
        """Note that the row is sent from here; where it failed before, its run's `retry` need not."""
        claim = self.claim(row) if self._mapping.sync else None
        origin = self.origin(claim) if claim else None
        if claim and origin and origin.state in (State.FAILED, State.REJECTED):
            self.taken.setdefault(origin.run_id, []).append(int(claim.row))

    def unchanged(self, row: Row, lead: Lead) -> str:
        """Why a row that the lead has taken already is not sent again, in a few words; empty where it is sent."""
        if self._repeats is None or (self._mapping.sync and self.claim(row).decision == "send"):
            return ""
        return self._repeats.unchanged(lead)

    def uncorrected(self, row: Row, lead: Lead) -> Fault | None:
        """Why a row that went to the same place before and failed there is not sent again just as it was."""
        claim = self.claim(row) if self._only_corrected else None
        origin = self.origin(claim) if claim else None
        if claim is None or origin is None or origin.state not in (State.FAILED, State.REJECTED):
            return None
        if lead.external_id != origin.lead or not same_fields(lead.fields, origin.fields):
            return None
        run = self._runs[claim.run]
        if self._repeats is not None and not self._repeats.is_place_of(run):
            return None
        entry = RESULT_CODES.get(int(claim.code)) if claim.code.isdecimal() else None
        answered = f"the dialer answered {entry.code} {entry.name}" if entry else "it did not go through"
        return Fault(
            "",
            "",
            f"not corrected since {answered}",
            f"correct it; as it is, `leadsync retry {origin.run_id}` sends it",
        )

    def origin(self, claim: Claim) -> Origin | None:
        """The row that it was in an earlier run, where this journal knows that run."""
        if self._journal is None or not claim.run or not claim.row.isdecimal():
            return None
        if claim.run not in self._origins:
            run = self._journal.find(claim.run)
            if run is not None:
                self._runs[claim.run] = run
                self._hold(run)
            self._origins[claim.run] = self._journal.origins(run.id) if run is not None else {}
        return self._origins[claim.run].get(int(claim.row))


def _entry(row: Row, mapped: Lead | Rejection, state: State, message: str) -> Entry:
    if isinstance(mapped, Rejection):
        return Entry(row, mapped.external_id, {}, harmless=False, state=state, message=message)
    return Entry(row, mapped.external_id, mapped.fields, mapped.harmless, state, message, mapped.notes)


def _without(cells: tuple[str, ...], mapping: ColumnMapping) -> tuple[str, ...]:
    taken = set(mapping.sync.values())
    return tuple(cell for position, cell in enumerate(cells) if position not in taken) if taken else cells


def _is_final(code: str) -> bool:
    entry = RESULT_CODES.get(int(code)) if code.isdecimal() else None
    return entry is not None and entry.verdict is Verdict.FINAL


def _same(mapped: Lead | Rejection, origin: Origin) -> bool:
    return isinstance(mapped, Lead) and mapped.external_id == origin.lead and dict(mapped.fields) == dict(origin.fields)
