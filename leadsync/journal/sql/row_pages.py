"""Rows a page at a time, and their reasons.

A page is merged from streams in the order of the rows' numbers, each along one index: pending rows along `open_rows`,
rows with a reason along `notable_rows`, the others along the table. OFFSET would count all rows before the page.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby, islice
from typing import Any, NamedTuple

from leadsync.journal.json_text import reason_of
from leadsync.journal.row_protocols import MOST_LOOKED_AT
from leadsync.journal.sql.conditions import NOTABLE, OPEN
from leadsync.journal.sql.database import GIVEN_NUMBERS, Connected, Connection
from leadsync.journal.sql.row_table import ROW_COLUMNS, row_record
from leadsync.journal.sql.run_table import run_key, run_key_and_end
from leadsync.journal.states import State
from leadsync.journal.values import EVERY_ROW, ReasonCount, RowFilter, ValueCount
from leadsync.models import RowRecord
from leadsync.reasons import Skip, SkipKind
from leadsync.result_codes import RESULT_CODES

_FEW = 3_000
"""The most rows of a lead's beginning to be sorted, in all runs; more of them are soon met on the way."""
_GROUP = "state = ? AND code IS ? AND kind IS ?"
ALIKE = (
    f"SELECT run, number, reason FROM rows INDEXED BY notable_rows WHERE run = ? AND number <= ? AND {NOTABLE} "
    f"AND {_GROUP} AND {{}} ORDER BY number LIMIT ?"
)
"""The first rows of a group with one more condition."""
_ALIKE = ALIKE.format("TRUE")
_MOST_VALUES = 100
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


class _Group(NamedTuple):
    """Notable rows alike, together in the index."""

    state: str
    code: int | None
    kind: str | None


class _Stream(NamedTuple):
    """The numbers of rows of one condition, along an index."""

    condition: str
    values: tuple[object, ...] = ()
    way: str = "NOT INDEXED"


class SqlRowPages(Connected):
    """The pages; see `leadsync.journal.row_protocols.RowPages`."""

    def page(self, run_id: str, after: int = 0, limit: int = 100, chosen: RowFilter = EVERY_ROW) -> list[RowRecord]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            bounds = _Bounds(key, after, end, limit)
            few = _few_of_lead(connection, key, chosen.lead) if chosen.lead else None
            if few is not None:
                numbers = _among(connection, bounds, few, chosen)
            else:
                streams = [_numbers(connection, bounds, stream, chosen) for stream in _streams(connection, key, chosen)]
                # A row can be in two streams.
                numbers = [number for number, _ in islice(groupby(merge(*streams)), limit)]
            rows = connection.execute(
                f"SELECT {ROW_COLUMNS} FROM {GIVEN_NUMBERS} CROSS JOIN rows JOIN lines USING (run, number) "
                "WHERE run = ? AND number = wanted.value ORDER BY number",
                [json.dumps(numbers), key],
            )
            return [row_record(values) for values in rows]

    def reason_counts(self, run_id: str) -> list[ReasonCount]:
        with self._database.reading() as connection:
            groups = connection.execute(
                "SELECT state, code, kind, count(*) AS count FROM rows INDEXED BY notable_rows "
                f"WHERE run = ? AND number <= ? AND {NOTABLE} AND state <> '{State.IN_FLIGHT}' "
                "GROUP BY state, code, kind ORDER BY count DESC, code NULLS FIRST, kind NULLS FIRST",
                run_key_and_end(connection, run_id),
            )
            return [ReasonCount(State(state).status, code, kind, rows) for state, code, kind, rows in groups]

    def left_out(self, run_id: str) -> dict[int, Skip]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT number, reason FROM rows INDEXED BY notable_rows WHERE run = ? AND {NOTABLE} AND {_GROUP} "
                "ORDER BY number",
                [run_key(connection, run_id), State.SKIPPED, None, SkipKind.LEFT_OUT.name],
            )
            reasons = {number: reason_of(reason) for number, reason in rows}
        return {number: reason for number, reason in reasons.items() if isinstance(reason, Skip)}

    def faulty_beyond(self, run_id: str) -> int:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT count(*) FROM rows INDEXED BY notable_rows WHERE run = ? AND number > ? AND {NOTABLE} "
                "AND state = 'rejected'",
                run_key_and_end(connection, run_id),
            ).fetchone()
        return int(row[0])

    def reason_values(self, run_id: str, reason: ReasonCount, most: int = MOST_LOOKED_AT) -> list[ValueCount]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            states = [state for state in State if state.status is reason.status]
            return counted_values(
                connection, reason, _ALIKE, [(key, end, state, reason.code, reason.kind, most) for state in states]
            )


