"""What happens to machines at one journal in PostgreSQL: each strike meets a run in its middle.

A strike begins the scene's run, and returns the moment of the last blow. Then the scene comes to rest by what a user
has: workers that run, or `resume`.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from leadsync.simulator import PracticeDialer
from leadsync.slots.members import LEASE_SECONDS as MEMBER_LEASE_SECONDS
from tests.faults.cable import Cable
from tests.faults.cables import Cables, cables
from tests.machines import LEASE_SECONDS, Machines, children_of, wait_until
from tests.own_postgres import OwnPostgres, own_postgres

WORKERS = ("first", "second", "third")
SLOTS = 8
HOUR = 3600.0


class Scene:
    """A run of the desk's sheet, machines, their dialer, and their PostgreSQL."""

    def __init__(
        self,
        machines: Machines,
        dialer: PracticeDialer,
        server: OwnPostgres,
        chance: random.Random,
        cables: Cables | None = None,
    ) -> None:
        self.machines, self.dialer, self.server, self.chance = machines, dialer, server, chance
        self.cables = cables
        self.run = ""
        self.workers: dict[str, subprocess.Popen[str]] = {}

    def begin_with_workers(self) -> None:
        """Three workers, and the sheet's run in their queue."""
        for name in WORKERS:
            self.restart(name)
        self.run = self.machines.queue()
        self.reach(0.2)

    def begin(self, **environment: str) -> "subprocess.Popen[str]":
        """The first machine sends the sheet."""
        process = self.machines.start("first", "run", self.machines.sheet, **environment)
        self.reach(0.2)
        self.find_run()
        return process

    def find_run(self) -> None:
        with self.machines.journal() as journal:
            [run] = journal.runs()
        self.run = run.id

    def restart(self, name: str) -> None:
        self.workers[name] = self.machines.start(name, "worker")

    def reach(self, share: float) -> None:
        """Wait until so much of the sheet has reached the dialer."""
        wait_until(lambda: len(self.dialer.ledger.received) >= share * self.machines.rows, 120)

    def sender(self) -> tuple[str, int] | None:
        """The worker that sends, and its child."""
        for name, worker in self.workers.items():
            if worker.poll() is None and (children := children_of(worker.pid)):
                return name, children[0]
        return None

    def resume(self, machine: str, *options: str) -> int:
        """Resume the run as soon as it may; return the exit code."""
        end = time.monotonic() + LEASE_SECONDS + 90
        while True:
            log = self.machines.desk.folder / f"{machine}-resume.log"
            log.unlink(missing_ok=True)
            code = self.machines.start(machine, "resume", self.run, "--yes", *options, log=f"{machine}-resume").wait(
                120
            )
            words = log.read_text()
            if "by another leadsync" not in words and "cannot be used" not in words:
                return code
            assert time.monotonic() < end, words

    def rest(self) -> None:
        """Wait for the end of the run."""
        wait_until(lambda: self.machines.is_finished(self.run), 180)

    def judge(self) -> None:
        """No row forgotten, applied twice or wrongly called succeeded; never more calls than slots."""
        self.machines.check(self.dialer, self.run)
        assert self.dialer.peak_open_calls <= SLOTS, self.dialer.peak_open_calls


def kills(scene: Scene) -> float:
    """A worker and its child are killed, three times; the worker comes back."""
    scene.begin_with_workers()
    for share in (0.3, 0.5, 0.7):
        if (sender := scene.sender()) is not None:
            name, child = sender
            scene.workers[name].kill()
            scene.machines.kill(child)
            scene.workers[name].wait()
            nobody = all(worker.poll() is not None for worker in scene.workers.values())
            if nobody or scene.chance.random() < 0.5:
                scene.restart(name)
        if scene.machines.is_finished(scene.run):
            break
        scene.reach(share)
    for name, worker in scene.workers.items():
        if worker.poll() is not None:
            scene.restart(name)
    return time.monotonic()


def kill_of_a_child(scene: Scene) -> float:
    """The child alone is killed; its worker goes on with the run."""
    scene.begin_with_workers()
    if (sender := scene.sender()) is not None:
        scene.machines.kill(sender[1])
    return time.monotonic()


def freeze(scene: Scene) -> float:
    """A sender stands still for twice its lease; another machine finishes the run, and it wakes."""
    first = scene.begin()
    os.kill(first.pid, signal.SIGSTOP)
    began = time.monotonic()
    scene.resume("second")
    before = len(scene.dialer.ledger.received)
    time.sleep(max(0.0, 2 * LEASE_SECONDS - (time.monotonic() - began)))
    os.kill(first.pid, signal.SIGCONT)
    first.wait(60)
    assert len(scene.dialer.ledger.received) == before, "it has sent on waking"
    if not scene.machines.is_finished(scene.run):
        # Late words that calls never began: their rows, in doubt until then, are unsent.
        scene.resume("second")
    return began


def database_stopped_at_once(scene: Scene) -> float:
    """PostgreSQL ends without a checkpoint, and comes back; workers go on by themselves."""
    scene.begin_with_workers()
    scene.server.stop("immediate")
    time.sleep(scene.chance.uniform(0, 3))
    scene.server.start()
    return time.monotonic()


