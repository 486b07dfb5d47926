"""The page for corrections as values: reasons with their values, rows with the cells at fault. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from leadsync.journal import ReasonCount, ValueCount
from leadsync.leads import Column, trim
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, Lead, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import Decision, Send
from leadsync.report import fault_cells, highlights, reason_words
from leadsync.result_codes import RESULT_CODES
from leadsync.run import CorrectedRow
from leadsync.web.page_words import in_cell_words, public_record, row_message
from leadsync.web.run_view import kind_words

MOST_VALUES = 8
"""Of one reason; the rows below hold the others."""
_MANY_ROWS = 3_000
_ROWS_A_SECOND = 2_000
"""Corrected and checked."""
_NAME = re.compile(r"(?i)(full|first|last|given|family|middle|contact|customer|lead|sur)?[ _-]?name|surname|first|last")
_LONGEST_NAME = 80
_PREFIXED = frozenset({FaultKind.NO_AREA_CODE.name, FaultKind.NO_PREFIX.name})
_UNCHANGED = "What would be sent is the same as before."
_CHANGED = "changed"
"""In place of a status: the rows with changes, and a fault still."""


class Cell(NamedTuple):
    """A cell of a row: its text now, the reason if it is at fault, and whether a person has typed it."""

    position: int
    heading: str
    text: str
    why: str = ""
    is_changed: bool = False
    is_disposition: bool = False

    @property
    def has_lines(self) -> bool:
        return "\n" in self.text or "\r" in self.text


class Doubt(NamedTuple):
    """Something to look at in a row to be sent: the words, and the positions of its cells."""

    words: str
    positions: tuple[int, ...]


class Change(NamedTuple):
    """A changed cell: its text in the sheet and now, and the value to send if it is another."""

    heading: str
    before: str
    now: str
    sent: str


@dataclass(frozen=True, slots=True)
class RowCard:
    """A row for a person to correct, or a corrected one."""

    number: int
    lead: str
    version: int
    problem: str
    """The reason against sending it; empty for one that is ready."""
    cells: tuple[Cell, ...]
    """Those at fault."""
    others: tuple[Cell, ...]
    changes: tuple[Change, ...] = ()
    by: str = ""
    at: datetime | None = None
    notice: str = ""
    """What another person did to it meanwhile, or another word about the last change."""
    name: str = ""
    """The lead's name, if the sheet has one: people know leads by it."""
    left_out: str = ""
    """Who has left it out of the sending of its draft; empty for one that is not."""
    makes_new: bool = False
    """Whether it goes out without a callback date, as a new lead, from a sheet that has a column for one."""

    @property
    def is_ready(self) -> bool:
        return not self.problem

    @property
    def is_safe(self) -> bool:
        """Whether it goes without losing a callback."""
        return self.is_ready and not self.left_out and not self.makes_new

    @property
    def is_changed(self) -> bool:
        """Whether people have changed its cells."""
        return any(cell.is_changed for cell in (*self.cells, *self.others))


@dataclass(frozen=True, slots=True)
class ReasonCard:
    """The rows of one reason, with the values at fault."""

    key: str
    words: str
    advice: str
    rows: int
    values: Sequence[ValueCount] = ()
    takes_prefix: bool = False
    choices: Sequence[str] = field(default=())
    proposed: str = ""
    """The value probably meant in place of the others."""
    looked_at: int = 0
    """In so many of the rows the values were counted; 0 for all of them."""

    @property
    def seconds(self) -> int:
        """The time to put a value into all of the rows; 0 for a moment."""
        return round(self.rows / _ROWS_A_SECOND) if self.rows > _MANY_ROWS else 0


def key_of(reason: ReasonCount) -> str:
    """The word for a reason in addresses and forms."""
    return f"{reason.status}.{'' if reason.code is None else reason.code}.{reason.kind or ''}"


def changed_key(fault: str) -> str:
    """The word for a fault of changed rows, in the same places."""
    return f"{_CHANGED}..{fault}"


def fault_in(key: str) -> str:
    """The kind of fault in the key of changed rows; empty for any other key."""
    status, _, kind = key.partition("..")
    return kind if status == _CHANGED else ""


def reason_card(
    reason: ReasonCount, values: Sequence[ValueCount], run: RunRecord, dispositions: Sequence[str], looked_at: int = 0
) -> ReasonCard:
    """The card of untouched rows; values that occur once each are left to their rows.

    The values were counted in the first `looked_at` rows; 0 means all.
    """
    entry = RESULT_CODES.get(reason.code) if reason.code is not None else None
    words = kind_words(reason.kind) if reason.kind else entry.meaning if entry else ""
    if reason.kind == SkipKind.STILL_FAILING.name and entry:
        words = f"{words}: {entry.meaning}"
    if not words:
        unknown = reason.code is not None
        words = "The dialer gave a code that is not in its documentation." if unknown else "No answer that counts."
    advice = entry.cause if entry else ""
    if reason.status is Status.FAILED and reason.code is None:
        advice = "The rows may be right as they are; the page of the run can send them again."
    prefix = reason.kind in _PREFIXED
    shown = values[:MOST_VALUES] if not prefix and any(value.rows > 1 for value in values) else ()
    label = f"{reason.code} " if reason.code else ""
    listed = dispositions if any(_role(run, value.place) == DISPOSITION for value in shown) else ()
    return ReasonCard(
        key_of(reason),
        f"{label}{words}".rstrip("."),
        advice,
        reason.rows,
        shown,
        prefix,
        listed,
        looked_at=looked_at if reason.rows > looked_at else 0,
    )


