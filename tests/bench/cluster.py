"""A journal in PostgreSQL: near, behind a slow network, and after the death of the machine that sends."""

import asyncio
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.bench.dialers import dialer
from tests.bench.senders import Desk as BenchDesk
from tests.conftest import Desk
from tests.machines import Machines, children_of, wait_until

TAKEOVER_SLOTS, TAKEOVER_FLOOR, TAKEOVER_ROWS = 8, 0.2, 160
BEFORE_THE_KILL = 0.2


@contextmanager
def slow_cable(port: int, seconds: float) -> Iterator[int]:
    """A port of this machine; what comes there arrives at another one so many seconds later, each way."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(partial(_join, port, seconds), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()


async def _join(port: int, seconds: float, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
    far, to_far = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_pass(near, to_far, seconds), _pass(far, to_near, seconds), return_exceptions=True)


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    while piece := await source.read(65_536):
        loop.call_later(seconds, target.write, piece)
    loop.call_later(seconds, target.close)


def pace(slots: int, floor_seconds: float, rows: int, first: int, journal_url: str) -> tuple[float, float]:
    """Leads a second of `leadsync run`, by the dialer's own count, and the command's CPU seconds."""
    with dialer(slots, floor_seconds=floor_seconds) as here, tempfile.TemporaryDirectory() as folder:
        done = BenchDesk(Path(folder), here.url, slots * 2, journal_url).send(rows, first)
        return rows / here.seconds(), done.cpu


def takeover(url: str, lease_seconds: float) -> tuple[float, float]:
    """Kill a worker and its child beside a second worker; return the seconds to the next call and to the run's end."""
    with ExitStack() as opened:

        def start(practice: PracticeDialer) -> PracticeServer:
            server = PracticeServer(practice)
            server.start()
            opened.callback(server.stop)
            return server

        desk = Desk(Path(opened.enter_context(tempfile.TemporaryDirectory())), start)
        machines = Machines(desk, url, TAKEOVER_ROWS, lease_seconds)
        opened.callback(machines.end)
        practice = desk.dialer(floor_seconds=TAKEOVER_FLOOR, hardware_threads=TAKEOVER_SLOTS * 2)
        workers = [machines.start(name, "worker") for name in ("first", "second")]
        run = machines.queue()
        received = practice.ledger.received
        wait_until(lambda: len(received) >= BEFORE_THE_KILL * TAKEOVER_ROWS)
        # Not always at the same moment between two renewals of the lease.
        time.sleep(random.uniform(0, 1))
        [killed] = [worker for worker in workers if children_of(worker.pid)]
        [child] = children_of(killed.pid)
        killed.kill()
        machines.kill(child)
        killed.wait()
        blow, before = time.monotonic(), len(received)
        wait_until(lambda: len(received) > before, 120)
        call = time.monotonic() - blow
        wait_until(lambda: machines.is_finished(run), 120)
        end = time.monotonic() - blow
        machines.check(practice, run)
        return call, end
