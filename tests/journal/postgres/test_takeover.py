"""Two machines at one journal: the first dies or stands still in the middle of a run, the second finishes it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk

LEASE_SECONDS = 5.0
ROWS = 120
NEEDS_STOP = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="there is no SIGSTOP")


class Machines:
    """Machines with one settings file, each with a state folder of its own."""

    def __init__(self, desk: Desk, url: str) -> None:
        self._desk, self._url = desk, url
        lines = [f"L{n},038321{8000 + n},{'Sale' if n % 2 else ''}" for n in range(ROWS)]
        self.sheet = desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", *lines)

    def start(self, machine: str, *arguments: str | Path) -> "subprocess.Popen[str]":
        runtime = self._desk.folder / f"runtime of {machine}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        environment = {
            **self._desk.environment,
            "XDG_RUNTIME_DIR": str(runtime),
            "LEADSYNC_STATE": str(self._desk.folder / machine),
            "LEADSYNC_JOURNAL_URL": self._url,
            "LEADSYNC_CLUSTER__LEASE_SECONDS": str(LEASE_SECONDS),
        }
        command = [sys.executable, "-m", "leadsync", *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            cwd=self._desk.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    def call(self, machine: str, *arguments: str | Path) -> tuple[int, str, str]:
        process = self.start(machine, *arguments)
        out, err = process.communicate(timeout=90)
        return process.returncode, out, err


@pytest.fixture
def machines(desk: Desk, postgres_url: str) -> Machines:
    return Machines(desk, postgres_url)


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def resume(machines: Machines) -> tuple[int, Mapping[str, Any]]:
    """The second machine resumes the run as soon as it may."""
    end = time.monotonic() + LEASE_SECONDS + 30
    while True:
        code, out, err = machines.call("second", "resume", "--json")
        if "is being sent or changed by another leadsync" not in err:
            return code, json.loads(out)
        assert time.monotonic() < end, err


def statuses_of(summary: Mapping[str, Any]) -> dict[str, int]:
    """The rows by status in a command's JSON."""
    return dict(summary["statuses"])


def check(dialer: PracticeDialer, statuses: dict[str, int]) -> None:
    """Each row is in its place, and none with a disposition was applied twice."""
    assert sum(statuses.values()) == ROWS
    assert set(statuses) <= {"succeeded", "unknown"}
    applied = Counter(entry.lead for entry in dialer.ledger.applications if entry.fields.get("njDisposition") == "Sale")
    assert max(applied.values()) == 1
    anything = {entry.lead for entry in dialer.ledger.applications}
    assert len(anything) >= statuses["succeeded"], "no row is called succeeded that was not applied"


def test_after_a_kill_another_machine_finishes_the_run(machines: Machines, desk: Desk) -> None:
    dialer = desk.dialer(floor_seconds=0.2)
    first = machines.start("first", "run", machines.sheet, "--json")
    wait_until(lambda: len(dialer.ledger.received) >= 40)
    first.kill()
    killed = time.monotonic()
    first.communicate()
    code, summary = resume(machines)
    assert code in (0, 3), summary
    assert time.monotonic() - killed < 60, "some 15 s on an idle machine"
    check(dialer, statuses_of(summary))


@NEEDS_STOP
def test_a_machine_that_stood_still_past_its_lease_sends_nothing_more(machines: Machines, desk: Desk) -> None:
    """It wakes after another machine has finished its run; answers to its calls are still kept."""
    dialer = desk.dialer(floor_seconds=0.2)
    first = machines.start("first", "run", machines.sheet, "--json")
    wait_until(lambda: len(dialer.ledger.received) >= 40)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        code, summary = resume(machines)
        assert code in (0, 3), summary
        before = len(dialer.ledger.received)
        in_doubt = statuses_of(summary).get("unknown", 0)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    _, err = first.communicate(timeout=120)
    assert first.returncode == 4, err
    assert "right to send this run ended" in err or "taken over by another leadsync" in err
    assert len(dialer.ledger.received) == before
    _, out, _ = machines.call("second", "show", "--json")
    shown = json.loads(out)
    assert not shown["stopped"], "its end is no end of the run"
    statuses = statuses_of(shown)
    assert statuses.get("unknown", 0) < in_doubt, "late answers are evidence"
    check(dialer, statuses)
