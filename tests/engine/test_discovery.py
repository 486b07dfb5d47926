"""The slots of an unknown dialer, measured against a model of it."""

import random

import pytest

from leadsync.engine.discovery import Discovery
from tests.engine.queueing import OK, Model


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 100])
@pytest.mark.parametrize("work", [0.1, 0.4])
def test_an_unknown_dialers_slots_are_found_out(slots: int, work: float) -> None:
    model = Model(slots, Discovery(), work=lambda n: work)
    model.run(30 * work / 0.1)
    assert isinstance(model.pace, Discovery)
    assert model.pace.found is not None
    assert 0.95 * slots - 0.5 <= model.pace.found <= slots, "below it rather than above"
    assert max(model.allowed(0, 100)) < 2.5 * slots


@pytest.mark.parametrize("seed", range(20))
def test_answers_that_vary_hide_no_slots(seed: int) -> None:
    chance = random.Random(seed)
    model = Model(12, Discovery(), work=lambda n: chance.uniform(0.1, 0.18))
    model.run(60)
    assert isinstance(model.pace, Discovery)
    assert model.pace.found in (10, 11, 12)


def test_a_computer_that_is_busy_for_a_while_hides_no_slots() -> None:
    calls = iter(range(1_000_000))
    model = Model(12, Discovery(), work=lambda n: 0.2 if 12 <= next(calls) < 40 else 0.1)
    model.run(60)
    assert isinstance(model.pace, Discovery)
    assert model.pace.found in (11, 12)


def test_time_that_calls_spend_on_their_way_is_in_no_slot() -> None:
    """As if each took 30 ms to the dialer and back: while it queues, calls are late by the queue alone."""
    found = Discovery(travel=lambda: 0.03)
    now = 0.0
    while found.found is None:
        taken = max(0.13, found.allowance * 0.1 / 12)
        for _ in range(found.allowance):
            found.record(OK, now, now + taken)
        now += taken
    assert found.found == 12


def test_no_more_slots_are_found_than_there_can_be() -> None:
    model = Model(4096, Discovery(most=512))
    model.run(20)
    assert isinstance(model.pace, Discovery)
    assert model.pace.found == 512
