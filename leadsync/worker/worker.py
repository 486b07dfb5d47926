"""The worker's processes in one: procrastinate's workers, a sign of life, and the children that send.

A server that goes away ends procrastinate's workers; they begin anew until the worker is stopped.
"""

import asyncio
import logging
import os
import signal
import socket
import uuid
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import procrastinate
from procrastinate.jobs import Status

from leadsync.config import Settings
from leadsync.errors import JournalError
from leadsync.journal import SEND_TASK, Journal, QueuePlace
from leadsync.worker.child_runs import ChildRuns, Ended, is_over
from leadsync.worker.upkeep import expire_drafts, prune, wake_queued

UPKEEP_QUEUE = "leadsync"
LOOK_CRON, DAILY_CRON = "* * * * * */5", "0 3 * * *"
"""The sixth field is seconds."""
SIGN_OF_LIFE_SECONDS = 5.0
_STALLED_SECONDS = 30.0
_HELD_PATIENCE_SECONDS, _POLL_SECONDS = 3.0, 0.1
"""Who has confirmed a run holds it for a moment still."""
_START_SECONDS = 10.0
"""A child that has not begun by then has died, or is slow: then another is started, and one of them ends at once."""
QUEUE_LOOK_SECONDS = 5.0
"""The interval of looks whether a run being sent is still queued. A child that sends hears of a stop much sooner."""
_LOOKS_OF_A_STOP = 2
"""The looks that find a run unqueued before its child is ended: the first may come before the child has heard."""
_PAUSE_SECONDS = 2.0
"""Before the next try after the loss of the server."""
_CONNECTIONS = 8

Value = TypeVar("Value")
_log = logging.getLogger(__name__)


