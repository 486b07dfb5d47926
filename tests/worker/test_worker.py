"""Workers as processes: they send what is queued, and none of it twice."""

import asyncio
import signal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from leadsync.config import load
from leadsync.journal import Journal, Queued, QueuePlace, open_journal
from leadsync.journal.postgres.patience import QueueConnection
from leadsync.worker import Worker
from leadsync.worker.child_runs import ChildRuns, Ended
from leadsync.worker.upkeep import wake_queued
from leadsync.worker.worker import unseen_error
from tests.conftest import Desk
from tests.journal.samples import RUN, a_run
from tests.machines import Machines, children_of, wait_until


def test_a_worker_sends_what_is_queued(machines: Machines, desk: Desk) -> None:
    """What was queued before it was there, and while it waits."""
    dialer = desk.dialer(floor_seconds=0.01)
    first = machines.queue()
    worker = machines.start("first", "worker", "--json")
    wait_until(lambda: machines.is_finished(first))
    machines.check(dialer, first)
    with psycopg.connect(machines.url, autocommit=True) as server:
        # As after a restore of the journal's schema alone.
        server.execute("DROP SCHEMA leadsync_queue CASCADE")
        jobs = "SELECT to_regclass('leadsync_queue.procrastinate_jobs') IS NOT NULL"
        wait_until(lambda: server.execute(jobs).fetchone() == (True,))
    desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", *[f"M{n},038322{8000 + n},Sale" for n in range(120)])
    second = machines.queue()
    wait_until(lambda: machines.is_finished(second))
    machines.check(dialer, second)
    with machines.journal() as journal:
        wait_until(lambda: journal.queued(second) is None)
        assert journal.queued(first) is None
        assert [seen.pid for seen in journal.workers()] == [worker.pid]
    worker.terminate()
    assert worker.wait(120) == 143
    with machines.journal() as journal:
        assert journal.workers() == []


def test_after_a_kill_of_worker_and_child_another_worker_finishes_the_run(machines: Machines, desk: Desk) -> None:
    dialer = desk.dialer(floor_seconds=0.2)
    workers = {name: machines.start(name, "worker") for name in ("first", "second")}
    run = machines.queue()
    wait_until(lambda: len(dialer.ledger.received) >= 40)
    at_work = [worker for worker in workers.values() if children_of(worker.pid)]
    for worker in at_work[:1]:
        children = children_of(worker.pid)
        worker.kill()
        for child in children:
            machines.kill(child)
    wait_until(lambda: machines.is_finished(run))
    machines.check(dialer, run)


def test_a_worker_that_is_stopped_drains_and_another_goes_on(machines: Machines, desk: Desk) -> None:
    # Slow enough that the run is not over before the worker hears of the signal, on a busy machine too.
    dialer = desk.dialer(floor_seconds=2.0)
    first = machines.start("first", "worker")
    run = machines.queue()
    wait_until(lambda: len(dialer.ledger.received) >= 20)
    first.send_signal(signal.SIGTERM)
    assert first.wait(120) == 143
    with machines.journal() as journal:
        assert journal.queued(run) is not None
        assert "interrupted by SIGTERM" in journal.run(run).stopped
    assert set(machines.statuses(run)) == {"succeeded", "unsent"}, "requests under way got their answers"
    dialer.floor_seconds = 0.01
    machines.start("second", "worker")
    wait_until(lambda: machines.is_finished(run))
    machines.check(dialer, run)
    assert machines.statuses(run) == {"succeeded": 120}


def test_a_run_is_stopped_from_any_machine_and_stays_so(machines: Machines, desk: Desk) -> None:
    # Slow enough that the run is not over before the worker hears of it, on a busy machine too.
    dialer = desk.dialer(floor_seconds=2.0)
    machines.start("first", "worker")
    run = machines.queue()
    wait_until(lambda: len(dialer.ledger.received) >= 20)
    with machines.journal("third") as journal:
        assert journal.ask_to_stop(run, "ann")
        wait_until(lambda: "at the request of ann" in machines.stopped(run))
        assert journal.queued(run) is None
        assert not journal.run(run).finished
        assert wake_queued(journal, machines.queues()) == [], "no other worker goes on"


