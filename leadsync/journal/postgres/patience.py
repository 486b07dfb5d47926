"""Waits for the server that have an end: it may be mute while its connections live.

psycopg's own waits end with the connection alone. A stopped server, or a proxy that passes nothing on, keeps it up.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from enum import Enum
from typing import Any, Self, TypeVar

import psycopg
from psycopg import capabilities, errors, waiting
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

Value = TypeVar("Value")

ASK_AFTER_SECONDS = 8.0
"""The silence before a word, between two words, and between two questions whether the server is alive."""
ASK_SECONDS = 10
"""The longest wait for an answer to that question."""
LONGEST_SECONDS = 3600.0
"""The longest silence of a server that is alive: a statement on a million rows takes minutes."""
QUEUE_SECONDS = 40.0
"""The same for the queue of workers. Its listener asks for a sign of life every 30 seconds."""
MUTE_SECONDS = 3.0
"""The longest wait once the server was found mute, until it answers again: many follow at the end of a command."""
HURRIED_SECONDS = 1.0
"""The longest wait once the user has asked for the end twice."""
_LOOK_SECONDS = 0.1
"""The time between two looks at the clock, and for signals."""
_NO_DATA = waiting.READY_NONE
_IS_IDLE = "SELECT state LIKE 'idle%%' FROM pg_stat_activity WHERE pid = %s"

_log = logging.getLogger(__name__)


class State(Enum):
    """A server's account of a connection, asked on another one."""

    BUSY = "busy"
    """It is at the connection's statement, as far as it tells."""
    IDLE = "idle"
    """It has nothing to do for the connection: no statement has come, or its answer has not."""
    MUTE = "mute"
    """It does not answer there either."""


class Patience:
    """How long the connections of one journal wait; its threads share it."""

    def __init__(self) -> None:
        self.is_mute = self.is_hurried = False

    def of(self, longest: float) -> float:
        """The seconds of a wait that may take `longest` otherwise."""
        if self.is_hurried:
            return min(longest, HURRIED_SECONDS)
        return min(longest, MUTE_SECONDS) if self.is_mute else longest


class PatientConnection(psycopg.Connection[TupleRow]):
    """A connection that is closed after `longest` seconds of silence, or if the server is mute; OperationalError comes.

    Without `asks` the time alone counts. A signal's exception closes it too.
    """

    url = where = ""
    patience = Patience()
    longest = LONGEST_SECONDS
    asks = False

    @classmethod
    def open(cls, url: str, where: str, patience: Patience, longest: float, *, asks: bool, **options: Any) -> Self:
        """A connection to `url`, named `where` in messages, in autocommit mode. Raises psycopg's errors."""
        connection = cls.connect(url, autocommit=True, **options)
        connection.url, connection.where, connection.patience = url, where, patience
        connection.longest, connection.asks = longest, asks
        return connection

    def wait(self, gen: Generator[Any, Any, Value], *_: Any, **__: Any) -> Value:
        """The result of a generator of psycopg's; all statements come here."""
        try:
            # The compiled `wait` of early releases of 3.2 looks at nothing between two pieces of data.
            value: Value = waiting.wait_selector(
                watched(gen, lambda: _Silence(self)), self.pgconn.socket, interval=_LOOK_SECONDS
            )
        except Exception:
            raise
        except BaseException:
            # A signal: neither the user nor others, for its locks, wait for the statement any longer.
            if capabilities.has_cancel_safe():
                with suppress(psycopg.Error):
                    self.cancel_safe(timeout=HURRIED_SECONDS)
            self.close()
            raise
        self.patience.is_mute = False
        return value

    def ask(self) -> State:
        """The server's account of this connection, on another one."""
        began = time.monotonic()
        try:
            with PatientConnection.open(
                self.url, self.where, Patience(), ASK_SECONDS, asks=False, connect_timeout=ASK_SECONDS
            ) as other:
                row = other.execute(_IS_IDLE, [self.info.backend_pid]).fetchone()
        except psycopg.Error as error:
            is_mute = isinstance(error, errors.ConnectionTimeout) or time.monotonic() >= began + ASK_SECONDS
            # Whoever refuses is alive.
            return State.MUTE if is_mute else State.BUSY
        # Behind a pooler the number is nobody's.
        return State.IDLE if row and row[0] else State.BUSY


class _Silence:
    """A silence of the server on a connection, from now on; called at each look without data."""

    def __init__(self, connection: PatientConnection) -> None:
        self._connection = connection
        self._began = time.monotonic()
        self._ask_at = self._tell_at = self._began + ASK_AFTER_SECONDS
        self._answers: queue.SimpleQueue[State] = queue.SimpleQueue()
        self._was_idle = False

    def __call__(self) -> None:
        """Go on waiting, or raise psycopg.OperationalError."""
        connection, now = self._connection, time.monotonic()
        if now - self._began >= connection.patience.of(connection.longest):
            raise self._end()
        if connection.asks and now >= self._tell_at:
            self._tell_at = now + ASK_AFTER_SECONDS
            words = "the journal in %s has not answered for %.0f seconds; waiting"
            _log.warning(words, connection.where, now - self._began)
        if connection.asks and now >= self._ask_at:
            self._ask_at = now + ASK_SECONDS + ASK_AFTER_SECONDS
            # Beside it: the answer may come meanwhile, or the user's second signal.
            threading.Thread(target=lambda: self._answers.put(connection.ask()), daemon=True).start()
        if not self._answers.empty():
            self._heed(self._answers.get())

    def _heed(self, state: State) -> None:
        self._connection.patience.is_mute = state is State.MUTE
        # Idle once may be the moment between the statement and its answer.
        if state is State.MUTE or (state is State.IDLE and self._was_idle):
            raise self._end()
        self._was_idle = state is State.IDLE

    def _end(self) -> psycopg.OperationalError:
        self._connection.close()
        return _no_answer(time.monotonic() - self._began)


class QueueConnection(psycopg.AsyncConnection[TupleRow]):
    """A connection of the workers' queue. It is closed after QUEUE_SECONDS of silence: its statements are short."""

    patience = Patience()

    @classmethod
    def hurry(cls) -> None:
        """Let waits for the server end within seconds."""
        cls.patience.is_mute = True

    async def wait(self, gen: Generator[Any, Any, Value], *_: Any, **__: Any) -> Value:
        """The result of a generator of psycopg's; all statements come here."""
        try:
            return await waiting.wait_async(watched(gen, self._silence), self.pgconn.socket, interval=_LOOK_SECONDS)
        except asyncio.CancelledError:
            # psycopg would wait for the statement's end.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise

    def _silence(self) -> Callable[[], None]:
        began = time.monotonic()

        def look() -> None:
            seconds = time.monotonic() - began
            if seconds >= self.patience.of(QUEUE_SECONDS):
                # `close` is a coroutine.
                self.pgconn.finish()
                raise _no_answer(seconds)

        return look


def watched(gen: Generator[Any, Any, Value], silence: Callable[[], Callable[[], None]]) -> Generator[Any, Any, Value]:
    """The same generator; `silence` makes a function for each silence, which is called at each look without data."""
    try:
        state = next(gen)
        look = silence()
        while True:
            ready = yield state
            if ready == _NO_DATA:
                look()
            else:
                look = silence()
            state = gen.send(ready)
    except StopIteration as end:
        value: Value = end.value
        return value


def _no_answer(seconds: float) -> psycopg.OperationalError:
    return psycopg.OperationalError(f"its server has not answered for {seconds:.0f} seconds")
