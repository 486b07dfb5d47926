"""Rows open to correction: which they are, by reason and page, before and after changes."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import Effects, Entry, Journal, ReasonCount, SentAgain, State, ValueCount
from leadsync.models import Effect, Outcome, Row, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from tests.journal.samples import FAILED, RUN, SUCCEEDED, a_run, sending

NO_AREA = Rejected((Fault("Phone", "8321", FaultKind.NO_AREA_CODE),))
STILL = Skip(SkipKind.STILL_FAILING, "r0", 2, code=106)
BY_106 = ReasonCount(Status.FAILED, 106, None, 2)
BY_AREA = ReasonCount(Status.REJECTED, None, "NO_AREA_CODE", 2)
BY_STILL = ReasonCount(Status.SKIPPED, None, "STILL_FAILING", 1)


@pytest.fixture
def faulty(journal: Journal) -> Journal:
    """Rows 2 and 3 failed with 106, 4 with 104 for good; 5 and 6 rejected; 7 skipped uncorrected; 8 went through."""
    states = {5: (State.REJECTED, NO_AREA), 6: (State.REJECTED, NO_AREA), 7: (State.SKIPPED, STILL)}
    journal.add(
        RUN,
        [
            Entry(Row(n, (f"L{n}", "Sold")), f"L{n}", {}, False, *states.get(n, (State.PENDING, None)))
            for n in range(2, 9)
        ],
    )

    async def send() -> None:
        async with sending(journal) as log:
            for number, code in ((2, 106), (3, 106), (4, 104), (8, 0)):
                await log.begin(number, 1)
                log.finish(number, 1, Outcome(Effect.ANSWERED, code, "", "", 200), FAILED if code else SUCCEEDED)

    asyncio.run(send())
    return journal


def numbers(journal: Journal, after: int = 0, limit: int = 100, reason: ReasonCount | None = None) -> list[int]:
    return [record.number for record in journal.correctable_page(RUN, after, limit, reason)]


def test_they_failed_or_were_rejected_and_not_for_good(faulty: Journal) -> None:
    found = faulty.correctable_counts(RUN)
    assert found.untouched == [BY_AREA, BY_106, BY_STILL]
    assert [reason.first for reason in found.untouched] == [5, 2, 7]
    assert (found.ready, found.faulty, found.unchecked, found.to_correct) == (0, 0, 0, 5)
    assert numbers(faulty) == [2, 3, 5, 6, 7]


def test_pages_go_on_behind_a_row(faulty: Journal) -> None:
    assert numbers(faulty, 0, 2) == [2, 3]
    assert numbers(faulty, 3, 2) == [5, 6]
    assert numbers(faulty, 6, 2) == [7]
    assert numbers(faulty, 0, 100, BY_AREA) == [5, 6]


def test_values_at_fault_are_counted(faulty: Journal) -> None:
    assert faulty.correctable_values(RUN, BY_AREA) == [ValueCount("Phone", "8321", 2)]


def test_a_changed_row_is_untouched_no_more(faulty: Journal) -> None:
    assert faulty.edit_rows(RUN, {5: (0, {1: "Sale"}), 8: (0, {1: "Busy"})}, user="ann") == {5: 1, 8: 1}
    assert numbers(faulty) == [2, 3, 6, 7]
    assert faulty.correctable_values(RUN, BY_AREA) == [ValueCount("Phone", "8321", 1)]
    assert [record.number for record in faulty.open_rows(RUN, [2, 4, 5, 8])] == [2, 5], "row 8 went through"
    found = faulty.correctable_counts(RUN, "rules")
    assert set(found.untouched) == {BY_106, replace(BY_AREA, rows=1), BY_STILL}
    assert (found.ready, found.faulty, found.unchecked, found.to_correct) == (0, 1, 1, 5)


def test_many_rows_are_changed_but_for_those_that_another_has_changed(faulty: Journal) -> None:
    faulty.edit(RUN, 2, {1: "Sale"}, version=0, user="bob")
    assert faulty.edit_rows(RUN, {2: (0, {1: "Busy"}), 3: (0, {1: "Busy"})}, user="ann") == {2: None, 3: 1}
    assert [(edit.number, edit.new, edit.user) for edit in faulty.edits(RUN)] == [
        (2, "Sale", "bob"),
        (3, "Busy", "ann"),
    ]


def test_a_row_in_a_later_run_is_not_open(faulty: Journal, tmp_path: Path) -> None:
    faulty.edit(RUN, 3, {1: "Sale"}, version=0, user="ann")
    faulty.create(a_run(tmp_path, "r2"))
    faulty.add("r2", [Entry(Row(2, ("L3", "Sale")), "L3", {}, harmless=False)])
    faulty.confirm("r2", Effects(taken={RUN: [(3, 2), (5, 3)]}))
    assert numbers(faulty) == [2, 6, 7]
    assert faulty.correctable_counts(RUN, "rules").unchecked == 0
    assert faulty.edited_counts(RUN).changed == 0
    assert faulty.sent_again(RUN) == {"r2": SentAgain(2, 0)}
    assert faulty.sent_again("r2") == {}
    faulty.update_run(RUN, last_row=4)
    assert faulty.sent_again(RUN) == {"r2": SentAgain(1, 0)}, "row 5, behind the trial's end, did not go before"


def test_a_row_rejected_again_in_the_rest_of_a_trial_did_not_go_again(faulty: Journal, tmp_path: Path) -> None:
    faulty.create(replace(a_run(tmp_path, "r2"), follows=RUN))
    states = {3: State.PENDING, 5: State.REJECTED}
    faulty.add("r2", [Entry(Row(n, (f"L{n}", "?")), f"L{n}", {}, False, state) for n, state in states.items()])
    faulty.confirm("r2", Effects(taken={RUN: [(3, 3), (5, 5)]}))
    assert numbers(faulty) == [2, 6, 7]
    assert faulty.sent_again(RUN) == {"r2": SentAgain(2, 0, faulty=1)}


def test_rows_sent_again_are_followed_by_their_number_there(faulty: Journal, tmp_path: Path) -> None:
    """Row 3 came as row 2 with another id and went through; row 5 failed once more; row 2 was retried."""
    later = a_run(tmp_path, "r2")
    faulty.create(later)
    faulty.add("r2", [Entry(Row(n, (f"M{n}", "Sale")), f"M{n}", {}, harmless=False) for n in (2, 3)])
    faulty.confirm("r2", Effects(taken={RUN: [(3, 2), (5, 3)]}))

    async def send() -> None:
        async with sending(faulty, "r2") as log:
            for number, code in ((2, 0), (3, 106)):
                await log.begin(number, 1)
                log.finish(number, 1, Outcome(Effect.ANSWERED, code, "", "", 200), FAILED if code else SUCCEEDED)

    asyncio.run(send())
    assert faulty.sent_again(RUN) == {"r2": SentAgain(2, 1)}
    retry = replace(a_run(tmp_path, "r3"), retry_of=RUN)
    faulty.create_retry(retry)
    assert faulty.sent_again(RUN) == {"r3": SentAgain(1, 0), "r2": SentAgain(2, 1)}
    faulty.create(a_run(tmp_path, "r4"))
    faulty.add("r4", [Entry(Row(9, ("M3", "Sale")), "M3", {}, harmless=False)])
    faulty.confirm("r4", Effects(taken={"r2": [(3, 9)]}))
    assert faulty.sent_again(RUN) == {"r4": SentAgain(1, 0), "r3": SentAgain(1, 0), "r2": SentAgain(1, 1)}
