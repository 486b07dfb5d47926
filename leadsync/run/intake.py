"""From a file to rows for the journal: read, map, and find out what earlier runs have already settled.

A sheet is read once, as a stream. Two things show only further down, and what stands above depends on them: in which
order the callback column is written, and which leads stand in several rows. Where they turn out otherwise than assumed,
the sheet is read again from its beginning with what was learned.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.config import Settings
from leadsync.errors import SheetError
from leadsync.journal import Entry, Journal, Origin, State
from leadsync.leads import ColumnMapping, DateOrder, DateSurvey, RowMapper, Rules, as_insert, map_columns
from leadsync.models import CALLBACK, EXTERNAL_ID, Fault, Inserts, Lead, Rejection, Row, RunRecord, Status
from leadsync.report import DECISION_COLUMN
from leadsync.result_codes import RESULT_CODES, Verdict
from leadsync.run.survey import Survey
from leadsync.sheets import open_table

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

_CHUNK = 2_000
_SETTLED = frozenset({Status.SUCCEEDED, Status.SKIPPED, Status.CONFLICT, Status.UNKNOWN})
"""What a sheet's own sync_status may say of a row that is not to be sent again."""

DECISIONS = {"applied": State.SUCCEEDED, "not applied": State.FAILED, "send": State.PENDING}
"""What a person can decide about a row, and what the row then is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Which file is read, and how: `sheet` names a workbook's sheet, `encoding` and `delimiter` overrule what would be
    found out about a text; empty: found out. `content` is where the bytes lie if the user gave no file of that name
    but standard input. `inserts`: whether its rows are read as new leads."""

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
) -> "Intake":
    """Read a sheet to its end. `take` gets the intake and is to exhaust its entries; it is called anew each time that
    the sheet has to be read again. Gives the intake of the last reading. Raises SheetError or MappingError.

    `journal` and `hold`: see `Past`.
    """
    learned = _Learned()
    while True:
        shown = "standard input" if reading.content else ""
        with open_table(
            reading.bytes_at,
            sheet=reading.sheet or None,
            encoding=reading.encoding or None,
            delimiter=reading.delimiter or None,
            shown=shown,
        ) as table:
            rules = rules_of(settings, now)
            mapping = map_columns(table.headings, rules)
            past = Past(mapping, journal, hold)
            intake = Intake(reading, table, mapping, rules, past, learned, settings.input.duplicates)
            try:
                take(intake)
            except _ReadAgain as again:
                learned = again.learned
                continue
            return intake


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
        self._learned = learned
        self._duplicates = duplicates
        self._phone_fields = rules.phone_fields
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
        rows = self.table.rows()
        while chunk := list(islice(rows, _CHUNK)):
            self._look_at_dates(chunk)
            self.survey.sample(chunk)
            for row, mapped in zip(chunk, self._mapper.map(chunk), strict=True):
                yield self._entry(row, mapped)
        self._conclude()

    def _entry(self, row: Row, mapped: Lead | Rejection) -> Entry:
        kept = row
        if isinstance(mapped, Lead) and (self.reading.inserts == "only" or self.past.was_insert(row)):
            mapped = _as_insert(mapped, self._phone_fields)
        if self.mapping.sync:
            kept = _without_sync_columns(row, self.mapping)
            fault = self.past.fault(row)
            self.past.decide(row)
            if fault is not None:
                mapped = Rejection((fault,))
            elif reason := self.past.settled(row, mapped):
                return self._skipped(kept, mapped, reason)
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


def _as_insert(lead: Lead, phone_fields: Collection[str]) -> Lead | Rejection:
    insert = as_insert(lead, phone_fields)
    if isinstance(insert, Lead):
        return insert
    problem, _, remedy = insert.partition("; ")
    return Rejection((Fault("", "", problem, remedy),), lead.external_id)


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
    """

    def __init__(
        self, mapping: ColumnMapping, journal: Journal | None, hold: Callable[[RunRecord], None] = lambda _: None
    ) -> None:
        self._mapping = mapping
        self._journal = journal
        self._hold = hold
        self.decided: dict[tuple[str, State], list[int]] = {}
        """What becomes of rows of earlier runs, by run and new state: their numbers."""
        self.inserts: set[Inserts] = set()
        """Which leads the earlier runs add that rows of the sheet come from."""
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

    def was_insert(self, row: Row) -> bool:
        """Whether an earlier run had the row as a new lead: corrected, it still is one."""
        origin = self.origin(self.claim(row)) if self._mapping.sync else None
        return origin is not None and Lead(origin.lead, origin.fields).inserts

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
        if _is_final(claim.code) and (origin is None or _same(mapped, origin)):
            return f"{claim.code}: the dialer refuses it for good; clear sync_code if this is another number"
        return ""

    def origin(self, claim: Claim) -> Origin | None:
        """The row that it was in an earlier run, where this journal knows that run."""
        if self._journal is None or not claim.run or not claim.row.isdecimal():
            return None
        if claim.run not in self._origins:
            run = self._journal.find(claim.run)
            if run is not None:
                self._hold(run)
                self.inserts.add(run.inserts)
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
