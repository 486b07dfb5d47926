"""How a group of attempts is written, and what is kept of each."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from leadsync.journal.sqlite import SqliteJournal
from leadsync.journal.sqlite.statements import BEGIN_ROWS, FINISH_ROWS, KEEP_ATTEMPTS
from leadsync.models import Effect, Outcome, Status
from tests.journal.samples import OK, RUN, entry, sending


def attempts(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT number, attempt, begun <= ended, effect, http, code, message FROM attempts ORDER BY number, attempt"
        ).fetchall()


@pytest.mark.parametrize("statement", [BEGIN_ROWS, FINISH_ROWS, KEEP_ATTEMPTS])
def test_rows_are_looked_up_by_their_whole_key(journal: SqliteJournal, path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        plan = [line[3] for line in connection.execute(f"EXPLAIN QUERY PLAN {statement}", ["[]"])]
    assert any("SEARCH rows USING PRIMARY KEY (run=? AND number=?)" in step for step in plan), plan


def test_each_attempt_is_kept_with_its_own_end(journal: SqliteJournal, path: Path) -> None:
    """Two rows end in one group; one of them begins and ends again."""
    journal.add(RUN, [entry(2), entry(3)])
    busy = Outcome(Effect.NOT_PROCESSED, message="busy", http=503)
    failed = Outcome(Effect.ANSWERED, 101, "COULDNT_FIND_THE_LEAD", "no lead", 400)

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await asyncio.gather(log.begin(2, 1), log.begin(3, 1))
            log.finish(2, 1, busy, Status.UNSENT)
            log.finish(3, 1, failed, Status.FAILED)
            await log.begin(2, 2)
            log.finish(2, 2, OK, Status.SUCCEEDED)

    asyncio.run(send())
    assert attempts(path) == [
        (2, 1, 1, "not_processed", 503, None, "busy"),
        (2, 2, 1, "answered", 200, 0, ""),
        (3, 1, 1, "answered", 400, 101, "no lead"),
    ]


def test_an_attempt_that_was_under_way_at_the_crash_is_kept(journal: SqliteJournal, path: Path) -> None:
    journal.add(RUN, [entry(7)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await log.begin(7, 1)
            log.leaves(7, 1)

    asyncio.run(send())
    assert attempts(path) == []
    assert journal.settle(RUN) == 1
    assert attempts(path) == [(7, 1, None, "", None, None, "")]
