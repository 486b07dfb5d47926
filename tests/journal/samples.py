"""Runs and rows for tests of the journal, and their sending."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leadsync.journal import Entry, Journal, RunLog, State
from leadsync.models import CampaignIds, Effect, Outcome, Row, RunRecord, Status

RUN = "20261123-210455-7f3a"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
OLD = NOW - timedelta(days=100)
OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
CUT = Outcome(Effect.IN_DOUBT, message="cut")

OTHER = LATER = "20261124-000000-0000"
SUCCEEDED, FAILED, UNSENT = Status.SUCCEEDED, Status.FAILED, Status.UNSENT
UNKNOWN, CONFLICT, REJECTED, SKIPPED = Status.UNKNOWN, Status.CONFLICT, Status.REJECTED, Status.SKIPPED
_TAKEN_IN = {REJECTED: State.REJECTED, SKIPPED: State.SKIPPED}

Ended = tuple[str, Status] | tuple[str, Status, int | None] | tuple[str, Status, int | None, str]
"""The last is "idempotent" where sending the row twice fires no action twice."""


def a_run(folder: Path, run_id: str = RUN, *, retry_of: str = "") -> RunRecord:
    return RunRecord(
        id=run_id,
        file=folder / "leads.csv",
        sheet="",
        fingerprint="abc",
        kind="csv",
        delimiter=",",
        bom=False,
        headings=("Lead Id", "Name"),
        output=folder,
        dialer="http://127.0.0.1",
        ids=CampaignIds(41, 41, 38),
        created=datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC),
        retry_of=retry_of,
    )


def entry(number: int, lead: str = "", state: State = State.PENDING, *, harmless: bool = False) -> Entry:
    row = Row(number, (lead or f"L{number}", "é, 0123"))
    return Entry(row, lead or f"L{number}", {"Name": "é, 0123"}, harmless, state)


def ends(journal: Journal, run_id: str = RUN) -> dict[int, Status]:
    return {record.number: record.status for record in journal.records(run_id)}


def sending(journal: Journal, run_id: str = RUN, **options: Any) -> RunLog:
    """The log of a run; the journal holds the run from then on."""
    journal.hold(run_id)
    return journal.log(run_id, **options)


async def attempt(log: RunLog, number: int, outcome: Outcome, status: Status, count: int = 1) -> None:
    await log.begin(number, count)
    await log.finish(number, count, outcome, status)


def add_run(
    journal: Journal, folder: Path, run_id: str, created: datetime, ends: list[Status], **values: object
) -> None:
    """A run with a row for each of `ends`, where rows end; unsent ones are left."""
    journal.create(replace(a_run(folder, run_id), created=created, complete=True))
    lines = (Row(n, (f"L{n}", "x" * 400)) for n in range(2, len(ends) + 2))
    journal.add(run_id, (Entry(row, row.cells[0], {}, harmless=False) for row in lines))

    async def send() -> None:
        async with sending(journal, run_id) as log:
            sent = [(n, status) for n, status in enumerate(ends, 2) if status is not Status.UNSENT]
            await asyncio.gather(*(log.begin(n, 1) for n, _ in sent))
            for n, status in sent:
                log.finish(n, 1, OK, status)

    asyncio.run(send())
    journal.release(run_id)
    journal.update_run(run_id, **(values or {"finished": True}))


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
        async with sending(journal, run_id) as log:
            for number, status, code in to_send:
                effect = Effect.IN_DOUBT if status is UNKNOWN else Effect.ANSWERED
                await log.begin(number, 1)
                await log.finish(number, 1, Outcome(effect, code), status)

    asyncio.run(send())


def retried(journal: Journal, folder: Path, run_id: str = LATER, *, of: str = RUN) -> list[int]:
    """The rows that a retry takes; what is counted beforehand is what it takes."""
    count = journal.count_retry(of)
    journal.create_retry(a_run(folder, run_id, retry_of=of))
    numbers = list(ends(journal, run_id))
    assert len(numbers) == count
    return numbers


def die(journal: Journal, run_id: str, *, left: tuple[int, ...] = (), stayed: tuple[int, ...] = ()) -> None:
    """A process begins attempts, of which some leave, and ends."""

    async def begin() -> None:
        async with sending(journal, run_id) as log:
            for number in (*left, *stayed):
                await log.begin(number, 1)
            for number in left:
                log.leaves(number, 1)

    asyncio.run(begin())


def stands(journal: Journal, run_id: str = RUN) -> dict[int, tuple[Status, int, str]]:
    """Each row's status, attempts and message."""
    return {record.number: (record.status, record.attempts, record.message) for record in journal.records(run_id)}
