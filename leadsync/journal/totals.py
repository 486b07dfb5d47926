"""Counts over everything in the journal, for metrics."""

import sqlite3
from functools import partial

from leadsync.journal.database import connect, translated
from leadsync.journal.states import State
from leadsync.journal.store import Journal
from leadsync.models import TO_LOOK_AT, RunRecord, Status, Totals


def totals(journal: Journal) -> Totals:
    """Count all runs and rows. Reads every row; may raise JournalError."""
    runs = journal.runs()
    standings = {"finished": 0, "stopped": 0, "unfinished": 0}
    for run in runs:
        standings["finished" if run.finished else "stopped" if run.stopped else "unfinished"] += 1
    rows: dict[tuple[Status, int | None], int] = {}
    attempts = 0
    with translated(journal.path):
        connection = connect(journal.path)
        try:
            found = connection.execute("SELECT state, code, count(*), sum(attempts) FROM rows GROUP BY state, code")
            for state, code, count, sent in found:
                key = State(state).status, code
                rows[key] = rows.get(key, 0) + count
                attempts += sent
            finished = [run for run in runs if run.finished]
            last_finished = _end(connection, next(iter(finished), None))
            last_success = _end(connection, next(filter(partial(_is_good, journal), finished), None))
        finally:
            connection.close()
    return Totals(
        standings,
        rows,
        attempts,
        sum(run.seconds for run in runs),
        last_finished=last_finished,
        last_success=last_success,
    )


def _is_good(journal: Journal, run: RunRecord) -> bool:
    return not any(journal.tally(run.id).statuses.get(status) for status in TO_LOOK_AT)


def _end(connection: sqlite3.Connection, run: RunRecord | None) -> float | None:
    """When a run's last attempt ended; when it was begun, where it had none."""
    if run is None:
        return None
    last: float | None = connection.execute(
        "SELECT max(time) FROM rows WHERE run = (SELECT run FROM runs WHERE id = ?)", [run.id]
    ).fetchone()[0]
    return last or run.created.timestamp()
