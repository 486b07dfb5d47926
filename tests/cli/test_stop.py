"""A run seen and stopped by another process."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leadsync.simulator import PracticeDialer
from leadsync.system_user import system_user
from tests.conftest import Desk

ROWS = 400


class Sent:
    """A run being sent by a process of its own: 40 rows a second."""

    def __init__(self, desk: Desk, dialer: PracticeDialer, process: "subprocess.Popen[str]") -> None:
        self.desk, self.dialer, self.process = desk, dialer, process
        self.run = self.wait_for(lambda runs: runs and runs[0]["live"] and runs[0]["live"]["settled"])["run"]

    def wait_for(self, condition: Callable[[list[dict[str, object]]], object]) -> dict[str, object]:
        """The newest run, once the list of runs fulfils a condition."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            runs = self.desk.leadsync("runs", "--json").json["runs"]
            if condition(runs):
                return runs[0]
            time.sleep(0.1)
        raise AssertionError(f"the run never came so far: {runs}")


@pytest.fixture
def sent(desk: Desk) -> Sent:
    dialer = desk.dialer(settings='[server]\nurl = "@URL@"\nhardware_threads = 8\n', floor_seconds=0.1)
    rows = [f"L{n},03832{n:05d},Sale" for n in range(ROWS)]
    sheet = desk.sheet("leads.csv", "njExternalLeadId,FirstPhone,njDisposition", *rows)
    process = subprocess.Popen(
        [sys.executable, "-m", "leadsync", "run", str(sheet), "--json"],
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    return Sent(desk, dialer, process)


def test_a_run_is_seen_and_stopped_from_another_process(sent: Sent) -> None:
    desk, run = sent.desk, str(sent.run)
    assert re.search(rf"{run}  sending: \d+ of 400, \d+/s, about \d+ s left ", desk.leadsync("runs").out)
    shown = desk.leadsync("show", run)
    by = system_user()
    begun = rf"Run {run} of leads.csv: sending: \d+ of 400, \d+/s, about \d+ s left; begun by {by}\.\n"
    assert re.match(begun, shown.out)
    assert re.search(r" unsent +not sent yet\n", shown.out)
    assert shown.out.splitlines()[-1] == f"Stop it: leadsync stop {run}"
    live = desk.leadsync("show", run, "--json").json["live"]
    assert (live["rows"], live["pid"], live["stopping"], live["lost"]) == (400, sent.process.pid, False, False)
    done = desk.leadsync("stop", run)
    assert (done.code, done.out) == (
        0,
        f"Run {run} stops once its requests under way are answered; go on later with: leadsync resume {run}\n",
    )
    assert desk.leadsync("stop", run, "--json").json["run"] == run, "once more does no harm"
    out, _ = sent.process.communicate(timeout=120)
    assert sent.process.returncode == 143
    summary = json.loads(out)
    assert summary["stopped"] == f"interrupted at the request of {system_user()}"
    received = len(sent.dialer.ledger.received)
    assert 0 < received < ROWS
    assert summary["statuses"] == {"succeeded": received, "unsent": ROWS - received}
    assert desk.leadsync("runs", "--json").json["runs"][0]["live"] is None
    assert desk.leadsync("resume", run, "--json").json["statuses"] == {"succeeded": ROWS}


def test_a_run_whose_process_was_killed_is_called_so_and_goes_on(sent: Sent) -> None:
    desk, run = sent.desk, str(sent.run)
    sent.process.send_signal(signal.SIGKILL)
    sent.process.communicate(timeout=120)
    for _ in range(2):
        assert f"{run}  its process ended; go on with resume " in desk.leadsync("runs").out
        shown = desk.leadsync("show", run).out
        assert shown.startswith(f"Run {run} of leads.csv: its process ended; go on with resume.\n")
        assert f"Go on with it: leadsync resume {run}\n" in shown
    nobody = desk.leadsync("stop", run, "--json")
    assert (nobody.code, nobody.json) == (0, {"run": run, "asked": False})
    resumed = desk.leadsync("resume", run, "--json")
    assert resumed.json["statuses"].keys() <= {"succeeded", "unknown"}
    assert resumed.json["stopped"] is None, "the next sending is not stopped"
    assert "finished" in desk.leadsync("runs").out


def test_a_run_that_nobody_sends_is_not_stopped(desk: Desk, tmp_path: Path) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "njExternalLeadId,FirstPhone,njDisposition", "L1,0383212345,Sale")
    run = desk.leadsync("run", sheet, "--json").json["run"]
    done = desk.leadsync("stop", run[-4:])
    assert (done.code, done.out) == (0, f"Run {run} is not being sent; there is nothing to stop.\n")
    assert desk.leadsync("stop", "0000-nothing").code == 2
