"""Values of the journal as JSON text, and back; the same in every store."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from leadsync.models import Status
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.tallies import Tally


def as_json(value: object) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def reason_json(reason: Reason | None) -> str | None:
    """A reason as JSON text, without its defaults."""
    if reason is None:
        return None
    if isinstance(reason, Rejected):
        faults = [_filled({**asdict(fault), "kind": fault.kind.name}) for fault in reason.faults]
        rest = _filled({"inserts": reason.inserts or None, "run": reason.run, "row": reason.row})
        return as_json({"faults": faults, **rest})
    values = {
        **{name: getattr(reason, name) for name in reason.__slots__},
        "kind": "",
        "at": reason.at.timestamp() if reason.at else None,
    }
    return as_json({"skip": reason.kind.name, **_filled(values)})


def kept_reason(reason: Reason | None) -> tuple[str | None, str | None]:
    """A reason as JSON text, and the name of its kind: the first fault's, or the skip's."""
    if isinstance(reason, Rejected):
        kind = reason.faults[0].kind.name if reason.faults else None
    else:
        kind = reason.kind.name if reason else None
    return reason_json(reason), kind


def reason_of(text: str | None) -> Reason | None:
    """The reason of such a text."""
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


def tally_json(tally: Tally) -> str:
    """A tally as JSON text."""
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
    """The tally of such a text."""
    kept = json.loads(text)
    statuses = {Status(name): count for name, count in kept["statuses"].items()}
    codes = {int(code): count for code, count in kept["codes"].items()}
    return Tally(kept["rows"], statuses, codes, kept["attempts"], kept["beyond"], kept["still_failing"])