def mute_database(scene: Scene) -> float:
    """PostgreSQL stands still for longer than a lease while its connections live; the sender ends by itself."""
    first = scene.begin()
    postmaster = int((scene.server.data / "postmaster.pid").read_text().split()[0])
    processes = [postmaster, *children_of(postmaster)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    began = time.monotonic()
    try:
        time.sleep(MEMBER_LEASE_SECONDS + 1)
        sent = len(scene.dialer.ledger.received)
        assert first.wait(60) == 4
        assert len(scene.dialer.ledger.received) == sent, "it has sent without its lease"
    finally:
        for process in processes:
            # A backend that was about to end has ended.
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
    scene.resume("second")
    return began


def stalled_cable(scene: Scene) -> float:
    """The first machine's bytes stand still; the second finishes the run, and the cable is mended."""
    cable = Cable(scene.server.port)
    began = _cut(scene, scene.server.url_by("127.0.0.1", cable.port), cable.stall, cable.mend)
    cable.close()
    return began


def cut_cable(scene: Scene) -> float:
    """The same by the kernel's own network: nothing comes through, and connections last until somebody notices."""
    assert scene.cables is not None
    url = scene.server.url_by(scene.cables.address(1), scene.server.port)
    return _cut(scene, url, partial(scene.cables.cut, 1), partial(scene.cables.mend, 1))


def _cut(scene: Scene, url: str, cut: Callable[[], None], mend: Callable[[], None]) -> float:
    first = scene.begin(LEADSYNC_JOURNAL_URL=url)
    cut()
    began = time.monotonic()
    scene.resume("second")
    before = len(scene.dialer.ledger.received)
    mend()
    first.wait(60)
    assert len(scene.dialer.ledger.received) == before, "it has sent after the other had taken over"
    return began


def snapped_cable(scene: Scene) -> float:
    """The first machine's connections break, and new ones get no answer."""
    cable = Cable(scene.server.port)
    first = scene.begin(LEADSYNC_JOURNAL_URL=scene.server.url_by("127.0.0.1", cable.port))
    cable.snap()
    began = time.monotonic()
    scene.resume("second")
    cable.mend()
    cable.close()
    first.wait(90)
    return began


def clocks_apart(scene: Scene) -> float:
    """The first machine's clock is an hour ahead, and it is killed; the second's is an hour behind."""
    first = _with_clock(scene, HOUR, "first", "run", scene.machines.sheet)
    scene.reach(0.3)
    scene.find_run()
    first.kill()
    first.wait()
    began = time.monotonic()
    while not scene.machines.is_finished(scene.run):
        _with_clock(scene, -HOUR, "second", "resume", scene.run, "--yes").wait(120)
        assert time.monotonic() < began + 120
    return began


def _with_clock(scene: Scene, seconds: float, machine: str, *words: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.wrong_clock", str(seconds), *map(str, words)]
    return scene.machines.popen(machine, command, f"{machine}-clock", {})


def resumes_at_once(scene: Scene) -> float:
    """The sender is killed, and three machines resume the run at the same time, again and again."""
    first = scene.begin()
    first.kill()
    first.wait()
    began = time.monotonic()
    while not scene.machines.is_finished(scene.run):
        both = [scene.machines.start(name, "resume", scene.run, "--yes", log=f"{name}-resume") for name in WORKERS]
        assert [process.wait(120) for process in both]
        assert time.monotonic() < began + 120
    return began


def restored_copy(scene: Scene) -> float:
    """The run is stopped, the server copied, the run goes on; then the copy is put back."""
    first = scene.begin()
    first.terminate()
    first.wait(60)
    scene.server.stop()
    copied = scene.server.copy(f"copied-{scene.run}")
    scene.server.start()
    scene.resume("second")
    done = len(scene.dialer.ledger.received)
    scene.server.stop()
    scene.server.put_back(copied, promote=True)
    scene.server.start()
    scene.server.promote()
    began = time.monotonic()
    assert scene.resume("third") == 2, "the run is held"
    assert len(scene.dialer.ledger.received) == done
    scene.resume("third", "--after-restore")
    return began


STRIKES: Mapping[str, Callable[[Scene], float]] = {
    strike.__name__: strike
    for strike in (
        kills,
        kill_of_a_child,
        freeze,
        database_stopped_at_once,
        mute_database,
        stalled_cable,
        cut_cable,
        snapped_cable,
        clocks_apart,
        resumes_at_once,
        restored_copy,
    )
}


@contextmanager
def server_for(name: str) -> Iterator[tuple[OwnPostgres, Cables | None]]:
    """The server for a strike, and its cables; skips where the machine allows none."""
    if name != cut_cable.__name__:
        with own_postgres() as server:
            yield server, None
    else:
        with cables() as made, own_postgres(network=made.network) as server:
            yield server, made


def strike(name: str, scene: Scene) -> float:
    """Strike a scene, bring it to rest and judge it; return the seconds from the last blow to the run's end."""
    last = STRIKES[name](scene)
    scene.rest()
    seconds = time.monotonic() - last
    # Answers on their way to a child that is ending are still evidence.
    scene.machines.end()
    scene.judge()
    return seconds
