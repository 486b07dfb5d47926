"""Writing a run down while it is being sent: many coroutines, one thread, few commits."""

import asyncio
import json
import queue
import sqlite3
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from leadsync.errors import JournalError
from leadsync.journal.database import connect, transaction, translated
from leadsync.journal.marks import Marks
from leadsync.journal.schema import OPEN
from leadsync.journal.states import TRANSITIONS, State, sources
from leadsync.journal.values import reason_json
from leadsync.models import Lead, Outcome, PendingRow, Status
from leadsync.reasons import Skip, SkipKind

LARGEST_GROUP = 1000

_RESENDABLE = "(harmless OR (? AND NOT inserting))"
SENDABLE = f"(state = 'pending' OR (state = 'unknown' AND {_RESENDABLE}))"
UNDECIDED = f"(state = 'conflict' OR (state = 'unknown' AND NOT {_RESENDABLE}))"
"""What only a person can decide; later rows of the same lead wait for it."""


class _Begin(NamedTuple):
    """An attempt that may reach the dialer from now on."""

    number: int
    attempt: int
    time: float


class _Finish(NamedTuple):
    """What an attempt came to, and the state of its row from now on."""

    number: int
    attempt: int
    time: float
    outcome: Outcome
    state: State


PENDING = (
    "number, lead, fields, attempts, state, iif(attempts = 0, 0, (SELECT count(*) FROM attempts AS made "
    "WHERE made.run = rows.run AND made.number = rows.number AND made.attempt > rows.counted_from "
    "AND (made.effect IN ('in_doubt', 'no_answer', 'maybe_applied') OR (made.effect = '' AND NOT harmless))))"
)
"""The last is what counts against a row's attempts, whichever process made them: those in doubt (`maybe_applied` in an
earlier leadsync's words). One that a kill ended says nothing about the row, unless it may have fired an action."""
PRIORITY_ORDER = (
    "SELECT number FROM (SELECT number, min(CAST(coalesce(json_extract(fields, '$.njPriority'), 10) AS INTEGER)) "
    "OVER (PARTITION BY lead ORDER BY number ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS first "
    f"FROM rows JOIN lines USING (run, number) WHERE run = ? AND number <= ? AND {OPEN} AND {SENDABLE}) "
    "ORDER BY first, number"
)
"""A lead's rows keep their order: one goes as early as the most urgent of those that wait for it."""

_Work = Callable[[sqlite3.Connection], Any] | _Begin | _Finish

# What is written for every row is written for a whole group by one statement, from one JSON text: SQLite gives the
# interpreter's lock away with each statement, and getting it back from a busy sender takes longer than the statement.
# The run stands in each of its lines, so that SQLite looks rows up by their key and does not go through the run's.

_GIVEN = ", ".join(
    f"json_extract(value, '$[{position}]') AS {name}"
    for position, name in enumerate(
        ("run", "number", "attempt", "time", "effect", "http", "code", "name", "message", "state")
    )
)
_BEGUN = ", ".join(
    f"json_extract(value, '$[{position}]') AS {name}"
    for position, name in enumerate(("run", "number", "attempt", "time", "sequence"))
)


