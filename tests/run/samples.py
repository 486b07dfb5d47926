"""A sheet of two rows, a dialer's refusal, and looks at journal and ledger."""

import sys
from pathlib import Path

import pexpect

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEADINGS = "Lead Id,FirstPhone,Outcome"
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
