"""The locks of runs, and rows in flight after the death of their process."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from leadsync.errors import BusyError
from leadsync.journal.lock import SHORT_HOLD_SECONDS
from leadsync.journal.marks import drop_marks, left_attempts
from leadsync.journal.sql.conditions import OPEN, OPEN_ROWS
from leadsync.journal.sql.database import Connected, Connection, Database, Locks
from leadsync.journal.sql.run_table import run_key, select_runs
from leadsync.journal.states import State
from leadsync.journal.values import new_run_id
from leadsync.tallies import Holder

ENDED_UNDER_WAY = "leadsync ended while this row's request was under way"


class SqlRunLocks(Connected):
    """The locks held by this journal; see `leadsync.journal.protocol.RunLocks`."""

    def __init__(self, database: Database, state: Path, locks: Locks) -> None:
        super().__init__(database)
        self._state, self._locks = state, locks

    def hold(self, run_id: str, patience: float = SHORT_HOLD_SECONDS) -> None:
        if self._locks.epoch(run_id) is None:
            self._locks.take(run_id, patience, partial(self._settle, run_id))
            # After the commit: until then a kill leaves the rows to be settled again, by the same marks.
            drop_marks(self._state, run_id)

    def try_hold(self, run_id: str) -> bool:
        try:
            self.hold(run_id, patience=0)
        except BusyError:
            return False
        return True

    def holders(self) -> Mapping[str, Holder]:
        return self._locks.holders()

    def release(self, run_id: str) -> None:
        self._locks.release(run_id)

    def new_run_id(self, now: datetime) -> str:
        while True:
            run_id = new_run_id(now)
            with self._database.reading() as connection:
                is_new = self._locks.epoch(run_id) is None and not select_runs(connection, "WHERE id = ?", run_id)
            if is_new and self._take_new(run_id):
                return run_id

    def _refuse_stale(self, connection: Connection, run_id: str) -> None:
        self._locks.refuse_stale(connection, run_id)

    def _take_new(self, run_id: str) -> bool:
        try:
            self._locks.take(run_id, 0)
        except BusyError:
            return False
        return True

    def settle_if_dead(self, run_id: str) -> bool:
        if self._locks.epoch(run_id) is not None:
            return True
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            query = (
                f"SELECT 1 FROM {OPEN_ROWS} WHERE run = ? AND {OPEN} AND state = 'in_flight' "
                "UNION ALL SELECT 1 FROM live WHERE run = ? AND NOT lost LIMIT 1"
            )
            under_way = connection.execute(query, [key, key]).fetchone()
        if under_way is None:
            return True
        if not self.try_hold(run_id):
            return False
        self.release(run_id)
        return True

    def settle(self, run_id: str) -> int:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            count = self._settle(run_id, connection, self._locks.epoch(run_id) or 0)
        drop_marks(self._state, run_id)
        return count

    def _settle(self, run_id: str, connection: Connection, epoch: int) -> int:
        """Settle the rows that the holder of this epoch has left in flight; return their count."""
        # Without readable marks every attempt in flight is in doubt.
        left = left_attempts(self._state, run_id, epoch)
        key = run_key(connection, run_id)
        in_flight = connection.execute(
            f"SELECT number, attempts FROM {OPEN_ROWS} WHERE run = ? AND {OPEN} AND state = 'in_flight'", [key]
        ).fetchall()
        in_doubt = [row for row in in_flight if left is None or row in left]
        connection.executemany(
            "INSERT INTO attempts (run, number, attempt, begun) SELECT run, number, attempts, time "
            "FROM rows WHERE run = ? AND number = ? ON CONFLICT DO NOTHING",
            [(key, number) for number, _ in in_doubt],
        )
        connection.executemany(
            "UPDATE rows SET state = ?, message = ?, reason = NULL, kind = NULL WHERE run = ? AND number = ?",
            [(State.UNKNOWN, ENDED_UNDER_WAY, key, number) for number, _ in in_doubt],
        )
        connection.executemany(
            "UPDATE rows SET state = came_from, attempts = attempts - 1, "
            "time = (SELECT ended FROM attempts AS made "
            "WHERE made.run = rows.run AND made.number = rows.number AND made.attempt = rows.attempts - 1) "
            "WHERE run = ? AND number = ?",
            [(key, number) for number, _ in set(in_flight).difference(in_doubt)],
        )
        connection.execute("UPDATE live SET lost = TRUE WHERE run = ?", [key])
        return len(in_flight)
