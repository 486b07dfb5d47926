"""Between the journal's values and its tables' lines."""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from leadsync.journal.states import State
from leadsync.models import Note, Row, RowRecord, Status, Tally
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind

ROW_COLUMNS = "number, cells, dates, lead, fields, state, code, name, message, attempts, time, harmless, reason"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is taken in: what stands in the sheet, what would be sent, and whether it is to be sent.

    Its notes are for the user to see beforehand; the journal does not keep them.
    """

    row: Row
    lead: str
    fields: Mapping[str, str]
    harmless: bool
    state: State = State.PENDING
    reason: Reason | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A row of an earlier run that a sheet's row came from, and the run that had it last."""

    run_id: str
    state: State
    lead: str
    fields: Mapping[str, str]
    code: int | None = None
    reason: Reason | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Effects:
    """What confirming a run does to rows of other runs.

    `decided`: by run and new state the numbers of its rows. `taken`: by run its rows that are sent from here, each
    number there with the number here. `kept`: the same for rows of a trial that stand here as they came out there.
    """

    decided: Mapping[tuple[str, State], Collection[int]] = field(default_factory=dict)
    taken: Mapping[str, Collection[tuple[int, int]]] = field(default_factory=dict)
    kept: Collection[tuple[int, int]] = ()


NO_EFFECTS = Effects()


def new_run_id(now: datetime) -> str:
    """An id such as `20261123-210455-7f3a`: the local time and four random digits."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def places(values: Collection[object]) -> str:
    """As many question marks as there are values."""
    return ", ".join("?" * len(values))


def as_json(value: object) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def reason_json(reason: Reason | None) -> str | None:
    """A reason as it is stored: only what it has beyond its defaults."""
    if reason is None:
        return None
    if isinstance(reason, Rejected):
        faults = [_filled({**asdict(fault), "kind": fault.kind.name}) for fault in reason.faults]
        rest = _filled({"inserts": reason.inserts or None, "run": reason.run, "row": reason.row})
        return as_json({"faults": faults, **rest})
    values = {**asdict(reason), "kind": "", "at": reason.at.timestamp() if reason.at else None}
    return as_json({"skip": reason.kind.name, **_filled(values)})


def reason_of(text: str | None) -> Reason | None:
    """The reason that was stored so."""
    if not text:
        return None
    kept = json.loads(text)
    if "faults" in kept:
        return Rejected(tuple(map(_fault, kept.pop("faults"))), **kept)
    kind, at = SkipKind[kept.pop("skip")], kept.pop("at", None)
    return Skip(kind, at=None if at is None else datetime.fromtimestamp(at, UTC).astimezone(), **kept)


def _fault(kept: dict[str, Any]) -> Fault:
    details = {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept.get("details", {}).items()
    }
    column, value, original = (kept.get(name, "") for name in ("column", "value", "original"))
    return Fault(column, value, FaultKind[kept["kind"]], original, details)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, {})}


def line_values(key: int, entry: Entry) -> tuple[object, ...]:
    """A row's line in the table `lines`."""
    row = entry.row
    return key, row.number, as_json(row.cells), as_json(row.dates) if row.dates else "", as_json(dict(entry.fields))


_scan = json.JSONDecoder().raw_decode
"""Reads JSON of our own writing, a row at a time, at half of what `json.loads` costs."""


_STATUS_OF = {state.value: state.status for state in State}


@lru_cache(maxsize=1024)
def _positions(dates: str) -> tuple[int, ...]:
    return tuple(json.loads(dates)) if dates else ()


@lru_cache(maxsize=1024)
def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC).astimezone()


def row_record(values: tuple[Any, ...]) -> RowRecord:
    """A row as `Journal.records` selects it; its time to the second."""
    number, cells, dates, lead, fields, state, code, name, message, attempts, time, harmless, reason = values
    return RowRecord(
        number,
        tuple(_scan(cells)[0]),
        _positions(dates),
        lead,
        _scan(fields)[0],
        _STATUS_OF[state],
        code,
        name,
        message,
        attempts,
        None if time is None else _moment(int(time)),
        bool(harmless),
        reason_of(reason),
    )


def tally_json(tally: Tally) -> str:
    """A tally as it is kept with a finished run."""
    return as_json(
        {
            "rows": tally.rows,
            "statuses": tally.statuses,
            "codes": tally.codes,
            "attempts": tally.attempts,
            "beyond": tally.beyond,
            "still_failing": tally.still_failing,
        }
    )


def tally_of(text: str) -> Tally:
    """The tally that was kept so."""
    kept = json.loads(text)
    statuses = {Status(name): count for name, count in kept["statuses"].items()}
    codes = {int(code): count for code, count in kept["codes"].items()}
    return Tally(kept["rows"], statuses, codes, kept["attempts"], kept["beyond"], kept["still_failing"])