class _Bounds(NamedTuple):
    """The rows of a page: of a run by its key, behind row `after` up to row `end`."""

    key: int
    after: int
    end: int
    limit: int


def counted_values(
    connection: Connection, reason: ReasonCount, alike: str, all_values: Iterable[Sequence[object]]
) -> list[ValueCount]:
    """The values at fault in rows with a reason, as `alike` finds them with each of the values."""
    counts: Counter[tuple[str, str]] = Counter()
    for values in all_values:
        if reason.kind:
            found = _of_fault(connection, alike, values)
        else:
            found = _of_code(connection, reason.code, alike, values)
        for place, value, count in found:
            counts[place, value] += count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [ValueCount(*at, count) for at, count in ordered[:_MOST_VALUES]]


def _streams(connection: Connection, key: int, chosen: RowFilter) -> Iterator[_Stream]:
    """The streams of the chosen rows."""
    if not chosen.narrows:
        yield _Stream("TRUE")
        return
    states = [state for state in State if not chosen.statuses or state.status in chosen.statuses]
    narrow = bool(chosen.codes or chosen.kinds)
    if State.SUCCEEDED in states and not chosen.kinds and (not chosen.codes or 0 in chosen.codes):
        plain = "code = 0" if chosen.codes else "coalesce(code, 0) = 0"
        yield _Stream(f"state = '{State.SUCCEEDED}' AND {plain}")
    if State.PENDING in states and not narrow:
        yield _Stream(f"{OPEN} AND state = '{State.PENDING}'", way="INDEXED BY open_rows")
    for group in groups_of(connection, key, states):
        if _fits(group, chosen) and (narrow or group.state is not State.PENDING):
            yield _Stream(f"{NOTABLE} AND {_GROUP}", group, "INDEXED BY notable_rows")


def groups_of(connection: Connection, key: int, states: Collection[State]) -> Iterator[_Group]:
    """The notable rows' groups, by one look into the index for each."""
    for state in states:
        if state is not State.IN_FLIGHT:
            for code in _distinct(connection, "code", "state = ?", key, state):
                for kind in _distinct(connection, "kind", "state = ? AND code IS ?", key, state, code):
                    yield _Group(state, code, kind)


def _distinct(connection: Connection, column: str, condition: str, *values: object) -> Iterator[Any]:
    """The values of a column of the index among notable rows; NULL first."""
    rows = f"FROM rows INDEXED BY notable_rows WHERE run = ? AND {NOTABLE} AND {condition} AND {column}"
    if connection.execute(f"SELECT 1 {rows} IS NULL LIMIT 1", values).fetchone():
        yield None
    query = f"SELECT {column} {rows} IS NOT NULL ORDER BY {column} LIMIT 1"
    last: tuple[object, ...] = ()
    while row := connection.execute(query, [*values, *last]).fetchone():
        yield row[0]
        query, last = f"SELECT {column} {rows} > ? ORDER BY {column} LIMIT 1", row


