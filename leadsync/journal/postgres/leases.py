"""The locks of runs as leases in the database: a lease whose holder does not renew it is free for others."""

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import psycopg

from leadsync.boot_clock import clock
from leadsync.errors import BusyError, JournalError
from leadsync.journal.lock import LEASE_SECONDS
from leadsync.journal.postgres.database import PostgresDatabase, Session
from leadsync.journal.postgres.origin import Origin, recognise
from leadsync.journal.run_log import LeaseLostError
from leadsync.journal.sql.database import Connection, Taken, moment
from leadsync.tallies import Holder

SPARE_SECONDS = 1.0
"""The holder stops sending so long before the lease's end."""
_POLL_SECONDS = 0.1
_LEAST_WAIT_SECONDS = 2.0
"""The least wait for a renewal; a third of the lease leaves time for another try on a new connection."""

_TAKE = (
    "INSERT INTO leases (run, epoch, holder, told, expires) "
    "VALUES (?, 1, ?, ?, clock_timestamp() + make_interval(secs => ?)) "
    "ON CONFLICT (run) DO UPDATE SET epoch = leases.epoch + 1, holder = excluded.holder, told = excluded.told, "
    "expires = excluded.expires WHERE leases.expires < clock_timestamp() OR leases.holder = excluded.holder "
    "RETURNING epoch"
)
_HOLDER = "SELECT told, extract(epoch FROM expires - clock_timestamp())::double precision FROM leases WHERE run = ?"
_HOLDERS = "SELECT run, told FROM leases WHERE expires > clock_timestamp()"
_RENEW = (
    "UPDATE leases SET expires = clock_timestamp() + make_interval(secs => %s) WHERE holder = %s AND run = ANY(%s) "
    "RETURNING run, epoch"
)
_IS_MINE = "SELECT 1 FROM leases WHERE run = ? AND epoch = ?"
_FREE = "UPDATE leases SET holder = '', expires = '-infinity' WHERE run = ? AND holder = ?"
_FORGET = "DELETE FROM leases WHERE run = ? AND holder = '' AND NOT EXISTS (SELECT 1 FROM runs WHERE id = leases.run)"


class _Lease(NamedTuple):
    epoch: int
    ends: float
    """By this machine's `clock`; the database's own end is never earlier."""


class Leases:
    """The leases of this journal, renewed by a thread; see `leadsync.journal.sql.database.Locks`."""

    def __init__(self, database: PostgresDatabase, state: Path, seconds: float = LEASE_SECONDS) -> None:
        self._database, self._state, self._seconds = database, state, seconds
        self._holder = uuid.uuid4().hex
        self._held: dict[str, _Lease] = {}
        self._guard = threading.Lock()
        self._ending = threading.Event()
        self._keeper: threading.Thread | None = None

    def take(self, run_id: str, patience: float, taken: Taken | None = None) -> None:
        until = time.monotonic() + patience
        while not self._try(run_id, taken):
            with self._database.reading() as connection:
                row = connection.execute(_HOLDER, [run_id]).fetchone()
            if row is not None and time.monotonic() >= until:
                told, left = row
                raise BusyError(
                    f"Run {run_id} is being sent or changed by another leadsync ({holder_words(told)}); wait until it "
                    f"has ended. If it was killed, the run is free in {max(0, left):.0f} seconds."
                )
            time.sleep(_POLL_SECONDS)

    def _try(self, run_id: str, taken: Taken | None) -> bool:
        before = clock()
        with self._database.writing() as connection:
            origin = recognise(connection, self._state)
            [now] = connection.execute("SELECT this_moment()").fetchone()
            values = [run_id, self._holder, told_holder(now), self._seconds]
            row = connection.execute(_TAKE, values).fetchone()
            if row is None:
                return False
            [epoch] = row
            if taken is not None:
                taken(connection, epoch - 1)
        _keep(origin, self._state)
        with self._guard:
            self._held[run_id] = _Lease(epoch, before + self._seconds)
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep, name="leases", daemon=True)
            self._keeper.start()
        return True

    def holders(self) -> Mapping[str, Holder]:
        with self._database.reading() as connection:
            held = connection.execute(_HOLDERS).fetchall()
        return {run_id: Holder(**json.loads(told)) for run_id, told in held}

    def release(self, run_id: str) -> None:
        with self._guard:
            lease = self._held.pop(run_id, None)
        if lease is not None:
            with self._database.writing() as connection:
                connection.execute(_FREE, [run_id, self._holder])
                connection.execute(_FORGET, [run_id])
                origin = recognise(connection, self._state)
            _keep(origin, self._state)

    def release_all(self) -> None:
        self._ending.set()
        if self._keeper is not None:
            # It may be connecting; it has nothing to renew then.
            self._keeper.join(self._seconds)
        for run_id in tuple(self._held):
            try:
                self.release(run_id)
            except JournalError:
                # It ends by itself.
                self._held.clear()

    def refuse_stale(self, connection: Connection, run_id: str) -> None:
        epoch = self.epoch(run_id)
        if epoch is not None and connection.execute(_IS_MINE, [run_id, epoch]).fetchone() is None:
            raise LeaseLostError(f"Run {run_id} was taken over by another leadsync; nothing more is written from here.")

    def epoch(self, run_id: str) -> int | None:
        with self._guard:
            lease = self._held.get(run_id)
        return None if lease is None else lease.epoch

    def may_send(self, run_id: str) -> bool:
        """Whether the lease of a run lasts for long enough to let a call leave."""
        with self._guard:
            lease = self._held.get(run_id)
        return lease is not None and clock() < lease.ends - SPARE_SECONDS

    def _keep(self) -> None:
        """Renew the leases four times in their time, on a connection of its own."""
        connection: psycopg.Connection | None = None
        while not self._ending.wait(self._seconds / 4):
            try:
                if connection is None or connection.closed:
                    connection = self._database.connect(max(self._seconds / 3, _LEAST_WAIT_SECONDS), asks=False)
                self._renew(connection)
            except psycopg.Error:
                # Until the next try succeeds, `may_send` sees the end come nearer.
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _renew(self, connection: psycopg.Connection) -> None:
        with self._guard:
            held = dict(self._held)
        if not held:
            return
        before = clock()
        renewed: dict[str, int] = dict(connection.execute(_RENEW, [self._seconds, self._holder, list(held)]).fetchall())
        _keep(recognise(Session(connection), self._state), self._state)
        with self._guard:
            for run_id, lease in held.items():
                # Released and taken again in the meantime, it has another epoch.
                if run_id in self._held and renewed.get(run_id) == self._held[run_id].epoch == lease.epoch:
                    self._held[run_id] = _Lease(lease.epoch, before + self._seconds)


def _keep(origin: Origin | None, state: Path) -> None:
    """Remember how far the server has come: by its own account an older copy of it is no other."""
    if origin is not None:
        origin.keep(state)


def told_holder(now: float) -> str:
    """This process, for other machines, as JSON; `now` is the database's time in seconds since 1970."""
    since = moment(now).isoformat(sep=" ", timespec="seconds")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since})


def holder_words(told: str) -> str:
    """The process of such a text in words."""
    known = json.loads(told)
    return f"process {known['pid']} on {known['host']}, since {known['since']}"
