"""From a file to rows in the journal: read, map, and find out what earlier runs have already settled."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.config import Settings
from leadsync.errors import SheetError
from leadsync.journal import Entry, Journal, Origin, State
from leadsync.leads import ColumnMapping, DateSurvey, Rules, map_columns, map_row
from leadsync.leads.text import trim
from leadsync.models import CALLBACK, PHONE, SYSTEM_FIELDS, Fault, Lead, Rejection, Row, RunRecord, Status
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

_IDS = {"template_id", "campaign_id", "allocation_id"}
_CHUNK = 2000
"""Rows whose leads are looked up in the journal in one go."""

DECISIONS = {"applied": State.SUCCEEDED, "not applied": State.FAILED, "send": State.PENDING}
"""What a person can decide about a row, and what the row then is."""


@dataclass(frozen=True, slots=True)
class Source:
    """An opened sheet with the rules for its rows."""

    table: "Table"
    mapping: ColumnMapping
    rules: Rules
    remarks: tuple[str, ...]
    """What was guessed or is worth knowing, in sentences."""


def fingerprint(file: Path) -> str:
    """A digest of the file's bytes; raises SheetError."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SheetError(f"{file} cannot be read: {error.strerror}; check the path and its permissions.") from error


@contextmanager
def opened(
    file: Path, sheet: str | None, settings: Settings, now: datetime, journal: Journal | None = None
) -> Iterator[Source]:
    """Open a sheet and map its headings; raises SheetError or MappingError.

    Of a report workbook that is given back, the sheets to work on are read as one; `journal` tells what was corrected.
    """
    with ExitStack() as context:
        table = context.enter_context(open_table(file, sheet=sheet))
        sheet_of_dates = table.parts[-1] if table.parts else sheet
        if table.parts:
            history = journal.history() if journal else None
            table = context.enter_context(put_together(file, table, history))
        rules = rules_of(settings, now)
        mapping = map_columns(table.headings, rules)
        rules, date_remark = _with_date_order(file, sheet_of_dates, mapping, rules)
        yield Source(table, mapping, rules, (*table.remarks, *mapping.remarks, *date_remark))


def _with_date_order(
    file: Path, sheet: str | None, mapping: ColumnMapping, rules: Rules
) -> tuple[Rules, tuple[str, ...]]:
    """The rules with the order that the whole callback column is written in; reads the sheet once for it."""
    heading = next((column.heading for column in mapping.columns if column.field == CALLBACK), None)
    if heading is None:
        return rules, ()
    survey = DateSurvey(rules)
    with open_table(file, sheet=sheet) as table:
        position = next((at for at, name in enumerate(table.headings) if trim(name) == heading), None)
        if position is None:
            return rules, ()
        for row in table.rows():
            if not row.fault:
                survey.add(row.number, row.cells[position], date_cell=position in row.dates)
    order, remark = survey.decide(table.headings[position])
    return dataclasses.replace(rules, date_order=order), (remark,) if remark else ()


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


def entries(source: Source, survey: Survey, past: "Past") -> Iterator[Entry]:
    """Every row of the sheet as it goes into the journal; what was found out on the way goes into `survey`, and into
    `past` what the sheet's rows decide about rows of earlier runs."""
    rows = source.table.rows()
    while chunk := list(islice(rows, _CHUNK)):
        mapped = [map_row(row, source.mapping, source.rules) for row in chunk]
        past.look_up(one.external_id for one in mapped if isinstance(one, Lead))
        for row, one in zip(chunk, mapped, strict=True):
            survey.see(row.cells)
            yield _judged(row, one, source, survey, past)


def _judged(row: Row, mapped: Lead | Rejection, source: Source, survey: Survey, past: "Past") -> Entry:
    kept = without_sync_columns(row, source.mapping)
    fault = past.fault(row)
    past.decide(row)
    if fault is not None:
        mapped = Rejection((fault,))
    elif reason := past.settled(row, mapped):
        survey.skip()
        return _entry(kept, mapped, State.SKIPPED, reason)
    elif isinstance(mapped, Lead) and (fault := past.uncorrected(row, mapped)):
        rejection = Rejection((fault,), mapped.external_id)
        survey.reject(row.number, rejection)
        # With what would have been sent: it tells whether the row is corrected when it comes again.
        return _entry(kept, mapped, State.REJECTED, str(rejection))
    elif isinstance(mapped, Lead) and (reason := past.unchanged(row, mapped)):
        survey.skip()
        return _entry(kept, mapped, State.SKIPPED, reason)
    if isinstance(mapped, Rejection):
        survey.reject(row.number, mapped)
        return _entry(kept, mapped, State.REJECTED, str(mapped))
    past.take(row)
    survey.accept(row.number, mapped)
    return _entry(kept, mapped, State.PENDING, "")


def own_headings(source: Source) -> tuple[str, ...]:
    """The sheet's headings without leadsync's own."""
    return _without(source.table.headings, source.mapping)


def own_roles(source: Source) -> tuple[str, ...]:
    """What each of the sheet's own columns fills, for whoever looks for the cell at fault later."""
    roles = tuple(_role(column.field, source.rules) for column in source.mapping.columns)
    return _without(roles, source.mapping)


def _role(field: str, rules: Rules) -> str:
    if field in rules.phone_fields:
        return PHONE
    return field if field in SYSTEM_FIELDS else ""


def without_sync_columns(row: Row, mapping: ColumnMapping) -> Row:
    """The row without leadsync's own columns, for the files that will be written with new ones."""
    if not mapping.sync:
        return row
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


def past_of(
    source: Source,
    journal: Journal,
    settings: Settings,
    hold: Callable[[RunRecord], None] = lambda _: None,
    *,
    skip_unchanged: bool = False,
) -> "Past":
    """What is to be known of a sheet's rows before they are taken in. Without a place in the settings, as for `check`,
    nothing is held against what was sent there."""
    repeats = None
    if settings.server.url and all(settings.campaign.model_dump(include=_IDS).values()):
        skip = skip_unchanged or settings.input.skip_unchanged
        repeats = Repeats(journal.history(), settings.url(), settings.ids(), skip_unchanged=skip)
    return Past(source.mapping, journal, hold, repeats=repeats, only_corrected=bool(source.table.parts))


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
    return Entry(row, mapped.external_id, mapped.fields, mapped.harmless, state, message)


def _without(cells: tuple[str, ...], mapping: ColumnMapping) -> tuple[str, ...]:
    taken = set(mapping.sync.values())
    return tuple(cell for position, cell in enumerate(cells) if position not in taken) if taken else cells


def _is_final(code: str) -> bool:
    entry = RESULT_CODES.get(int(code)) if code.isdecimal() else None
    return entry is not None and entry.verdict is Verdict.FINAL


def _same(mapped: Lead | Rejection, origin: Origin) -> bool:
    return isinstance(mapped, Lead) and mapped.external_id == origin.lead and dict(mapped.fields) == dict(origin.fields)
