"""A sheet of two rows, a dialer's refusal, and looks at journal and ledger."""

import sys
from pathlib import Path

import pexpect

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
MONDAY = tuple(f"M{n},038321810{n},Sale" for n in range(3))
TWO_ROWS = ("A,0383218101,Sale", "B,0383218102,Sale")
REFUSE = FaultRule(FaultKind.HTTP, status=401)


def received(dialer: PracticeDialer) -> list[str]:
    return [entry.lead for entry in dialer.ledger.received if entry.lead]


def calls(dialer: PracticeDialer) -> list[tuple[str, str]]:
    return [(entry.call, entry.lead) for entry in dialer.ledger.received if entry.lead]


def at_the_question(desk: Desk, *arguments: str | Path) -> pexpect.spawn:
    """A command at a terminal, once it has asked."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "leadsync", *map(str, arguments)],
        cwd=str(desk.folder),
        env=desk.environment,
        encoding="utf-8",
        timeout=60,
        dimensions=(60, 200),
    )
    child.expect(r"Send .* rows?.* to .*\?")
    return child


def runs(desk: Desk) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = desk.leadsync("runs", "--json").json["runs"]
    return listed


def stop(desk: Desk, dialer: PracticeDialer, how: str) -> tuple[Path, str]:
    """Monday's sheet with M0 sent, and its run with M1 and M2 left."""
    file = desk.sheet("leads.csv", HEADINGS, *MONDAY)
    run: str = desk.leadsync("run", file, "--limit", "1", "--json").json["run"]
    if how != "trial":
        dialer.faults.add([REFUSE])
        again = desk.leadsync("run", file) if how == "stopped" else desk.leadsync("retry", run)
        assert again.code == 4
        dialer.faults.clear()
    dialer.ledger.received.clear()
    return file, str(runs(desk)[0]["run"])
