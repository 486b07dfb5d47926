"""Decisions about conflict and unknown rows, and when they can be taken back."""

import asyncio
import sys
from pathlib import Path

import pytest

from leadsync.journal import Effects, Journal, State
from leadsync.models import Effect, Outcome, Status
from tests.journal.samples import (
    CONFLICT,
    CUT,
    FAILED,
    LATER,
    OK,
    RUN,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    a_run,
    add,
    attempt,
    ends,
    entry,
    retried,
    sending,
)


def test_a_person_decides_conflict_and_unknown_rows_and_no_others(journal: Journal) -> None:
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, CUT, Status.UNKNOWN)
            await attempt(log, 3, Outcome(Effect.ANSWERED, 110, "X", "X", 400), Status.CONFLICT)
            await attempt(log, 4, OK, Status.SUCCEEDED)

    asyncio.run(send())
    assert journal.resolve(RUN, [2, 4], State.SUCCEEDED, "seen there") == 1
    assert journal.resolve(RUN, [3], State.PENDING, "again") == 1
    assert ends(journal) == {2: Status.SUCCEEDED, 3: Status.UNSENT, 4: Status.SUCCEEDED}


def test_a_decision_is_taken_back_until_something_was_sent_from_it(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2), entry(3), entry(4)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for number in (2, 3):
                await attempt(log, number, CUT, Status.UNKNOWN)
            await attempt(log, 4, Outcome(Effect.ANSWERED, 110, "X", "X", 400), Status.CONFLICT)

    asyncio.run(send())
    assert journal.resolve(RUN, [2, 3, 4], State.PENDING, "send") == 3
    assert journal.decided(RUN, [2, 3, 4]) == {2: "send", 3: "send", 4: "send"}
    assert journal.take_back(RUN, [4]) == 1
    assert journal.resolve(RUN, [3], State.SUCCEEDED, "applied") == 1, "decided otherwise"
    assert ends(journal) == {2: Status.UNSENT, 3: Status.SUCCEEDED, 4: Status.CONFLICT}

    async def go_on() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED, 2)

    asyncio.run(go_on())
    assert journal.take_back(RUN, [2, 3]) == 1
    assert ends(journal) == {2: Status.SUCCEEDED, 3: Status.UNKNOWN, 4: Status.CONFLICT}


def test_a_decision_that_a_retry_acted_on_is_not_taken_back(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, CUT, Status.UNKNOWN)

    asyncio.run(send())
    journal.resolve(RUN, [2], State.FAILED, "not applied")
    journal.create_retry(a_run(tmp_path, "20261124-000000-0000", retry_of=RUN))
    assert journal.take_back(RUN, [2]) == 0
    assert ends(journal) == {2: Status.FAILED}


# Decisions


def decided(journal: Journal, decision: str, state: State) -> None:
    """A run of one conflict on which a person has decided."""
    add(journal, RUN, ("A", CONFLICT, 110))
    assert journal.resolve(RUN, [2], state, decision) == 1
    assert journal.decided(RUN, [2]) == {2: decision}


def assert_acted_on(journal: Journal) -> None:
    before = ends(journal)
    assert journal.decided(RUN, [2]) == {}
    assert journal.take_back(RUN, [2]) == 0
    assert ends(journal) == before


@pytest.mark.parametrize("lead", ["A", "B"])
def test_a_decision_to_send_is_taken_back_while_the_dialer_is_not_to_be_reached(journal: Journal, lead: str) -> None:
    add(journal, RUN, ("A", UNKNOWN), (lead, UNSENT))
    journal.resolve(RUN, [2], State.PENDING, "send")
    unreached = Outcome(Effect.NEVER_BEGAN, message="connection refused")

    async def send(outcome: Outcome, number: int, count: int) -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, number, outcome, Status.UNSENT, count)

    asyncio.run(send(unreached, 2, 2))
    asyncio.run(send(unreached, 3, 1))
    assert journal.decided(RUN, [2]) == {2: "send"}
    assert journal.take_back(RUN, [2]) == 1
    assert ends(journal)[2] is Status.UNKNOWN
    journal.resolve(RUN, [2], State.PENDING, "send")
    asyncio.run(send(Outcome(Effect.NOT_PROCESSED, http=503), 2, 3))
    assert_acted_on(journal)


def test_a_decision_to_send_that_a_sheet_has_carried_out_is_not_taken_back(journal: Journal, tmp_path: Path) -> None:
    decided(journal, "send", State.PENDING)
    journal.create(a_run(tmp_path, LATER))
    journal.confirm(LATER, Effects({(RUN, State.SKIPPED): [2]}))
    assert_acted_on(journal)


def test_a_decision_that_a_corrected_sheet_has_acted_on_is_not_taken_back(journal: Journal, tmp_path: Path) -> None:
    decided(journal, "not applied", State.FAILED)
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("A", UNSENT))
    journal.confirm(LATER, Effects(taken={RUN: [(2, 2)]}))
    assert_acted_on(journal)


