"""Several leadsync processes at one dialer, each with a journal of its own: the dialer queues none of their calls."""

import json
import subprocess
import sys
import time

from tests.conftest import Desk

AREAS = {"big": 91, "doomed": 92, "upload": 93}
"""Numbers of their own: the dialer would call a second lead with one a duplicate."""
FOUR_SLOTS = '[server]\nurl = "@URL@"\nhardware_threads = 8\n'


def start(desk: Desk, name: str, rows: int) -> subprocess.Popen[str]:
    """`leadsync run` in a process of its own, with a state folder of its own."""
    lines = [f"{name}{n},Lead {n},03{AREAS[name]}{n:06d},Sale" for n in range(rows)]
    sheet = desk.sheet(f"{name}.csv", "External Id,Name,FirstPhone,Disposition", *lines)
    return subprocess.Popen(
        [sys.executable, "-m", "leadsync", "run", sheet, "--json", "--state", f"state-{name}", "--config", desk.config],
        cwd=desk.folder,
        env=desk.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def statuses(process: subprocess.Popen[str]) -> dict[str, int]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    found: dict[str, int] = json.loads(out)["statuses"]
    return found


def test_a_run_an_upload_beside_it_and_one_that_is_killed_share_the_slots(desk: Desk) -> None:
    dialer = desk.dialer(settings=FOUR_SLOTS, hardware_threads=8, floor_seconds=0.1)

    def sent(name: str) -> int:
        return sum(entry.lead.startswith(name) for entry in list(dialer.ledger.received))

    def wait_for(name: str, calls: int) -> None:
        end = time.monotonic() + 60
        while sent(name) < calls:
            assert time.monotonic() < end, f"{name} is not sent"
            time.sleep(0.02)

    big = start(desk, "big", 300)
    doomed = start(desk, "doomed", 300)
    wait_for("big", 10)
    upload = start(desk, "upload", 5)
    assert statuses(upload) == {"succeeded": 5}
    assert sent("big") < 300, "the upload did not wait for the end of the big run"
    wait_for("doomed", 10)
    doomed.kill()
    doomed.communicate()
    assert statuses(big) == {"succeeded": 300}
    assert dialer.slots.peak_in_use == 4
    assert dialer.slots.queued == 0
