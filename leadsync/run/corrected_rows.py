"""Rows corrected by people beside their sheet: checked like a returned file, and written as one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from leadsync import __version__
from leadsync.config import Settings, SheetChoices
from leadsync.errors import SettingsError
from leadsync.journal import LEFT_OUT, Edit, Origin, State
from leadsync.leads import DateOrder, RowMapper, as_insert, map_columns, with_mapping
from leadsync.models import EXTERNAL_ID, NOTE, Lead, Row, RowRecord, RunRecord, Status
from leadsync.reasons import Fault, Rejected, Skip, SkipKind
from leadsync.reimport import Context, Decision, Send, SheetFacts, decide
from leadsync.reimport.claims import Claim
from leadsync.reimport.context import Before
from leadsync.reimport.workbook import heading_name
from leadsync.report import Table, highlights, lines_of
from leadsync.run.readiness import settings_of_run
from leadsync.sheets import SheetLayout, new_workbook


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """A row of a run, the changes of its cells, the oldest first, and the last later row of its lead that went
    through."""

    record: RowRecord
    edits: tuple[Edit, ...] = ()
    later: int | None = None

    @property
    def version(self) -> int:
        """The number of its changes."""
        return self.edits[-1].version if self.edits else 0

    @property
    def left_out(self) -> Skip | None:
        """The reason if a person left the row out of the sending of its draft."""
        last = next((edit for edit in reversed(self.edits) if edit.position == LEFT_OUT), None)
        return Skip(SkipKind.LEFT_OUT, at=last.at, text=last.user) if last and last.new else None

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells as they are now."""
        cells = list(self.record.cells)
        for edit in self.edits:
            if edit.position != LEFT_OUT:
                cells[edit.position] = edit.new
        return tuple(cells)

    @property
    def changed(self) -> tuple[int, ...]:
        """The positions of the cells with another text now."""
        now = self.cells
        positions = sorted({edit.position for edit in self.edits} - {LEFT_OUT})
        return tuple(position for position in positions if now[position] != self.record.cells[position])

    @property
    def dates(self) -> tuple[int, ...]:
        """The positions of date cells; a cell typed by a person is text."""
        return tuple(position for position in self.record.dates if position not in self.changed)


