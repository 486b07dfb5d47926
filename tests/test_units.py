"""The units and the crontab to copy: shown in the README as they are under docs, and taken by systemd."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leadsync.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
UNITS = sorted((ROOT / "docs" / "systemd").iterdir())
CRONTAB = (ROOT / "docs" / "crontab").read_text("utf-8")
PROGRAM = "/opt/leadsync/bin/leadsync"


def test_the_readme_shows_them_as_they_are() -> None:
    assert len(UNITS) == 3
    for text in (CRONTAB, *(unit.read_text("utf-8") for unit in UNITS)):
        assert f"\n{text}```\n" in README


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
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
