"""Runs under way, as other processes see them."""

import json
from collections.abc import Mapping

from leadsync.journal.json_text import as_json
from leadsync.journal.sql.database import Connected, moment
from leadsync.journal.sql.run_queue import unqueue
from leadsync.journal.sql.run_table import run_key
from leadsync.models import Status
from leadsync.tallies import Live

KEEP_LIVE = (
    "INSERT INTO live (run, count, settled, pace, words, pid, host, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (run) DO UPDATE SET settled = excluded.settled, pace = excluded.pace, words = excluded.words, "
    "at = excluded.at RETURNING stop_wanted"
)
"""Keeps a sending's state and reads the wish to stop it, in one statement."""


def live_values(key: int, live: Live, now: float) -> tuple[object, ...]:
    """The values for KEEP_LIVE."""
    return key, live.rows, as_json(live.settled), live.pace, live.words, live.pid, live.host, now


class SqlLiveRuns(Connected):
    """The runs under way; see `leadsync.journal.protocol.LiveRuns`."""

    def live(self) -> Mapping[str, Live]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, count, settled, pace, words, pid, host, at, stop_wanted, lost "
                "FROM live JOIN runs USING (run)"
            ).fetchall()
        return {
            run_id: Live(
                count, _settled(settled), pace, words, pid, host, moment(at), stop_wanted=wanted, lost=bool(lost)
            )
            for run_id, count, settled, pace, words, pid, host, at, wanted, lost in rows
        }

    def end_live(self, run_id: str) -> None:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            connection.execute("DELETE FROM live WHERE run = ?", [run_key(connection, run_id)])

    def ask_to_stop(self, run_id: str, user: str) -> bool:
        with self._database.writing() as connection:
            values = [user, run_key(connection, run_id)]
            asked = connection.execute("UPDATE live SET stop_wanted = ? WHERE run = ? AND NOT lost", values)
            # Or another worker would go on with it.
            unqueue(connection, run_id)
            return asked.rowcount > 0


def _settled(text: str) -> Mapping[Status, int]:
    return {Status(name): count for name, count in json.loads(text).items()}
