"""The leads over all runs. Reads only."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from leadsync.dialer_address import same_dialer
from leadsync.journal.json_text import as_json
from leadsync.journal.sql.database import Connected, Connection, Database, moment
from leadsync.journal.sql.row_table import ATTEMPT_COLUMNS, ROW_COLUMNS, attempt_record, row_record
from leadsync.journal.sql.sendable_rows import IN_DOUBT
from leadsync.journal.states import State
from leadsync.journal.values import AttemptRecord, FoundLead, LastSent, RowReading, TextSearch
from leadsync.models import CAMPAIGN_ID, CampaignIds, RowRecord
from leadsync.reasons import SkipKind

_OVER = f"('{State.SKIPPED}', '{State.FAILED}')"
_OF_ROW = "AS made WHERE made.run = rows.run AND made.number = rows.number"
_ONCE_IN_DOUBT = (
    f"(NOT EXISTS (SELECT 1 FROM decisions {_OF_ROW} AND made.decided = 'not applied') "
    f"AND (EXISTS (SELECT 1 FROM decisions {_OF_ROW} AND made.decided = 'send' AND made.state = '{State.UNKNOWN}') "
    f"OR EXISTS (SELECT 1 FROM attempts {_OF_ROW} AND {IN_DOUBT})))"
)
"""Whether the lead of a row that is over may have taken it: it was in doubt, and nobody has called it not applied."""

_MAY_BE_TAKEN = (
    f"(rows.state NOT IN ('{State.PENDING}', '{State.REJECTED}', '{State.SKIPPED}', '{State.FAILED}') "
    f"OR (rows.state IN {_OVER} AND {_ONCE_IN_DOUBT}))"
)

_NOT_WANTED = f"rows.state = '{State.SKIPPED}' AND coalesce(rows.kind, '') <> '{SkipKind.UNCHANGED.name}'"
"""Whether a row was skipped, but not as its lead had it already."""

SENT_TO_LEADS = (
    "FROM json_each(?) AS wanted CROSS JOIN rows WHERE rows.lead = wanted.value "
    f"AND rows.sequence IS NOT NULL AND {_MAY_BE_TAKEN} "
    "AND rows.run IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
)
"""The rows behind `last_sent`; the values are the leads and the runs.

A row carried over into a later run has the sequence of the one that left: of these the first run's counts.
"""

TIME_OF_ROW = "coalesce(rows.time, (SELECT created FROM runs WHERE runs.run = rows.run))"
"""A row under way for the first time has no time of its own yet."""

_DECIDED_TO_SEND = (
    "(EXISTS (SELECT 1 FROM decisions AS made "
    "WHERE made.run = rows.run AND made.number = rows.number AND made.decided = 'send') "
    "OR EXISTS (SELECT 1 FROM taken JOIN decisions AS made ON made.run = taken.run AND made.number = taken.number "
    "WHERE taken.by_run = rows.run AND taken.by_number = rows.number AND made.decided = 'send'))"
)
"""The decision is kept with the row that a person saw, be it taken by a later run."""

_AFTER_ALL = chr(0x10FFFF)
"""Behind every text that goes on with anything else."""
_SEARCHED = 100_000
"""Rows of one look for a text: 0.1 s."""
_HAS_TEXT = " OR ".join(
    f"({values} LIKE ? ESCAPE '!' AND EXISTS (SELECT 1 FROM json_each({values}) WHERE value LIKE ? ESCAPE '!'))"
    for values in ("cells", "fields")
)
"""The whole JSON is looked at first, which is quicker; it holds the fields' names as well."""