class Worker:
    """Sends the queued runs of some dialers until it is stopped.

    `place` is that of the queue, `open_journal` opens the journal.
    """

    def __init__(
        self,
        place: QueuePlace,
        open_journal: Callable[[], Journal],
        settings: Settings,
        queues: Sequence[str],
        children: ChildRuns,
        say: Callable[[str], object],
    ) -> None:
        self._place = place
        self._settings, self._queues = settings, tuple(queues)
        self._children, self._say = children, say
        self._name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._journal = _JournalThread(open_journal)
        self._is_away = False
        self._sending: set[str] = set()
        """The runs with a job of this worker."""
        self.signal_number = 0
        """The signal that stopped it."""

    async def run(self) -> None:
        """Work until SIGINT or SIGTERM; children finish their requests under way."""
        self._stop = asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(unseen_error)
        with self._signals():
            alive = asyncio.create_task(self._signs_of_life())
            try:
                while not self._stop.is_set():
                    await self._work()
            finally:
                alive.cancel()
                with suppress(JournalError):
                    await self._journal.ask(lambda journal: journal.end_worker(self._name))
                self._journal.close()

    async def _work(self) -> None:
        """Have procrastinate's workers at work until the stop, or until the server goes away."""
        try:
            if self._is_away:
                # After a restore the server may have lost the queue alone.
                await self._journal.ask(lambda journal: journal.prepare_queue())
            async with self._app().open_async() as app:
                self._is_away = False
                options: dict[str, Any] = {"install_signal_handlers": False, "delete_jobs": "always"}
                options |= {
                    "update_heartbeat_interval": _STALLED_SECONDS / 3,
                    "stalled_worker_timeout": _STALLED_SECONDS,
                }
                # Two of them: sending never keeps the look waiting.
                await self._until_stop(
                    app.run_worker_async(
                        queues=list(self._queues),
                        concurrency=self._settings.cluster.runs_at_once,
                        name=self._name,
                        **options,
                    ),
                    app.run_worker_async(queues=[UPKEEP_QUEUE], concurrency=1, name=f"{self._name}-upkeep", **options),
                )
        except Exception as error:
            _log.debug("The queue failed", exc_info=True)
            if not (self._stop.is_set() or self._is_away):
                self._say(f"The queue cannot be reached ({type(error).__name__}); it is tried again.")
            self._is_away = True
        if not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _PAUSE_SECONDS)

    async def _until_stop(self, *workers: Coroutine[Any, Any, None]) -> None:
        stop = asyncio.create_task(self._stop.wait())
        tasks = [asyncio.create_task(worker) for worker in workers]
        await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        for task in tasks:
            # It fetches no more, and waits for its jobs.
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    def _app(self) -> procrastinate.App:
        options = f"-c search_path={self._place.schema}"
        network = {"connect_timeout": 5, "keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3}
        connector = procrastinate.PsycopgConnector(
            conninfo=self._place.url,
            connection_class=self._place.connections,
            kwargs={"options": options, "application_name": "leadsync worker", "tcp_user_timeout": 10_000, **network},
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=5,
        )
        app = procrastinate.App(connector=connector)
        app.task(name=SEND_TASK)(self._send)
        for name, cron, work in (
            ("look", LOOK_CRON, partial(self._look, app)),
            ("expire_drafts", DAILY_CRON, self._expire_drafts),
            ("prune", DAILY_CRON, self._prune),
        ):
            key = f"leadsync.{name}"
            app.periodic(cron=cron)(app.task(name=key, queue=UPKEEP_QUEUE, queueing_lock=key)(_timed(work)))
        return app

    async def _send(self, run: str) -> None:
        """Send a queued run, unless this worker does so already: a look may wake it a second time."""
        if run in self._sending:
            return
        self._sending.add(run)
        try:
            await self._send_once(run)
        finally:
            self._sending.remove(run)

    async def _send_once(self, run: str) -> None:
        """Send a queued run, unless another holds its lease."""
        queued = await self._journal.ask(lambda journal: journal.queued(run))
        if queued is None or self._stop.is_set() or await self._is_held(run):
            return
        if is_over(queued):
            await self._journal.ask(lambda journal: journal.unqueue(run))
            return
        # Until its child holds the run, no look wakes another worker for it.
        await self._journal.ask(lambda journal: journal.postpone(run, _START_SECONDS))
        record = await self._journal.ask(lambda journal: journal.run(run))
        self._say(f"Sending run {run} of {record.file.name}.")
        ended = await self._while_queued(run, self._children.send(record, queued))
        self._say(f"Run {run} ended with exit code {ended.code}{f': {ended.error}' if ended.error else '.'}")
        await self._journal.ask(lambda journal: self._children.settle(journal, run, ended))

    async def _while_queued(self, run: str, sending: Coroutine[Any, Any, Ended]) -> Ended:
        """Send a run as long as it is queued; somebody may stop it before its child can hear of that."""
        child, looks = asyncio.ensure_future(sending), 0
        while not (await asyncio.wait([child], timeout=QUEUE_LOOK_SECONDS))[0]:
            with suppress(JournalError):
                looks += await self._journal.ask(lambda journal: journal.queued(run)) is None
            # A child that hears of it by itself says who has stopped it.
            if looks >= _LOOKS_OF_A_STOP:
                self._children.stop_one(run)
                break
        return await child

    async def _is_held(self, run: str) -> bool:
        end = asyncio.get_running_loop().time() + _HELD_PATIENCE_SECONDS
        while await self._journal.ask(lambda journal: journal.is_held(run)):
            if asyncio.get_running_loop().time() >= end:
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return False

    async def _look(self, app: procrastinate.App) -> None:
        """Wake workers for runs whose sender has died, and close the jobs of dead workers."""
        await self._journal.ask(lambda journal: wake_queued(journal, self._queues))
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
            # Not done again: the run itself says whether somebody has to go on.
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)

    async def _expire_drafts(self) -> None:
        await self._journal.ask(expire_drafts)

    async def _prune(self) -> None:
        days = self._settings.cluster.forget_after_days
        await self._journal.ask(lambda journal: prune(journal, days))

    async def _signs_of_life(self) -> None:
        while True:
            with suppress(JournalError):
                await self._journal.ask(lambda journal: journal.keep_worker(self._name, self._queues))
            await asyncio.sleep(SIGN_OF_LIFE_SECONDS)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [(number, signal.getsignal(number)) for number in numbers]
        for number in numbers:
            loop.add_signal_handler(number, self._stopped_by, number)
        try:
            yield
        finally:
            for number, handler in before:
                # The loop gives them back to the system.
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _stopped_by(self, number: int) -> None:
        if not self.signal_number:
            self._say("Stopping; requests under way get their answer. Once more stops at once.")
            # A job whose end cannot be noted is closed by another worker's look.
            self._place.connections.hurry()
        else:
            self._journal.hurry()
        self.signal_number = self.signal_number or number
        self._stop.set()
        self._children.stop()


def unseen_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an exception that nobody awaits; that procrastinate cannot note a job's end is told in a sentence already."""
    if isinstance(context.get("exception"), procrastinate.exceptions.ConnectorException):
        _log.debug("A job's end was not noted: %s", context["exception"])
    else:
        loop.default_exception_handler(context)


class _JournalThread:
    """The journal in a thread of its own: an event loop waits for nothing, and a journal belongs to one thread."""

    def __init__(self, open_journal: Callable[[], Journal]) -> None:
        self._open = open_journal
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._journal: Journal | None = None

    async def ask(self, work: Callable[[Journal], Value]) -> Value:
        """The result of work on the journal. Raises JournalError."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._do, work)

    def _do(self, work: Callable[[Journal], Value]) -> Value:
        if self._journal is None:
            self._journal = self._open()
        return work(self._journal)

    def hurry(self) -> None:
        """Let its waits for a server end soon."""
        if self._journal is not None:
            self._journal.hurry()

    def close(self) -> None:
        if self._journal is not None:
            self._executor.submit(self._journal.__exit__, None, None, None)
        self._executor.shutdown()


def _timed(work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[int], Coroutine[Any, Any, None]]:
    """A task of procrastinate's clock, which names the time."""

    async def task(timestamp: int) -> None:  # noqa: ARG001, RUF100 - by its name
        await work()

    return task
