"""What is made of rows that a process left in flight, by the marks that tell which attempts had left."""

import asyncio
from pathlib import Path

import pytest

from leadsync.journal import Entry, Journal
from leadsync.models import Effect, Outcome, Row, Status
from tests.journal.conftest import OpenStore
from tests.journal.samples import (
    OTHER,
    RUN,
    a_run,
    die,
    sending,
    stands,
)

BUSY = Outcome(Effect.NOT_PROCESSED, message="busy", http=503)


@pytest.fixture
def journal(tmp_path: Path, open_store: OpenStore) -> Journal:
    journal = open_store()
    for run_id in (RUN, OTHER):
        journal.create(a_run(tmp_path, run_id))
        journal.add(run_id, [Entry(Row(n, (f"L{n}",)), f"L{n}", {}, harmless=False) for n in range(2, 6)])
    return journal


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


@pytest.mark.parametrize("how", ["settled", "withdrawn"])
def test_an_attempt_that_was_never_made_leaves_the_row_as_it_was_after_the_one_before(
    journal: Journal, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(1_800_000_000, 1_900_000_000, 60))
    monkeypatch.setattr("time.time", lambda: float(next(moments)))

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for number, status in ((2, Status.UNSENT), (3, Status.UNKNOWN)):
                await log.begin(number, 1)
                await log.finish(number, 1, BUSY, status)

    asyncio.run(send())
    before = list(journal.records(RUN))

    async def begin_again() -> None:
        async with sending(journal, RUN, resend_unknown=True) as log:
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
        async with sending(journal, RUN, resend_unknown=True) as log:
            return {row.number: (row.attempts, row.in_doubt, row.spent) for row in await log.pending(0, 10)}

    assert asyncio.run(spent()) == {2: (1, True, 1), 3: (0, False, 0), 4: (0, False, 0), 5: (0, False, 0)}


def test_a_mark_counts_for_its_own_attempt_alone(journal: Journal) -> None:
    """The first attempt left and was answered; the second was written down and had not left at the kill."""

    async def die_again() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)
            log.leaves(2, 1)
            await log.finish(2, 1, BUSY, Status.UNSENT)
            await log.begin(2, 2)

    asyncio.run(die_again())
    journal.settle(RUN)
    assert stands(journal)[2] == (Status.UNSENT, 1, "busy")


def test_rows_of_another_run_that_is_being_sent_are_left_alone(journal: Journal) -> None:
    die(journal, RUN, left=(2,))
    die(journal, OTHER, left=(2,), stayed=(3,))
    assert journal.settle(RUN) == 1
    assert {number: row[:2] for number, row in stands(journal, OTHER).items()} == {
        2: (Status.UNKNOWN, 1),
        3: (Status.UNKNOWN, 1),
        4: (Status.UNSENT, 0),
        5: (Status.UNSENT, 0),
    }, "both are under way"
    assert journal.settle(OTHER) == 2, "with their marks"
    assert stands(journal, OTHER)[3] == (Status.UNSENT, 0, "")
