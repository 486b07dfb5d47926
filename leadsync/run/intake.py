"""From a file to rows for the journal: read, map, and find out what earlier runs have already settled.

A sheet is read once, as a stream. Two things show only further down, and what stands above depends on them: in which
order the callback column is written, and which leads stand in several rows. Where they turn out otherwise than assumed,
the sheet is read again from its beginning with what was learned.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from leadsync.config import Settings
from leadsync.errors import SheetError
from leadsync.journal import Entry, Journal, State
from leadsync.leads import ColumnMapping, DateOrder, DateSurvey, RowMapper, Rules, as_insert, map_columns
from leadsync.models import (
    CALLBACK,
    EXTERNAL_ID,
    PHONE,
    SYSTEM_FIELDS,
    Inserts,
    Lead,
    Row,
    RunRecord,
)
from leadsync.plurals import counted
from leadsync.private_files import open_regular
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.run.given_back import put_together
from leadsync.run.past import Past, past_of
from leadsync.run.survey import Survey
from leadsync.sheets import open_table

if TYPE_CHECKING:
    from leadsync.sheets.table import Table


@dataclass(frozen=True, slots=True)
class Reading:
    """Which file is read, and how: `sheet` names a workbook's sheet, `encoding` and `delimiter` overrule what would be
    found out about a text; empty: found out. `content` is a private copy of the file or of standard input. With
    `inserts` "only" its rows are new leads."""

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

    @property
    def shown(self) -> str:
        """The file's name in messages."""
        return "standard input" if self.content is not None and self.content.name == "stdin" else str(self.file)


