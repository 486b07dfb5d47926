"""Never a silent wait of more than ten seconds: what is said, and when, while a run does not send as usual."""

import re

from leadsync.engine import RetryPolicy
from leadsync.models import Lead, Outcome
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
    assert re.fullmatch(rf"2 rows are waiting for the next attempt, the first until {CLOCK}", stage.progress.said[0])
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
    assert ["waiting" in text for text in stage.progress.said] == [True, False, True, False]


def test_those_who_hold_the_slots_say_so_themselves() -> None:
    shared = FakeSlots(0)
    stage = Stage(rows(3), shared=shared)
    stage.at(60.0, lambda: setattr(shared, "free", 4))
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
    assert stage.progress.said == ["waiting for the journal, whose disk is slow to write", ""]
