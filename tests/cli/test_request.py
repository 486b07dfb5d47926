"""The request of a row as a curl command: what it sends, and where it takes the key from."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from leadsync.simulator import PracticeDialer
from tests.cli.run_desk import RunDesk
from tests.cli.samples import ODD_SHEET
from tests.conftest import KEY, Desk


@pytest.fixture
def curl(desk: Desk) -> Callable[..., str]:
    """Runs a command in `sh`, and gives the command lines of all processes while its curl ran."""
    real = shutil.which("curl")
    if real is None or not Path("/proc/self/cmdline").exists():
        pytest.skip("needs curl and /proc")
    folder, seen = desk.folder / "bin", desk.folder / "seen"
    folder.mkdir()
    watching = folder / "curl"
    watching.write_text(f'#!/bin/sh\ncat /proc/[0-9]*/cmdline 2>&- | tr "\\0" " " > "{seen}"\nexec "{real}" -sS "$@"\n')
    watching.chmod(0o700)

    def run(command: str, **environment: str) -> str:
        path = {"PATH": f"{folder}:{os.environ['PATH']}"}
        given = {**desk.environment, **path, **environment}
        done = subprocess.run(["sh", "-s"], input=command, env=given, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return seen.read_text("utf-8", "replace")

    return run


def received(dialer: PracticeDialer) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = dialer.ledger.as_json()["received"]
    return listed


def test_the_curl_command_sends_what_was_sent_and_shows_no_process_the_key(
    sent: RunDesk, curl: Callable[..., str]
) -> None:
    before = len(received(sent.practice))
    for number in (2, 3, 5):
        done = sent.leadsync("request", sent.run, "--row", str(number))
        assert done.code == 0, done.err
        assert KEY not in done.out + done.err
        assert '"$LEADSYNC_API_KEY"' in done.out
        assert "sends the row again" in done.err
        processes = curl(done.out)
        assert "updateLeadFast" not in processes, "the address ends in the key"
        assert "njDisposition" in processes, "curl was looked at while it ran"
        assert KEY not in processes
        assert quote(KEY) not in processes
    assert [(one["lead"], one["fields"]) for one in received(sent.practice)[before:]] == [
        ("L1", {"Name": 'Zoë O\'Brien "Zo"', "FirstPhone": "0383218191", "njDisposition": "Sale"}),
        ("L/2 &?x=%20#", {"Name": "$(touch pwned) `id`", "FirstPhone": "0383218192", "njDisposition": "Sail"}),
        ("L1", {"Name": "Zoë", "FirstPhone": "0383218191", "njDisposition": "Busy"}),
    ]
    assert not list(sent.folder.rglob("pwned"))


ODD_KEY = """-k %s "q" 'a'\\&=+#/é$(touch pwned)"""


@pytest.mark.parametrize("place", ["variable", "file", "keyring"])
def test_the_curl_command_takes_the_key_from_where_the_settings_keep_it(
    desk: Desk, curl: Callable[..., str], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialer = desk.dialer(api_key=ODD_KEY)
    run = desk.leadsync("run", desk.sheet("leads.csv", *ODD_SHEET[:2]), "--json", LEADSYNC_API_KEY=ODD_KEY).json["run"]
    file = desk.folder / "the 'key'"
    file.write_text(f"{ODD_KEY}\n", "utf-8")
    setting = {
        "variable": 'api_key_env = "OTHER"',
        "file": f'api_key_file = "{file}"',
        "keyring": 'api_key_keyring = "lead $(touch pwned) sync"',
    }[place]
    desk.config.write_text(desk.config.read_text("utf-8").replace("[server]\n", f"[server]\n{setting}\n"), "utf-8")
    keyring = desk.folder / "python"
    keyring.write_text('#!/bin/sh\n[ "$*" = \'-m keyring get lead $(touch pwned) sync api-key\' ] && echo "$RING"\n')
    keyring.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(keyring))
    processes = curl(desk.leadsync("request", run, "--row", "2").out, OTHER=ODD_KEY, RING=ODD_KEY)
    sent, again = received(dialer)
    assert again["fields"] == sent["fields"]
    assert ODD_KEY not in processes
    assert quote(ODD_KEY, safe="") not in processes
    assert not list(desk.folder.rglob("pwned"))


def test_a_request_that_never_was_is_refused_with_its_reason(sent: RunDesk) -> None:
    rejected = sent.leadsync("request", sent.run, "--row", "4")
    assert rejected.code == 2
    assert "Nothing was sent for row 4" in rejected.err
    assert "area code" in rejected.err
    assert "has no row 99" in sent.leadsync("request", sent.run, "--row", "99").err
    asked = sent.leadsync("request", sent.run, "--row", "2", "--json").json
    assert (asked["method"], asked["lead"], asked["body"]["njDisposition"]) == ("POST", "L1", "Sale")
    assert asked["url"].endswith("njExternalLeadId=L1&apiKey=$LEADSYNC_API_KEY")
