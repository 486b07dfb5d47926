"""Workers as processes: they send what is queued, and none of it twice."""

import signal

from leadsync.worker.upkeep import wake_queued
from tests.conftest import Desk
from tests.machines import Machines, children_of, wait_until


def test_a_worker_sends_what_is_queued(machines: Machines, desk: Desk) -> None:
    """What was queued before it was there, and while it waits."""
    dialer = desk.dialer(floor_seconds=0.01)
    first = machines.queue()
    worker = machines.start("first", "worker", "--json")
    wait_until(lambda: machines.is_finished(first))
    machines.check(dialer, first)
    desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", *[f"M{n},038322{8000 + n},Sale" for n in range(120)])
    second = machines.queue()
    wait_until(lambda: machines.is_finished(second))
    machines.check(dialer, second)
    with machines.journal() as journal:
        wait_until(lambda: journal.queued(second) is None)
        assert journal.queued(first) is None
        assert [seen.pid for seen in journal.workers()] == [worker.pid]
    worker.terminate()
    assert worker.wait(20) == 143
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
    dialer = desk.dialer(floor_seconds=0.2)
    first = machines.start("first", "worker")
    run = machines.queue()
    wait_until(lambda: len(dialer.ledger.received) >= 40)
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 143
    with machines.journal() as journal:
        assert journal.queued(run) is not None
        assert "interrupted by SIGTERM" in journal.run(run).stopped
    assert set(machines.statuses(run)) == {"succeeded", "unsent"}, "requests under way got their answers"
    machines.start("second", "worker")
    wait_until(lambda: machines.is_finished(run))
    machines.check(dialer, run)
    assert machines.statuses(run) == {"succeeded": 120}


def test_a_run_is_stopped_from_any_machine_and_stays_so(machines: Machines, desk: Desk) -> None:
    dialer = desk.dialer(floor_seconds=0.3)
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
    assert machines.start("third", "stop", run).wait(20) == 0
    with machines.journal() as journal:
        assert journal.queued(run) is None
