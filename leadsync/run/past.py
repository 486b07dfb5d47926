"""What a sheet's own sync_* columns, and the journal, say about rows that an earlier run had."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadsync.config import Settings
from leadsync.errors import SettingsError, SheetError
from leadsync.journal import History, Journal, LastSent, Origin, State
from leadsync.leads import ColumnMapping
from leadsync.models import EXTERNAL_ID, NOTE, CampaignIds, Lead, Row, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.report import DECISION_COLUMN
from leadsync.result_codes import RESULT_CODES, Verdict
from leadsync.run.given_back import MOST_DIGITS, heading_name
from leadsync.run.repeats import Repeats, same_fields
from leadsync.run.trials import Trial
from leadsync.sheets import CUT

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

_SETTLED = frozenset({Status.SUCCEEDED, Status.SKIPPED, Status.CONFLICT, Status.UNKNOWN})
"""What a sheet's own sync_status may say of a row that is not to be sent again."""

_IDS = {"template_id", "campaign_id", "allocation_id"}

_IN_POWERS = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
"""A number with many digits as a spreadsheet program shows it."""

_STAYS = (SkipKind.SENT_CORRECTED, SkipKind.LATER_ROW)
_UNDECIDED = (State.UNKNOWN, State.CONFLICT)
DECISIONS = {"applied": State.SUCCEEDED, "not applied": State.FAILED, "send": State.PENDING}
"""What a person can decide about a row, and what the row then is."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row's own sync_* cells say about it."""

    status: str
    code: str
    run: str
    row: str
    decision: str


def past_of(
    table: "Table",
    mapping: ColumnMapping,
    journal: Journal | None,
    settings: Settings,
    hold: Callable[[str], None] = lambda _: None,
    *,
    trial: RunRecord | None = None,
) -> "Past":
    """What is to be known of a sheet's rows before they are taken in. Without a place in the settings, as for `check`,
    nothing is held against what was sent there. `trial` is the run whose rows the sheet takes over."""
    repeats = None
    if journal is not None and settings.server.url and all(settings.campaign.model_dump(include=_IDS).values()):
        repeats = Repeats(journal.history(), settings.url(), settings.ids())
    # A sheet that came back is not read anew after a trial.
    tried = Trial(journal, trial) if journal is not None and trial is not None and not mapping.sync else None
    return Past(
        mapping, journal, hold, settings=settings, repeats=repeats, only_corrected=bool(table.parts), trial=tried
    )


