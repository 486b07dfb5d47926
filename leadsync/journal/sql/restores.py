"""Runs after a restore of the journal: their rows may have been sent in the lost time."""

from datetime import datetime

from leadsync.errors import UsageError
from leadsync.journal.sql.conditions import OPEN
from leadsync.journal.sql.database import Connection, moment, places
from leadsync.journal.sql.run_locks import SqlRunLocks
from leadsync.journal.sql.run_table import recount, run_key
from leadsync.models import RESTORED

MAYBE_SENT = "the journal was restored; this row may have been sent in the time that it has lost"


class SqlRestores(SqlRunLocks):
    """The held runs; see `leadsync.journal.protocol.Restores`."""

    def restored(self, run_id: str) -> datetime | None:
        with self._database.reading() as connection:
            row = connection.execute(_HELD, [run_id]).fetchone()
        return moment(row[0]) if row else None

    def put_in_doubt(self, run_id: str) -> int:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            key = run_key(connection, run_id)
            doubted = connection.execute(
                f"UPDATE rows SET state = 'unknown', message = ?, reason = NULL, kind = NULL "
                f"WHERE run = ? AND {OPEN} AND state = 'pending'",
                [MAYBE_SENT, key],
            ).rowcount
            connection.execute("DELETE FROM restored WHERE run = ?", [key])
            connection.execute("UPDATE runs SET stopped = '' WHERE run = ? AND stopped = ?", [key, RESTORED])
            recount(connection, run_id)
        return doubted


_HELD = "SELECT at FROM restored JOIN runs USING (run) WHERE id = ?"


def refuse_restored(connection: Connection, *run_ids: str) -> None:
    """Raise UsageError if one of the runs is held since a restore."""
    row = connection.execute(
        f"SELECT id, at FROM restored JOIN runs USING (run) WHERE id IN ({places(run_ids)})", run_ids
    ).fetchone()
    if row is not None:
        raise UsageError(held_words(row[0], moment(row[1])))


def held_words(run_id: str, at: datetime) -> str:
    """The refusal to send rows of a held run, and its remedy."""
    return (
        f"Run {run_id} is held: {RESTORED} (noticed on {at:%Y-%m-%d %H:%M}). `leadsync resume {run_id} "
        "--after-restore` goes on: rows without an outcome are in doubt then, and only those that set no disposition "
        "are sent by themselves."
    )