def _numbers(connection: Connection, bounds: _Bounds, stream: _Stream, chosen: RowFilter) -> list[int]:
    """The first numbers of a stream within the bounds."""
    condition, values = _of_lead(chosen.lead)
    rows = connection.execute(
        f"SELECT number FROM rows {stream.way} WHERE run = ? AND number > ? AND number <= ? AND {stream.condition} "
        f"AND {condition} ORDER BY number LIMIT ?",
        [bounds.key, bounds.after, bounds.end, *stream.values, *values, bounds.limit],
    )
    return [number for (number,) in rows]


def _few_of_lead(connection: Connection, key: int, beginning: str) -> list[int] | None:
    """The numbers of the run's rows whose lead begins so; None if there are many in all runs."""
    condition, values = _of_lead(beginning)
    rows = connection.execute(
        f"SELECT run, number FROM rows INDEXED BY rows_by_lead WHERE {condition} LIMIT ?", [*values, _FEW]
    ).fetchall()
    return [number for run, number in rows if run == key] if len(rows) < _FEW else None


def _of_lead(beginning: str) -> tuple[str, tuple[str, ...]]:
    """The condition for leads with that beginning: a range of the index."""
    if not beginning:
        return "TRUE", ()
    kept = beginning.rstrip(chr(_LAST_CHARACTER))
    if not kept:
        return "lead >= ?", (beginning,)
    after = ord(kept[-1]) + 1
    # UTF-8 has no surrogates.
    last = chr(_SURROGATES.stop if after in _SURROGATES else after)
    return "lead >= ? AND lead < ?", (beginning, kept[:-1] + last)


def _among(connection: Connection, bounds: _Bounds, numbers: list[int], chosen: RowFilter) -> list[int]:
    """The chosen rows among these, within the bounds."""
    found = connection.execute(
        f"SELECT number, state, code, kind FROM {GIVEN_NUMBERS} CROSS JOIN rows "
        "WHERE run = ? AND number = wanted.value ORDER BY number",
        [json.dumps(sorted(n for n in numbers if bounds.after < n <= bounds.end)), bounds.key],
    )
    fitting = (number for number, *group in found if _fits(_Group(*group), chosen))
    return list(islice(fitting, bounds.limit))


def _fits(group: _Group, chosen: RowFilter) -> bool:
    if chosen.narrows and group.state == State.IN_FLIGHT:
        return False
    return (
        (not chosen.statuses or State(group.state).status in chosen.statuses)
        and (not chosen.codes or group.code in chosen.codes)
        and (not chosen.kinds or group.kind in chosen.kinds)
    )


def _of_fault(connection: Connection, alike: str, values: Sequence[object]) -> Iterator[tuple[str, str, int]]:
    """The values of the first faults, with their columns; a reason to skip has none."""
    query = (
        "SELECT place, value, count(*) FROM (SELECT json_extract(reason, '$.faults[0].column') AS place, "
        f"json_extract(reason, '$.faults[0].value') AS value FROM ({alike}) AS alike) AS faulty "
        "WHERE value IS NOT NULL GROUP BY place, value"
    )
    for place, value, count in connection.execute(query, values):
        yield place or "", value, count


def _of_code(
    connection: Connection, code: int | None, alike: str, values: Sequence[object]
) -> Iterator[tuple[str, str, int]]:
    """The cells of the field that is at fault for a code, with the headings of its columns."""
    entry = RESULT_CODES.get(code or 0)
    if entry is None or not entry.field:
        return
    query = (
        f"SELECT value, count(*) FROM (SELECT json_extract(cells, ?) AS value FROM ({alike}) AS alike "
        "CROSS JOIN lines WHERE lines.run = alike.run AND lines.number = alike.number) AS faulty "
        "WHERE value <> '' GROUP BY value"
    )
    [headings, roles] = connection.execute("SELECT headings, roles FROM runs WHERE run = ?", values[:1]).fetchone()
    for position, (heading, role) in enumerate(zip(json.loads(headings), json.loads(roles), strict=False)):
        if role == entry.field:
            for value, count in connection.execute(query, [f"$[{position}]", *values]):
                yield heading, value, count
