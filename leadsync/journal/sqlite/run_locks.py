"""The locks of runs as lock files: the operating system ends them with their process."""

from collections.abc import Mapping
from pathlib import Path

from leadsync.journal.lock import StateLock, run_lock
from leadsync.journal.run_log import LeaseLostError
from leadsync.journal.sql.database import Connection, Database, Taken
from leadsync.tallies import Holder


def lock_lost(run_id: str) -> LeaseLostError:
    """The error of a run whose lock file somebody has removed."""
    return LeaseLostError(
        f"The lock file of run {run_id} was removed while leadsync was at it: another one may send the run by now, and "
        f"nothing more is sent or written from here; `leadsync resume {run_id}` goes on."
    )


class FileLocks:
    """The locks held by this journal; see `leadsync.journal.sql.database.Locks`. A lock file has no epochs."""

    def __init__(self, database: Database, state: Path) -> None:
        self._database, self._state = database, state
        self._held: dict[str, StateLock] = {}

    def take(self, run_id: str, patience: float, taken: Taken | None = None) -> None:
        lock = run_lock(self._state, run_id)
        lock.acquire(patience)
        self._held[run_id] = lock
        if taken is not None:
            try:
                with self._database.writing() as connection:
                    taken(connection, 0)
            except BaseException:
                # Else the next one to ask would have it without what `taken` does.
                self.release(run_id)
                raise

    def holders(self) -> Mapping[str, Holder]:
        """None: every process is on this machine."""
        return {}

    def release(self, run_id: str) -> None:
        lock = self._held.pop(run_id, None)
        if lock is not None:
            lock.release()

    def release_all(self) -> None:
        for run_id in tuple(self._held):
            self.release(run_id)

    def refuse_stale(self, connection: Connection, run_id: str) -> None:
        if not self.lasts(run_id):
            raise lock_lost(run_id)

    def lasts(self, run_id: str) -> bool:
        """Whether no lock that is held has lost its file: a lock file passes to nobody while its process lives."""
        lock = self._held.get(run_id)
        return lock is None or lock.lasts()

    def epoch(self, run_id: str) -> int | None:
        return 0 if run_id in self._held else None