def changed_card(
    fault: str, rows: int, values: Sequence[ValueCount], run: RunRecord, dispositions: Sequence[str]
) -> ReasonCard:
    """The card of changed rows that have a fault still."""
    card = reason_card(ReasonCount(Status.REJECTED, None, fault, rows), values, run, dispositions)
    words = f"{card.words}, after a change"
    return ReasonCard(changed_key(fault), words, "", rows, card.values, card.takes_prefix, card.choices)


def row_card(
    row: CorrectedRow, decision: Decision | None, run: RunRecord, columns: Sequence[Column], doubt: Doubt | None = None
) -> RowCard:
    """The card of a row; without a decision it is untouched. `doubt`: the reason to look at one to be sent."""
    row = replace(row, record=public_record(row.record, run.dialer))
    problem, why = _faults(row, decision, run)
    if doubt is not None and (decision is None or isinstance(decision, Send)):
        problem = doubt.words if decision is None else ""
        why = dict.fromkeys(doubt.positions, doubt.words)
    now, changed = row.cells, set(row.changed)
    cells = [
        Cell(
            at,
            run.headings[at] if at < len(run.headings) else "",
            text,
            why.get(at, ""),
            at in changed,
            _role_at(run, at) == DISPOSITION,
        )
        for at, text in enumerate(now)
    ]
    last = row.edits[-1] if row.edits else None
    return RowCard(
        row.record.number,
        row.record.lead,
        row.version,
        problem,
        tuple(cell for cell in cells if cell.position in why),
        tuple(cell for cell in cells if cell.position not in why),
        tuple(_changes(row, decision, run, columns)) if isinstance(decision, Send) else (),
        last.user if last else "",
        last.at if last else None,
        name=name_in(run.headings, now),
        left_out=row.left_out.text if row.left_out else "",
        makes_new=isinstance(decision, Send) and _makes_new(decision.lead, run),
    )


def _makes_new(lead: Lead, run: RunRecord) -> bool:
    """Whether the lead loses a callback that its sheet could give."""
    return CALLBACK in run.roles and not lead.inserts and CALLBACK not in lead.fields


def name_in(headings: Sequence[str], cells: Sequence[str]) -> str:
    """The lead's name by the columns called so; empty if there are none."""
    parts = (cell.strip() for heading, cell in zip(headings, cells, strict=False) if _NAME.fullmatch(trim(heading)))
    return " ".join(filter(None, parts))[:_LONGEST_NAME]


def _role_at(run: RunRecord, position: int) -> str:
    return run.roles[position] if position < len(run.roles) else ""


def _faults(row: CorrectedRow, decision: Decision | None, run: RunRecord) -> tuple[str, dict[int, str]]:
    """The problem in words, empty for a row that is ready, and the reasons by the positions of cells."""
    if isinstance(decision, Send) or row.left_out:
        return "", {}
    if isinstance(decision, Rejected):
        cells = fault_cells(decision, run.headings, run.roles)
        return in_cell_words(reason_words(decision)), {cell.position: in_cell_words(cell.why) for cell in cells}
    # The dialer's own words stay as they are.
    in_words = in_cell_words if isinstance(row.record.reason, Rejected) else str
    why = {cell.position: in_words(cell.why) for cell in highlights(row.record, run).cells}
    if decision is None and row.record.status is Status.UNSENT:
        return "It goes as it stands.", why
    if decision is None:
        problem = row_message(row.record) or "It did not go through."
        overtaken = Skip(SkipKind.LATER_ROW, run.id, row.later)
        return problem if row.later is None else f"{problem.rstrip('.')}; {in_cell_words(reason_words(overtaken))}", why
    if isinstance(decision, Skip) and decision.kind is SkipKind.STILL_FAILING:
        return _UNCHANGED, why
    return in_cell_words(reason_words(decision)), why


def _changes(row: CorrectedRow, send: Send, run: RunRecord, columns: Sequence[Column]) -> Iterable[Change]:
    now = row.cells
    for position in row.changed:
        column = columns[position]
        sent = send.lead.external_id if column.field == EXTERNAL_ID else send.lead.fields.get(column.field, "")
        yield Change(
            run.headings[position], row.record.cells[position], now[position], sent if sent != now[position] else ""
        )


def positions_of(row: CorrectedRow, fault: Fault | None, run: RunRecord, place: str, value: str) -> tuple[int, ...]:
    """The cells for a value put into many rows: those of a fault, or those of a column with just this text."""
    if fault is not None:
        if (fault.column, fault.value) != (place, value) and place:
            return ()
        return tuple(cell.position for cell in fault_cells(Rejected((fault,)), run.headings, run.roles))
    return tuple(
        at
        for at, (heading, cell) in enumerate(zip(run.headings, row.cells, strict=False))
        if trim(heading) == trim(place) and cell == value
    )


def _role(run: RunRecord, heading: str) -> str:
    roles: Mapping[str, str] = {trim(one): role for one, role in zip(run.headings, run.roles, strict=False)}
    return roles.get(trim(heading), "")
