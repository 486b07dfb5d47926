"""Writing a run down while it is being sent: many coroutines, one thread, few commits."""

import asyncio
import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leadsync.errors import JournalError
from leadsync.journal.database import connect, transaction, translated
from leadsync.journal.schema import OPEN
from leadsync.journal.states import State, sources
from leadsync.models import Lead, Outcome, PendingRow, Status

LARGEST_GROUP = 1000

SENDABLE = "(state = 'pending' OR (state = 'unknown' AND (harmless OR ?)))"
UNDECIDED = "(state = 'conflict' OR (state = 'unknown' AND NOT (harmless OR ?)))"
"""What only a person can decide; later rows of the same lead wait for it."""

_Work = Callable[[sqlite3.Connection], Any]


class RunLog:
    """The engine's view of one run in the journal; an asynchronous context manager.

    What is called goes to a thread in the order of the calls, at once: a cancellation of the caller loses nothing.
    Awaiting a call gives its result when it is durable. All that is waiting when the thread is free shares one
    commit. `resend_unknown`: rows that may have been applied are to be sent again even if they set a disposition, as
    harmless ones always are. Where the journal fails, every call from then on raises JournalError, and leaving the
    context does.
    """

    def __init__(self, path: Path, run_id: str, *, resend_unknown: bool = False) -> None:
        self._path = path
        self._run_id = run_id
        self._resend_unknown = resend_unknown
        self._calls: queue.SimpleQueue[tuple[_Work, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="journal")
        self._failure: JournalError | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        with translated(self._path):
            self._connection = connect(self._path)
            found = self._connection.execute(
                "SELECT run, coalesce(last_row, 9223372036854775807) FROM runs WHERE id = ?", [self._run_id]
            ).fetchone()
        self._key, self._last_row = found
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.put(None)
        self._thread.join()
        self._connection.close()
        if self._failure is not None and error is None:
            # The last calls are awaited by nobody; what they could not write down must not pass for an end.
            raise self._failure

    def undecided(self) -> asyncio.Future[dict[str, int]]:
        """The leads with a row that a person has to decide on, each with the number of the first such row."""

        def read(connection: sqlite3.Connection) -> dict[str, int]:
            found = connection.execute(
                f"SELECT lead, number FROM rows WHERE run = ? AND {OPEN} AND {UNDECIDED} ORDER BY number DESC",
                [self._key, self._resend_unknown],
            )
            return dict(found.fetchall())

        return self._call(read)

    def pending(self, after: int, limit: int) -> asyncio.Future[list[PendingRow]]:
        """The next rows to be sent behind row `after`, in the sheet's order."""

        def read(connection: sqlite3.Connection) -> list[PendingRow]:
            found = connection.execute(
                "SELECT number, lead, fields, attempts, state FROM rows JOIN lines USING (run, number) "
                f"WHERE run = ? AND number > ? AND number <= ? AND {OPEN} AND {SENDABLE} ORDER BY number LIMIT ?",
                [self._key, after, self._last_row, self._resend_unknown, limit],
            )
            return [
                PendingRow(number, Lead(lead, json.loads(fields)), attempts, state == State.UNKNOWN)
                for number, lead, fields, attempts, state in found
            ]

        return self._call(read)

    def begin(self, number: int, attempt: int) -> asyncio.Future[None]:
        """Pending to in flight: to be awaited before a byte of the attempt leaves."""
        now = time.time()

        def write(connection: sqlite3.Connection) -> None:
            self._move(connection, number, State.IN_FLIGHT, "attempts = ?, time = ?", [attempt, now])
            connection.execute(
                "INSERT INTO attempts (run, number, attempt, begun) VALUES (?, ?, ?, ?)",
                [self._key, number, attempt, now],
            )

        return self._call(write)

    def withdraw(self, number: int, attempt: int, status: Status) -> asyncio.Future[None]:
        """In flight to what it was before: the attempt was written down but never made."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM attempts WHERE run = ? AND number = ? AND attempt = ?", [self._key, number, attempt]
            )
            last = connection.execute(
                "SELECT ended FROM attempts WHERE run = ? AND number = ? AND attempt = ?",
                [self._key, number, attempt - 1],
            ).fetchone()
            time_before = last[0] if last else None
            self._move(connection, number, _state(status), "attempts = ?, time = ?", [attempt - 1, time_before])

        return self._call(write)

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> asyncio.Future[None]:
        """In flight to what the attempt came to; pending again where `status` is `unsent`."""
        now = time.time()

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE attempts SET ended = ?, effect = ?, http = ?, code = ?, message = ? "
                "WHERE run = ? AND number = ? AND attempt = ?",
                [
                    now,
                    outcome.effect.name.lower(),
                    outcome.http,
                    outcome.code,
                    outcome.message if outcome.code != 0 else "",
                    self._key,
                    number,
                    attempt,
                ],
            )
            said = [outcome.code, outcome.name, outcome.message, now]
            self._move(connection, number, _state(status), "code = ?, name = ?, message = ?, time = ?", said)

        return self._call(write)

    def never_harmless(self, number: int) -> asyncio.Future[None]:
        """A row that is to be sent adds a lead: found in flight after a crash, it is for a person to decide."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE rows SET harmless = 0 WHERE run = ? AND number = ?", [self._key, number])

        return self._call(write)

    def exhaust(self, number: int, message: str, status: Status) -> asyncio.Future[None]:
        """Pending to failed, or unknown as it was: its attempts ran out while the dialer took others' calls."""
        return self._call(lambda connection: self._move(connection, number, _state(status), "message = ?", [message]))

    def hold(self, number: int, message: str) -> asyncio.Future[None]:
        """Say why a pending row is not sent in this run."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE rows SET message = ? WHERE run = ? AND number = ? AND state = 'pending'",
                [message, self._key, number],
            )

        return self._call(write)

    def _move(
        self, connection: sqlite3.Connection, number: int, target: State, assignments: str, values: list[Any]
    ) -> None:
        """The only way a row's state changes here: where a written-down transition leads to `target`."""
        came_from = sources(target)
        moved = connection.execute(
            f"UPDATE rows SET state = ?, {assignments} "
            f"WHERE run = ? AND number = ? AND state IN ({', '.join('?' * len(came_from))})",
            [target, *values, self._key, number, *came_from],
        ).rowcount
        if moved != 1:
            raise JournalError(f"Row {number} of run {self._run_id} cannot become {target}; is another process at it?")

    def _call(self, work: _Work) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        self._calls.put((work, future))
        return future

    def _serve(self) -> None:
        while (first := self._calls.get()) is not None:
            group = [first]
            closing = False
            while len(group) < LARGEST_GROUP and not self._calls.empty():
                call = self._calls.get()
                if call is None:
                    closing = True
                    break
                group.append(call)
            results = self._commit([work for work, _ in group])
            futures = [future for _, future in group]
            self._loop.call_soon_threadsafe(_resolve, futures, results)
            if closing:
                return

    def _commit(self, group: list[_Work]) -> list[Any] | JournalError:
        if self._failure is None:
            try:
                with translated(self._path), transaction(self._connection):
                    return [work(self._connection) for work in group]
            except JournalError as error:
                self._failure = error
        return self._failure


def _state(status: Status) -> State:
    return State.PENDING if status is Status.UNSENT else State(status)


def _resolve(futures: list[asyncio.Future[Any]], results: list[Any] | JournalError) -> None:
    for position, future in enumerate(futures):
        if future.cancelled():
            continue
        if isinstance(results, JournalError):
            future.set_exception(results)
            # Whoever awaits it gets it; one that nobody awaits is no news, as the next call will fail too.
            future.exception()
        else:
            future.set_result(results[position])
