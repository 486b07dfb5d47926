"""The log of a run while it is being sent: many coroutines, one thread, few commits."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from leadsync.errors import JournalError, RunCutError
from leadsync.journal.states import State
from leadsync.models import Outcome, PendingRow, Status
from leadsync.tallies import Live

LARGEST_GROUP = 1000
"""From so many calls on a commit takes no more, so that the first of them does not wait for an endless queue."""
GATHER_SECONDS = 0.005
"""The wait of a call for others to share its commit. It also keeps the thread off the interpreter's lock while the
event loop turns from one answer to the next call."""


class Begin(NamedTuple):
    """An attempt from now on under way to the dialer."""

    number: int
    attempt: int


class Finish(NamedTuple):
    """The outcome of an attempt, and the state of its row from now on."""

    number: int
    attempt: int
    outcome: Outcome
    state: State


class LeaseLostError(RunCutError):
    """The run has another sender by now. Ends of its attempts are kept, nothing else is written."""


class Question(NamedTuple):
    """A function that changes no row. It needs no transaction, and may come behind the rest of its group."""

    ask: Callable[[], Any]

    def __call__(self) -> Any:
        return self.ask()


Work = Begin | Finish | Question | Callable[[], Any]
_Call = tuple[Work, asyncio.Future[Any]]


class RunWriter(Protocol):
    """A store's part in the log of one run. The log's own thread makes all calls but `leaves`, `may_send` and `close`.

    Each method may raise JournalError. The state of a row changes along a transition of `states.py` only.
    """

    def commit(self, group: Sequence[Work]) -> list[Any]:
        """Do all of a group's work in one transaction, or none of it; return the results in order.

        Of any one row, finishes go before and begins behind the rest. Functions are methods of this writer. Questions
        need not be in the transaction. The result of a begin is None, or the status of a row that is settled by now.
        """
        ...

    def undecided(self) -> dict[str, int]:
        """As RunLog."""
        ...

    def pending(self, after: int, limit: int) -> list[PendingRow]:
        """As RunLog."""
        ...

    def pending_row(self, number: int) -> PendingRow:
        """As RunLog."""
        ...

    def leaves(self, number: int, attempt: int) -> None:
        """As RunLog; waits for nothing."""
        ...

    def may_send(self) -> bool:
        """As RunLog; waits for nothing."""
        ...

    def withdraw(self, number: int, attempt: int, state: State) -> None:
        """As RunLog."""
        ...

    def never_harmless(self, number: int) -> None:
        """As RunLog."""
        ...

    def exhaust(self, number: int, message: str, state: State) -> None:
        """As RunLog."""
        ...

    def hold(self, number: int, earlier: int) -> None:
        """As RunLog."""
        ...

    def live(self, live: Live) -> str:
        """As RunLog."""
        ...

    def close(self) -> None:
        """Write no more."""
        ...


class RunLog:
    """The engine's view of one run in the journal; an asynchronous context manager.

    Calls go to a thread in their order, a few milliseconds later: a cancellation of the caller loses nothing. Awaiting
    a call gives its result once it is durable. All waiting calls share one commit. After a failure, mostly a
    JournalError, every call raises it, and so does the end of the context.
    """

    def __init__(self, open_writer: Callable[[], RunWriter]) -> None:
        self._open_writer = open_writer
        self._gathered: list[_Call] = []
        self._timer: asyncio.TimerHandle | None = None
        self._groups: queue.SimpleQueue[list[_Call] | None] = queue.SimpleQueue()
        # No daemon: outcomes in its queue are written before the program ends.
        self._thread = threading.Thread(target=self._serve, name="journal")
        self._served = threading.Event()
        self._failure: Exception | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._writer = self._open_writer()
        try:
            self._thread.start()
            return self
        except BaseException:
            # A signal raises here, and no `__aexit__` follows: without this, the program would wait for the thread.
            self._groups.put(None)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Not `join`: interrupted by a signal, it takes the thread for ended.
        try:
            self._hand_over()
            self._groups.put(None)
            self._served.wait()
        finally:
            # A handler may raise above. The outcomes come first all the same: rows in flight are settled next.
            self._groups.put(None)
            self._served.wait()
            self._writer.close()
            if self._timer is not None:
                # A signal's exception in a late callback would be lost in the event loop.
                self._timer.cancel()
        if self._failure is not None and error is None:
            # Nobody awaits the last calls: without this, their failure would look like a good end.
            raise self._failure

    def undecided(self) -> asyncio.Future[dict[str, int]]:
        """The leads with a row that a person has to decide on, each with the number of the first such row."""
        return self._call(Question(self._writer.undecided))

    def pending(self, after: int, limit: int) -> asyncio.Future[list[PendingRow]]:
        """The next rows to be sent behind row `after`, in the run's order."""
        return self._call(Question(partial(self._writer.pending, after, limit)))

    def pending_row(self, number: int) -> asyncio.Future[PendingRow]:
        """One row from an earlier `pending`."""
        return self._call(Question(partial(self._writer.pending_row, number)))

    def begin(self, number: int, attempt: int) -> asyncio.Future[Status | None]:
        """Pending to in flight: to be awaited before a byte of the attempt leaves.

        Gives the status of a row that was settled since it was read, by a late answer to an earlier sender, or by a
        person; it is not begun then.
        """
        return self._call(Begin(number, attempt))

    def leaves(self, number: int, attempt: int) -> None:
        """The attempt leaves now: if this process is killed, it is in doubt."""
        self._writer.leaves(number, attempt)

    def may_send(self) -> bool:
        """Whether this process still has the right to send the run: asked as a call leaves, after every wait."""
        return self._writer.may_send()

    def withdraw(self, number: int, attempt: int, status: Status) -> asyncio.Future[None]:
        """In flight to the state before: the attempt was begun but never made."""
        return self._call(partial(self._writer.withdraw, number, attempt, _state(status)))

    def finish(self, number: int, attempt: int, outcome: Outcome, status: Status) -> asyncio.Future[None]:
        """In flight to the attempt's outcome; pending again if `status` is `unsent`."""
        return self._call(Finish(number, attempt, outcome, _state(status)))

    def never_harmless(self, number: int) -> asyncio.Future[None]:
        """A pending row adds a lead: if it is in flight at a crash, a person has to decide.

        No setting sends it again: it could add the lead twice.
        """
        return self._call(partial(self._writer.never_harmless, number))

    def exhaust(self, number: int, message: str, status: Status) -> asyncio.Future[None]:
        """Pending to failed, or unknown as before: its attempts ran out while the dialer took others' calls.

        A row that was settled since it was read stays as it is.
        """
        return self._call(partial(self._writer.exhaust, number, message, _state(status)))

    def hold(self, number: int, earlier: int) -> asyncio.Future[None]:
        """Keep the reason of a pending row: it waits for row `earlier` of its lead."""
        return self._call(partial(self._writer.hold, number, earlier))

    def live(self, live: Live) -> asyncio.Future[str]:
        """Keep the state of this sending; gives the user who wants it to stop, or an empty text."""
        return self._call(Question(partial(self._writer.live, live)))

    def _call(self, work: Work) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        if not self._gathered:
            self._timer = self._loop.call_later(GATHER_SECONDS, self._hand_over)
        self._gathered.append((work, future))
        return future

    def _hand_over(self) -> None:
        if self._gathered:
            self._groups.put(self._gathered)
            self._gathered = []

    def _serve(self) -> None:
        try:
            self._serve_groups()
        finally:
            self._served.set()

    def _serve_groups(self) -> None:
        while (group := self._groups.get()) is not None:
            closing = False
            while len(group) < LARGEST_GROUP and not self._groups.empty():
                more = self._groups.get()
                if more is None:
                    closing = True
                    break
                group += more
            results = self._commit([work for work, _ in group])
            futures = [future for _, future in group]
            # Outcomes need no loop: it may have ended by an exception of another kind.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_resolve, futures, results)
            if closing:
                return

    def _commit(self, group: list[Work]) -> list[Any] | Exception:
        if self._failure is None:
            try:
                return self._writer.commit(group)
            except Exception as error:
                # Of any kind: an exception that ended the thread would leave every call waiting.
                self._failure = error
        elif isinstance(self._failure, LeaseLostError) and (
            ends := [work for work in group if isinstance(work, Finish)]
        ):
            # Answers to calls under way are evidence, whoever sends the run now.
            with contextlib.suppress(JournalError):
                self._writer.commit(ends)
        return self._failure


def _state(status: Status) -> State:
    return State.PENDING if status is Status.UNSENT else State(status)


def _resolve(futures: list[asyncio.Future[Any]], results: list[Any] | Exception) -> None:
    for position, future in enumerate(futures):
        if future.cancelled():
            continue
        if isinstance(results, Exception):
            future.set_exception(results)
            # Marks it as seen: asyncio would log an exception without a reader, and the next call fails anyway.
            future.exception()
        else:
            future.set_result(results[position])
