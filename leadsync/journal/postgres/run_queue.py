"""Runs that wait for a worker, in PostgreSQL: procrastinate's jobs wake the workers.

A job is never the right to send. If it is lost or done twice, the lease of its run decides, and the worker's look at
the table `queued` makes another.
"""

import json
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from leadsync.errors import JournalError
from leadsync.journal.postgres.database import PostgresDatabase, Session
from leadsync.journal.postgres.patience import QueueConnection
from leadsync.journal.postgres.schema import QUEUE_SCHEMA
from leadsync.journal.sql.database import Connection
from leadsync.journal.sql.run_queue import SqlRunQueue
from leadsync.journal.values import SEND_TASK, Queued, QueuePlace, WorkerSeen

if TYPE_CHECKING:
    from procrastinate import App

_IS_HELD = "SELECT 1 FROM leases WHERE run = ? AND expires > clock_timestamp()"
_KEEP_WORKER = (
    "INSERT INTO workers (id, host, pid, queues, at) VALUES (?, ?, ?, ?, this_moment()) "
    "ON CONFLICT (id) DO UPDATE SET queues = excluded.queues, at = excluded.at"
)
_FORGOTTEN_SECONDS = 86_400
"""A worker without a sign of life for a day is listed no more."""


class PostgresRunQueue(SqlRunQueue):
    """See `leadsync.journal.protocol.RunQueue`."""

    _server: PostgresDatabase

    def _is_held(self, run_id: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(_IS_HELD, [run_id]).fetchone() is not None

    def _wake(self, connection: Connection, run_id: str, queued: Queued) -> None:
        # Before the first worker there are no such tables; its first look finds the run.
        [is_prepared] = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
        if is_prepared and isinstance(connection, Session):
            connection.wake(_app(), SEND_TASK, run_id, queued)

    def prepare_queue(self) -> QueuePlace:
        from procrastinate.schema import SchemaManager

        scripts = {path.name: path for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))}
        with self._database.writing() as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {QUEUE_SCHEMA}")
            # After a restore of the journal's schema alone, the list is there and the tables are not.
            known = {
                name
                for (name,) in connection.execute(
                    "SELECT name FROM queue_scripts WHERE to_regclass(?) IS NOT NULL",
                    [f"{QUEUE_SCHEMA}.procrastinate_jobs"],
                )
            }
            # A new schema has had all scripts.
            todo = [path.read_text("utf-8") for name, path in scripts.items() if name not in known]
            connection.execute(f"SET LOCAL search_path = {QUEUE_SCHEMA}")
            for script in todo if known else [SchemaManager.get_schema()]:
                self._server.connection.execute(script.encode())
            connection.execute("SET LOCAL search_path TO DEFAULT")
            connection.executemany(
                "INSERT INTO leadsync.queue_scripts VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in scripts]
            )
        return QueuePlace(self._server.url, QUEUE_SCHEMA, QueueConnection)

    def keep_worker(self, worker: str, queues: Sequence[str]) -> None:
        with self._database.reading() as connection:
            connection.execute(_KEEP_WORKER, [worker, socket.gethostname(), os.getpid(), json.dumps(list(queues))])
            connection.execute("DELETE FROM workers WHERE at < this_moment() - ?", [_FORGOTTEN_SECONDS])

    def end_worker(self, worker: str) -> None:
        with suppress(JournalError), self._database.reading() as connection:
            connection.execute("DELETE FROM workers WHERE id = ?", [worker])

    def workers(self) -> list[WorkerSeen]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT host, pid, queues, this_moment() - at FROM workers ORDER BY host, pid"
            ).fetchall()
        return [WorkerSeen(host, pid, tuple(json.loads(queues)), ago) for host, pid, queues, ago in rows]


@cache
def _app() -> "App":
    """procrastinate without connections of its own: jobs go into the journal's transactions."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())