def _listed(states: Iterable[State]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


BEGIN_ROWS = (
    f"UPDATE rows SET came_from = state, state = '{State.IN_FLIGHT}', attempts = given.attempt, time = given.time, "
    f"sequence = given.sequence FROM (SELECT {_BEGUN} FROM json_each(?)) AS given "
    f"WHERE rows.run = given.run AND rows.number = given.number AND rows.state IN ({_listed(sources(State.IN_FLIGHT))})"
)
FINISH_ROWS = (
    "UPDATE rows SET state = given.state, code = given.code, name = given.name, message = given.message, "
    f"reason = NULL, time = given.time FROM (SELECT {_GIVEN} FROM json_each(?)) AS given "
    "WHERE rows.run = given.run AND rows.number = given.number AND rows.attempts = given.attempt "
    f"AND rows.state = '{State.IN_FLIGHT}' AND given.state IN ({_listed(TRANSITIONS[State.IN_FLIGHT])})"
)
KEEP_ATTEMPTS = (
    "INSERT INTO attempts (run, number, attempt, begun, ended, effect, http, code, message) "
    "SELECT rows.run, rows.number, given.attempt, rows.time, given.time, given.effect, given.http, given.code, "
    f"iif(given.code = 0, '', given.message) FROM (SELECT {_GIVEN} FROM json_each(?)) AS given CROSS JOIN rows "
    "WHERE rows.run = given.run AND rows.number = given.number"
)
"""An attempt has its own line from its end on; until then its row holds when it began."""


class RunLog:
    """The engine's view of one run in the journal; an asynchronous context manager.

    What is called goes to a thread in the order of the calls, at once: a cancellation of the caller loses nothing.
    Awaiting a call gives its result when it is durable. All that is waiting when the thread is free shares one
    commit. `resend_unknown`: rows that may have been applied are to be sent again even if they set a disposition, as
    harmless ones always are. Where the journal fails, every call from then on raises JournalError, and leaving the
    context does.
    """

    def __init__(self, path: Path, run_id: str, *, resend_unknown: bool = False, by_priority: bool = False) -> None:
        self._path = path
        self._run_id = run_id
        self._resend_unknown = resend_unknown
        self._by_priority = by_priority
        self._order: array[int] | None = None
        self._place = 0
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
        try:
            self._marks = Marks(self._path.parent, self._run_id)
        except OSError as error:
            self._connection.close()
            raise JournalError(
                f"No file can be made beside the journal {self._path}: {error.strerror}; make room or correct the "
                "folder's permissions."
            ) from error
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.put(None)
        self._thread.join()
        self._connection.close()
        self._marks.close()
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
        """The next rows to be sent behind row `after`, in the run's order."""
        return self._call(partial(self._by_priorities if self._by_priority else self._by_number, after, limit))

    def _by_number(self, after: int, limit: int, connection: sqlite3.Connection) -> list[PendingRow]:
        found = connection.execute(
            f"SELECT {PENDING} FROM rows JOIN lines USING (run, number) "
            f"WHERE run = ? AND number > ? AND number <= ? AND {OPEN} AND {SENDABLE} ORDER BY number LIMIT ?",
            [self._key, after, self._last_row, self._resend_unknown, limit],
        )
        return [_pending_row(values) for values in found]

    def _by_priorities(self, after: int, limit: int, connection: sqlite3.Connection) -> list[PendingRow]:
        """The order is made once, when it is first asked for, and kept as numbers."""
        if self._order is None:
            values = [self._key, self._last_row, self._resend_unknown]
            self._order = array("q", (number for (number,) in connection.execute(PRIORITY_ORDER, values)))
        if after == 0:
            self._place = 0
        numbers = self._order[self._place : self._place + limit]
        self._place += len(numbers)
        found = connection.execute(
            f"SELECT {PENDING} FROM json_each(?) CROSS JOIN rows JOIN lines USING (run, number) "
            "WHERE run = ? AND number = json_each.value ORDER BY json_each.key",
            [json.dumps(numbers.tolist()), self._key],
        )
        return [_pending_row(values) for values in found]

    def pending_row(self, number: int) -> asyncio.Future[PendingRow]:
        """One row that `pending` gave before."""

        def read(connection: sqlite3.Connection) -> PendingRow:
            found = connection.execute(
                f"SELECT {PENDING} FROM rows JOIN lines USING (run, number) WHERE run = ? AND number = ?",
                [self._key, number],
            )
            return _pending_row(found.fetchone())

        return self._call(read)

    def begin(self, number: int, attempt: int) -> asyncio.Future[None]:
        """Pending to in flight: to be awaited before a byte of the attempt leaves."""
        return self._call(_Begin(number, attempt, time.time()))

    def leaves(self, number: int, attempt: int) -> None:
        """The attempt leaves now: if this process is killed, it is in doubt."""
        self._marks.set(number, attempt)

    def withdraw(self, number: int, attempt: int, status: Status) -> asyncio.Future[None]:
        """In flight to what it was before: the attempt was written down but never made."""

        def write(connection: sqlite3.Connection) -> None:
            last = connection.execute(
                "SELECT ended FROM attempts WHERE run = ? AND number = ? AND attempt = ?",
                [self._key, number, attempt - 1],
            ).fetchone()
            time_before = last[0] if last else None
            self._move(connection, number, _state(status), "attempts = ?, time = ?", [attempt - 1, time_before])

        return self._call(write)

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> asyncio.Future[None]:
        """In flight to what the attempt came to; pending again where `status` is `unsent`."""
        return self._call(_Finish(number, attempt, time.time(), outcome, _state(status)))

    def never_harmless(self, number: int) -> asyncio.Future[None]:
        """A row that is to be sent adds a lead: found in flight after a crash, it is for a person to decide.

        No setting sends it again: it could add the lead twice.
        """

        def write(connection: sqlite3.Connection) -> None:
            assignments = "harmless = 0, inserting = 1"
            connection.execute(f"UPDATE rows SET {assignments} WHERE run = ? AND number = ?", [self._key, number])

        return self._call(write)

    def exhaust(self, number: int, message: str, status: Status) -> asyncio.Future[None]:
        """Pending to failed, or unknown as it was: its attempts ran out while the dialer took others' calls."""
        # An idempotent row in doubt that is sent again after this has all its attempts again.
        assignments = "message = ?, reason = NULL, counted_from = iif(harmless, attempts, counted_from)"
        return self._call(lambda connection: self._move(connection, number, _state(status), assignments, [message]))

    def hold(self, number: int, earlier: int) -> asyncio.Future[None]:
        """Keep that a pending row waits for row `earlier` of its lead."""
        reason = reason_json(Skip(SkipKind.WAITS_FOR_DECISION, row=earlier))

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE rows SET message = '', reason = ? WHERE run = ? AND number = ? AND state = 'pending'",
                [reason, self._key, number],
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
            raise self._cannot(number, target)

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
                    results = self._write(group)
                for work in group:
                    if isinstance(work, _Finish):
                        self._marks.forget(work.number)
                return results
            except JournalError as error:
                self._failure = error
        return self._failure

    def _write(self, group: list[_Work]) -> list[Any]:
        """Do a group's work: what is to be done for every row, all rows at a time.

        Ends go first and beginnings last. That is the order of the calls for any one row: its next beginning comes
        behind its end, and its end is not known before its beginning is durable.
        """
        self._finish_all([work for work in group if isinstance(work, _Finish)])
        results = [work(self._connection) if callable(work) else None for work in group]
        self._begin_all([work for work in group if isinstance(work, _Begin)])
        return results

    def _begin_all(self, group: list[_Begin]) -> None:
        if group:
            [before] = self._connection.execute("SELECT last FROM sequence").fetchone()
            self._connection.execute("UPDATE sequence SET last = ?", [before + len(group)])
            lines = [(self._key, *one, before + place) for place, one in enumerate(group, 1)]
            moved = self._connection.execute(BEGIN_ROWS, [json.dumps(lines)]).rowcount
            self._all_moved(moved, {one.number: State.IN_FLIGHT for one in group})

    def _finish_all(self, group: list[_Finish]) -> None:
        if group:
            lines = json.dumps([(self._key, *_line(one)) for one in group], ensure_ascii=False)
            self._connection.execute(KEEP_ATTEMPTS, [lines])
            moved = self._connection.execute(FINISH_ROWS, [lines]).rowcount
            self._all_moved(moved, {one.number: one.state for one in group})

    def _all_moved(self, moved: int, targets: Mapping[int, State]) -> None:
        if moved == len(targets):
            return
        for number, target in targets.items():
            found = self._connection.execute(
                "SELECT state FROM rows WHERE run = ? AND number = ?", [self._key, number]
            ).fetchone()
            if found is None or found[0] != target:
                raise self._cannot(number, target)
        raise self._cannot(next(iter(targets)), next(iter(targets.values())))

    def _cannot(self, number: int, target: State) -> JournalError:
        return JournalError(f"Row {number} of run {self._run_id} cannot become {target}; is another process at it?")


def _line(end: _Finish) -> tuple[object, ...]:
    """An attempt's end in the order of the columns that the statements name."""
    outcome = end.outcome
    effect = outcome.effect.name.lower()
    name, message = _storable(outcome.name), _storable(outcome.message)
    return end.number, end.attempt, end.time, effect, outcome.http, outcome.code, name, message, end.state


def _storable(text: str) -> str:
    """The text without halves of characters and NULs, which an answer's JSON can name and no file should hold."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def _pending_row(values: tuple[Any, ...]) -> PendingRow:
    number, lead, fields, attempts, state, spent = values
    return PendingRow(number, Lead(lead, json.loads(fields)), attempts, state == State.UNKNOWN, spent)


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