class Past:
    """What a sheet's sync_* columns and the journal say about rows that an earlier run had.

    `hold` is called with the id of each run that has or had such rows, to keep others from sending them meanwhile.
    `repeats` knows what leads were last sent. `only_corrected`: a row that failed goes again only if it was corrected.
    Raises SettingsError where rows come from a run of another of the settings' campaigns.
    """

    def __init__(
        self,
        mapping: ColumnMapping,
        journal: Journal | None,
        hold: Callable[[str], None] = lambda _: None,
        *,
        settings: Settings,
        repeats: Repeats | None = None,
        only_corrected: bool = False,
        trial: Trial | None = None,
    ) -> None:
        self._settings = settings
        self._trial = trial
        self._repeats = repeats
        self._only_corrected = only_corrected
        self._runs: dict[str, RunRecord] = {}
        self._mapping = mapping
        self._journal = journal
        self._hold = hold
        self.decided: dict[tuple[str, State], list[int]] = {}
        """What becomes of rows of earlier runs, by run and new state: their numbers."""
        self.taken: dict[str, list[tuple[int, int]]] = {}
        """Rows of earlier runs that did not go through and are sent from here, by run: their numbers there and here."""
        self.remarks: list[str] = []
        """What is worth knowing about those runs, in sentences."""
        self._leads: dict[str, _Leads] = {}
        self._went_on: dict[str, dict[int, list[tuple[str, State]]]] = {}
        self._overtaken: dict[str, dict[int, tuple[str, int]]] = {}
        self._decided_rows: set[tuple[str, str]] = set()
        self.notes: set[str] = set()
        """Headings of columns that a person has added and that are not sent."""
        self._seen: dict[str, set[str]] = {}
        self._history: History | None = None
        self._names: dict[str, dict[str, str]] = {}
        self._fields = {column.field for column in mapping.columns}
        self._origins: dict[str, dict[int, Origin]] = {}
        self.kept: list[tuple[int, int]] = []
        """Rows of the trial that stand here as they came out there: their numbers there and here."""
        if trial is not None:
            self.decided[trial.run.id, State.SKIPPED] = trial.unsent
            self.taken[trial.run.id] = trial.taken
            self.kept = trial.kept

    @property
    def insert_missing(self) -> bool:
        """Whether a run that rows of the sheet come from inserts missing leads: corrected, they go on as they began."""
        return any(run.inserts == "missing" for run in self._runs.values())

    def was_insert(self, row: Row) -> bool:
        """Whether an earlier run had the row as a new lead; corrected, it still is one."""
        claim = self.claim(row)
        origin = self.origin(claim) if self._mapping.sync else None
        if origin is None:
            return False
        was_to_insert = isinstance(origin.reason, Rejected) and origin.reason.inserts
        return self._runs[claim.run].inserts == "only" or Lead(origin.lead, origin.fields).inserts or was_to_insert

    def claim(self, row: Row) -> Claim:
        """The row's own sync_* cells, trimmed and in small letters."""
        names = ("sync_status", "sync_code", "sync_run", "sync_row", DECISION_COLUMN)
        values = (row.cells[self._mapping.sync[name]] if name in self._mapping.sync else "" for name in names)
        return Claim(*(" ".join(value.lower().split()) for value in values))

    def check_decision(self, row: Row) -> None:
        """Raise SheetError for a decision that is none: taken for a row to correct, it would be sent undecided."""
        decision = self.claim(row).decision
        if decision and decision not in DECISIONS:
            raise SheetError(
                f"Row {row.number}: {DECISION_COLUMN} {decision!r} is no decision; write applied, not applied or send, "
                "or clear the cell to decide later. Nothing was sent."
            )

    def twice(self, row: Row) -> Fault | None:
        """Why a row is not sent that stands in the sheet once more, as a copied line does."""
        claim = self.claim(row)
        if not claim.run or not claim.row:
            return None
        seen = self._seen.setdefault(claim.run, set())
        if claim.row not in seen:
            seen.add(claim.row)
            return None
        return Fault("", "", FaultKind.DUPLICATE_ROW, details={"run": claim.run, "row": claim.row})

    def as_before(self, row: Row, mapped: Lead | Rejected) -> Lead | Rejected:
        """The lead with its campaign fields named as they were when it came first; without those from columns that the
        sheet did not have then, which are a person's notes."""
        origin = self.origin(self.claim(row))
        if origin is None or not isinstance(mapped, Lead):
            return mapped
        run = self._runs[self.claim(row).run]
        names = self._names.get(run.id)
        if names is None:
            names = self._names[run.id] = self._named_before(run)
        if all(names.get(name, name) == name for name in mapped.fields):
            return mapped
        renamed = ((names.get(name, name), value) for name, value in mapped.fields.items())
        return dataclasses.replace(mapped, fields={name: value for name, value in renamed if name})

    def _named_before(self, run: RunRecord) -> dict[str, str]:
        """What each campaign field was called in a run; empty for one that it did not have."""
        roles = run.roles or ("",) * len(run.headings)
        known = [heading for heading, role in zip(run.headings, roles, strict=False) if role != NOTE]
        alike = {heading_name(heading): heading for heading in known}
        names = {}
        for column in self._mapping.columns:
            if not column.campaign or column.heading in known:
                continue
            was = alike.get(heading_name(column.heading), "")
            # A field of another name than its heading's is so by the settings, whatever the heading's letter case.
            plain = heading_name(column.field) == heading_name(column.heading)
            names[column.field] = " ".join(was.split()) if was and plain else column.field if was else ""
            if not was:
                self.notes.add(column.heading)
                self.remarks.append(
                    f"The column {column.heading!r} was not in run {run.id} and is not sent; to send it, give its "
                    "rows in a sheet without leadsync's columns."
                )
        return names

    def mangled(self, row: Row) -> tuple[Fault, ...]:
        """Values that were spoilt on their way: cut to what a workbook's cell holds, or taken for a number by a program
        that opened a text file, which makes an id another lead's."""
        faults = [
            Fault(column.heading, "", FaultKind.CUT_TEXT)
            for column, cell in zip(self._mapping.columns, row.cells, strict=False)
            if cell.endswith(CUT)
        ]
        claim = self.claim(row)
        origin = self.origin(claim)
        # In a workbook an id is a text and stays one: what is otherwise there was corrected.
        if self._journal is None or origin is None or self._only_corrected:
            return tuple(faults)
        if self._history is None:
            self._history = self._journal.history()
        before = self._history.row(claim.run, int(claim.row))
        pairs = zip(*before, strict=False) if before else ()
        known = {heading_name(heading): (cell.strip(), claim.run) for heading, cell in pairs}
        for fault in origin.reason.faults if isinstance(origin.reason, Rejected) else ():
            if fault.kind is FaultKind.CORRUPTED_NUMBER:
                # It came so before: what counts is what it was at first.
                known[heading_name(fault.column)] = fault.original, str(fault.details["run"])
        for column, cell in zip(self._mapping.columns, row.cells, strict=False):
            (was, run), now = known.get(heading_name(column.heading), ("", "")), cell.strip()
            if was == now or not now or not was.isdecimal() or not (column.campaign or column.field == EXTERNAL_ID):
                continue
            if (was.lstrip("0") or "0") == now or _IN_POWERS.fullmatch(now):
                faults.append(Fault(column.heading, now, FaultKind.CORRUPTED_NUMBER, was, {"run": run}))
        return tuple(faults)

    def decide(self, row: Row) -> None:
        """Note what the row decides about the row that it was: a person's decision, or that it is sent from here."""
        if not self._mapping.sync:
            return
        claim = self.claim(row)
        origin = self.origin(claim)
        if origin is None:
            return
        if origin.state in _UNDECIDED and claim.decision in DECISIONS:
            self._decided_rows.add((claim.run, claim.row))
            state = DECISIONS[claim.decision]
            state = State.SKIPPED if state is State.PENDING else state
        elif origin.state is State.PENDING and not self._waits(claim, origin.lead):
            state = State.SKIPPED
        else:
            return
        self.decided.setdefault((origin.run_id, state), []).append(int(claim.row))

    def settled(self, row: Row, mapped: Lead | Rejected) -> Skip | None:
        """Why the row is not to be sent; None where it is.

        Its own sync_status counts first, then what the journal knows: a row that the sheet calls unsent may have been
        sent since by `resume`, and a do-not-call number is sent again only where it is another number now.
        """
        if not self._mapping.sync:
            return None
        claim = self.claim(row)
        origin = self.origin(claim)
        if claim.decision == "send":
            done = origin is not None and origin.state in (State.SUCCEEDED, State.SKIPPED)
            return Skip(SkipKind.BY_NOW, claim.run, status=origin.state.status) if origin and done else None
        if claim.decision in DECISIONS:
            return Skip(SkipKind.DECIDED, text=claim.decision)
        if claim.status in _SETTLED and not _can_be_corrected(origin):
            if origin is not None and origin.state.status != claim.status:
                return Skip(SkipKind.BY_NOW, origin.run_id, status=origin.state.status)
            if origin is not None and isinstance(origin.reason, Skip) and origin.reason.kind in _STAYS:
                return origin.reason
            where = origin.run_id if origin is not None else claim.run
            return Skip(SkipKind.CALLED, where, status=claim.status)
        if origin is not None and origin.state.status in _SETTLED and not _can_be_corrected(origin):
            return Skip(SkipKind.BY_NOW, origin.run_id, status=origin.state.status)
        if origin is not None and (
            reason := self._elsewhere(claim) or self._waits(claim, mapped.external_id or origin.lead)
        ):
            return reason
        if origin is not None and isinstance(mapped, Lead) and self._repeats is not None:
            since = self._repeats.sent_since(mapped, self._runs[claim.run])
            if since:
                return Skip(SkipKind.SENT_SINCE, since.run_id, at=since.time)
        if _is_final(claim.code) and (origin is None or self._same_numbers(mapped, origin)):
            return Skip(SkipKind.REFUSED_FOR_GOOD, code=int(claim.code))
        return None

    def _elsewhere(self, claim: Claim) -> Skip | None:
        """Why a row whose file was given before, too, is for the run that has had it since; None where it is not."""
        for run_id, state in reversed(self._went_on[claim.run].get(int(claim.row), ())):
            if state in _UNDECIDED:
                return Skip(SkipKind.UNDECIDED_SINCE, run_id, status=state.status)
            if state is State.PENDING:
                return Skip(SkipKind.LEFT_TO_RUN, run_id)
        return None

    def _waits(self, claim: Claim, lead: str) -> Skip | None:
        """Why no row of a lead goes while another of its rows is in doubt, or an agent's work was in its way; None
        where none is."""
        leads = self._leads[claim.run]
        for number in leads.undecided.get(lead, ()):
            if str(number) != claim.row and (claim.run, str(number)) not in self._decided_rows:
                return Skip(SkipKind.WAITS_FOR_DECISION, claim.run, number)
        for number in leads.to_repeat.get(lead, ()):
            if number < int(claim.row):
                return Skip(SkipKind.WAITS_FOR_RESUME, claim.run, number)
        return None

    def _same_numbers(self, mapped: Lead | Rejected, origin: Origin) -> bool:
        """Whether the numbers to be dialed are those that were refused, whatever else was corrected."""
        if not isinstance(mapped, Lead):
            return False
        return all(mapped.fields.get(name) == origin.fields.get(name) for name in self._settings.input.phone_fields)

    def overtaken(self, row: Row, mapped: Lead | Rejected) -> Skip | None:
        """Why a row is not sent that went through since, corrected, or whose lead has taken a later row of its sheet:
        it would undo that."""
        claim = self.claim(row)
        origin = self.origin(claim)
        if origin is None or claim.decision == "send":
            return None
        for run_id, state in reversed(self._went_on[claim.run].get(int(claim.row), ())):
            if state is State.SUCCEEDED:
                return Skip(SkipKind.SENT_CORRECTED, run_id)
        later, run_id = self._leads[claim.run].succeeded.get(mapped.external_id or origin.lead, 0), claim.run
        if later <= int(claim.row):
            run_id, later = self._overtaken[claim.run].get(int(claim.row), ("", 0))
        if not later:
            return None
        if _did_not_go(origin):
            # Known again as this row when it comes once more.
            self.taken.setdefault(origin.run_id, []).append((int(claim.row), row.number))
        return Skip(SkipKind.LATER_ROW, run_id, later)

    @property
    def date_order(self) -> str:
        """In which order the dates of the runs were read that the rows come from; empty where that is not known."""
        return next((run.date_order for run in self._runs.values() if run.date_order), "")

    @property
    def epoch_1904(self) -> bool:
        """Whether day numbers in the rows of those runs count from 1904."""
        return any(run.epoch_1904 for run in self._runs.values())

    def look_up(self, leads: Iterable[str]) -> None:
        """To be called before the rows of these leads are asked about."""
        if self._repeats is not None:
            self._repeats.look_up(leads)

    def take(self, row: Row, lead: Lead) -> None:
        """Note that the row is sent from here; where it failed before, its run's `retry` need not."""
        if self._repeats is not None:
            self._repeats.sent(lead)
        claim = self.claim(row) if self._mapping.sync else None
        origin = self.origin(claim) if claim else None
        if claim and origin and _did_not_go(origin):
            self.taken.setdefault(origin.run_id, []).append((int(claim.row), row.number))

    def tried(self, row: Row, lead: Lead) -> Skip | None:
        """What the trial of the sheet's first rows says of a row: why it is not sent, in a few words, or what is wrong
        with it; empty where it is sent."""
        return self._trial.verdict(row, lead) if self._trial is not None else None

    def unchanged(self, row: Row, lead: Lead) -> LastSent | None:
        """What the lead was last sent, if this row says the same; None too where a person decided to send it."""
        if self._repeats is None or (self._mapping.sync and self.claim(row).decision == "send"):
            return None
        return self._repeats.unchanged(lead)

    def uncorrected(self, row: Row, lead: Lead | Rejected) -> Skip | None:
        """Why a row that went to the same place before and failed there is not sent again just as it was."""
        claim = self.claim(row) if self._only_corrected else None
        origin = self.origin(claim) if claim else None
        if claim is None or origin is None or not isinstance(lead, Lead) or not _did_not_go(origin):
            return None
        if lead.external_id != origin.lead or not same_fields(self._read(lead.fields), self._read(origin.fields)):
            return None
        run = self._runs[claim.run]
        if self._repeats is not None and not self._repeats.is_place_of(run):
            return None
        if _is_still_failing(origin) and isinstance(origin.reason, Skip):
            # Given back uncorrected before: what the dialer answered then, and the run that can send it, are the same.
            return origin.reason
        code = int(claim.code) if claim.code.isdecimal() else None
        return Skip(SkipKind.STILL_FAILING, origin.run_id, code=code if code in RESULT_CODES else None)

    def _read(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Those of the fields that the sheet still has a column for."""
        return {name: value for name, value in fields.items() if name in self._fields}

    def origin(self, claim: Claim) -> Origin | None:
        """The row that it was in an earlier run, where this journal knows that run."""
        if self._journal is None or not claim.run or not claim.row.isdecimal() or len(claim.row) > MOST_DIGITS:
            return None
        if claim.run not in self._origins:
            run = self._journal.find(claim.run)
            if run is not None:
                self._check_place(run)
                self._check_dates(run)
                self._runs[claim.run] = run
                for one in (run.id, *self._journal.lineage(run.id)):
                    self._hold(one)
            origins = self._journal.origins(run.id) if run is not None else {}
            self._origins[claim.run] = origins
            self._leads[claim.run] = _Leads.of(origins)
            self._went_on[claim.run] = self._journal.went_on(run.id) if run is not None else {}
            self._overtaken[claim.run] = self._journal.overtaken(run.id) if run is not None else {}
        return self._origins[claim.run].get(int(claim.row))

    def _check_place(self, run: RunRecord) -> None:
        """A corrected row goes where it went before. Wrong ids may have been put right since; that is only said."""
        if self._repeats is None or self._repeats.is_place_of(run):
            return
        name = next(
            (name for name in self._settings.campaigns if _ids(self._settings.for_campaign(name)) == run.ids), None
        )
        if name is not None:
            raise SettingsError(
                f"The sheet has rows of run {run.id}, which went to [campaigns.{name}]; give it with --campaign "
                f"{name}, or take its sync_run column out to send the rows to this campaign."
            )
        ids = run.ids
        self.remarks.append(
            f"The sheet has rows of run {run.id}, which went to {run.dialer}, template {ids.template}, campaign "
            f"{ids.campaign}, allocation {ids.allocation}; they go where the settings say now."
        )

    def _check_dates(self, run: RunRecord) -> None:
        orders = {one.date_order for one in (*self._runs.values(), run)} - {""}
        if len(orders) > 1:
            raise SheetError(
                f"The sheet has rows of run {run.id} and others, whose dates were read in different orders "
                f"({' and '.join(sorted(orders))}); give the rows of each run in a file of its own."
            )


@dataclass(frozen=True, slots=True)
class _Leads:
    """The leads of an earlier run: the rows on which a person has to decide, the idempotent ones in doubt, which are
    sent again, and the last row that went through."""

    undecided: dict[str, list[int]]
    to_repeat: dict[str, list[int]]
    succeeded: dict[str, int]

    @classmethod
    def of(cls, origins: Mapping[int, Origin]) -> "_Leads":
        leads = cls({}, {}, {})
        for number, origin in sorted(origins.items()):
            if origin.state is State.SUCCEEDED:
                leads.succeeded[origin.lead] = number
            elif origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless:
                leads.to_repeat.setdefault(origin.lead, []).append(number)
            elif origin.state in _UNDECIDED:
                leads.undecided.setdefault(origin.lead, []).append(number)
        return leads


def _is_still_failing(origin: Origin | None) -> bool:
    reason = origin.reason if origin is not None else None
    return isinstance(reason, Skip) and reason.kind is SkipKind.STILL_FAILING


_can_be_corrected = _is_still_failing


def _did_not_go(origin: Origin) -> bool:
    """Whether the row failed or was not sent for what stands in it."""
    return origin.state in (State.FAILED, State.REJECTED) or _is_still_failing(origin)


def _ids(settings: Settings) -> CampaignIds:
    campaign = settings.campaign
    return CampaignIds(campaign.template_id or 0, campaign.campaign_id or 0, campaign.allocation_id or 0)


def _is_final(code: str) -> bool:
    entry = RESULT_CODES.get(int(code)) if code.isdecimal() else None
    return entry is not None and entry.verdict is Verdict.FINAL
