"""Rows that a file given back decides as `send`: the word is about that row, not about what other runs have sent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk

HEAD = "Lead Id,Disposition"
Outcome = Callable[[PracticeDialer], None]


def in_doubt(dialer: PracticeDialer) -> None:
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CLOSE, lead="A", calls=1)])


def conflict(dialer: PracticeDialer) -> None:
    dialer.faults.clear()
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])


def success(dialer: PracticeDialer) -> None:
    dialer.faults.clear()


def sent(dialer: PracticeDialer) -> list[str]:
    return [call.fields["njDisposition"] for call in dialer.ledger.received]


def corrected_and_decided(desk: Desk, dialer: PracticeDialer, other: Outcome) -> tuple[Path, str, str]:
    """The review file of a row in doubt, corrected to what another sheet has sent its lead, and both runs."""
    in_doubt(dialer)
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale"), "--json").json
    other(dialer)
    second = desk.leadsync("run", desk.sheet("b.csv", HEAD, "A,Busy"), "--json").json["run"]
    head, line = Path(first["files"]["review"]).read_text("utf-8").splitlines()
    dialer.faults.clear()
    dialer.ledger.received.clear()
    return desk.sheet("decided.csv", head, f"{line.replace('Sale', 'Busy')}send"), first["run"], second


@pytest.mark.parametrize("other", [in_doubt, conflict])
def test_a_row_corrected_to_what_another_run_has_undecided_waits_with_its_decision(desk: Desk, other: Outcome) -> None:
    dialer = desk.dialer()
    file, first, second = corrected_and_decided(desk, dialer, other)
    waits = desk.leadsync("run", file)
    assert f"! 1 row is not sent: it says what run {second} sent, and a person has to decide first" in waits.err
    assert sent(dialer) == []
    [row] = desk.leadsync("show", first, "--rows", "--json").json["listed"]
    assert row["status"] == "unknown", "it is undecided still"
    desk.leadsync("resolve", second, "--row", "2", "--not-applied")
    desk.leadsync("run", file)
    assert sent(dialer) == ["Busy"]


def test_a_row_corrected_to_what_its_lead_was_last_sent_is_named(desk: Desk) -> None:
    dialer = desk.dialer()
    file, *_ = corrected_and_decided(desk, dialer, success)
    skipped = desk.leadsync("run", file, "--skip-unchanged", "--json")
    assert (skipped.json["statuses"], sent(dialer)) == ({"skipped": 1}, [])


def test_a_row_that_repeats_is_told_before_it_goes(desk: Desk) -> None:
    dialer = desk.dialer()
    file, _, second = corrected_and_decided(desk, dialer, success)
    said = desk.leadsync("run", file).err
    assert "! 1 row says what its lead was last sent" in said
    assert f"by run {second}" in said
    assert sent(dialer) == ["Busy"]


def test_a_row_decided_as_it_stands_repeats_nothing(desk: Desk) -> None:
    dialer = desk.dialer()
    in_doubt(dialer)
    first = desk.leadsync("run", desk.sheet("a.csv", HEAD, "A,Sale"), "--json").json
    head, line = Path(first["files"]["review"]).read_text("utf-8").splitlines()
    dialer.faults.clear()
    dialer.ledger.received.clear()
    said = desk.leadsync("run", desk.sheet("decided.csv", head, f"{line}send"), "--skip-unchanged").err
    assert "was last sent" not in said
    assert sent(dialer) == ["Sale"]
