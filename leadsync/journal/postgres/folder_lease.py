"""The lease of a watched folder, which passes to another machine if its holder is gone."""

import json
from pathlib import Path

from leadsync.errors import BusyError
from leadsync.journal.lock import LEASE_SECONDS, SHORT_HOLD_SECONDS
from leadsync.journal.postgres.database import PostgresDatabase
from leadsync.journal.postgres.leases import Leases
from leadsync.private_files import make_private_folder

_HOLDER = "SELECT told FROM leases WHERE run = ? AND expires > clock_timestamp()"


class FolderLease:
    """See `leadsync.journal.lock.FolderLock`. The folder is the same for all machines if its path is."""

    passes_on = True

    def __init__(self, url: str, state: Path, folder: Path, seconds: float = LEASE_SECONDS) -> None:
        self._name = folder.name
        self._key = f"folder {folder}"
        make_private_folder(state)
        self._database = PostgresDatabase(url)
        self._leases = Leases(self._database, state, seconds)

    def acquire(self, patience: float = SHORT_HOLD_SECONDS) -> None:
        try:
            self._leases.take(self._key, patience)
        except BusyError:
            holder = self.holder() or "another machine"
            raise BusyError(
                f"{self._name} is being watched by another leadsync (on {holder}); wait until it has ended."
            ) from None

    def lasts(self) -> bool:
        return self._leases.may_send(self._key)

    def holder(self) -> str:
        with self._database.reading() as connection:
            row = connection.execute(_HOLDER, [self._key]).fetchone()
        return str(json.loads(row[0])["host"]) if row else ""

    def release(self) -> None:
        self._leases.release_all()
        self._database.close()
