"""Which rows of a run can go, go again by a retry, or wait for a person; and when a decision can be taken back.

Each test lists rows in the sheet's order: lead, how the row ended, and the dialer's code. Row numbers begin with 2.
"""

import asyncio
from pathlib import Path

import pytest

from leadsync.journal import Effects, Entry, Journal, RunLog, State
from leadsync.models import Effect, Outcome, Row, Status
from leadsync.reasons import Skip, SkipKind
from tests.journal.test_journal import RUN, a_run, ends

LATER = "20261124-000000-0000"
OK, FAILED, UNSENT = Status.SUCCEEDED, Status.FAILED, Status.UNSENT
UNKNOWN, CONFLICT, REJECTED, SKIPPED = Status.UNKNOWN, Status.CONFLICT, Status.REJECTED, Status.SKIPPED
_TAKEN_IN = {REJECTED: State.REJECTED, SKIPPED: State.SKIPPED}

Ended = tuple[str, Status] | tuple[str, Status, int | None] | tuple[str, Status, int | None, str]
"""The last is "idempotent" where sending the row twice fires no action twice."""


def add(journal: Journal, run_id: str, *rows: Ended) -> None:
    """Rows that were sent, or not, and ended so."""
    to_send: list[tuple[int, Status, int | None]] = []
    for number, (lead, status, *more) in enumerate(rows, 2):
        state = _TAKEN_IN.get(status, State.PENDING)
        harmless = "idempotent" in more
        journal.add(run_id, [Entry(Row(number, (lead,)), lead, {"Name": lead}, harmless, state)])
        if status not in (UNSENT, REJECTED, SKIPPED):
            code = more[0] if more else 0
            to_send.append((number, status, code if isinstance(code, int) else None))

    async def send() -> None:
        async with RunLog(journal.path, run_id) as log:
            for number, status, code in to_send:
                effect = Effect.IN_DOUBT if status is UNKNOWN else Effect.ANSWERED
                await log.begin(number, 1)
                await log.finish(number, 1, Outcome(effect, code), status)

    asyncio.run(send())


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path)
    journal.create(a_run(tmp_path))
    journal.confirm(RUN)
    return journal


def retried(journal: Journal, folder: Path, run_id: str = LATER, *, of: str = RUN) -> list[int]:
    """The rows that a retry takes; what is counted beforehand is what it takes."""
    count = journal.count_retry(of)
    journal.create_retry(a_run(folder, run_id, retry_of=of))
    numbers = list(ends(journal, run_id))
    assert len(numbers) == count
    return numbers


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", OK), ("B", FAILED, 101), ("C", UNSENT), ("D", REJECTED), ("E", SKIPPED)], [3, 4]),
        ([("A", FAILED, None)], [2]),  # its attempts ran out without an answer
        ([("A", FAILED, 104)], []),  # do not call: refused for good
        ([("A", UNKNOWN, None, "idempotent")], [2]),
        ([("A", UNKNOWN), ("B", CONFLICT, 110)], []),
        ([("A", UNKNOWN, None), ("A", UNSENT), ("A", FAILED, 101), ("B", UNSENT)], [5]),
        ([("A", CONFLICT, 110), ("A", UNSENT)], []),
        ([("A", CONFLICT, 110, "idempotent"), ("A", UNSENT)], []),
        ([("A", UNKNOWN, None, "idempotent"), ("A", UNSENT)], [2, 3]),
        ([("A", FAILED, 101), ("A", OK)], []),  # would undo the later row
        ([("A", OK), ("A", FAILED, 101)], [3]),
        ([("A", FAILED, 101), ("B", OK)], [2]),
        ([("A", FAILED, 101), ("A", FAILED, 106)], [2, 3]),
    ],
)
def test_a_retry_takes(journal: Journal, tmp_path: Path, rows: list[Ended], expected: list[int]) -> None:
    add(journal, RUN, *rows)
    assert retried(journal, tmp_path) == expected
    later = ends(journal, LATER)
    assert set(later.values()) <= {UNSENT}


def test_what_the_lead_took_in_another_run_keeps_no_row_from_going_again(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101))
    other = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, other))
    add(journal, other, ("B", OK), ("A", OK))
    assert retried(journal, tmp_path) == [2]


def test_what_is_undecided_in_another_run_neither(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101))
    other = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, other))
    add(journal, other, ("A", CONFLICT, 110))
    assert retried(journal, tmp_path) == [2]
    assert (journal.ready(LATER, None), journal.waiting_for_decision(LATER, None)) == (1, 0)


def test_a_row_goes_to_one_retry_only(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    assert retried(journal, tmp_path) == [2, 3]
    assert journal.count_retry(RUN) == 0
    assert journal.count_retry(LATER) == 2
    third = "20261125-000000-0000"
    assert retried(journal, tmp_path, third, of=LATER) == [2, 3]
    assert ends(journal, LATER) == {2: SKIPPED, 3: SKIPPED}
    assert (journal.retries(RUN), journal.takers(RUN), journal.lineage(RUN)) == ([LATER], [LATER], [LATER, third])


def test_a_row_that_a_corrected_sheet_has_taken_goes_to_no_retry(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    corrected = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, corrected))
    add(journal, corrected, ("A", UNSENT))
    journal.confirm(corrected, Effects(taken={RUN: [(2, 2)]}))
    assert retried(journal, tmp_path) == [3]
    assert journal.takers(RUN) == [corrected, LATER]
    assert journal.retries(RUN) == [LATER]


