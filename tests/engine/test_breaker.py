"""When the dialer counts as away, and how it is found to be back."""

import pytest

from leadsync.engine.breaker import Breaker
from leadsync.models import Effect, Outcome

OK = Outcome(Effect.ANSWERED, 0, http=200)
REFUSED = Outcome(Effect.NEVER_BEGAN, message="refused", away=True)


def test_an_outage_never_costs_more_attempts_than_there_are_slots() -> None:
    """Eight are under way when it begins: each that fails takes its slot along."""
    breaker = Breaker()
    for failed in (1, 2):
        assert not breaker.record(REFUSED, now=0.0, slots=8)
        assert breaker.allowance(8) == 8 - failed
    assert breaker.record(REFUSED, now=0.0, slots=8)
    assert breaker.allowance(8) == 0


def test_an_answer_in_between_gives_all_slots_back() -> None:
    breaker = Breaker()
    breaker.record(REFUSED, now=0.0, slots=8)
    breaker.record(REFUSED, now=0.0, slots=8)
    breaker.record(OK, now=0.0, slots=8)
    assert breaker.allowance(8) == 8
    assert breaker.away_since is None


def test_with_one_slot_one_sign_is_enough() -> None:
    breaker = Breaker()
    assert breaker.record(REFUSED, now=0.0, slots=1)
    assert breaker.allowance(1) == 0


def test_of_the_few_slots_that_others_leave_one_may_be_used_until_it_is_known() -> None:
    breaker = Breaker()
    for _ in range(2):
        assert not breaker.record(REFUSED, now=0.0, slots=64)
        assert breaker.allowance(1) == 1
    assert breaker.record(REFUSED, now=0.0, slots=64)
    assert breaker.allowance(1) == 0


def test_waits_between_probes_grow_to_the_makers_couple_of_minutes() -> None:
    breaker = Breaker()
    breaker.record(REFUSED, now=0.0, slots=1)
    assert [breaker.next_wait() for _ in range(8)] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 120.0]


def test_a_wait_that_the_server_asks_for_wins_once() -> None:
    breaker = Breaker()
    breaker.record(Outcome(Effect.NOT_PROCESSED, retry_after=300.0, away=True), now=0.0, slots=1)
    assert breaker.next_wait() == 300.0
    assert breaker.next_wait() == 2.0


def test_after_an_answered_probe_one_row_goes_first() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.record(REFUSED, now=5.0, slots=8)
    breaker.record_probe(REFUSED, now=6.0)
    assert breaker.is_open
    breaker.record_probe(OK, now=7.0)
    assert breaker.allowance(8) == 1
    assert breaker.away_since == 5.0, "the patience is not renewed by a probe"
    assert breaker.record(REFUSED, now=8.0, slots=8), "the first sign of absence opens it again"
    breaker.record_probe(OK, now=9.0)
    breaker.record(OK, now=10.0, slots=8)
    assert breaker.allowance(8) == 8


def test_the_row_that_goes_first_opens_it_again_however_many_slots_there_are_by_now() -> None:
    breaker = Breaker()
    breaker.record(REFUSED, now=0.0, slots=1)
    breaker.record_probe(OK, now=1.0)
    assert breaker.record(REFUSED, now=2.0, slots=8)


@pytest.mark.parametrize("effect", [Effect.IN_DOUBT, Effect.NO_ANSWER, Effect.NOT_PROCESSED])
def test_an_absence_that_costs_attempts_is_told_from_one_that_does_not(effect: Effect) -> None:
    breaker = Breaker()
    breaker.record(REFUSED, now=0.0, slots=8)
    assert not breaker.costs_attempts
    breaker.record(Outcome(effect, http=502, away=True), now=0.0, slots=8)
    assert breaker.costs_attempts
    breaker.record(OK, now=0.0, slots=8)
    assert not breaker.costs_attempts


def test_no_wait_that_is_asked_for_is_longer_than_ten_minutes() -> None:
    breaker = Breaker()
    breaker.record(Outcome(Effect.NOT_PROCESSED, retry_after=3600.0, away=True), now=0.0, slots=1)
    assert breaker.next_wait() == 600.0
    breaker.record_probe(Outcome(Effect.NOT_PROCESSED, retry_after=1e9, away=True), now=600.0)
    assert breaker.next_wait() == 600.0


def test_a_probe_that_ends_behind_a_rows_answer_says_nothing() -> None:
    breaker = Breaker()
    breaker.record(REFUSED, now=0.0, slots=1)
    breaker.record(OK, now=1.0, slots=1)
    breaker.record_probe(REFUSED, now=2.0)
    assert breaker.away_since is None
    assert breaker.allowance(8) == 8


def test_after_the_last_row_that_could_be_sent_a_probe_goes_before_any_row() -> None:
    breaker = Breaker()
    assert not breaker.record(REFUSED, 0.0, 8)
    assert breaker.record(REFUSED, 0.0, 8, last=True)
    breaker.record_probe(OK, 1.0)
    assert breaker.allowance(8) == 1
