"""Rows a page at a time: each page and count held against a plain look through all rows."""

import asyncio
import itertools
import random
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import Entry, Journal, ReasonCount, RowFilter, State, ValueCount
from leadsync.models import Effect, Outcome, Row, RowRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from tests.journal.samples import (
    CONFLICT,
    FAILED,
    LATER,
    REJECTED,
    RUN,
    SKIPPED,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    a_run,
    sending,
)

REASONS = (
    Rejected((Fault("Phone", "123", FaultKind.SHORT_PHONE),)),
    Rejected((Fault("Phone", "12", FaultKind.SHORT_PHONE), Fault("Call back", "32/1", FaultKind.NO_SUCH_DAY))),
    Rejected((Fault("Call back", "32/1", FaultKind.NO_SUCH_DAY),)),
    Skip(SkipKind.UNCHANGED, "r0", 3),
)
ANSWERS = (0, 0, 0, 101, 106, 106, 110, None)
AFTER_ANSWER = {0: SUCCEEDED, 101: FAILED, 106: FAILED, 110: CONFLICT, None: UNKNOWN}


def fill(journal: Journal, run_id: str, rows: int, seed: int) -> None:
    """Rows of every state, in no order."""
    rnd = random.Random(seed)
    entries, answers = [], {}
    for number in range(2, rows + 2):
        lead = f"{rnd.choice('AB')}{rnd.randrange(100):02d}"
        reason = rnd.choice(REASONS) if rnd.random() < 0.4 else None
        state = (State.REJECTED if isinstance(reason, Rejected) else State.SKIPPED) if reason else State.PENDING
        row = Row(number, (lead, f"name {number}", rnd.choice(("Sold", "Sold", "Slae"))))
        entries.append(Entry(row, lead, {"njDisposition": row.cells[2]}, False, state, reason))
        if state is State.PENDING and rnd.random() < 0.8:
            answers[number] = rnd.choice(ANSWERS)
    journal.add(run_id, entries)
    pending = [entry.row.number for entry in entries if entry.state is State.PENDING]

    async def send() -> None:
        async with sending(journal, run_id) as log:
            await asyncio.gather(*(log.hold(n, 2) for n in pending if n not in answers and n % 3 == 0))
            await asyncio.gather(*(log.begin(n, 1) for n in answers))
            for number, code in answers.items():
                effect = Effect.IN_DOUBT if code is None else Effect.ANSWERED
                log.finish(number, 1, Outcome(effect, code, "X", "words"), AFTER_ANSWER[code])

    asyncio.run(send())


@pytest.fixture
def filled(journal: Journal, tmp_path: Path) -> Journal:
    """Two runs of the same leads, so that one run's pages hold none of the other's rows."""
    journal.update_run(RUN, headings=("Lead", "Name", "Outcome"), roles=("njExternalLeadId", "", "njDisposition"))
    journal.create(replace(a_run(tmp_path, LATER), complete=True))
    fill(journal, RUN, 300, 1)
    fill(journal, LATER, 50, 2)
    unknown = [record.number for record in journal.records(RUN, [UNKNOWN])]
    journal.resolve(RUN, unknown[:5], State.SUCCEEDED, "applied")
    journal.resolve(RUN, unknown[5:8], State.PENDING, "send")
    conflicts = [record.number for record in journal.records(RUN, [CONFLICT])]
    journal.resolve(RUN, conflicts[:2], State.FAILED, "not applied")
    return journal


def kind(record: RowRecord) -> str | None:
    reason = record.reason
    return reason.faults[0].kind.name if isinstance(reason, Rejected) else reason.kind.name if reason else None


def fits(record: RowRecord, chosen: RowFilter) -> bool:
    return (
        (not chosen.statuses or record.status in chosen.statuses)
        and (not chosen.codes or record.code in chosen.codes)
        and (not chosen.kinds or kind(record) in chosen.kinds)
        and record.lead.startswith(chosen.lead)
    )


FILTERS = [
    RowFilter(),
    *(RowFilter([status]) for status in Status),
    RowFilter([FAILED, REJECTED]),
    RowFilter([CONFLICT, UNKNOWN]),
    RowFilter([SUCCEEDED, UNSENT, SKIPPED]),
    RowFilter(list(Status)),
    RowFilter(codes=[106]),
    RowFilter(codes=[0]),
    RowFilter(codes=[0, 101, 110]),
    RowFilter(codes=[110], statuses=[FAILED]),
    RowFilter(codes=[999]),
    RowFilter(kinds=["SHORT_PHONE"]),
    RowFilter(kinds=["SHORT_PHONE", "NO_SUCH_DAY", "UNCHANGED"]),
    RowFilter(kinds=["WAITS_FOR_DECISION"]),
    RowFilter(kinds=["SHORT_PHONE"], statuses=[SKIPPED]),
    RowFilter(codes=[106], kinds=["SHORT_PHONE"]),
    RowFilter(lead="A"),
    RowFilter(lead="B1"),
    RowFilter(lead="B1", statuses=[FAILED, SUCCEEDED]),
    RowFilter(lead="A", codes=[106]),
    RowFilter(lead="none of these"),
]


