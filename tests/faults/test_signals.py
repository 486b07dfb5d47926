"""SIGINT, SIGTERM and SIGHUP: the first lets what is under way get its answer, the second stops at once."""

import signal

import pytest

from leadsync.__main__ import leave_at_signals
from tests.faults.invariants import sheet_rows
from tests.faults.scene import wait_until

ROWS = 12
EARLY = [(signal.SIGTERM, 143), (signal.SIGHUP, 129)]
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
STOPPING = "Stopping; requests under way"


@pytest.mark.parametrize(("number", "code"), EARLY)
def test_signal_while_the_command_line_is_loaded_ends_with_its_code(monkeypatch, number, code):
    codes, before = [], signal.signal(number, signal.SIG_DFL)
    monkeypatch.setattr("os._exit", codes.append)
    try:
        leave_at_signals()
        signal.raise_signal(number)
        signal.signal(number, signal.SIG_IGN)
        leave_at_signals()
        assert (codes, signal.getsignal(number)) == ([code], signal.SIG_IGN), "`nohup` depends on it"
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_first_signal_sends_nothing_new_and_takes_the_answers_of_what_is_under_way(scene, number, code):
    stage = scene(sheet_rows(ROWS, disposition="Sale"), slots=4, floor_seconds=0.6)
    running = stage.start("run", stage.sheet)
    stage.await_calls(1)
    running.signal(number)
    ended = running.wait()
    assert ended.code == code
    sent = len(stage.dialer.ledger.received)
    assert sent <= 4, "no more than was under way"
    statuses = list(stage.statuses().values())
    assert statuses.count("succeeded") == sent
    assert statuses.count("unsent") == ROWS - sent
    assert ended.summary["stopped"] == f"interrupted by {number.name}"
    resumed = stage.finish()
    stage.check(resumed)
    assert resumed.code == 0


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_second_signal_stops_at_once_and_what_was_under_way_is_unknown(scene, number, code):
    stage = scene(sheet_rows(ROWS, disposition="Sale"), slots=4)
    stage.strike(lead="L2", kind="hang", applied=True)
    running = stage.start("run", stage.sheet)
    stage.await_calls(8)
    running.signal(number)
    wait_until(lambda: STOPPING in running.said)
    running.signal(number)
    ended = running.wait()
    assert ended.code == code
    unknown = {number for number, status in stage.statuses().items() if status == "unknown"}
    assert 2 in unknown
    assert len(unknown) <= 4, "what was under way"
    resumed = stage.finish()
    stage.check(resumed)
    assert resumed.code == 3
    others = {row.number: "succeeded" for row in stage.rows if row.number not in unknown}
    assert stage.statuses() == dict.fromkeys(unknown, "unknown") | others


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_signal_while_the_dialer_is_away_or_a_retry_waits(scene, number, code):
    """Nobody sleeps through a signal: the wait for the next attempt is longer than a test may take."""
    stage = scene(sheet_rows(4), wait_seconds=60)
    stage.strike(kind="http", status=503)
    running = stage.start("run", stage.sheet)
    wait_until(lambda: "The dialer is away" in running.said)
    running.signal(number)
    assert running.wait().code == code
    stage.dialer.faults.clear()
    resumed = stage.finish()
    stage.check(resumed)
    assert resumed.code == 0
