"""The locks of runs, and rows in flight after the death of their process."""

from datetime import datetime

from leadsync.errors import BusyError
from leadsync.journal.lock import SHORT_HOLD_SECONDS, StateLock, run_lock
from leadsync.journal.sqlite.database import Connected, Database
from leadsync.journal.sqlite.marks import drop_marks, left_attempts
from leadsync.journal.sqlite.run_table import run_key, select_runs
from leadsync.journal.sqlite.schema import OPEN, OPEN_ROWS
from leadsync.journal.states import State
from leadsync.journal.values import new_run_id

_ENDED_UNDER_WAY = "leadsync ended while this row's request was under way"


class SqliteRunLocks(Connected):
    """The locks held by this journal; see `leadsync.journal.protocol.RunLocks`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._state = database.path.parent
        self._held: dict[str, StateLock] = {}

    def hold(self, run_id: str, patience: float = SHORT_HOLD_SECONDS) -> None:
        if run_id not in self._held:
            self._take(run_id, patience)
            self.settle(run_id)

    def try_hold(self, run_id: str) -> bool:
        try:
            self.hold(run_id, patience=0)
        except BusyError:
            return False
        return True

    def release(self, run_id: str) -> None:
        lock = self._held.pop(run_id, None)
        if lock is not None:
            lock.release()

    def new_run_id(self, now: datetime) -> str:
        while True:
            run_id = new_run_id(now)
            with self._database.reading() as connection:
                is_new = run_id not in self._held and not select_runs(connection, "WHERE id = ?", run_id)
            if is_new and self._take_new(run_id):
                return run_id

    def _take_new(self, run_id: str) -> bool:
        try:
            self._take(run_id, patience=0)
        except BusyError:
            return False
        return True

    def _take(self, run_id: str, patience: float) -> None:
        lock = run_lock(self._state, run_id)
        lock.acquire(patience)
        self._held[run_id] = lock

    def settle_if_dead(self, run_id: str) -> bool:
        if run_id in self._held:
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
        left = left_attempts(self._state, run_id)
        # Without readable marks every attempt in flight is in doubt.
        with self._database.writing() as connection:
            key = run_key(connection, run_id)
            in_flight = connection.execute(
                f"SELECT number, attempts FROM {OPEN_ROWS} WHERE run = ? AND {OPEN} AND state = 'in_flight'", [key]
            ).fetchall()
            in_doubt = [row for row in in_flight if left is None or row in left]
            connection.executemany(
                "INSERT OR IGNORE INTO attempts (run, number, attempt, begun) SELECT run, number, attempts, time "
                "FROM rows WHERE run = ? AND number = ?",
                ((key, number) for number, _ in in_doubt),
            )
            connection.executemany(
                "UPDATE rows SET state = ?, message = ?, reason = NULL, kind = NULL WHERE run = ? AND number = ?",
                ((State.UNKNOWN, _ENDED_UNDER_WAY, key, number) for number, _ in in_doubt),
            )
            connection.executemany(
                "UPDATE rows SET state = came_from, attempts = attempts - 1, "
                "time = (SELECT ended FROM attempts AS made "
                "WHERE made.run = rows.run AND made.number = rows.number AND made.attempt = rows.attempts - 1) "
                "WHERE run = ? AND number = ?",
                ((key, number) for number, _ in set(in_flight).difference(in_doubt)),
            )
            connection.execute("UPDATE live SET lost = TRUE WHERE run = ?", [key])
        # After the commit: until then a kill leaves the rows to be settled again, by the same marks.
        drop_marks(self._state, run_id)
        return len(in_flight)

    def _release_all(self) -> None:
        for run_id in tuple(self._held):
            self.release(run_id)
