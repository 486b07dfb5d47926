"""SIGINT and SIGTERM: the first lets what is under way get its answer, the second stops at once."""

import signal
import time

import pytest

from tests.faults.invariants import sheet_rows

ROWS = 16
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_first_signal_sends_nothing_new_and_takes_the_answers_of_what_is_under_way(scene, number, code):
    stage = scene(sheet_rows(ROWS, disposition="Sale"), slots=4, floor_seconds=0.2)
    running = stage.start("run", stage.sheet)
    stage.await_calls(1)
    running.signal(number)
    time.sleep(0.1)
    sent = len(stage.dialer.ledger.received)
    ended = running.wait()
    assert ended.code == code
    assert len(stage.dialer.ledger.received) == sent <= 4, "no new sends within 100 ms"
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
    time.sleep(0.2)
    running.signal(number)
    began = time.monotonic()
    ended = running.wait()
    assert time.monotonic() - began < 2
    assert ended.code == code
    assert stage.statuses()[2] == "unknown"
    resumed = stage.finish()
    stage.check(resumed)
    assert resumed.code == 3
    assert stage.statuses() == {2: "unknown"} | {row.number: "succeeded" for row in stage.rows[1:]}


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_signal_while_the_dialer_is_away_or_a_retry_waits(scene, number, code):
    """Nobody sleeps through a signal."""
    stage = scene(sheet_rows(4), wait_seconds=60)
    stage.strike(kind="http", status=503)
    running = stage.start("run", stage.sheet)
    stage.await_calls(3)
    time.sleep(0.1)
    running.signal(number)
    began = time.monotonic()
    assert running.wait().code == code
    assert time.monotonic() - began < 3
    stage.dialer.faults.clear()
    resumed = stage.finish()
    stage.check(resumed)
    assert resumed.code == 0