class LeadHistory(Connected):
    """The leads; see `leadsync.journal.row_protocols.History`."""

    # With max(), SQLite takes the other columns from the row of the maximum. CROSS JOIN keeps the order of the loops:
    # each lead is looked up in the index.
    _LAST = (
        f"SELECT rows.run, rows.number, rows.lead, rows.state, {TIME_OF_ROW} AS time, rows.harmless, "
        "max(rows.sequence) AS sequence "
        f"{SENT_TO_LEADS} GROUP BY rows.lead"
    )

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._runs: dict[str, dict[int, tuple[str, CampaignIds]]] = {}

    def last_sent(self, leads: Collection[str], dialer: str, campaign: int) -> dict[str, LastSent]:
        with self._database.reading() as connection:
            runs = self._of_campaign(connection, dialer, campaign)
            if not runs:
                return {}
            rows = connection.execute(
                f"WITH last AS ({self._LAST}) "
                "SELECT lead, run, number, time, fields, state, sequence FROM last JOIN lines USING (run, number) "
                f"WHERE state IN ('{State.SUCCEEDED}', '{State.CONFLICT}') "
                f"OR (state IN ('{State.UNKNOWN}', '{State.SKIPPED}', '{State.FAILED}') AND NOT harmless)",
                [json.dumps(list(dict.fromkeys(leads))), json.dumps(list(runs))],
            )
            return {lead: _last_sent(*runs[run], *values) for lead, run, *values in rows}

    def sent(self, leads: Collection[str], most: int, dialer: str, campaign: int) -> dict[str, list[LastSent]]:
        found: dict[str, list[LastSent]] = {}
        with self._database.reading() as connection:
            runs = self._of_campaign(connection, dialer, campaign)
            rows = connection.execute(
                f"WITH sent AS (SELECT rows.run, rows.number, rows.lead, rows.state, {TIME_OF_ROW} AS time, sequence, "
                "dense_rank() OVER (PARTITION BY rows.lead ORDER BY rows.sequence DESC) AS place, "
                "row_number() OVER (PARTITION BY rows.lead, rows.sequence ORDER BY rows.run) AS carried "
                f"{SENT_TO_LEADS}) "
                "SELECT lead, run, number, time, fields, state, sequence FROM sent JOIN lines USING (run, number) "
                "WHERE place <= ? AND carried = 1 ORDER BY lead, place DESC",
                [json.dumps(list(dict.fromkeys(leads))), json.dumps(list(runs)), most],
            )
            for lead, run, *values in rows:
                found.setdefault(lead, []).append(_last_sent(*runs[run], *values))
        return found

    def taken(
        self, rows: Iterable[tuple[str, Mapping[str, str]]], dialer: str, campaign: int
    ) -> dict[str, list[LastSent]]:
        taken = f"(state = '{State.SUCCEEDED}' OR (state IN {_OVER} AND {_ONCE_IN_DOUBT})) AND sequence IS NOT NULL"
        found: dict[str, list[LastSent]] = {}
        same = self._same(rows, dialer, campaign, f"{TIME_OF_ROW}, fields, state, sequence", taken, "sequence")
        for lead, run, number, *values in same:
            run_id, ids = self._runs[dialer][run]
            found.setdefault(lead, []).append(_last_sent(run_id, ids, number, *values))
        return found

    def readings(
        self, rows: Iterable[tuple[str, Mapping[str, str]]], dialer: str, campaign: int
    ) -> dict[str, list[RowReading]]:
        confirmed = "rows.run IN (SELECT run FROM runs WHERE complete)"
        found: dict[str, list[RowReading]] = {}
        same = self._same(rows, dialer, campaign, f"fields, {_NOT_WANTED}", confirmed, "run")
        for lead, run, number, fields, is_skipped in same:
            run_id, _ = self._runs[dialer][run]
            one = RowReading(lead, run_id, number, json.loads(fields), bool(is_skipped))
            found.setdefault(lead, []).append(one)
        return found

    def _same(
        self,
        rows: Iterable[tuple[str, Mapping[str, str]]],
        dialer: str,
        campaign: int,
        columns: str,
        condition: str,
        order: str,
    ) -> Iterator[tuple[Any, ...]]:
        """Lead, run, number and these columns of the rows that say the same as the given ones, in this order."""
        wanted = {(lead, as_json(dict(fields))) for lead, fields in rows}
        leads, texts = map(set, zip(*wanted, strict=True)) if wanted else (set(), set())
        with self._database.reading() as connection:
            runs = self._of_campaign(connection, dialer, campaign)
            same = connection.execute(
                f"SELECT fields, lead, run, number, {columns} FROM json_each(?) AS wanted "
                "CROSS JOIN rows JOIN lines USING (run, number) WHERE rows.lead = wanted.value "
                f"AND {condition} AND rows.run IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) "
                f"AND fields IN (SELECT value FROM json_each(?)) ORDER BY {order}",
                [json.dumps(list(leads)), json.dumps(list(runs)), json.dumps(list(texts))],
            )
            for text, lead, *values in same if wanted and runs else ():
                # Perhaps the values of another row of those given.
                if (lead, text) in wanted:
                    yield lead, *values

    def undecided(self, leads: Collection[str], dialer: str) -> dict[str, list[LastSent]]:
        found: dict[str, list[LastSent]] = {}
        with self._database.reading() as connection:
            runs = self._of_dialer(connection, dialer)
            rows = connection.execute(
                f"SELECT lead, rows.run, rows.number, {TIME_OF_ROW}, "
                "fields, state, sequence FROM json_each(?) AS wanted CROSS JOIN rows "
                "JOIN lines USING (run, number) WHERE rows.lead = wanted.value "
                "AND rows.run IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) "
                f"AND (state = '{State.CONFLICT}' "
                f"OR (state IN ('{State.UNKNOWN}', '{State.IN_FLIGHT}') AND NOT harmless) "
                f"OR (state = '{State.PENDING}' AND {_DECIDED_TO_SEND})) "
                "ORDER BY rows.sequence",
                [json.dumps(list(dict.fromkeys(leads))), json.dumps(list(runs))],
            )
            for lead, run, number, time, fields, state, sequence in rows if runs else ():
                run_id, ids = runs[run]
                whole = {CAMPAIGN_ID: str(ids.campaign), **json.loads(fields)}
                one = LastSent(run_id, number, moment(time), whole, State(state), sequence or 0)
                found.setdefault(lead, []).append(one)
        return found

    def lead(self, lead: str) -> Iterator[tuple[str, RowRecord]]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT id, {ROW_COLUMNS} "
                "FROM rows JOIN lines USING (run, number) JOIN runs USING (run) "
                "WHERE lead = ? ORDER BY run DESC, number DESC",
                [lead],
            )
            for run_id, *values in rows:
                yield run_id, row_record(tuple(values))

    def attempts(self, lead: str) -> Iterator[tuple[str, AttemptRecord]]:
        with self._database.reading() as connection:
            made = connection.execute(
                f"SELECT id, {ATTEMPT_COLUMNS} FROM rows JOIN attempts USING (run, number) JOIN runs USING (run) "
                "WHERE lead = ? ORDER BY run DESC, number, attempt",
                [lead],
            )
            for run_id, *values in made:
                yield run_id, attempt_record(tuple(values))

    def leads_like(self, beginning: str, limit: int) -> list[FoundLead]:
        with self._database.reading() as connection:
            return _found(
                connection,
                "SELECT lead, count(*) AS count, max(run) AS run FROM rows WHERE lead >= ? AND lead < ? AND lead <> '' "
                "GROUP BY lead ORDER BY lead LIMIT ?",
                [beginning, beginning + _AFTER_ALL, limit],
            )

    def leads_with(self, texts: Collection[str], limit: int, before: int | None = None) -> TextSearch:
        with self._database.reading() as connection:
            [end] = connection.execute("SELECT coalesce(max(rowid), 0) + 1 FROM lines").fetchone()
            end = end if before is None else min(before, end)
            begin = max(0, end - _SEARCHED)
            leads = _found(
                connection,
                "WITH wanted AS (SELECT DISTINCT lead FROM (SELECT lead FROM lines JOIN rows USING (run, number) "
                f"WHERE lines.rowid >= ? AND lines.rowid < ? AND ({' OR '.join([_HAS_TEXT] * len(texts))}) "
                "AND lead <> '' ORDER BY lines.rowid DESC LIMIT ?) AS newest) "
                "SELECT lead, count(*) AS count, max(run) AS run FROM wanted JOIN rows USING (lead) GROUP BY lead",
                [begin, end, *chain.from_iterable(map(_like, texts)), limit],
            )
        return TextSearch(leads, begin if begin > 1 and len(leads) < limit else None)

    def record(self, run_id: str, number: int) -> Iterator[RowRecord]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {ROW_COLUMNS} FROM rows JOIN lines USING (run, number) "
                "WHERE run = (SELECT run FROM runs WHERE id = ?) AND number = ?",
                [run_id, number],
            )
            for values in rows:
                yield row_record(values)

    def row(self, run_id: str, number: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT headings, cells FROM runs JOIN lines USING (run) WHERE id = ? AND number = ?", [run_id, number]
            ).fetchone()
        return (tuple(json.loads(row[0])), tuple(json.loads(row[1]))) if row else None

    def _of_dialer(self, connection: Connection, dialer: str) -> dict[int, tuple[str, CampaignIds]]:
        """The ids of the dialer's runs by key, as they are when first asked for, with those of their campaigns."""
        if dialer not in self._runs:
            runs = connection.execute("SELECT run, id, dialer, template, campaign, allocation FROM runs").fetchall()
            self._runs[dialer] = {
                run: (run_id, CampaignIds(*ids)) for run, run_id, place, *ids in runs if same_dialer(place, dialer)
            }
        return self._runs[dialer]

    def _of_campaign(self, connection: Connection, dialer: str, campaign: int) -> dict[int, tuple[str, CampaignIds]]:
        runs = self._of_dialer(connection, dialer)
        return {run: (run_id, ids) for run, (run_id, ids) in runs.items() if ids.campaign == campaign}


def _last_sent(
    run_id: str, ids: CampaignIds, number: int, time: float, fields: str, state: str, sequence: int
) -> LastSent:
    was = State.SKIPPED if state == State.FAILED else State(state)
    return LastSent(run_id, number, moment(time), ids.left_out(json.loads(fields)), was, sequence)


def _found(connection: Connection, grouped: str, values: list[object]) -> list[FoundLead]:
    rows = connection.execute(
        f"WITH found AS ({grouped}) SELECT lead, count, id FROM found JOIN runs USING (run) ORDER BY lead", values
    )
    return [FoundLead(*row) for row in rows]


def _like(text: str) -> list[str]:
    """The patterns of `_HAS_TEXT`: the text in JSON and the text itself."""
    texts = (as_json(text)[1:-1], text)
    patterns = [f"%{one.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%" for one in texts]
    return patterns * 2
