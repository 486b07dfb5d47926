"""Never a silent wait of more than ten seconds: what is said, and when, while a run does not send as usual."""

import re
from itertools import pairwise

import pytest

from leadsync.engine import RetryPolicy
from leadsync.engine.notice import why_again
from leadsync.models import Effect, Lead, Outcome
from tests.engine.stage import OK, FakeSlots, Stage, code, rows

CLOCK = r"\d\d:\d\d:\d\d"


def test_calls_without_an_answer() -> None:
    stage = Stage(rows(3))
    stage.dialer.seconds = lambda lead: 70.0
    stage.run()
    first, last = stage.progress.said
    assert re.fullmatch(rf"3 calls are waiting for an answer, until {CLOCK} at most", first)
    assert last == ""
    assert 5.0 <= stage.progress.said_at[0] <= 10.0


def test_rows_that_wait_for_their_next_attempt() -> None:
    stage = Stage(rows(2), lambda lead, times: code(109) if times == 1 else OK, slots=1)
    stage.run()
    # A tenth of a second apart: the clock may show two seconds.
    when = f"(at {CLOCK}|from {CLOCK} to {CLOCK})"
    assert re.fullmatch(rf"2 rows wait for another try {when} \(the dialer was busy\)", stage.progress.said[0])
    assert 5.0 <= stage.progress.said_at[0] <= 10.0
    assert len(stage.progress.said) <= 3, "it stands for as long as it is true"


def test_nothing_is_said_while_rows_are_sent() -> None:
    stage = Stage(rows(400), slots=1)
    stage.run()
    assert stage.ended_at >= 40.0
    assert stage.progress.said == []


def test_what_changes_is_said_anew() -> None:
    def answer(lead: Lead, times: int) -> Outcome:
        return code(109) if times < 3 else OK

    stage = Stage(rows(1), answer, slots=1, policy=RetryPolicy(3, wait_seconds=30.0))
    stage.run()
    assert ["another try" in text for text in stage.progress.said] == [True, False, True, False]


def test_short_waits_that_follow_each_other_are_not_silent_together() -> None:
    """A call of four seconds, then a wait of four, and so on: none of them is long enough for a word of its own."""

    def answer(lead: Lead, times: int) -> Outcome:
        return code(103) if times < 8 else OK

    stage = Stage(rows(1), answer, policy=RetryPolicy(9, wait_seconds=4.0))
    stage.dialer.seconds = lambda lead: 4.0
    stage.run()
    told = [at for at, text in zip(stage.progress.said_at, stage.progress.said, strict=True) if text]
    assert stage.ended_at >= 60.0
    assert max(later - at for at, later in pairwise([0.0, *told, stage.ended_at])) <= 10.0
    assert len(told) < 10, "not a line for each wait"
    assert not any("journal" in text for text in stage.progress.said), "a row on its way to its call waits for nothing"


def test_those_who_hold_the_slots_say_so_themselves() -> None:
    shared = FakeSlots(0)
    stage = Stage(rows(3), shared=shared)
    stage.at(60.0, lambda: setattr(shared, "free", 4))
    stage.run()
    assert stage.progress.said == []


def test_nobody_blames_the_journal_while_calls_of_a_killed_process_are_waited_for() -> None:
    shared = FakeSlots(4)
    shared.rests_until = 70.0
    stage = Stage(rows(3), shared=shared)
    stage.run()
    assert stage.progress.said == []


def test_a_journal_that_takes_its_time() -> None:
    import asyncio

    stage = Stage(rows(1))
    begin = stage.log.begin

    async def slow(number: int, attempt: int) -> None:
        await begin(number, attempt)
        await asyncio.sleep(30.0)

    stage.log.begin = slow  # type: ignore[method-assign]
    stage.run()
    assert stage.progress.said == [
        "waiting for the journal: its disk or its server is slow, or another process holds it",
        "",
    ]


def test_rows_that_wait_for_different_times() -> None:
    stage = Stage(rows(2), lambda lead, times: code(109) if times == 1 else OK)
    stage.dialer.seconds = lambda lead: 0.0 if lead.external_id == "L2" else 4.0
    stage.run()
    between = rf"2 rows wait for another try from {CLOCK} to {CLOCK} \(the dialer was busy\)"
    assert any(re.fullmatch(between, text) for text in stage.progress.said), stage.progress.said


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (code(109), "the dialer was busy"),
        (code(103), "the dialer failed on it"),
        (Outcome(Effect.NEVER_BEGAN, message="connection refused"), "the dialer was not reached"),
        (Outcome(Effect.NOT_PROCESSED, message="503", http=503), "the dialer did not take it"),
        (Outcome(Effect.IN_DOUBT, message="reset"), "the connection was cut"),
        (Outcome(Effect.NO_ANSWER, message="no answer in 75 s"), "no answer came"),
    ],
)
def test_why_a_row_is_sent_again(outcome: Outcome, why: str) -> None:
    assert why_again(outcome) == why