def test_a_run_that_waits_for_a_worker_is_stopped_too(machines: Machines, desk: Desk) -> None:
    desk.dialer()
    run = machines.queue()
    listed = "queued, waits for a worker"
    for command, log in ((("runs",), "before"), (("stop", run), "stop"), (("runs",), "after")):
        assert machines.start("third", *command, log=log).wait(120) == 0
    assert listed in (desk.folder / "before.log").read_text("utf-8")
    assert f"Run {run} was taken off the queue, and no worker sends it" in (desk.folder / "stop.log").read_text("utf-8")
    assert listed not in (desk.folder / "after.log").read_text("utf-8")
    with machines.journal() as journal:
        assert journal.queued(run) is None


class _Child(ChildRuns):
    """A child that hears of no stop by itself, as one that has not begun to send."""

    def __init__(self, state: Path) -> None:
        super().__init__(state, None)
        self.began, self.ends, self.count = asyncio.Event(), asyncio.Event(), 0

    async def send(self, *_: Any) -> Ended:
        self.count += 1
        self.began.set()
        await self.ends.wait()
        return Ended(143, "")

    def stop_one(self, run_id: str) -> None:
        assert not self.ends.is_set(), "a second signal would end calls under way"
        self.ends.set()


def _worker(desk: Desk, state: Path, child: _Child) -> Worker:
    place = QueuePlace("", "", QueueConnection)
    worker = Worker(place, partial(open_journal, state), load(desk.config), [], child, lambda words: None)
    worker._stop = asyncio.Event()
    return worker


def _queued(journal: Journal, folder: Path) -> None:
    journal.create(a_run(folder))
    journal.confirm(RUN, queued=Queued("pbx.example.com:443"))
    journal.release(RUN)


def test_a_run_that_was_woken_twice_has_one_child(desk: Desk, tmp_path: Path) -> None:
    """The look wakes a run that its page has woken just before; of two children one would not hear of a stop."""
    desk.settings("http://127.0.0.1:1")

    async def send_twice() -> int:
        child = _Child(tmp_path)
        sender = _worker(desk, tmp_path, child)
        first = asyncio.create_task(sender._send(RUN))
        second = asyncio.create_task(sender._send(RUN))
        await child.began.wait()
        await asyncio.wait_for(second, 120)
        child.ends.set()
        await asyncio.wait_for(first, 120)
        sender._journal.close()
        return child.count

    with open_journal(tmp_path) as journal:
        _queued(journal, tmp_path)
        assert asyncio.run(send_twice()) == 1


def test_a_run_stopped_before_its_child_hears_of_it_is_stopped(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsync.worker.worker.QUEUE_LOOK_SECONDS", 0.01)
    desk.settings("http://127.0.0.1:1")

    async def take_off() -> None:
        child = _Child(tmp_path)
        sender = _worker(desk, tmp_path, child)
        sending = asyncio.create_task(sender._send(RUN))
        await child.began.wait()
        journal.unqueue(RUN)
        await asyncio.wait_for(sending, 120)
        sender._journal.close()

    with open_journal(tmp_path) as journal:
        _queued(journal, tmp_path)
        asyncio.run(take_off())
        assert journal.queued(RUN) is None


def test_a_job_whose_end_cannot_be_noted_shows_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """The server has gone away: the worker says so itself, and the look closes the job later."""
    loop = asyncio.new_event_loop()
    for error in (ConnectorException("Database error."), ZeroDivisionError("a fault")):
        unseen_error(loop, {"message": "Task exception was never retrieved", "exception": error})
    loop.close()
    assert [(record.levelname, record.exc_info and record.exc_info[1]) for record in caplog.records] == [
        ("ERROR", error)
    ]
