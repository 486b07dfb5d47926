"""What the journal knows of leads over all its runs. Reads only."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

from leadsync.journal.database import translated
from leadsync.journal.states import State
from leadsync.journal.values import ROW_COLUMNS, row_record
from leadsync.models import RowRecord

_NOT_APPLIED = (State.PENDING, State.FAILED, State.REJECTED)
"""With an attempt behind it, such a row has certainly not changed the lead."""


@dataclass(frozen=True, slots=True)
class LastSent:
    """What a lead was last sent and has taken: the fields, when, and by which run and row."""

    run_id: str
    number: int
    time: datetime
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Run:
    id: str
    settled: float
    """When the last of the older runs of this campaign had ended."""


class History:
    """Questions about leads; get it from `Journal.history`. Every method may raise JournalError."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._runs: dict[tuple[str, int], dict[int, _Run]] = {}

    def last_sent(self, leads: Collection[str], dialer: str, campaign: int) -> dict[str, LastSent]:
        """What each of these leads of a campaign was last sent and has taken; without those never sent anything, and
        without those that something else may have reached since (a row whose end is not known, or that an agent's
        work was in the way of)."""
        found = {}
        with translated(self._path):
            runs = self._of_campaign(dialer, campaign)
            for lead in dict.fromkeys(leads) if runs else ():
                last = self._last_touch(lead, runs)
                if last is not None and last[2] is State.SUCCEEDED:
                    run, number, _, time = last
                    [fields] = self._connection.execute(
                        "SELECT fields FROM lines WHERE run = ? AND number = ?", [run, number]
                    ).fetchone()
                    when = datetime.fromtimestamp(time, UTC).astimezone()
                    found[lead] = LastSent(runs[run].id, number, when, json.loads(fields))
        return found

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

    def _of_campaign(self, dialer: str, campaign: int) -> dict[int, _Run]:
        """The campaign's runs by key, as they are when first asked for."""
        place = dialer, campaign
        if place not in self._runs:
            found = self._connection.execute(
                "SELECT run, id, ended FROM runs WHERE dialer = ? AND campaign = ? ORDER BY run", place
            ).fetchall()
            settled = accumulate((ended for _, _, ended in found), max, initial=0.0)
            self._runs[place] = {run: _Run(id_, before) for (run, id_, _), before in zip(found, settled, strict=False)}
        return self._runs[place]

    def _last_touch(self, lead: str, runs: Mapping[int, _Run]) -> tuple[int, int, State, float] | None:
        """The row that reached the lead last, or may have: its run, number, state and time.

        Goes from the newest run back, and no further than to where all older ones had ended before: a run that
        stopped and was gone on with may have sent later than a newer one.
        """
        last: tuple[int, int, State, float] | None = None
        found = self._connection.execute(
            "SELECT run, number, state, time FROM rows WHERE lead = ? AND time IS NOT NULL "
            "ORDER BY run DESC, number DESC",
            [lead],
        )
        for run, number, state, time in found:
            if run not in runs or state in _NOT_APPLIED:
                continue
            if last is None or time > last[3]:
                last = run, number, State(state), time
            if last[3] >= runs[run].settled:
                break
        return last
