"""The practice dialer as a command: the address it announces, and the leads it holds."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import Desk


@contextmanager
def simulated(desk: Desk, options: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """What `simulate --json` announces, on a free port; Ctrl-C has to end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "leadsync", "simulate", "--port", "0", "--json", *options],
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's, and so is SIGINT to a process")


def test_a_run_goes_to_the_announced_address_with_the_announced_key(desk: Desk) -> None:
    with simulated(desk, ["--key", "a-key"]) as told:
        assert told["api_key"] == "a-key"
        assert [told[name] for name in ("template_id", "campaign_id", "allocation_id")] == [41, 41, 38]
        desk.settings(told["url"])
        sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "any,0383218101,Sale")
        assert desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="a-key").json["statuses"] == {"succeeded": 1}


def test_with_a_sheet_it_holds_the_sheets_leads_alone(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    desk.sheet("held.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale")
    with simulated(desk, ["--leads", "held.csv", "--key", "a-key"]) as told:
        desk.settings(told["url"])
        sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale", "B,0383218102,Sale")
        done = desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="a-key").json
        assert done["statuses"] == {"succeeded": 1, "failed": 1}
        assert done["codes"] == {"0": 1, "101": 1}


def test_a_file_of_faults_is_what_the_dialer_does(desk: Desk) -> None:
    (desk.folder / "faults.json").write_text('{"faults": [{"kind": "code", "code": 104, "lead": "B"}]}', "utf-8")
    with simulated(desk, ["--faults", "faults.json", "--key", "a-key"]) as told:
        desk.settings(told["url"])
        sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A,0383218101,Sale", "B,0383218102,Sale")
        done = desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="a-key").json
        assert done["codes"] == {"0": 1, "104": 1}
