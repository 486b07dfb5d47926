"""The way of rows through retries and corrected sheets."""

import json
from collections.abc import Collection

from leadsync.journal.sql.conditions import OPEN
from leadsync.journal.sql.database import Connected
from leadsync.journal.sql.row_table import (
    CAN_GO,
    CORRECTABLE,
    LATER_ROWS,
    NOT_TAKEN,
    ORIGIN_COLUMNS,
    OVERTAKEN_SINCE,
    ROWS_AHEAD,
    WENT_SINCE,
    origin_of,
    settled,
)
from leadsync.journal.sql.run_table import run_key, select_runs
from leadsync.journal.states import State
from leadsync.journal.values import Origin, RowAhead
from leadsync.reasons import MAY_GO_LATER, SkipKind

_DESCENDANTS = f"""{LATER_ROWS}
    SELECT origin, runs.id, rows.state, later.number
    FROM later JOIN rows USING (run, number) JOIN runs USING (run) ORDER BY runs.run
"""
_MAY_GO = ", ".join(f"'{kind.name}'" for kind in (SkipKind.STILL_FAILING, SkipKind.WAITS_IN_RETRY, *MAY_GO_LATER))
_OPEN_LEADS = (
    "SELECT lead FROM rows JOIN runs USING (run) JOIN json_each(?) AS wanted ON runs.id = wanted.value "
    f"WHERE state NOT IN ('succeeded', 'skipped') OR rows.kind IN ({_MAY_GO})"
)
# CROSS JOIN keeps the order of the loops: each lead is looked up in the index.
_OF_LEADS = (
    "SELECT own.number FROM json_each(?) AS wanted CROSS JOIN rows AS own WHERE own.lead = wanted.value "
    "AND own.run = (SELECT run FROM runs WHERE id = ?)"
)
_TRIED = "state NOT IN ('pending', 'skipped')"


class RunLineage(Connected):
    """The lineage of runs; see `leadsync.journal.row_protocols.LineageQueries`."""

    def retries(self, run_id: str) -> list[str]:
        return self._ids("WHERE retry_of = ? ORDER BY run", run_id)

    def takers(self, run_id: str) -> list[str]:
        taken = "SELECT by_run FROM taken WHERE run = (SELECT run FROM runs WHERE id = ?)"
        return self._ids(f"WHERE retry_of = ? OR run IN ({taken}) ORDER BY run", run_id, run_id)

    def givers(self, run_id: str) -> list[str]:
        given = "SELECT run FROM taken WHERE by_run = (SELECT run FROM runs WHERE id = ?)"
        retried = "SELECT retry_of FROM runs WHERE id = ?"
        return self._ids(f"WHERE run IN ({given}) OR id = ({retried}) ORDER BY run", run_id, run_id)

    def _ids(self, condition: str, *values: object) -> list[str]:
        with self._database.reading() as connection:
            return [run.id for run in select_runs(connection, condition, *values)]

    def lineage(self, run_id: str) -> list[str]:
        # In order: callers take the runs' locks one after the other.
        later: list[str] = []
        ahead = [run_id]
        while ahead:
            new = [taker for taker in self.takers(ahead.pop()) if taker not in later]
            later += new
            ahead += new
        return later

    def moved_to(self, run_id: str) -> list[str] | None:
        later = set(self.lineage(run_id))
        if not later or self._has_left(run_id, "FALSE"):
            return None
        return [
            later_id
            for later_id in self._ids("ORDER BY run DESC")
            if later_id in later and self._has_left(later_id, OPEN)
        ]

    def _has_left(self, run_id: str, or_else: str) -> bool:
        """Whether a row failed or was rejected and may go again from the run, or a condition is true of a row."""
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            row = connection.execute(
                f"{WENT_SINCE} SELECT 1 FROM rows WHERE run = ? AND ({or_else} OR (state IN ('failed', 'rejected') "
                f"AND {CORRECTABLE} AND {NOT_TAKEN} AND NOT {OVERTAKEN_SINCE})) LIMIT 1",
                [run_id, key, key, run_id, key],
            )
            return row.fetchone() is not None

    def origins(
        self, run_id: str, open_in: Collection[str] | None = None, *, leads: Collection[str] | None = None
    ) -> dict[int, Origin]:
        chosen = [(f"lead IN ({_OPEN_LEADS})", open_in), (f"number IN ({_OF_LEADS})", leads)]
        wanted = "".join(f" AND {condition}" for condition, given in chosen if given is not None)
        values = [json.dumps([*given]) for _, given in chosen if given is not None]
        origins: dict[int, Origin] = {}
        to_read = [run_id]
        while to_read:
            # The oldest first: a retry's row replaces the one that it was made from.
            next_id = to_read.pop(0)
            with self._database.reading() as connection:
                rows = connection.execute(
                    f"SELECT {ORIGIN_COLUMNS} FROM rows JOIN lines USING (run, number) "
                    f"WHERE run = (SELECT run FROM runs WHERE id = ?){wanted}",
                    [next_id, *values, *([next_id] if leads is not None else [])],
                )
                origins |= {number: origin_of(next_id, values) for number, *values in rows}
            to_read += self.retries(next_id)
        return origins

    def tried(self, run_id: str) -> tuple[dict[int, Origin], list[int]]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(
                f"SELECT {ORIGIN_COLUMNS} FROM rows JOIN lines USING (run, number) WHERE run = ? AND "
                f"({_TRIED} OR lead IN (SELECT lead FROM rows WHERE run = ? AND {_TRIED} AND lead <> ''))",
                [key, key],
            )
            tried = {number: origin_of(run_id, values) for number, *values in rows}
            unsent = connection.execute(
                f"SELECT number FROM rows WHERE run = ? AND {OPEN} AND {CAN_GO} ORDER BY number", [key]
            )
            return tried, [number for (number,) in unsent]

    def rows_ahead(self, run_id: str) -> list[RowAhead]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT lead, number, id, there, goes FROM ({ROWS_AHEAD}) AS ahead JOIN runs USING (run)",
                [run_key(connection, run_id)],
            )
            return [RowAhead(lead, number, run, there, bool(goes)) for lead, number, run, there, goes in rows]

    def descendants(self, run_id: str) -> dict[int, list[tuple[str, State, int]]]:
        descendants: dict[int, list[tuple[str, State, int]]] = {}
        with self._database.reading() as connection:
            for origin, later, state, number in connection.execute(_DESCENDANTS, [run_id]):
                descendants.setdefault(origin, []).append((later, settled(state), number))
        return descendants