class CorrectionRules:
    """The rules of a returned file for a run's rows: the choices for its sheet over the settings and the time of now.

    Raises SettingsError if the settings name another place than the run's, or another dialer.
    """

    def __init__(self, run: RunRecord, settings: Settings, now: datetime) -> None:
        self.run = run
        self.settings = settings_for_corrections(settings, run)
        order = next((order for order in get_args(DateOrder) if order == run.date_order), None)
        is_workbook = run.kind == "xlsx"
        rules = replace(self.settings.rules(now), sheet_order=order, is_workbook=is_workbook, epoch_1904=run.epoch_1904)
        rules = with_mapping(run.headings, rules)
        mapping = map_columns(run.headings, rules)
        self.columns = mapping.columns
        self._mapper = RowMapper(mapping, rules)
        roles = run.roles or ("",) * len(run.headings)
        self._notes = {column.field for column, role in zip(mapping.columns, roles, strict=False) if role == NOTE}
        self._sheet = SheetFacts(
            columns=mapping.columns,
            fields=frozenset(column.field for column in mapping.columns),
            id_heading=next(column.heading for column in mapping.columns if column.field == EXTERNAL_ID),
            phone_fields=rules.input.phone_fields,
            came_back=True,
            is_workbook=True,
        )

    @property
    def digest(self) -> str:
        """A digest of all that decisions depend on besides the run and its rows. The time is not in it."""
        return f"{__version__} {self.settings.rules_digest}"

    def decisions(self, rows: Sequence[CorrectedRow]) -> list[Decision]:
        """What a returned file with these rows would do with each, and a draft with those that it sends."""
        mapped = self._mapper.map([Row(row.record.number, row.cells, row.dates) for row in rows])
        return [self._decision(row, lead) for row, lead in zip(rows, mapped, strict=True)]

    def _decision(self, row: CorrectedRow, mapped: Lead | Rejected) -> Decision:
        if skip := row.left_out:
            return skip
        if row.record.status is not Status.UNSENT:
            return decide(self._context(row, mapped))
        found = self._as_before(row.record, mapped)
        return found if isinstance(found, Rejected) else Send(found)

    def _context(self, row: CorrectedRow, mapped: Lead | Rejected) -> Context:
        record, run = row.record, self.run
        code = "" if record.code is None else str(record.code)
        names = map(heading_name, run.headings)
        # With another id it is a row of another lead.
        is_overtaken = row.later is not None and mapped.external_id == record.lead
        return Context(
            self._sheet,
            Row(record.number, row.cells, row.dates),
            self._as_before(record, mapped),
            Claim(record.status, code, run.id, str(record.number), attempts=str(record.attempts)),
            Origin(run.id, State(record.status), record.lead, record.fields, record.code, record.reason),
            later_row=(run.id, row.later) if is_overtaken and row.later is not None else None,
            before={name: Before(cell.strip(), run.id) for name, cell in zip(names, record.cells, strict=False)},
        )

    def _as_before(self, record: RowRecord, mapped: Lead | Rejected) -> Lead | Rejected:
        """The lead without fields of a person's notes, and as an insert if it was one."""
        if isinstance(mapped, Lead) and not self._notes.isdisjoint(mapped.fields):
            fields = {name: value for name, value in mapped.fields.items() if name not in self._notes}
            mapped = mapped._replace(fields=fields)
        rejected = isinstance(record.reason, Rejected) and record.reason.inserts
        if not (self.run.inserts == "only" or rejected or Lead(record.lead, record.fields).inserts):
            return mapped
        if isinstance(mapped, Rejected):
            return replace(mapped, inserts=True)
        insert = as_insert(mapped, self._sheet.phone_fields)
        return Rejected((insert,), mapped.external_id, inserts=True) if isinstance(insert, Fault) else insert


def settings_for_corrections(settings: Settings, run: RunRecord) -> Settings:
    """The settings of now for a run's campaign, with the choices for its sheet.

    Raises SettingsError if they lead elsewhere.
    """
    own = settings_of_run(settings, run, None)
    if own.server.url and not run.is_at(own.url(), own.ids()):
        raise SettingsError(
            "The settings name another dialer or campaign than this run's; its rows cannot be corrected here. Upload a "
            "corrected file to send them there."
        )
    return SheetChoices.of_run(run.reading).applied_to(own) if run.reading else own


def write_corrected(folder: Path, run: RunRecord, rows: Iterable[CorrectedRow]) -> Path:
    """Write a report with just these rows, corrected, for `run` to read; return its path. Raises OutputError."""
    layout = SheetLayout(Table.RETRY.sheet, Table.RETRY.headings(run), len(run.headings))
    # As a report: of a retry file rows go even if they say the same as before.
    path = Table.REPORT.path(replace(run, output=folder, kind="xlsx"))
    with new_workbook(path, [layout]) as book:
        for row in rows:
            record = replace(row.record, cells=row.cells, dates=row.dates)
            book.put([lines_of(record, run, highlights(row.record, run))[1]])
    return path


def with_edits(
    records: Iterable[RowRecord], edits: Iterable[Edit], later: Mapping[int, int] = MappingProxyType({})
) -> list[CorrectedRow]:
    """The rows, each with its changes, and the `later` rows of their leads that went through, by number."""
    by_row: dict[int, list[Edit]] = {}
    for edit in edits:
        by_row.setdefault(edit.number, []).append(edit)
    return [CorrectedRow(record, tuple(by_row.get(record.number, ())), later.get(record.number)) for record in records]


def versions_of(rows: Iterable[CorrectedRow]) -> Mapping[int, int]:
    """The rows' numbers and versions."""
    return {row.record.number: row.version for row in rows}