@dataclass(frozen=True, slots=True)
class _Learned:
    """What an earlier reading of the sheet showed; None for the date order that the settings have."""

    date_order: DateOrder | None = None
    given_order: DateOrder | None = None
    """The order in which the run read its dates that the sheet's rows come from,"""
    given_1904: bool = False
    """and whether its day numbers count from 1904."""
    repeated: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The rows of each lead that stands in several, where duplicates are not all sent."""


class _ReadAgain(Exception):  # noqa: N818 - a signal within this module, not an error
    """The sheet is to be read from its beginning with this in mind."""

    def __init__(self, learned: _Learned) -> None:
        super().__init__()
        self.learned = learned


def fingerprint(file: Path, *, links: bool = True) -> str:
    """A digest of the bytes of a regular file; raises SheetError, also for a link if not `links`."""
    try:
        with open_regular(file, links=links) as stream:
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
    hold: Callable[[str], None] = lambda _: None,
    skip_unchanged: bool = False,
    trial: RunRecord | None = None,
) -> "Intake":
    """Read a sheet to its end. `take` gets the intake and is to exhaust its entries; it is called anew each time that
    the sheet has to be read again. Gives the intake of the last reading. Raises SheetError or MappingError.

    Of a report workbook that is given back, the sheets to work on are read as one. `journal`, `hold` and `trial`: see
    `past_of`. `skip_unchanged`: rows that say what their lead was last sent are skipped, as the settings may say too.
    """
    learned = _Learned()
    while True:
        with _opened(reading, journal) as table:
            rules = dataclasses.replace(rules_of(settings, now), epoch_1904=table.epoch_1904 or learned.given_1904)
            if learned.given_order:
                rules = dataclasses.replace(rules, date_order=learned.given_order)
            mapping = map_columns(table.headings, rules)
            past = past_of(table, mapping, journal, settings, hold, trial=trial)
            intake = Intake(
                reading,
                table,
                mapping,
                rules,
                past,
                learned,
                settings.input.duplicates,
                skip_unchanged=skip_unchanged or settings.input.skip_unchanged,
            )
            try:
                take(intake)
            except _ReadAgain as again:
                learned = again.learned
                continue
            return intake


@contextmanager
def _opened(reading: Reading, journal: Journal | None) -> Iterator["Table"]:
    with ExitStack() as context:
        table = context.enter_context(
            open_table(
                reading.bytes_at,
                sheet=reading.sheet or None,
                encoding=reading.encoding or None,
                delimiter=reading.delimiter or None,
                shown=reading.shown,
            )
        )
        if table.parts:
            history = journal.history() if journal else None
            table = context.enter_context(put_together(reading.bytes_at, table, history))
        yield table


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
        *,
        skip_unchanged: bool,
    ) -> None:
        self.reading = reading
        self.table = table
        self.mapping = mapping
        self.survey = Survey()
        self.past = past
        self.date_order = learned.date_order or rules.date_order
        self.epoch_1904 = rules.epoch_1904
        self._mapper = RowMapper(mapping, dataclasses.replace(rules, date_order=self.date_order))
        self._inserts_only = reading.inserts == "only"
        self._phone_fields = rules.phone_fields
        self._learned = learned
        self._duplicates = duplicates
        self._skip_unchanged = skip_unchanged
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
        """What each of these headings' columns fills, for whoever looks for the cell at fault later."""
        return _without(tuple(self._role(column.field) for column in self.mapping.columns), self.mapping)

    def _role(self, field: str) -> str:
        if field in self._phone_fields:
            return PHONE
        return field if field in SYSTEM_FIELDS else ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was guessed or is worth knowing, in sentences; complete when the entries are exhausted."""
        remarks = [*self.table.remarks, *self.mapping.remarks, *self.past.remarks, self._date_remark]
        if not self.survey.rows:
            remarks.append(f"{self.reading.file.name} has headings and no rows below them: there is nothing to send.")
        if self._dropped:
            rows = counted(self._dropped, "row names", "rows name")
            remarks.append(f"{rows} a lead that stands in several rows; duplicates = {self._duplicates!r}.")
        return tuple(filter(None, remarks))

    def entries(self) -> Iterator[Entry]:
        """Every row of the sheet; what is found out goes into `survey`, and into `past` what the rows decide about rows
        of earlier runs."""
        for chunk in self.table.chunks():
            self._look_at_origins(chunk)
            self._look_at_dates(chunk)
            self.survey.sample(chunk)
            leads = self._mapper.map(chunk)
            if self._inserts_only or self.mapping.sync:
                leads = [
                    _as_insert(mapped, self._phone_fields)
                    if self._inserts_only or self.past.was_insert(row)
                    else mapped
                    for row, mapped in zip(chunk, leads, strict=True)
                ]
            self.past.look_up(mapped.external_id for mapped in leads if isinstance(mapped, Lead))
            for row, mapped in zip(chunk, leads, strict=True):
                yield self._entry(row, mapped)
        self._conclude()

    def _entry(self, row: Row, mapped: Lead | Rejected) -> Entry:
        kept = row
        if self.mapping.sync:
            kept = _without_sync_columns(row, self.mapping)
            if not row.faults:
                self.past.check_decision(row)
            mapped = self.past.as_before(row, mapped)
            if fault := self.past.twice(row):
                mapped = Rejected((fault,), mapped.external_id)
                self.survey.reject(row.number, mapped)
                return _entry(kept, mapped, State.REJECTED, mapped)
            self.past.decide(row)
            if reason := self.past.settled(row, mapped):
                return self._skipped(kept, mapped, reason)
            if faults := self.past.mangled(row):
                others = mapped.faults if isinstance(mapped, Rejected) else ()
                mapped = Rejected((*others, *faults), mapped.external_id)
            elif reason := self.past.overtaken(row, mapped) or self.past.uncorrected(row, mapped):
                return self._skipped(kept, mapped, reason)
        if mapped.external_id and self._duplicates != "in_order":
            self._count(mapped.external_id, row.number)
            numbers = self._learned.repeated.get(mapped.external_id, (row.number,))
            if self._duplicates == "last" and row.number != numbers[-1]:
                self._dropped += 1
                return self._skipped(kept, mapped, Skip(SkipKind.OTHER_ROW_COUNTS, row=numbers[-1]))
            if self._duplicates == "reject" and len(numbers) > 1 and isinstance(mapped, Lead):
                self._dropped += 1
                mapped = Rejected((self._in_several(mapped.external_id, numbers),), mapped.external_id)
        if isinstance(mapped, Lead) and (tried := self.past.tried(row, mapped)):
            return self._skipped(kept, mapped, tried)
        if isinstance(mapped, Rejected):
            self.survey.reject(row.number, mapped)
            return _entry(kept, mapped, State.REJECTED, mapped)
        if last := self.past.unchanged(row, mapped):
            if self._skip_unchanged:
                return self._skipped(kept, mapped, Skip(SkipKind.UNCHANGED, last.run_id, at=last.time))
            self.survey.repeat(last.time, last.run_id)
        self.past.take(row, mapped)
        self.survey.accept(row.number, mapped)
        return _entry(kept, mapped, State.PENDING, None)

    def _skipped(self, row: Row, mapped: Lead | Rejected, reason: Skip) -> Entry:
        self.survey.skip()
        return _entry(row, mapped, State.SKIPPED, reason)

    def _count(self, lead: str, number: int) -> None:
        first = self._first_rows.setdefault(lead, number)
        if first != number:
            self._repeated.setdefault(lead, [first]).append(number)

    def _in_several(self, lead: str, numbers: Sequence[int]) -> Fault:
        return Fault(self._id_heading, lead, FaultKind.SEVERAL_ROWS, details={"rows": tuple(map(str, numbers))})

    def _look_at_origins(self, rows: Sequence[Row]) -> None:
        """Dates that come back are read as they were when they came first: few are left, and may fit any order."""
        if self._learned.given_order or not self.mapping.sync:
            return
        for row in rows:
            self.past.origin(self.past.claim(row))
        order = next((order for order in get_args(DateOrder) if order == self.past.date_order), self.date_order)
        epoch_1904 = self.epoch_1904 or self.past.epoch_1904
        if (order, epoch_1904) != (self.date_order, self.epoch_1904):
            raise _ReadAgain(dataclasses.replace(self._learned, given_order=order, given_1904=epoch_1904))

    def _look_at_dates(self, rows: Sequence[Row]) -> None:
        """Where the dates so far can only be meant otherwise than the settings say, begin again at once."""
        if self._callback is None:
            return
        at = self._callback.position
        for row in rows:
            if not row.faults:
                self._dates.add(row.number, row.cells[at], date_cell=at in row.dates)
        if self._learned.date_order:
            return
        with suppress(SheetError):  # what more than one order fits, or none, is for the end to judge
            self._read_dates_in(self._dates.decide(self._callback.heading)[0])

    def _read_dates_in(self, order: DateOrder) -> None:
        if order != self.date_order:
            raise _ReadAgain(dataclasses.replace(self._learned, date_order=order))

    def _conclude(self) -> None:
        """The whole sheet is known now: is all of it as it was assumed to be?"""
        if self._callback is not None:
            order, self._date_remark = self._dates.decide(self._callback.heading)
            self._read_dates_in(order)
        if self._repeated != self._learned.repeated:
            raise _ReadAgain(dataclasses.replace(self._learned, repeated=self._repeated))


def rules_digest(settings: Settings) -> str:
    """A digest of what the settings say about reading a sheet."""
    said = settings.model_dump_json(include={"input": True, "columns": True, "campaign": {"timezone"}})
    return hashlib.sha256(said.encode()).hexdigest()[:16]


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


def _as_insert(mapped: Lead | Rejected, phone_fields: Sequence[str]) -> Lead | Rejected:
    if isinstance(mapped, Rejected):
        return dataclasses.replace(mapped, inserts=True)
    insert = as_insert(mapped, phone_fields)
    return Rejected((insert,), mapped.external_id, inserts=True) if isinstance(insert, Fault) else insert


def _without_sync_columns(row: Row, mapping: ColumnMapping) -> Row:
    """The row without leadsync's own columns, for the files that will be written with new ones."""
    taken = set(mapping.sync.values())
    dates = tuple(at - sum(other < at for other in taken) for at in row.dates if at not in taken)
    return dataclasses.replace(row, cells=_without(row.cells, mapping), dates=dates)


def _entry(row: Row, mapped: Lead | Rejected, state: State, reason: Reason | None) -> Entry:
    if isinstance(mapped, Rejected):
        return Entry(row, mapped.external_id, {}, harmless=False, state=state, reason=reason)
    return Entry(row, mapped.external_id, mapped.fields, mapped.harmless, state, reason, mapped.notes)


def _without(cells: tuple[str, ...], mapping: ColumnMapping) -> tuple[str, ...]:
    taken = set(mapping.sync.values())
    return tuple(cell for position, cell in enumerate(cells) if position not in taken) if taken else cells
