"""In which order a run's rows are handed out, page by page, and how far."""

import asyncio
from pathlib import Path

import pytest

from leadsync.journal import Entry, Journal
from leadsync.models import Effect, Outcome, Row, Status
from tests.journal.conftest import OpenStore
from tests.journal.samples import RUN, a_run, sending

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
MOST_PAGES = 10
"""More than there are; a log that begins anew all the time is noticed."""


def entry(number: int, lead: str, priority: str = "") -> Entry:
    return Entry(Row(number, (lead,)), lead, {"njPriority": priority} if priority else {}, harmless=False)


@pytest.fixture
def journal(tmp_path: Path, open_store: OpenStore) -> Journal:
    """Rows 2 to 7 of six leads, with the priorities 50, 10 (not given), 0, 100, 10 and 5."""
    journal = open_store()
    journal.create(a_run(tmp_path))
    priorities = ("50", "", "0", "100", "10", "5")
    journal.add(RUN, [entry(number, f"L{number}", priority) for number, priority in enumerate(priorities, 2)])
    return journal


def pages(journal: Journal, limit: int, *, by_priority: bool) -> list[list[int]]:
    """All pages of a run, each asked for behind the last row of the one before."""

    async def read() -> list[list[int]]:
        found: list[list[int]] = []
        async with sending(journal, RUN, by_priority=by_priority) as log:
            after = 0
            while (rows := await log.pending(after, limit)) and len(found) < MOST_PAGES:
                found.append([row.number for row in rows])
                after = rows[-1].number
        return found

    return asyncio.run(read())


def test_in_the_sheets_order_each_page_goes_on_behind_the_last(journal: Journal) -> None:
    assert pages(journal, 2, by_priority=False) == [[2, 3], [4, 5], [6, 7]]


def test_by_priority_each_page_goes_on_behind_the_last(journal: Journal) -> None:
    assert pages(journal, 2, by_priority=True) == [[4, 7], [3, 6], [2, 5]]


def test_by_priority_the_rows_can_be_asked_for_from_the_beginning_again(journal: Journal) -> None:
    async def read() -> list[list[int]]:
        async with sending(journal, RUN, by_priority=True) as log:
            return [[row.number for row in await log.pending(after, 2)] for after in (0, 7, 0)]

    assert asyncio.run(read()) == [[4, 7], [3, 6], [4, 7]]


def test_by_priority_a_lead_goes_as_early_as_its_most_urgent_row_and_in_the_sheets_order(
    tmp_path: Path, open_store: OpenStore
) -> None:
    with open_store() as journal:
        journal.create(a_run(tmp_path))
        rows = [entry(2, "A", "90"), entry(3, "B", "20"), entry(4, "A", "1"), entry(5, "A", "95")]
        journal.add(RUN, rows)
        assert pages(journal, 10, by_priority=True) == [[2, 4, 3, 5]]


@pytest.mark.parametrize("by_priority", [False, True])
def test_a_trials_last_row_is_its_last(journal: Journal, by_priority: bool) -> None:
    journal.update_run(RUN, last_row=4)
    [page] = pages(journal, 10, by_priority=by_priority)
    assert sorted(page) == [2, 3, 4]


@pytest.mark.parametrize("by_priority", [False, True])
def test_rows_of_other_runs_are_none_of_this_one(journal: Journal, tmp_path: Path, by_priority: bool) -> None:
    journal.create(a_run(tmp_path, "20261124-000000-0000"))
    journal.add("20261124-000000-0000", [entry(8, "X", "0")])
    [page] = pages(journal, 10, by_priority=by_priority)
    assert sorted(page) == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("by_priority", [False, True])
def test_rows_that_have_ended_or_wait_for_a_person_are_not_handed_out(journal: Journal, by_priority: bool) -> None:
    ends = {2: Status.SUCCEEDED, 3: Status.FAILED, 4: Status.UNKNOWN, 5: Status.CONFLICT}

    async def send() -> None:
        async with sending(journal, RUN) as log:
            for number, status in ends.items():
                await log.begin(number, 1)
                await log.finish(number, 1, OK, status)

    asyncio.run(send())
    [page] = pages(journal, 10, by_priority=by_priority)
    assert sorted(page) == [6, 7]


def test_a_single_row_is_read_anew_by_its_number(journal: Journal) -> None:
    async def read() -> list[tuple[int, str]]:
        async with sending(journal, RUN) as log:
            rows = [await log.pending_row(number) for number in (5, 2)]
            return [(row.number, row.lead.external_id) for row in rows]

    assert asyncio.run(read()) == [(5, "L5"), (2, "L2")]