@pytest.mark.parametrize("few", [3_000, 3], ids=["few of a lead", "many of a lead"])
def test_the_pages_together_are_the_chosen_rows(filled: Journal, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.journal.sql.row_pages._FEW", few)
    records = list(filled.records(RUN))
    for chosen, limit in itertools.product(FILTERS, (7, 1000)):
        pages, after = [], 0
        while page := filled.page(RUN, after, limit, chosen):
            assert len(page) <= limit
            pages += page
            after = page[-1].number
        assert pages == [record for record in records if fits(record, chosen)], (chosen, limit)


def test_the_filters_of_these_tests_leave_out_some_rows_and_take_others(filled: Journal) -> None:
    rows = list(filled.records(RUN))
    taken = [sum(fits(record, chosen) for record in rows) for chosen in FILTERS]
    assert [count for count in taken if not count] == [0] * 4, "those four are to find nothing"
    assert min(count for count in taken if count) >= 2


def test_a_page_ends_with_its_trial(filled: Journal) -> None:
    filled.update_run(RUN, last_row=20)
    for chosen in FILTERS:
        assert all(record.number <= 20 for record in filled.page(RUN, 0, 1000, chosen))
    assert sum(count.rows for count in filled.reason_counts(RUN)) < 19


def test_rows_in_flight_are_in_pages_of_all_rows_alone(journal: Journal) -> None:
    journal.add(RUN, [Entry(Row(n, (f"L{n}",)), f"L{n}", {}, harmless=False) for n in (2, 3)])

    async def begin() -> list[list[int]]:
        async with sending(journal) as log:
            await log.begin(2, 1)
            chosen = (RowFilter(), RowFilter([UNKNOWN]), RowFilter([UNSENT]), RowFilter([UNKNOWN], lead="L"))
            return [[record.number for record in journal.page(RUN, chosen=one)] for one in chosen]

    assert asyncio.run(begin()) == [[2, 3], [], [3], []]


@pytest.mark.parametrize(
    ("beginning", "leads"),
    [
        ("a", ["a", "ab", "a\U0010ffff", "a\ud7ff"]),
        ("a\ud7ff", ["a\ud7ff"]),
        ("a\U0010ffff", ["a\U0010ffff"]),
        ("\U0010ffff", ["\U0010ffff", "\U0010ffffx"]),
        ("%", ["%_"]),
        ("_", []),
    ],
)
def test_a_beginning_is_told_by_every_character(journal: Journal, beginning: str, leads: list[str]) -> None:
    every = ["A", "a", "ab", "a\U0010ffff", "a\ud7ff", "b", "\U0010ffff", "\U0010ffffx", "%_"]
    journal.add(RUN, [Entry(Row(n, (lead,)), lead, {}, harmless=False) for n, lead in enumerate(every, 2)])
    assert [record.lead for record in journal.page(RUN, chosen=RowFilter(lead=beginning))] == leads


def test_the_counts_by_reason_are_those_of_the_rows(filled: Journal) -> None:
    expected: dict[tuple[Status, int | None, str | None], int] = {}
    for record in filled.records(RUN):
        group = record.status, record.code, kind(record)
        plain = record.status in (SUCCEEDED, UNSENT) and not record.code and group[2] is None
        if not plain:
            expected[group] = expected.get(group, 0) + 1
    counts = filled.reason_counts(RUN)
    assert {(count.status, count.code, count.kind): count.rows for count in counts} == expected
    assert len(counts) == len(expected)
    assert [count.rows for count in counts] == sorted(expected.values(), reverse=True)


def test_the_values_at_fault_are_those_of_the_cells(filled: Journal) -> None:
    counts: dict[str, int] = {}
    for record in filled.records(RUN, [FAILED]):
        if record.code == 106:
            counts[record.cells[2]] = counts.get(record.cells[2], 0) + 1
    values = filled.reason_values(RUN, ReasonCount(FAILED, 106, None, 0))
    assert values == [ValueCount("Outcome", "Sold", counts["Sold"]), ValueCount("Outcome", "Slae", counts["Slae"])]
    first = filled.reason_values(RUN, ReasonCount(FAILED, 106, None, 0), 3)
    assert sum(value.rows for value in first) == 3


def test_the_values_of_a_fault_are_those_of_its_column(filled: Journal) -> None:
    phones = {"123": 0, "12": 0}
    for record in filled.records(RUN, [REJECTED]):
        if kind(record) == "SHORT_PHONE":
            assert isinstance(record.reason, Rejected)
            phones[record.reason.faults[0].value] += 1
    values = filled.reason_values(RUN, ReasonCount(REJECTED, None, "SHORT_PHONE", 0))
    assert {value.value: value.rows for value in values} == phones
    assert {value.place for value in values} == {"Phone"}
    assert filled.reason_values(RUN, ReasonCount(SKIPPED, None, "UNCHANGED", 0)) == []
    assert filled.reason_values(RUN, ReasonCount(CONFLICT, 110, None, 0)) == [], "110 is no fault of a cell"


def test_rows_left_out_are_told_beyond_a_trials_end_too(journal: Journal, tmp_path: Path) -> None:
    out = Skip(SkipKind.LEFT_OUT, text="Ann")
    states = {
        2: (State.PENDING, None),
        3: (State.SKIPPED, out),
        4: (State.SKIPPED, REASONS[3]),
        5: (State.SKIPPED, out),
        6: (State.REJECTED, None),
    }
    journal.add(RUN, (Entry(Row(n, ("A",)), "A", {}, False, *state) for n, state in states.items()))
    journal.update_run(RUN, last_row=3)
    assert journal.left_out(RUN) == {3: out, 5: out}
    assert journal.faulty_beyond(RUN) == 1
    journal.update_run(RUN, last_row=6)
    assert journal.faulty_beyond(RUN) == 0