def test_in_the_run_they_were_in_failed_rows_stay_failed_and_unsent_ones_are_skipped(
    journal: Journal, tmp_path: Path
) -> None:
    rows: list[Ended] = [("A", FAILED, 101), ("B", UNSENT), ("C", UNKNOWN, None, "idempotent"), ("D", UNKNOWN)]
    add(journal, RUN, *rows)
    journal.update_run(RUN, stopped="401", finished=False)
    assert retried(journal, tmp_path) == [2, 3, 4]
    records = {record.number: (record.status, record.reason) for record in journal.records(RUN)}
    instead = Skip(SkipKind.RETRIED, LATER)
    assert records == {2: (FAILED, None), 3: (SKIPPED, instead), 4: (SKIPPED, instead), 5: (UNKNOWN, None)}
    run = journal.run(RUN)
    assert (run.finished, run.stopped) == (True, "")


def test_a_run_whose_rows_a_retry_could_not_take_is_not_finished_by_it(journal: Journal, tmp_path: Path) -> None:
    """Row 2 would undo row 3, but is still to be sent by its own run."""
    add(journal, RUN, ("A", UNSENT), ("A", OK), ("B", FAILED, 101))
    assert retried(journal, tmp_path) == [4]
    assert not journal.run(RUN).finished


# What can go, and what waits


ROWS: list[Ended] = [
    ("A", UNSENT),  # 2
    ("B", CONFLICT, 110),  # 3
    ("B", UNSENT),  # 4
    ("C", UNKNOWN, None, "idempotent"),  # 5
    ("C", UNSENT),  # 6
    ("D", UNKNOWN),  # 7
    ("D", UNSENT),  # 8
    ("E", OK),  # 9
    ("F", FAILED, 101),  # 10
]


@pytest.mark.parametrize(
    ("end", "ready", "waiting"),
    [(None, 3, 2), (8, 3, 2), (7, 3, 1), (6, 3, 1), (5, 2, 1), (4, 1, 1), (3, 1, 0), (2, 1, 0), (1, 0, 0)],
)
def test_rows_that_can_go_and_rows_that_wait_up_to_a_trials_end(
    journal: Journal, end: int | None, ready: int, waiting: int
) -> None:
    add(journal, RUN, *ROWS)
    assert (journal.ready(RUN, end), journal.waiting_for_decision(RUN, end)) == (ready, waiting)


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        ([("A", OK), ("B", FAILED, 101), ("C", REJECTED), ("D", SKIPPED)], False),
        ([("A", OK), ("B", UNSENT)], True),
        ([("A", UNKNOWN, None, "idempotent")], True),
        ([("A", UNKNOWN), ("B", CONFLICT, 110)], False),
        ([("A", UNKNOWN), ("A", UNSENT), ("B", CONFLICT, 110), ("B", UNSENT)], False),
        ([("A", UNKNOWN), ("A", UNSENT), ("B", UNSENT)], True),
    ],
)
def test_whether_a_run_has_more_to_send(journal: Journal, rows: list[Ended], more: bool) -> None:
    add(journal, RUN, *rows)
    assert journal.has_more(RUN) is more


def test_a_row_under_way_is_more_to_send(journal: Journal) -> None:
    add(journal, RUN, ("A", UNSENT))

    async def begin() -> None:
        async with RunLog(journal.path, RUN) as log:
            await log.begin(2, 1)

    asyncio.run(begin())
    assert journal.has_more(RUN)


def test_rows_of_another_run_count_for_nothing(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", OK))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, *ROWS)
    assert not journal.has_more(RUN)
    assert (journal.ready(RUN, None), journal.waiting_for_decision(RUN, None)) == (0, 0)
    assert journal.nth_pending(RUN, 1) is None


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
    assert ends(journal) == {2: OK, 3: OK}
    assert ends(journal, LATER) == {2: CONFLICT, 3: OK}
    assert journal.decided(LATER, [2, 3]) == {3: "applied"}
    assert journal.decided(RUN, [2, 3]) == {2: "applied", 3: "applied"}


def test_a_decision_is_taken_back_with_the_words_there_were(journal: Journal) -> None:
    add(journal, RUN, ("A", UNSENT))

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            await log.begin(2, 1)
            await log.finish(2, 1, Outcome(Effect.ANSWERED, 110, "X", "an agent had it"), CONFLICT)

    asyncio.run(send())
    journal.resolve(RUN, [2], State.FAILED, "not applied")
    assert [record.message for record in journal.records(RUN)] == ["a person decided: not applied"]
    journal.take_back(RUN, [2])
    assert [record.message for record in journal.records(RUN)] == ["an agent had it"]


def test_a_run_with_a_row_to_send_is_not_finished_until_the_decision_is_taken_back(journal: Journal) -> None:
    add(journal, RUN, ("A", CONFLICT, 110), ("B", OK))
    journal.update_run(RUN, finished=True)
    journal.resolve(RUN, [2], State.PENDING, "send")
    assert not journal.run(RUN).finished
    journal.take_back(RUN, [2])
    assert journal.run(RUN).finished
    assert dict(journal.tally(RUN).statuses) == {CONFLICT: 1, OK: 1}


def test_a_stopped_run_is_not_finished_by_a_decision(journal: Journal) -> None:
    add(journal, RUN, ("A", CONFLICT, 110))
    journal.update_run(RUN, stopped="interrupted")
    journal.resolve(RUN, [2], State.SUCCEEDED, "applied")
    assert not journal.run(RUN).finished
