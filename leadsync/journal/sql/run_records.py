"""Runs and the counts over their rows."""

from functools import partial
from pathlib import Path
from typing import Any

from leadsync.errors import UsageError
from leadsync.journal.json_text import tally_of
from leadsync.journal.run_columns import RUN_COLUMNS, run_record
from leadsync.journal.sql.database import Connection
from leadsync.journal.sql.run_queue import SqlRunQueue
from leadsync.journal.sql.run_table import LISTED, OF_SHEET, count_rows, run_key, select_runs, set_run
from leadsync.journal.states import State
from leadsync.journal.values import Queued
from leadsync.models import TO_LOOK_AT, RunRecord, Status
from leadsync.tallies import Tally, Totals


class RunRecords(SqlRunQueue):
    """The runs; see `leadsync.journal.protocol.Runs`."""

    def run(self, run_id: str) -> RunRecord:
        if run := self.find(run_id):
            return run
        if not run_id.strip():
            raise UsageError(
                "The id of the run is empty, as from a variable without a value; `leadsync runs` lists them."
            )
        runs = self.runs_like(run_id)
        if not runs:
            raise UsageError(f"There is no run {run_id}; `leadsync runs` lists them.")
        if len(runs) > 1:
            raise UsageError(f"{run_id} could be any of {len(runs)} runs; `leadsync runs {run_id}` lists their ids.")
        return runs[0]

    def find(self, run_id: str) -> RunRecord | None:
        return next(iter(self._select("WHERE id = ?", run_id)), None)

    def runs(self) -> list[RunRecord]:
        return self._select("ORDER BY run DESC")

    def drafts(self) -> list[RunRecord]:
        return self._select("WHERE NOT complete ORDER BY run DESC")

    def runs_like(self, part: str) -> list[RunRecord]:
        return self._select("WHERE instr(id, ?) > 0 ORDER BY run DESC", part)

    def runs_of(self, file: Path) -> list[RunRecord]:
        return self._select(f"WHERE {OF_SHEET} ORDER BY run DESC", str(file), str(file))

    def _select(self, condition: str, *values: object) -> list[RunRecord]:
        with self._database.reading() as connection:
            return select_runs(connection, condition, *values)

    def update_run(self, run_id: str, queued: Queued | None = None, **values: Any) -> None:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            if values:
                set_run(connection, run_id, values)
            self._queue(connection, run_id, queued)

    def tally(self, run_id: str) -> Tally:
        with self._database.reading() as connection:
            run_key(connection, run_id)
            [kept] = connection.execute("SELECT tally FROM runs WHERE id = ?", [run_id]).fetchone()
            return tally_of(kept) if kept else count_rows(connection, run_id)

    def tallies(self) -> list[tuple[RunRecord, Tally]]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {RUN_COLUMNS}, tally FROM {LISTED} ORDER BY run DESC").fetchall()
        runs = [(run_record(values[:-1]), values[-1]) for values in rows]
        return [(run, tally_of(kept) if kept else self.tally(run.id)) for run, kept in runs]

    def recent(self, before: str = "", limit: int = 100) -> list[tuple[RunRecord, Tally | None]]:
        older = "run < (SELECT run FROM runs WHERE id = ?)" if before else "? = ''"
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {RUN_COLUMNS}, tally FROM {LISTED} WHERE {older} ORDER BY run DESC LIMIT ?",
                [before, limit],
            ).fetchall()
        return [(run_record(values), tally_of(kept) if kept else None) for *values, kept in rows]

    def totals(self) -> Totals:
        runs = self.runs()
        standings = {"finished": 0, "stopped": 0, "unfinished": 0}
        for run in runs:
            standings["finished" if run.finished else "stopped" if run.stopped else "unfinished"] += 1
        rows: dict[tuple[Status, int | None], int] = {}
        attempts = 0
        finished = [run for run in runs if run.finished]
        with self._database.reading() as connection:
            groups = connection.execute("SELECT state, code, count(*), sum(attempts) FROM rows GROUP BY state, code")
            for state, code, count, sent in groups:
                key = State(state).status, code
                rows[key] = rows.get(key, 0) + count
                attempts += sent
            last_finished, last_success = map(
                partial(_end, connection),
                (next(iter(finished), None), next(filter(self._is_good, finished), None)),
            )
        return Totals(
            standings,
            rows,
            attempts,
            sum(run.seconds for run in runs),
            last_finished=last_finished,
            last_success=last_success,
        )

    def _is_good(self, run: RunRecord) -> bool:
        return not any(self.tally(run.id).statuses.get(status) for status in TO_LOOK_AT)


def _end(connection: Connection, run: RunRecord | None) -> float | None:
    """The end of a run's last attempt; the run's beginning if it had none."""
    if run is None:
        return None
    last: float | None = connection.execute(
        "SELECT max(time) FROM rows WHERE run = ?", [run_key(connection, run.id)]
    ).fetchone()[0]
    return last or run.created.timestamp()
