"""The pace beside other clients, against a model of the dialer."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from leadsync.engine.pace import Pace, _mean_of_most
from leadsync.models import Effect, Outcome
from tests.engine.queueing import OK, QUEUED, Model, full_rate


@pytest.mark.parametrize("slots", [1, 2, 8, 64, 512])
def test_alone_all_slots_are_used_all_the_time(slots: int) -> None:
    model = Model(slots, Pace(slots))
    model.run(20)
    assert set(model.allowed(0, 20)) == {slots}


@pytest.mark.parametrize("slots", [2, 8, 16, 64])
def test_beside_a_rival_that_takes_half_of_the_slots_it_yields_and_is_back_when_that_has_left(slots: int) -> None:
    model = Model(slots, Pace(slots), rival=lambda now: slots // 2 if 20 <= now < 80 else 0)
    model.run(120)
    fair = full_rate(slots) / 2
    assert 0.9 * fair <= model.rate(30, 80) <= 1.35 * fair
    assert model.rate(30, 80, ours=False) >= 0.72 * fair
    steady = model.allowed(35, 80)
    assert min(steady) >= max(1, 0.4 * slots)
    assert sum(steady) / len(steady) <= 0.8 * slots
    rates = [model.rate(start, start + 5) for start in range(35, 80, 5)]
    assert max(rates) <= 1.35 * min(rates), "it does not swing"
    assert model.rate(110, 120) >= 0.9 * full_rate(slots), "30 seconds after the rival has left"
    assert model.allowed(110, 120)[-1] == slots


@pytest.mark.parametrize("slots", [8, 64])
def test_a_rival_that_was_there_from_the_start_is_noticed_too(slots: int) -> None:
    model = Model(slots, Pace(slots), rival=lambda now: slots // 2)
    model.run(40)
    assert max(model.allowed(10, 40)) <= 0.9 * slots
    assert model.rate(10, 40, ours=False) >= 0.72 * full_rate(slots) / 2


def test_where_the_dialer_gives_up_on_queued_calls_soon_few_of_them_are_ours() -> None:
    model = Model(16, Pace(16), rival=lambda now: 24 if now >= 5 else 0, queue_timeout=0.12)
    model.run(120)
    ours = [outcome for _, outcome, is_ours in model.ended if is_ours]
    assert ours.count(QUEUED) < 0.01 * len(ours)


@pytest.mark.parametrize("slots", [1, 2, 8, 64])
def test_a_dialer_that_is_slow_for_every_call_is_not_taken_for_a_busy_one(slots: int) -> None:
    model = Model(slots, Pace(slots), work=lambda n: 0.4)
    model.run(60)
    assert model.rate(0, 60) >= 0.95 * full_rate(slots, 0.4)
    allowed = model.allowed(10, 60)
    assert allowed.count(slots) >= 0.95 * len(allowed), "it is asked again now and then"


def test_nor_is_one_whose_database_becomes_slow_on_the_way() -> None:
    model = Model(8, Pace(8))
    model.work = lambda n: 0.1 if model.now < 20 else 0.4
    model.run(60)
    assert model.rate(25, 60) >= 0.95 * full_rate(8, 0.4)


def test_nor_one_whose_calls_take_now_this_now_that() -> None:
    times = [0.1, 0.7, 0.25, 0.4, 0.1, 0.9, 0.3]
    model = Model(8, Pace(8), work=lambda n: times[n * n % 7])
    model.run(120)
    usual = model.rate(20, 120)
    alone = Model(8, _Constant(8), work=lambda n: times[n * n % 7])
    alone.run(120)
    assert usual >= 0.9 * alone.rate(20, 120)


def test_after_a_slow_hour_a_rival_is_still_noticed() -> None:
    model = Model(8, Pace(8), rival=lambda now: 8 if now >= 60 else 0)
    model.work = lambda n: 0.4 if model.now < 30 else 0.1
    model.run(100)
    steady = model.allowed(70, 100)
    assert sum(steady) / len(steady) <= 6


def test_a_109_halves_the_pace_once_for_calls_that_were_queued_together() -> None:
    pace = Pace(8)
    for moment in (100.0, 100.1, 100.2):
        pace.record(QUEUED, 40.0, moment)
    assert pace.allowance == 4
    pace.record(QUEUED, 41.0, 101.5)
    assert pace.allowance == 2
    for moment in (103.0, 105.0, 107.0):
        pace.record(QUEUED, 41.0, moment)
    assert pace.allowance == 1, "never under one"


def test_answers_that_say_nothing_of_the_slots_are_left_out() -> None:
    pace = Pace(8)
    for n in range(1000):
        pace.record(Outcome(Effect.IN_DOUBT, away=True), n * 0.01, n * 0.01 + 30)
    assert pace.allowance == 8


class _Constant(Pace):
    """All slots, whatever comes."""

    def record(self, outcome: Outcome, began: float, ended: float) -> None:
        pass


def test_a_cut_of_few_slots_takes_one_at_least_and_is_judged() -> None:
    """Answers come late, then less so: below three slots a quarter less would be no slot less."""
    pace = Pace(8)
    now = 0.0
    for taken in (0.1, 0.2, 0.2, 0.15, 0.15, 0.15, 0.13, 0.13, 0.13, 0.12):
        for at in range(12):
            ended = now + 0.001 + (taken if at < 11 else max(0.5, taken))
            pace.record(OK, now + 0.001 if at < 11 else ended - taken, ended)
        now += max(0.5, taken) + 0.001
    assert pace.allowance == 1


def test_what_a_busy_computer_adds_is_not_taken_for_a_queue() -> None:
    def late(overslept: float) -> int:
        model = Model(8, Pace(8), rival=lambda now: 3 if now >= 5 else 0)
        for _ in range(100):
            model.pace.overslept(overslept)
        model.run(15)
        return min(model.allowed(5, 15))

    assert late(0.001) < 8
    assert late(0.006) == 8


def feeding(pace: Pace) -> Callable[..., list[int]]:
    """Gives the pace half a second's calls of each of these times, and returns the slots allowed after each."""
    now = 0.0

    def feed(*times: float) -> list[int]:
        nonlocal now
        allowed = []
        for taken in times:
            for at in (*[0.0] * 11, 0.51):
                pace.record(OK, now + at, now + at + taken)
            now += 0.51 + taken
            allowed.append(pace.allowance)
        return allowed

    return feed


