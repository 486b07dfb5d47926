"""What is made of rows that a process left in flight, by the marks that tell which attempts had left."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from leadsync.journal import Entry, Journal, RunLog
from leadsync.journal.marks import Marks, drop_marks, left_attempts
from leadsync.models import Effect, Outcome, Row, Status
from tests.journal.test_journal import RUN, a_run

OTHER = "20261124-000000-0000"
BUSY = Outcome(Effect.NOT_PROCESSED, message="busy", http=503)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path)
    for run_id in (RUN, OTHER):
        journal.create(a_run(tmp_path, run_id))
        journal.add(run_id, [Entry(Row(n, (f"L{n}",)), f"L{n}", {}, harmless=False) for n in range(2, 6)])
    return journal


def die(journal: Journal, run_id: str, *, left: tuple[int, ...] = (), stayed: tuple[int, ...] = ()) -> None:
    """A process begins attempts, of which some leave, and ends."""

    async def begin() -> None:
        async with RunLog(journal.path, run_id) as log:
            for number in (*left, *stayed):
                await log.begin(number, 1)
            for number in left:
                log.leaves(number, 1)

    asyncio.run(begin())


def stands(journal: Journal, run_id: str = RUN) -> dict[int, tuple[Status, int, str]]:
    """Each row's status, attempts and message."""
    return {record.number: (record.status, record.attempts, record.message) for record in journal.records(run_id)}


def test_an_attempt_that_left_is_in_doubt_and_one_that_stayed_was_never_made(journal: Journal) -> None:
    die(journal, RUN, left=(2,), stayed=(3,))
    assert journal.settle(RUN) == 2
    assert stands(journal) == {
        2: (Status.UNKNOWN, 1, "leadsync ended while this row's request was under way"),
        3: (Status.UNSENT, 0, ""),
        4: (Status.UNSENT, 0, ""),
        5: (Status.UNSENT, 0, ""),
    }
    assert journal.settle(RUN) == 0, "once is enough"


def test_rows_of_another_run_that_is_being_sent_are_left_alone(journal: Journal) -> None:
    die(journal, RUN, left=(2,))
    die(journal, OTHER, left=(2,), stayed=(3,))
    marks = left_attempts(journal.path.parent, OTHER)
    journal.settle(RUN)
    with sqlite3.connect(journal.path) as connection:
        found = "SELECT number, state FROM rows JOIN runs USING (run) WHERE id = ? ORDER BY number"
        states = connection.execute(found, [OTHER]).fetchall()
    assert states == [(2, "in_flight"), (3, "in_flight"), (4, "pending"), (5, "pending")]
    assert left_attempts(journal.path.parent, OTHER) == marks == {(2, 1)}


@pytest.mark.parametrize("how", ["settled", "withdrawn"])
def test_an_attempt_that_was_never_made_leaves_the_row_as_it_was_after_the_one_before(
    journal: Journal, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(1_800_000_000, 1_900_000_000, 60))
    monkeypatch.setattr("time.time", lambda: float(next(moments)))

    async def send() -> None:
        async with RunLog(journal.path, RUN) as log:
            for number, status in ((2, Status.UNSENT), (3, Status.UNKNOWN)):
                await log.begin(number, 1)
                await log.finish(number, 1, BUSY, status)

    asyncio.run(send())
    before = list(journal.records(RUN))

    async def begin_again() -> None:
        async with RunLog(journal.path, RUN, resend_unknown=True) as log:
            for number, status in ((2, Status.UNSENT), (3, Status.UNKNOWN)):
                await log.begin(number, 2)
                if how == "withdrawn":
                    await log.withdraw(number, 2, status)

    asyncio.run(begin_again())
    assert journal.settle(RUN) == (2 if how == "settled" else 0)
    assert list(journal.records(RUN)) == before


def test_an_attempt_in_doubt_by_a_kill_is_kept_among_the_attempts_and_counts(journal: Journal) -> None:
    die(journal, RUN, left=(2,), stayed=(3,))
    journal.settle(RUN)

    async def spent() -> dict[int, tuple[int, bool, int]]:
        async with RunLog(journal.path, RUN, resend_unknown=True) as log:
            return {row.number: (row.attempts, row.in_doubt, row.spent) for row in await log.pending(0, 10)}

    assert asyncio.run(spent()) == {2: (1, True, 1), 3: (0, False, 0), 4: (0, False, 0), 5: (0, False, 0)}


def test_a_mark_counts_for_its_own_attempt_alone(journal: Journal) -> None:
    """The first attempt left and was answered; the second was written down and had not left at the kill."""

    async def die_again() -> None:
        async with RunLog(journal.path, RUN) as log:
            await log.begin(2, 1)
            log.leaves(2, 1)
            await log.finish(2, 1, BUSY, Status.UNSENT)
            await log.begin(2, 2)

    asyncio.run(die_again())
    journal.settle(RUN)
    assert stands(journal)[2] == (Status.UNSENT, 1, "busy")


# The file of marks


def test_marks_of_all_calls_under_way_are_told_after_the_end_of_others(tmp_path: Path) -> None:
    marks = Marks(tmp_path, RUN)
    marks.set(2, 1)
    marks.set(3, 1)
    marks.forget(2)
    marks.set(4, 7)
    marks.set(5, 1)
    marks.forget(9)
    marks.close()
    found = left_attempts(tmp_path, RUN)
    assert found is not None
    assert found >= {(3, 1), (4, 7), (5, 1)}
    assert (2, 1) not in found, "its place is another's"


def test_a_run_that_goes_on_begins_with_no_marks(tmp_path: Path) -> None:
    first = Marks(tmp_path, RUN)
    first.set(2, 1)
    first.close()
    Marks(tmp_path, RUN).close()
    assert left_attempts(tmp_path, RUN) == set()


def test_marks_that_were_removed_tell_nothing(tmp_path: Path) -> None:
    Marks(tmp_path, RUN).close()
    drop_marks(tmp_path, RUN)
    assert left_attempts(tmp_path, RUN) is None
    drop_marks(tmp_path, RUN)


def test_where_the_system_names_no_start_of_the_machine_marks_tell_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsync.journal.marks._BOOT_ID", tmp_path / "no such file")
    marks = Marks(tmp_path, RUN)
    marks.set(2, 1)
    marks.close()
    assert left_attempts(tmp_path, RUN) is None
