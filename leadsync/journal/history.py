"""What the journal knows of leads over all its runs. Reads only."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadsync.journal.database import translated
from leadsync.journal.states import State
from leadsync.journal.values import ROW_COLUMNS, row_record
from leadsync.models import RowRecord

_NOT_APPLIED = f"('{State.PENDING}', '{State.FAILED}', '{State.REJECTED}')"
"""With an attempt behind it, such a row has certainly not changed the lead."""


@dataclass(frozen=True, slots=True)
class LastSent:
    """What a lead was last sent: the fields, when, by which run and row, and whether the lead has taken it.

    `state` is `succeeded`, or what a person has to decide about: `unknown` or `conflict`.
    """

    run_id: str
    number: int
    time: datetime
    fields: Mapping[str, str]
    state: State = State.SUCCEEDED


class History:
    """Questions about leads; get it from `Journal.history`. Every method may raise JournalError."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._runs: dict[tuple[str, int], dict[int, str]] = {}

    def last_sent(self, leads: Collection[str], dialer: str, campaign: int) -> dict[str, LastSent]:
        """What each of these leads of a campaign was last sent, by the order of the attempts.

        Left out are leads that were never sent anything, and those whose last row is under way, or is in doubt and
        idempotent.
        """
        with translated(self._path):
            runs = self._of_campaign(dialer, campaign)
            if not runs:
                return {}
            found = self._connection.execute(
                "WITH last AS (SELECT rows.run, rows.number, rows.lead, rows.state, rows.time, rows.harmless, "
                "max(rows.sequence) "
                "FROM json_each(?) AS wanted CROSS JOIN rows WHERE rows.lead = wanted.value "
                f"AND rows.sequence IS NOT NULL AND rows.state NOT IN {_NOT_APPLIED} "
                "AND rows.run IN (SELECT value FROM json_each(?)) GROUP BY rows.lead) "
                "SELECT lead, run, number, time, fields, state FROM last JOIN lines USING (run, number) "
                f"WHERE state IN ('{State.SUCCEEDED}', '{State.CONFLICT}') "
                f"OR (state = '{State.UNKNOWN}' AND NOT harmless)",
                [json.dumps(list(dict.fromkeys(leads))), json.dumps(list(runs))],
            )
            return {
                lead: LastSent(runs[run], number, _moment(time), json.loads(fields), State(state))
                for lead, run, number, time, fields, state in found
            }

    def lead(self, lead: str) -> Iterator[tuple[str, RowRecord]]:
        """All rows that name a lead, each with its run's id, the newest first."""
        with translated(self._path):
            found = self._connection.execute(
                f"SELECT id, {ROW_COLUMNS} "
                "FROM rows JOIN lines USING (run, number) JOIN runs USING (run) "
                "WHERE lead = ? ORDER BY run DESC, number DESC",
                [lead],
            )
            for run_id, *values in found:
                yield run_id, row_record(tuple(values))

    def record(self, run_id: str, number: int) -> Iterator[RowRecord]:
        """One row of a run, or none."""
        with translated(self._path):
            found = self._connection.execute(
                f"SELECT {ROW_COLUMNS} FROM rows JOIN lines USING (run, number) "
                "WHERE run = (SELECT run FROM runs WHERE id = ?) AND number = ?",
                [run_id, number],
            )
            for values in found:
                yield row_record(values)

    def row(self, run_id: str, number: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """The headings and a row's cells as they were read from its sheet."""
        with translated(self._path):
            found = self._connection.execute(
                "SELECT headings, cells FROM runs JOIN lines USING (run) WHERE id = ? AND number = ?", [run_id, number]
            ).fetchone()
        return (tuple(json.loads(found[0])), tuple(json.loads(found[1]))) if found else None

    def _of_campaign(self, dialer: str, campaign: int) -> dict[int, str]:
        """The ids of the campaign's runs by key, as they are when first asked for."""
        place = dialer, campaign
        if place not in self._runs:
            self._runs[place] = dict(
                self._connection.execute("SELECT run, id FROM runs WHERE dialer = ? AND campaign = ?", place).fetchall()
            )
        return self._runs[place]


def _moment(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC).astimezone()
