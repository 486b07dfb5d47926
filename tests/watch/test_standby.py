"""One machine watches a folder, another stands by and takes over."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadsync.errors import BusyError, JournalError
from leadsync.simulator import PracticeDialer
from leadsync.watch import Standby
from tests.conftest import Desk
from tests.faults.scene import read_table
from tests.watch.conftest import HEADINGS

LEASE = 5
ROWS = 160


class Lock:
    """A lock of which the test decides who holds it."""

    passes_on = True

    def __init__(self) -> None:
        self.by = "office-b"
        self.failure: JournalError | None = None
        self.is_held = False

    def acquire(self, patience: float = 0.5) -> None:
        assert patience == 0
        if self.failure is not None:
            raise self.failure
        if self.by:
            raise BusyError("busy")
        self.is_held = True

    def lasts(self) -> bool:
        return self.is_held

    def holder(self) -> str:
        return self.by

    def release(self) -> None:
        self.is_held = False


def test_the_holder_is_said_once_and_the_takeover_too() -> None:
    lock, said = Lock(), list[str]()
    standby = Standby(lock, said.append)
    assert [standby.holds(), standby.holds()] == [False, False]
    assert said == ["standby: office-b holds this folder"]
    lock.by = ""
    assert [standby.holds(), standby.holds()] == [True, True]
    assert said[1:] == ["This machine holds the folder now, and goes on with it."]
    lock.is_held, lock.by = False, "office-b"
    assert not standby.holds()
    assert said[2:] == ["standby: office-b holds this folder"], "it passed back: that is news again"


def test_who_holds_it_from_the_beginning_says_nothing() -> None:
    lock, said = Lock(), list[str]()
    lock.by = ""
    assert Standby(lock, said.append).holds()
    assert said == []


def test_a_database_that_is_away_is_waited_for() -> None:
    lock, said = Lock(), list[str]()
    lock.failure = JournalError("The journal cannot be used: start the server.")
    standby = Standby(lock, said.append)
    assert [standby.holds(), standby.holds()] == [False, False]
    assert said == ["standby: The journal cannot be used: start the server. leadsync waits for it."]


class Machine:
    """`leadsync watch` on a machine with a state folder of its own."""

    def __init__(self, desk: Desk, name: str, folder: Path, url: str) -> None:
        runtime = desk.folder / f"runtime-{name}"
        runtime.mkdir(mode=0o700)
        self._errors = desk.folder / f"errors-{name}"
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "leadsync", "watch", folder, "--every", "1", "--settle", "0.2"),
                    *("--state", desk.folder / f"state-{name}", "--config", desk.config),
                ],
                cwd=desk.folder,
                env={**desk.environment, "LEADSYNC_JOURNAL_URL": url, "XDG_RUNTIME_DIR": str(runtime)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    @property
    def said(self) -> str:
        return self._errors.read_text("utf-8")

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(30)


def wait(what: Callable[[], bool], seconds: float, words: Callable[[], str] = str) -> None:
    """Wait until it is so."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, words()
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "incoming"
    path.mkdir()
    return path


@pytest.fixture
def start(desk: Desk, folder: Path, postgres_url: str) -> Iterator[Callable[[str], Machine]]:
    started: list[Machine] = []

    def start(name: str) -> Machine:
        started.append(Machine(desk, name, folder, postgres_url))
        return started[-1]

    yield start
    for machine in started:
        machine.end()


@pytest.fixture
def dialer(desk: Desk, folder: Path) -> PracticeDialer:
    """One that needs ten seconds for the sheet that lies in the folder."""
    server = f'[server]\nurl = "@URL@"\nhardware_threads = 8\n[cluster]\nlease_seconds = {LEASE}\n'
    columns = '[columns]\n"Lead Id" = "njExternalLeadId"\n"Outcome" = "njDisposition"\n'
    dialer = desk.dialer(settings=server + columns, hardware_threads=8, floor_seconds=0.25)
    lines = [f"L{n},0383{n:06d},Sale,Lead {n}" for n in range(ROWS)]
    (folder / "leads.csv").write_text("\n".join([HEADINGS, *lines]))
    return dialer


def check(dialer: PracticeDialer, folder: Path, leaving: int = 0) -> None:
    """No row was applied twice or forgotten; those under way at the loss of the machine are for a person.

    A machine that wakes may have the answers of all of them, and so many calls between its last look at the lease and
    the socket: nothing but the dialer could stop these.
    """
    applied = Counter(entry.lead for entry in dialer.ledger.applications)
    assert set(applied.values()) == {1}
    (report,) = (*(folder / "attention").glob("*.report.csv"), *(folder / "done").glob("*.report.csv"))
    statuses = {row["Lead Id"]: row["sync_status"] for row in read_table(report)}
    assert len(statuses) == ROWS
    assert set(statuses.values()) <= {"succeeded", "unknown"}
    assert {lead for lead, status in statuses.items() if status == "succeeded"} <= set(applied)
    # Four calls, and the rows written down for the next ones.
    assert Counter(statuses.values())["unknown"] <= 7
    assert dialer.slots.queued <= leaving


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_after_a_kill_the_standby_ends_the_night(
    start: Callable[[str], Machine], dialer: PracticeDialer, folder: Path
) -> None:
    first = start("first")
    wait(lambda: len(dialer.ledger.received) > 10, 60, lambda: first.said)
    second = start("second")
    wait(lambda: "standby: " in second.said, 60)
    first.process.kill()
    first.process.wait()
    wait(lambda: not (folder / "leads.csv").exists(), 60, lambda: second.said)
    assert second.said.count("standby: ") == 1
    assert "This machine holds the folder now" in second.said
    check(dialer, folder)


@pytest.mark.skipif(os.name != "posix", reason="no SIGSTOP")
def test_a_frozen_machine_wakes_as_the_standby(
    start: Callable[[str], Machine], dialer: PracticeDialer, folder: Path
) -> None:
    first = start("first")
    wait(lambda: len(dialer.ledger.received) > 10, 60, lambda: first.said)
    second = start("second")
    wait(lambda: "standby: " in second.said, 60)
    first.process.send_signal(signal.SIGSTOP)
    wait(lambda: "This machine holds the folder now" in second.said, 60)
    sent = len(dialer.ledger.received)
    wait(lambda: len(dialer.ledger.received) > sent, 15, lambda: second.said)
    first.process.send_signal(signal.SIGCONT)
    wait(lambda: "standby: " in first.said, 15, lambda: first.said)
    wait(lambda: not (folder / "leads.csv").exists(), 60, lambda: second.said)
    check(dialer, folder, leaving=1)
