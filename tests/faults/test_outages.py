"""A dialer that is away: at the start, in the middle, for longer than the patience."""

from leadsync.simulator import PracticeServer
from tests.faults.invariants import sheet_rows
from tests.faults.scene import wait_until


def test_dialer_that_is_down_at_the_start_and_comes_back(scene):
    stage = scene(sheet_rows(20, disposition="Sale"))
    port = int(stage.url.rsplit(":", 1)[1])
    stage.server.stop()
    running = stage.start("run", stage.sheet)
    wait_until(lambda: "The dialer is away" in running.said)
    with PracticeServer(stage.dialer, port=port):
        ended = running.wait()
    stage.check(ended)
    assert ended.code == 0
    assert len(stage.dialer.ledger.received) == 20, "an absence costs no row a request"


def test_dialer_that_goes_away_in_the_middle_costs_no_more_rows_than_slots(scene):
    stage = scene(sheet_rows(60, disposition="Sale"), slots=4)
    port = int(stage.url.rsplit(":", 1)[1])
    running = stage.start("run", stage.sheet)
    stage.await_calls(20)
    stage.server.stop()
    wait_until(lambda: "The dialer is away" in running.said)
    with PracticeServer(stage.dialer, port=port):
        ended = running.wait()
    stage.check(ended)
    assert ended.summary["statuses"].get("unknown", 0) <= 4
    assert ended.summary["statuses"]["succeeded"] >= 56


def test_maintenance_page_costs_no_more_rows_than_slots(scene):
    stage = scene(sheet_rows(60, disposition="Sale"), slots=4)
    stage.strike(kind="http", status=502)
    running = stage.start("run", stage.sheet)
    wait_until(lambda: "The dialer is away" in running.said)
    stage.dialer.faults.clear()
    ended = running.wait()
    stage.check(ended)
    assert ended.summary["statuses"].get("unknown", 0) <= 4
    assert ended.summary["statuses"]["succeeded"] >= 56


def test_patience_ends_and_one_resume_finishes(scene):
    stage = scene(sheet_rows(10), settings="give_up_after_minutes = 0.01")
    stage.strike(kind="http", status=503, headers={"Retry-After": "0"})
    ended = stage.run()
    stage.check(ended)
    assert ended.code == 4
    assert "away" in ended.summary["stopped"]
    stage.dialer.faults.clear()
    resumed = stage.finish()
    stage.check(resumed)
    assert resumed.code == 0
