"""The units and the crontab to copy: named on the pages, taken by systemd, and given no more than they need."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leadsync.cli import cli

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "how-to"
UNITS = sorted((ROOT / "docs" / "systemd").iterdir())
CRONTAB = (ROOT / "docs" / "crontab").read_text("utf-8")
PROGRAM = "/opt/leadsync/bin/leadsync"


SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
NEEDS_SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
LEADS = "/srv/leads"
WEB = "leadsync-web.service"
WORKER = "leadsync-worker.service"
COMMANDS = {WEB: " web --no-browser", WORKER: " worker"}
MOST_EXPOSED = 20
"""Tenths of the figure that systemd gives a service: 100 is one without any guard, below 50 is "OK"."""


def test_the_pages_show_the_crontab_and_name_the_units() -> None:
    assert f"\n{CRONTAB}```\n" in (PAGES / "nights.md").read_text("utf-8")
    assert len(UNITS) == 5
    named = ("server.md", "page-for-a-team.md", "several-machines.md")
    pages = "".join((PAGES / name).read_text("utf-8") for name in named)
    assert [unit.name for unit in UNITS if f"](../systemd/{unit.name})" not in pages] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_is_given_no_more_than_it_needs(service: Path) -> None:
    told = dict(line.split("=", 1) for line in service.read_text("utf-8").splitlines() if re.match(r"\w+=", line))
    assert {name: told[name] for name in ("User", "UMask", "LimitCORE", "CapabilityBoundingSet")} == {
        "User": "leadsync",
        "UMask": "0077",
        "LimitCORE": "0",
        "CapabilityBoundingSet": "",
    }
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute"):
        assert told[name] == "yes", name
    assert told["RestrictAddressFamilies"].split() == ["AF_INET", "AF_INET6", "AF_UNIX"]
    # All is read-only but these: the state folder and the folder that the command line names.
    assert told["ProtectSystem"] == "strict"
    assert told["StateDirectory"] == "leadsync"
    assert told["StateDirectoryMode"] == "0700"
    # The worker and the page write into their state folders alone.
    assert told.get("ReadWritePaths") == (None if service.name in COMMANDS else LEADS)
    assert COMMANDS.get(service.name, f" watch {LEADS}") in told["ExecStart"]
    assert "LEADSYNC_STATE=/var/lib/leadsync" in told["Environment"]
    # A run outlives the page that has begun it.
    # A worker passes the signal on, once.
    assert told.get("KillMode") == {WEB: "process", WORKER: "mixed"}.get(service.name)


@NEEDS_SYSTEMD
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_systemd_finds_a_service_well_guarded(service: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", service],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@NEEDS_SYSTEMD
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8").replace(PROGRAM, sys.executable)
        (tmp_path / unit.name).write_text(text, "utf-8")
    for unit in UNITS:
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", tmp_path / unit.name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), unit.name


def command_lines() -> list[str]:
    in_units = [line for unit in UNITS for line in unit.read_text("utf-8").splitlines() if PROGRAM in line]
    return [line.split(PROGRAM)[1] for line in (*in_units, *CRONTAB.splitlines()) if PROGRAM in line]


@pytest.mark.parametrize("line", command_lines())
def test_their_command_lines_are_accepted(line: str) -> None:
    name, *arguments = shlex.split(line)
    context = cli.commands[name].make_context(name, arguments)
    assert not context.args, "nothing of the line is left over"


def test_the_crontab_has_a_time_and_a_command() -> None:
    jobs = [line for line in CRONTAB.splitlines() if line and not re.match(r"[A-Z_]+=", line)]
    assert len(jobs) == 1
    assert re.fullmatch(r"(?:[\d*,/-]+\s+){5}/\S+ .+", jobs[0])
    assert "%" not in jobs[0], "cron reads it as the end of the line"
