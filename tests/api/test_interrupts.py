"""Ctrl-C and signals in a program of the user's: the run drains, then the signal takes its usual effect."""

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

import pytest

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk

ROWS = 200
LOOP = """
async def main():
    return leadsync.sync(frame, confirm=True)
result = asyncio.run(main())
"""
PLAIN = "result = leadsync.sync(frame, confirm=True)\n"
HANDLER = "signal.signal(signal.SIGTERM, lambda *_: print('told', flush=True))\n"


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    return desk.dialer(floor_seconds=0.3)


@pytest.fixture
def start(desk: Desk) -> Callable[[str], "subprocess.Popen[str]"]:
    """Start a program that sends a frame of distinct leads."""

    def begin(code: str) -> "subprocess.Popen[str]":
        frame = f"frame = pd.DataFrame({{'Lead Id': range(1, {ROWS + 1}), 'Outcome': 'Sale'}})"
        program = f"import asyncio, signal\nimport pandas as pd\nimport leadsync\n{frame}\n{textwrap.dedent(code)}"
        return subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=desk.folder,
            env=desk.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


def interrupted(running: "subprocess.Popen[str]", dialer: PracticeDialer, number: int) -> tuple[int, str, str]:
    deadline = time.monotonic() + 60
    while not dialer.ledger.received and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    return running.returncode, out, err


def state_of(desk: Desk) -> dict[str, Any]:
    [run] = desk.leadsync("runs", "--json").json["runs"]
    return dict(run)


# asyncio's own handler cancels the loop's task: in a blocked loop the error is there first.
@pytest.mark.parametrize(("code", "end"), [(PLAIN, "KeyboardInterrupt\n"), (LOOP, "goes on.\n")], ids=["plain", "loop"])
def test_an_interrupt_drains_and_is_raised(
    desk: Desk, dialer: PracticeDialer, start: Callable[[str], Any], code: str, end: str
) -> None:
    _, out, err = interrupted(start(code), dialer, signal.SIGINT)
    assert err.endswith(end)
    assert out == ""
    run = state_of(desk)
    sent = len(dialer.ledger.received)
    assert 0 < sent < ROWS
    assert run["statuses"] == {"succeeded": sent, "unsent": ROWS - sent}
    assert run["stopped"] == "interrupted by SIGINT"
    dialer.floor_seconds = 0.001
    assert desk.leadsync("resume").code == 0
    assert len(dialer.ledger.received) == ROWS


def test_a_signal_drains_and_ends_the_program(desk: Desk, dialer: PracticeDialer, start: Callable[[str], Any]) -> None:
    code, _, _ = interrupted(start(PLAIN), dialer, signal.SIGTERM)
    assert code == -signal.SIGTERM
    assert state_of(desk)["stopped"] == "interrupted by SIGTERM"


def test_a_programs_own_handler_is_told_and_the_run_does_not_pass_for_complete(
    desk: Desk, dialer: PracticeDialer, start: Callable[[str], Any]
) -> None:
    code, out, err = interrupted(start(HANDLER + PLAIN), dialer, signal.SIGTERM)
    assert (code, out) == (1, "told\n")
    assert "RunStopped: Run " in err
    assert "stopped before its end: interrupted by SIGTERM." in err
