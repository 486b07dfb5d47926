"""Runs that wait for a worker."""

from collections.abc import Collection, Sequence

from leadsync.errors import UsageError
from leadsync.journal.sql.database import Connection, places
from leadsync.journal.sql.run_locks import SqlRunLocks
from leadsync.journal.sql.run_table import run_key
from leadsync.journal.values import Queued, QueuePlace, WorkerSeen

_QUEUED = "queue, priority, until, author"


class SqlRunQueue(SqlRunLocks):
    """The runs of workers; see `leadsync.journal.protocol.RunQueue`. Only a store for several machines has workers."""

    def queued(self, run_id: str) -> Queued | None:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_QUEUED} FROM queued JOIN runs USING (run) WHERE id = ?", [run_id]
            ).fetchone()
        return Queued(*row) if row else None

    def unqueue(self, run_id: str) -> bool:
        with self._database.writing() as connection:
            return unqueue(connection, run_id)

    def postpone(self, run_id: str, seconds: float) -> None:
        with self._database.writing() as connection:
            values = [self._database.now() + seconds, run_key(connection, run_id)]
            connection.execute("UPDATE queued SET at = ? WHERE run = ?", values)

    def to_wake(self, queues: Collection[str]) -> dict[str, Queued]:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM queued WHERE run IN (SELECT run FROM runs WHERE finished)")
            rows = connection.execute(
                f"SELECT id, {_QUEUED} FROM queued JOIN runs USING (run) WHERE at <= ? AND queue IN ({places(queues)}) "
                "ORDER BY priority DESC, at",
                [self._database.now(), *queues],
            ).fetchall()
        return {run_id: Queued(*values) for run_id, *values in rows if not self._is_held(run_id)}

    def is_held(self, run_id: str) -> bool:
        return self._is_held(run_id)

    def _is_held(self, run_id: str) -> bool:
        if self._locks.epoch(run_id) is not None:
            return True
        if not self.try_hold(run_id):
            return True
        self.release(run_id)
        return False

    def wake(self, run_id: str, queued: Queued) -> None:
        with self._database.writing() as connection:
            self._wake(connection, run_id, queued)

    def prepare_queue(self) -> QueuePlace:
        raise UsageError(
            "Workers need a journal in PostgreSQL: set LEADSYNC_JOURNAL_URL, or [journal] url_file in the settings."
        )

    def keep_worker(self, worker: str, queues: Sequence[str]) -> None:
        """Nothing to keep: this store is for one machine."""

    def end_worker(self, worker: str) -> None:
        """As above."""

    def workers(self) -> list[WorkerSeen]:
        return []

    def _wake(self, connection: Connection, run_id: str, queued: Queued) -> None:
        """Tell the workers of a queue, in the transaction of `connection`."""

    def _queue(self, connection: Connection, run_id: str, queued: Queued | None) -> None:
        """Let a worker send a confirmed run, in the transaction of `connection`."""
        if queued is not None:
            connection.execute(
                f"INSERT INTO queued (run, {_QUEUED}, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET "
                "queue = excluded.queue, priority = excluded.priority, until = excluded.until, "
                "author = excluded.author, at = excluded.at",
                [
                    run_key(connection, run_id),
                    *(queued.queue, queued.priority, queued.until, queued.author),
                    self._database.now(),
                ],
            )
            self._wake(connection, run_id, queued)


def unqueue(connection: Connection, run_id: str) -> bool:
    """Take a run off its queue; False if it was in none."""
    deleted = connection.execute("DELETE FROM queued WHERE run = ?", [run_key(connection, run_id)])
    return deleted.rowcount > 0
