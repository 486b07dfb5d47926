"""A run's columns in the table `runs`, each with the field of RunRecord that it holds."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from leadsync.models import CampaignIds, RunRecord


def _as_it_is(value: Any) -> Any:
    return value


def _to_list(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _from_list(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _from_seconds(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()


class _Column(NamedTuple):
    """The column's name is the field's, if no other is given."""

    field: str
    to_column: Callable[[Any], object] = _as_it_is
    to_field: Callable[[Any], Any] = _as_it_is
    name: str = ""


_IDS = ("template", "campaign", "allocation")
_COLUMNS = {
    column.name or column.field: column
    for column in (
        _Column("id"),
        _Column("file", str, Path),
        _Column("sheet"),
        _Column("fingerprint"),
        _Column("kind"),
        _Column("delimiter"),
        _Column("bom", bool, bool),
        _Column("headings", _to_list, _from_list),
        _Column("output", str, Path),
        _Column("dialer"),
        *(_Column(name) for name in _IDS),
        _Column("created", datetime.timestamp, _from_seconds),
        _Column("complete", bool, bool),
        _Column("finished", bool, bool),
        _Column("stopped"),
        _Column("seconds"),
        _Column("last_row"),
        _Column("retry_of"),
        _Column("encoding"),
        _Column("order", name="ordering"),
        _Column("inserts"),
        _Column("roles", _to_list, _from_list),
        _Column("date_order"),
        _Column("epoch_1904", bool, bool),
        _Column("rules"),
        _Column("reading"),
        _Column("follows"),
        _Column("warnings", _to_list, _from_list),
        _Column("new_leads"),
        _Column("first_stem", name="stem"),
        _Column("doubtful", bool, bool),
        _Column("checked"),
    )
}
_NAMES = {column.field: name for name, column in _COLUMNS.items()}

RUN_COLUMNS = ", ".join(_COLUMNS)


def stored(values: Mapping[str, Any]) -> dict[str, object]:
    """Fields of a run by their name, as columns."""
    plain = dict(values)
    if ids := plain.pop("ids", None):
        plain |= {name: getattr(ids, name) for name in _IDS}
    return {_NAMES[field]: _COLUMNS[_NAMES[field]].to_column(value) for field, value in plain.items()}


def run_values(run: RunRecord) -> tuple[object, ...]:
    """A run's line in the table, in the order of RUN_COLUMNS."""
    fields = [column.field for column in _COLUMNS.values() if column.field not in _IDS]
    columns = stored({**{field: getattr(run, field) for field in fields}, "ids": run.ids})
    return tuple(columns[name] for name in _COLUMNS)


def run_record(values: tuple[Any, ...]) -> RunRecord:
    """The run of such a line."""
    fields = {column.field: column.to_field(value) for column, value in zip(_COLUMNS.values(), values, strict=True)}
    return RunRecord(ids=CampaignIds(*(fields.pop(name) for name in _IDS)), **fields)