def test_what_happened_to_other_rows_keeps_no_decision_from_being_taken_back(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", CONFLICT, 110), ("B", FAILED, 101), ("C", FAILED, 101))
    journal.resolve(RUN, [2], State.SUCCEEDED, "applied")
    corrected = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, corrected))
    add(journal, corrected, ("B", UNSENT))
    journal.confirm(corrected, Effects(taken={RUN: [(3, 2)]}))
    assert retried(journal, tmp_path) == [4]
    assert journal.decided(RUN, [2]) == {2: "applied"}
    assert journal.take_back(RUN, [2]) == 1
    assert ends(journal)[2] is CONFLICT


def test_decisions_of_two_runs_are_their_own(journal: Journal, tmp_path: Path) -> None:
    journal.create(a_run(tmp_path, LATER))
    for run_id in (RUN, LATER):
        add(journal, run_id, ("A", CONFLICT, 110), ("B", CONFLICT, 110))
        journal.resolve(run_id, [2, 3], State.SUCCEEDED, "applied")
    assert journal.take_back(LATER, [2]) == 1
    assert ends(journal) == {2: SUCCEEDED, 3: SUCCEEDED}
    assert ends(journal, LATER) == {2: CONFLICT, 3: SUCCEEDED}
    assert journal.decided(LATER, [2, 3]) == {3: "applied"}
    assert journal.decided(RUN, [2, 3]) == {2: "applied", 3: "applied"}


def test_a_decision_is_taken_back_with_the_words_there_were(journal: Journal) -> None:
    add(journal, RUN, ("A", UNSENT))

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            await log.finish(2, 1, Outcome(Effect.ANSWERED, 110, "X", "an agent had it"), CONFLICT)

    asyncio.run(send())
    journal.resolve(RUN, [2], State.FAILED, "not applied")
    assert [record.message for record in journal.records(RUN)] == ["a person decided: not applied"]
    journal.take_back(RUN, [2])
    assert [record.message for record in journal.records(RUN)] == ["an agent had it"]


def test_a_run_with_a_row_to_send_is_not_finished_until_the_decision_is_taken_back(journal: Journal) -> None:
    add(journal, RUN, ("A", CONFLICT, 110), ("B", SUCCEEDED))
    journal.update_run(RUN, finished=True)
    journal.resolve(RUN, [2], State.PENDING, "send")
    assert not journal.run(RUN).finished
    assert dict(journal.tally(RUN).statuses) == {UNSENT: 1, SUCCEEDED: 1}, "the counts of its end are of no use now"
    journal.take_back(RUN, [2])
    assert journal.run(RUN).finished
    assert dict(journal.tally(RUN).statuses) == {CONFLICT: 1, SUCCEEDED: 1}


def test_a_decision_leaves_a_run_finished_though_another_run_has_rows_to_send(journal: Journal, tmp_path: Path) -> None:
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("B", UNSENT))
    add(journal, RUN, ("A", CONFLICT, 110))
    journal.update_run(RUN, finished=True)
    journal.resolve(RUN, [2], State.SUCCEEDED, "applied")
    assert journal.run(RUN).finished


def test_a_decision_opens_the_run_whose_rows_wait_for_one_that_another_run_has_taken(
    journal: Journal, tmp_path: Path
) -> None:
    add(journal, RUN, ("A", CONFLICT, 110), ("A", UNSENT), ("B", CONFLICT, 110), ("B", UNSENT))
    journal.update_run(RUN, finished=True)
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("A", CONFLICT, 110), ("B", CONFLICT, 110))
    journal.confirm(LATER, Effects(taken={RUN: [(2, 2), (4, 3)]}, decided={(RUN, State.SKIPPED): [2, 4]}))
    journal.update_run(RUN, finished=True)
    journal.resolve(LATER, [2], State.SUCCEEDED, "applied")
    assert (journal.ready(RUN, None), journal.run(RUN).finished) == (1, False)


def test_a_stopped_run_is_not_finished_by_a_decision(journal: Journal) -> None:
    add(journal, RUN, ("A", CONFLICT, 110))
    journal.update_run(RUN, stopped="interrupted")
    journal.resolve(RUN, [2], State.SUCCEEDED, "applied")
    assert not journal.run(RUN).finished


def test_the_last_decisions_come_first_and_go_on_behind_one(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.add(RUN, [entry(number) for number in range(2, 6)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for number in range(2, 6):
                await attempt(log, number, CUT, Status.UNKNOWN)

    asyncio.run(send())
    for now, numbers in ((1_000.0, [4]), (1_001.0, [2, 5])):
        monkeypatch.setattr("time.time", lambda now=now: now)
        journal.resolve(RUN, numbers, State.SUCCEEDED, "applied")
    assert journal.last_decided(RUN, sys.maxsize) == [5, 2, 4]
    assert journal.last_decided(RUN, 1) == [5]
    assert journal.last_decided(RUN, 10, before=2) == [4]
    assert journal.last_decided(RUN, 10, before=3) == [], "nobody has decided it"


def test_the_requests_of_some_rows(journal: Journal) -> None:
    journal.add(RUN, [entry(number) for number in range(2, 5)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for number in range(2, 5):
                await attempt(log, number, OK, Status.SUCCEEDED)

    asyncio.run(send())
    assert [one.number for one in journal.attempts(RUN, [4, 2, 9])] == [2, 4]
    assert [one.number for one in journal.attempts(RUN)] == [2, 3, 4]
