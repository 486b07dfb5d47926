"""Processes with state folders of their own and one database, as on several machines, at one dialer."""

import os
import signal
import socket
import subprocess
import time

import pytest

from tests.cli.test_shared_slots import FOUR_SLOTS, kill, leadsync, start, statuses, wait_for
from tests.conftest import Desk


@pytest.fixture
def database(postgres_url: str) -> dict[str, str]:
    return {"LEADSYNC_JOURNAL_URL": postgres_url}


def apart(desk: Desk, name: str, database: dict[str, str]) -> dict[str, str]:
    """The environment of a machine of its own: without a place where local processes would meet."""
    runtime = desk.folder / f"runtime-{name}"
    runtime.mkdir(mode=0o700)
    return database | {"XDG_RUNTIME_DIR": str(runtime)}


def check_that_holders_are_named(desk: Desk, database: dict[str, str], pid: int) -> None:
    here = f"on {socket.gethostname()}, process {pid}"
    listed = desk.leadsync("runs", **database)
    assert here in listed.out
    [run] = desk.leadsync("runs", "--json", **database).json["runs"]
    assert (run["holder"]["host"], run["holder"]["pid"]) == (socket.gethostname(), pid)
    shown = desk.leadsync("show", run["run"], **database)
    assert here in shown.out


def test_two_machines_share_the_slots_and_a_killed_ones_come_back(desk: Desk, database: dict[str, str]) -> None:
    dialer = desk.dialer(settings=FOUR_SLOTS, hardware_threads=8, floor_seconds=0.4)
    address = desk.config.read_text("utf-8").split('"')[1]
    other_name = address.replace("127.0.0.1", "localhost")
    assert other_name != address
    big = start(desk, "big", 200, **apart(desk, "big", database))
    wait_for(dialer, "big", 10)
    check_that_holders_are_named(desk, database, big.pid)
    doomed = start(desk, "doomed", 120, LEADSYNC_SERVER__URL=other_name, **apart(desk, "doomed", database))
    wait_for(dialer, "doomed", 10)
    kill(doomed)
    dialer.floor_seconds = 0.1
    assert statuses(big) == {"succeeded": 200}
    assert dialer.slots.peak_in_use == 4, "all slots were used, and those of the killed one too"
    assert dialer.slots.queued == 0


@pytest.mark.skipif(os.name != "posix", reason="no SIGSTOP")
def test_a_frozen_process_takes_no_slot_from_before_on_waking(desk: Desk, database: dict[str, str]) -> None:
    # The lease of its run lasts meanwhile.
    settings = f"{FOUR_SLOTS}[cluster]\nlease_seconds = 60\n"
    dialer = desk.dialer(settings=settings, hardware_threads=8, floor_seconds=0.2)
    big = start(desk, "big", 300, **apart(desk, "big", database))
    frozen = start(desk, "upload", 60, **apart(desk, "upload", database))
    wait_for(dialer, "upload", 10)
    frozen.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1)
        # The lease of its slots, and their rest: then the other has all four.
        end = time.monotonic() + 120
        while dialer.slots.in_use < 4:
            assert time.monotonic() < end, "its slots do not come back"
            time.sleep(0.02)
    finally:
        frozen.send_signal(signal.SIGCONT)
    # Calls whose answers came in while it was asleep are late to it, so nothing is in doubt.
    assert statuses(frozen) == {"succeeded": 60}
    assert statuses(big) == {"succeeded": 300}
    assert dialer.slots.peak_in_use == 4
    assert dialer.slots.queued == 0


def test_a_resume_elsewhere_goes_on(desk: Desk, database: dict[str, str]) -> None:
    dialer = desk.dialer(settings=FOUR_SLOTS, hardware_threads=8, floor_seconds=0.4)
    killed: subprocess.Popen[str] = start(desk, "doomed", 12, **apart(desk, "doomed", database))
    wait_for(dialer, "doomed", 6)
    killed.send_signal(signal.SIGTERM)
    killed.communicate()
    resumed = leadsync(desk, "other", "resume", **apart(desk, "other", database))
    assert statuses(resumed) == {"succeeded": 12}
    assert dialer.slots.queued == 0
