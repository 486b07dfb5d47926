"""Looking back: runs, their rows, a lead's history, and what was sent for a row."""

import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from leadsync.cli.columns import Column, table
from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.cli.run_desk import RunDesk
from tests.conftest import KEY, Desk, Result

SHEET = (
    "Lead Id,Name,FirstPhone,Outcome",
    'L1,Zoë O\'Brien "Zo",0383218191,Sale',
    "L/2 &?x=%20#,$(touch pwned) `id`,0383218192,Sail",
    "L3,李雷,8321 8193,Sale",
    "L1,Zoë,0383218191,Busy",
)


@pytest.fixture
def sent(desk: Desk) -> RunDesk:
    """A run with a row of each sort."""
    refused = FaultRule(FaultKind.CODE, lead="L/2 &?x=%20#", code=106, calls=1)
    dialer = desk.dialer(faults=[refused])
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    return RunDesk(desk, dialer, run)


def lines(done: Result) -> list[list[str]]:
    assert done.code == 0, done.err
    return [line.split() for line in done.out.splitlines()]


def test_rows_are_listed_by_status_and_code(sent: RunDesk) -> None:
    assert [line[0] for line in lines(sent.leadsync("show", sent.run, "--rows"))] == ["row", "2", "3", "4", "5"]
    assert [line[0] for line in lines(sent.leadsync("show", sent.run, "--status", "failed"))] == ["row", "3"]
    assert [line[0] for line in lines(sent.leadsync("show", sent.run, "--code", "106"))] == ["row", "3"]
    both = sent.leadsync("show", sent.run, "--status", "rejected", "--status", "failed", "--json").json
    assert [(one["row"], one["status"], one["code"]) for one in both["listed"]] == [
        (3, "failed", 106),
        (4, "rejected", None),
    ]
    assert both["statuses"] == {"succeeded": 2, "failed": 1, "rejected": 1}, "what `show` told before is still there"
    assert "no such rows" in sent.leadsync("show", sent.run, "--code", "111").out


def test_a_leads_history_goes_over_all_runs(sent: RunDesk) -> None:
    second = sent.leadsync("run", sent.sheet("more.csv", SHEET[0], "L1,Zoë,0383218191,Sale"), "--json").json["run"]
    found = sent.leadsync("show", "--lead", "L1", "--json").json
    assert [(one["run"], one["row"], one["fields"]["njDisposition"]) for one in found["listed"]] == [
        (second, 2, "Sale"),
        (sent.run, 5, "Busy"),
        (sent.run, 2, "Sale"),
    ]
    shown = sent.leadsync("show", "--lead", "L1")
    assert [line[0] for line in lines(shown)] == ["run", second, sent.run, sent.run]
    assert sent.leadsync("show", sent.run, "--lead", "L1").out == shown.out
    assert "No run has such a row of lead L9" in sent.leadsync("show", "--lead", "L9").out


def test_show_without_a_run_or_a_lead_says_what_it_needs(sent: RunDesk) -> None:
    done = sent.leadsync("show")
    assert done.code == 2
    assert "--lead" in done.err


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
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET[:2]), "--json", LEADSYNC_API_KEY=ODD_KEY).json["run"]
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


def test_runs_is_a_table_with_the_newest_first(sent: RunDesk) -> None:
    second = sent.leadsync("run", sent.sheet("more.csv", *SHEET[:2]), "--json").json["run"]
    head, first, last = lines(sent.leadsync("runs"))
    assert head == ["run", "standing", "file", "rows", "ended"]
    assert first[:4] == [second, "finished", "more.csv", "1"]
    assert last[:4] == [sent.run, "finished", "leads.csv", "4"]
    assert "\x1b" not in sent.leadsync("runs").out, "no colours where it is no terminal"


def places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else not unicodedata.combining(one) for one in text)


def test_columns_are_aligned_in_every_script() -> None:
    names = ["Ann", "李雷", "Zoe\u0308", "ﾊﾝｶｸ", "राम"]
    shown = list(table([Column("name"), Column("n", number=True)], [(name, "1") for name in names]))
    assert len({places(line.rstrip("n1")) for line in shown[:4]}) == 1


def test_a_value_cannot_give_the_terminal_orders() -> None:
    _, line = table([Column("name")], [("a\x1b[31mred\u202e\r\nb",)])
    assert line == r"a\u001b[31mred\u202e b"
