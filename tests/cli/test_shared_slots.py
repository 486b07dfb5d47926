"""Several leadsync processes at one dialer, each with a journal of its own: the dialer queues none of their calls."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk

AREAS = {"big": 91, "doomed": 92, "upload": 93}
"""Numbers of their own: the dialer would call a second lead with one a duplicate."""
FOUR_SLOTS = '[server]\nurl = "@URL@"\nhardware_threads = 8\n'

QUICK_RESTS = (
    "from leadsync.slots import members, pool\n"
    "pool.LEAST_KILLED_REST_SECONDS = members.MOST_REST_SECONDS = 4.0\n"
    "from leadsync.__main__ import main\n"
    "main()"
)
"""leadsync whose slots rest for four seconds after a kill."""


def start(desk: Desk, name: str, rows: int, **environment: str) -> subprocess.Popen[str]:
    """`leadsync run` in a process of its own, with a state folder of its own."""
    lines = [f"{name}{n},Lead {n},03{AREAS[name]}{n:06d},Sale" for n in range(rows)]
    sheet = desk.sheet(f"{name}.csv", "External Id,Name,FirstPhone,Disposition", *lines)
    return leadsync(desk, name, "run", sheet, **environment)


def leadsync(desk: Desk, name: str, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", QUICK_RESTS, *arguments, "--json", "--state", f"state-{name}", "--config", desk.config],
        cwd=desk.folder,
        env={**desk.environment, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def statuses(process: subprocess.Popen[str], code: int = 0) -> dict[str, int]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    found: dict[str, int] = json.loads(out)["statuses"]
    return found


def wait_for(dialer: PracticeDialer, name: str, calls: int) -> None:
    end = time.monotonic() + 60
    while sent(dialer, name) < calls:
        assert time.monotonic() < end, f"{name} is not sent"
        time.sleep(0.02)


def sent(dialer: PracticeDialer, name: str) -> int:
    return sum(entry.lead.startswith(name) for entry in list(dialer.ledger.received))


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_run_an_upload_beside_it_and_one_that_is_killed_share_the_slots(desk: Desk) -> None:
    dialer = desk.dialer(settings=FOUR_SLOTS, hardware_threads=8, floor_seconds=0.4)
    address = desk.config.read_text("utf-8").split('"')[1]
    other_name = address.replace("127.0.0.1", "localhost")
    assert other_name != address
    big = start(desk, "big", 160)
    doomed = start(desk, "doomed", 120, LEADSYNC_SERVER__URL=other_name)
    wait_for(dialer, "big", 10)
    upload = start(desk, "upload", 5)
    assert statuses(upload) == {"succeeded": 5}
    dialer.floor_seconds = 0.1  # until then the big run lasts longer than a process takes to start on a busy machine
    assert sent(dialer, "big") < 160, "the upload did not wait for the end of the big run"
    wait_for(dialer, "doomed", 10)
    kill(doomed)
    assert statuses(big) == {"succeeded": 160}
    assert dialer.slots.peak_in_use == 4
    assert dialer.slots.queued == 0


def test_a_run_goes_on_after_a_kill_without_more_calls_than_slots(desk: Desk) -> None:
    dialer = desk.dialer(settings=FOUR_SLOTS, hardware_threads=8, floor_seconds=1.2)
    killed = start(desk, "doomed", 12, XDG_RUNTIME_DIR="")
    wait_for(dialer, "doomed", 6)
    kill(killed)
    before = sent(dialer, "doomed")
    resumed = leadsync(desk, "doomed", "resume", XDG_RUNTIME_DIR="")
    assert sum(statuses(resumed, code=3).values()) == 12, "those under way at the kill are unknown"
    assert sent(dialer, "doomed") > before
    assert dialer.slots.queued == 0


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_users_who_name_a_folder_share_the_slots_in_it(desk: Desk) -> None:
    slots = desk.folder / "slots"
    slots.mkdir()
    dialer = desk.dialer(settings=f"{FOUR_SLOTS}slots_dir = '{slots}'\n", hardware_threads=8, floor_seconds=0.1)
    both = [start(desk, name, 24) for name in ("big", "upload")]
    assert [statuses(one) for one in both] == [{"succeeded": 24}, {"succeeded": 24}]
    assert dialer.slots.queued == 0
    assert len(list(slots.iterdir())) == 5, "four slots, and who waits"


def test_a_folder_that_is_not_there_is_named(desk: Desk) -> None:
    desk.dialer(settings=f'{FOUR_SLOTS}slots_dir = "{desk.folder.as_posix()}/gone"\n')
    sheet = desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", "A,0399900001,Sale")
    refused = desk.leadsync("run", sheet)
    assert refused.code == 2
    assert "[server] slots_dir is no folder" in refused.err
    assert "make it, or leave slots_dir empty" in refused.err