def test_a_cut_that_gains_a_little_is_looked_at_three_times_and_taken_back() -> None:
    feed = feeding(Pace(8))
    # Twice the usual time, in two judgements: half of the slots, which would gain 4 calls of 0.1 s in 8 slots, 0.05 s.
    assert feed(0.2, 0.2) == [8, 4]
    assert feed(0.1875, 0.1875, 0.1875) == [4, 4, 8], "a quarter of that"


def test_after_a_cut_in_vain_the_margin_is_wider_up_to_twice_the_usual_time() -> None:
    feed = feeding(Pace(8))
    # A fifth more than 0.1 s is late. Fewer calls are no quicker: 0.2 s is the usual time from now on.
    assert feed(0.13, 0.2, 0.2)[1] < 8
    assert feed(0.2) == [8]
    # Now late is more than two fifths, then four fifths above the usual time, and at last twice that time.
    assert feed(0.27, 0.27) == [8, 8]
    assert feed(0.32, 0.32)[1] < 8
    assert feed(0.32) == [8]
    assert feed(0.55, 0.55) == [8, 8]
    assert feed(0.75, 0.75)[1] < 8
    assert feed(0.75) == [8]
    assert feed(1.4, 1.4) == [8, 8]
    assert feed(1.9, 1.9)[1] < 8


def test_after_cuts_in_vain_the_usual_time_is_asked_for_again_ever_later_up_to_eight_minutes() -> None:
    """A dialer that is slow for good: 0.2 s a call, be they many or few."""
    allowed = feeding(Pace(8))(*[0.2] * 2500)
    # Each step takes 0.71 s; a cut lasts for one of them.
    cuts = [0.71 * at for at, slots in enumerate(allowed) if slots < 8]
    waits = [after - before for before, after in pairwise(cuts)]
    assert waits == pytest.approx([30, 60, 120, 240, 480, 480], abs=3)


def test_the_slowest_tenth_of_the_calls_tells_nothing() -> None:
    assert _mean_of_most([0.1] * 9 + [9.0]) == pytest.approx(0.1)
    assert _mean_of_most([0.1] * 8 + [0.2]) == pytest.approx(1 / 9)
