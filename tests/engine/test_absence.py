"""A dialer that is away: what it costs, how long it is waited for, and what is said meanwhile."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from leadsync.engine import RetryPolicy
from leadsync.models import Lead, Outcome, Status
from tests.engine.stage import BUSY, CUT, FORBIDDEN, OK, UNREACHED, FakeSlots, Stage, rows

CLOCK = r"\d\d:\d\d:\d\d"


def with_outage(outage: Outcome, *, slots: int, until: float, policy: RetryPolicy | None = None) -> Stage:
    """Fifty rows are answered, then nothing is until that time."""

    def answer(lead: Lead, times: int) -> Outcome:
        return OK if len(stage.dialer.calls) <= 50 or stage.clock.now() >= until else outage

    stage = Stage(rows(200), answer, slots=slots, policy=policy)
    stage.dialer.probe_answer = lambda now, updates: OK if now >= until else outage
    return stage


@pytest.mark.parametrize("slots", [1, 2, 8])
def test_an_outage_before_requests_begin_costs_no_row_an_attempt(slots: int) -> None:
    stage = with_outage(UNREACHED, slots=slots, until=600.0, policy=RetryPolicy(1))
    assert stage.run() == ""
    assert stage.log.counts == {Status.SUCCEEDED: 200}
    assert len(stage.dialer.sent) + len(stage.dialer.probes) <= 230


@pytest.mark.parametrize("outage", [CUT, BUSY])
@pytest.mark.parametrize("slots", [1, 2, 8])
def test_an_outage_costs_at_most_one_attempt_a_slot(slots: int, outage: Outcome) -> None:
    stage = with_outage(outage, slots=slots, until=600.0, policy=RetryPolicy(1))
    assert stage.run() == ""
    lost = 200 - stage.log.counts[Status.SUCCEEDED]
    assert 1 <= lost <= slots
    assert stage.log.counts == {
        Status.SUCCEEDED: 200 - lost,
        (Status.UNKNOWN if outage is CUT else Status.FAILED): lost,
    }
    assert {updates for _, updates in stage.dialer.probes} == {True}, "a row would be too dear to find that out with"


def test_probes_for_updates_hold_a_slot_and_others_do_not() -> None:
    for outage, free in ((CUT, 7), (UNREACHED, 8)):
        stage = with_outage(outage, slots=8, until=60.0)
        shared = stage._options["shared"] = FakeSlots(8)
        seen: list[int] = []

        def probed(now: float, updates: bool, seen: list[int] = seen, shared: FakeSlots = shared) -> Outcome:
            seen.append(shared.free)
            return OK if now >= 60.0 else UNREACHED

        stage.dialer.probe_answer = probed
        assert stage.run() == ""
        assert set(seen) == {free}
        assert stage.dialer.peak <= 8


def test_after_an_answered_probe_one_row_goes_first() -> None:
    stage = with_outage(UNREACHED, slots=8, until=100.0)
    stage.run()
    behind = sorted(at for at in stage.dialer.sent_at if at >= 100.0)
    assert behind[1] - behind[0] >= 0.0999, "the second goes behind the first one's answer"


def test_a_dialer_that_stays_away_ends_the_run() -> None:
    stage = Stage(rows(20), lambda lead, times: UNREACHED, give_up_seconds=3600.0)
    stage.dialer.probe_answer = lambda now, updates: UNREACHED
    assert stage.run() == "the dialer was away for 60 minutes (unreached); `leadsync resume` goes on"
    assert stage.engine.cause == "the dialer was away"
    assert stage.log.counts == {Status.UNSENT: 20}
    assert 3600.0 <= stage.ended_at <= 3610.0


@pytest.mark.parametrize("asked", [50.0, 3600.0, 1e9])
def test_waits_that_the_dialer_asks_for_count_towards_the_patience(asked: float) -> None:
    busy = replace(BUSY, retry_after=asked)
    stage = Stage(rows(20), lambda lead, times: busy, give_up_seconds=1000.0)
    stage.dialer.probe_answer = lambda now, updates: busy
    assert "away for 16.6667 minutes" in stage.run()
    assert 1000.0 <= stage.ended_at <= 1010.0
    assert len(stage.dialer.probes) >= 2, "no wait is longer than ten minutes"


def test_a_probe_that_is_answered_while_rows_are_not_does_not_renew_the_patience() -> None:
    stage = Stage(rows(20), lambda lead, times: UNREACHED, give_up_seconds=600.0)
    assert "away for 10 minutes" in stage.run()
    assert 600.0 <= stage.ended_at <= 610.0


def test_a_probe_comes_before_a_row_spends_its_last_attempt_on_an_outage() -> None:
    """The second row's call is under way still as the first one's turn comes again."""
    stage = Stage(rows(2), lambda lead, times: BUSY, policy=RetryPolicy(2, 0.0), give_up_seconds=0.5)
    stage.dialer.seconds = lambda lead: 0.1 if lead.external_id == "L2" else 10.0
    stage.dialer.probe_answer = lambda now, updates: BUSY
    assert "the dialer was away" in stage.run()
    assert stage.log.counts == {Status.UNSENT: 2}


def test_a_stop_during_an_absence_ends_the_run_at_once() -> None:
    stage = Stage(rows(20), lambda lead, times: CUT)
    stage.dialer.probe_answer = lambda now, updates: CUT
    stage.at(100.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    assert stage.run() == "interrupted by SIGINT"
    assert stage.ended_at == pytest.approx(100.0, abs=0.1)


@pytest.mark.parametrize("outage", [CUT, UNREACHED])
def test_a_stop_while_calls_are_under_way_asks_the_dialer_no_more(outage: Outcome) -> None:
    """Three calls met an outage, five are still under way."""
    stage = Stage(rows(20), lambda lead, times: outage if lead.external_id in ("L2", "L3", "L4") else OK, slots=8)
    stage.dialer.seconds = lambda lead: 0.1 if lead.external_id in ("L2", "L3", "L4") else 60.0
    stage.dialer.probe_answer = lambda now, updates: outage
    stage.at(20.0, lambda: stage.engine.stop("interrupted by SIGINT"))
    stage.run()
    assert max(at for at, _ in stage.dialer.probes) <= 20.0
    assert stage.log.counts[Status.SUCCEEDED] == 5


def test_it_is_said_why_nothing_is_sent_and_until_when() -> None:
    stage = with_outage(UNREACHED, slots=8, until=60.0)
    stage.run()
    said = stage.progress.said
    assert said[-1] == "", "and that it goes on"
    assert all(re.fullmatch(rf"the dialer is away, next try at {CLOCK} \(unreached\)", text) for text in said[:-1])
    assert Counter(said)[""] == 1


@pytest.mark.parametrize("trouble", [CUT, BUSY, UNREACHED])
def test_a_probe_without_an_answer_does_not_tell_that_the_dialer_refuses_every_row(trouble: Outcome) -> None:
    """The only row is refused, so that a probe has to tell whether the row is at fault or the door."""
    stage = Stage(rows(1), lambda lead, times: FORBIDDEN)
    stage.dialer.probe_answer = lambda now, updates: trouble if now < 30.0 else OK
    assert stage.run() == ""
    assert stage.log.counts == {Status.FAILED: 1}
    assert len(stage.dialer.sent) == 1
    stage = Stage(rows(1), lambda lead, times: FORBIDDEN)
    stage.dialer.probe_answer = lambda now, updates: trouble if now < 30.0 else FORBIDDEN
    assert stage.run() == "HTTP 403"
    assert stage.log.counts == {Status.UNSENT: 1}


def test_a_door_that_stays_closed_by_other_troubles_ends_the_wait_as_any_absence() -> None:
    stage = Stage(rows(1), lambda lead, times: FORBIDDEN, give_up_seconds=600.0)
    stage.dialer.probe_answer = lambda now, updates: BUSY
    assert stage.run().startswith("the dialer was away for 10 minutes (busy)")
    assert stage.log.counts == {Status.UNSENT: 1}


def test_a_stop_ends_a_run_whose_last_call_finds_the_dialer_away() -> None:
    stage = Stage(rows(1), lambda lead, times: FORBIDDEN)

    def away(now: float, updates: bool) -> Outcome:
        stage.engine.stop("interrupted by SIGTERM")
        return BUSY

    stage.dialer.probe_answer = away
    assert stage.run() == "interrupted by SIGTERM"
    assert stage.log.counts == {Status.UNSENT: 1}
