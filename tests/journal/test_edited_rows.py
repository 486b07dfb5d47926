"""Changed rows and the results of their checks: kept for one version and one set of rules."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import LEFT_OUT, EditedCounts, Effects, Entry, Journal, RowCheck, State, ValueCount
from leadsync.models import Effect, Outcome, Row
from leadsync.reasons import Fault, FaultKind, Rejected
from tests.journal.samples import FAILED, RUN, SUCCEEDED, a_run, sending

NO_AREA = Rejected((Fault("Phone", "8321", FaultKind.NO_AREA_CODE),))
READY = RowCheck(1, True)
SOLD = RowCheck(1, False, "UNKNOWN_DISPOSITION", "Outcome", "Sold")


@pytest.fixture
def edited(journal: Journal) -> Journal:
    """Rows 2 to 4 failed with 106, 5 and 6 were rejected, row 7 went through; all but row 4 have a change."""
    states = {5: (State.REJECTED, NO_AREA), 6: (State.REJECTED, NO_AREA)}
    rows = range(2, 8)
    journal.add(
        RUN,
        [Entry(Row(n, (f"L{n}", "Sold")), f"L{n}", {}, False, *states.get(n, (State.PENDING, None))) for n in rows],
    )

    async def send() -> None:
        async with sending(journal) as log:
            for number, code in ((2, 106), (3, 106), (4, 106), (7, 0)):
                await log.begin(number, 1)
                log.finish(number, 1, Outcome(Effect.ANSWERED, code, "", "", 200), FAILED if code else SUCCEEDED)

    asyncio.run(send())
    journal.edit_rows(RUN, {number: (0, {1: "Sale"}) for number in rows if number != 4}, user="ann")
    return journal


def ready(journal: Journal, after: int = 0, limit: int = 100) -> list[int]:
    return [record.number for record in journal.ready_page(RUN, after, limit)]


def faulty(journal: Journal, after: int = 0, limit: int = 100, fault: str = "") -> list[int]:
    return [record.number for record in journal.faulty_page(RUN, after, limit, fault)]


def figures(journal: Journal, rules: str = "a") -> tuple[int, int, int]:
    found = journal.correctable_counts(RUN, rules)
    return found.ready, found.faulty, found.unchecked


def test_a_change_is_unchecked_and_not_ready(edited: Journal) -> None:
    assert edited.unchecked(RUN, "a", 100) == [2, 3, 5, 6], "row 7 went through"
    assert edited.unchecked(RUN, "a", 2) == [2, 3]
    assert figures(edited) == (0, 4, 4)
    assert ready(edited) == []
    assert faulty(edited) == [2, 3, 5, 6]
    assert edited.fault_counts(RUN) == {}


def test_results_are_kept(edited: Journal) -> None:
    edited.keep_checks(RUN, "a", {2: READY, 3: SOLD, 5: SOLD, 6: RowCheck(1, False)})
    assert edited.unchecked(RUN, "a", 100) == []
    assert figures(edited) == (1, 3, 0)
    assert ready(edited) == [2]
    assert faulty(edited) == [3, 5, 6]
    assert faulty(edited, fault="UNKNOWN_DISPOSITION") == [3, 5]
    assert edited.fault_counts(RUN) == {"UNKNOWN_DISPOSITION": 2}
    assert edited.fault_values(RUN, "UNKNOWN_DISPOSITION", 5) == [ValueCount("Outcome", "Sold", 2)]
    assert edited.fault_values(RUN, "NO_PHONE", 5) == []


def test_pages_go_on_behind_a_row(edited: Journal) -> None:
    edited.keep_checks(RUN, "a", {2: READY, 3: READY, 5: SOLD, 6: SOLD})
    assert (ready(edited, 0, 1), ready(edited, 2, 1), ready(edited, 3, 1)) == ([2], [3], [])
    assert (faulty(edited, 0, 1), faulty(edited, 5, 1)) == ([5], [6])


def test_other_rules_check_anew(edited: Journal) -> None:
    edited.keep_checks(RUN, "a", {2: READY, 3: READY, 5: READY, 6: READY})
    assert figures(edited, "b") == (4, 0, 4)
    assert edited.unchecked(RUN, "b", 100) == [2, 3, 5, 6]


def test_a_further_change_is_checked_anew(edited: Journal) -> None:
    edited.keep_checks(RUN, "a", {2: READY, 3: READY, 5: READY, 6: SOLD})
    edited.edit(RUN, 3, {1: "Slae"}, version=1, user="bob")
    assert edited.unchecked(RUN, "a", 100) == [3]
    assert figures(edited) == (2, 2, 1)


def test_the_check_of_an_older_version_is_not_kept(edited: Journal) -> None:
    edited.edit(RUN, 3, {1: "Slae"}, version=1, user="bob")
    edited.keep_checks(RUN, "a", {2: READY, 3: READY})
    assert ready(edited) == [2]
    assert edited.unchecked(RUN, "a", 100) == [3, 5, 6]


def test_a_row_in_a_later_run_is_not_there_any_more(edited: Journal, tmp_path: Path) -> None:
    edited.keep_checks(RUN, "a", {2: READY, 3: READY, 5: SOLD, 6: SOLD})
    edited.create(a_run(tmp_path, "r2"))
    edited.confirm("r2", Effects(taken={RUN: [(2, 2), (5, 3)]}))
    assert figures(edited) == (1, 1, 0)
    assert (ready(edited), faulty(edited)) == ([3], [6])
    assert edited.fault_values(RUN, "UNKNOWN_DISPOSITION", 5) == [ValueCount("Outcome", "Sold", 1)]
    assert edited.edited_counts(RUN) == EditedCounts(changed=2, ready=1, mended=1)


def test_changed_rows_are_open_ones_with_another_text_now(edited: Journal) -> None:
    assert edited.edited_counts(RUN) == EditedCounts(changed=4), "row 7 went through"
    edited.edit(RUN, 6, {1: "Sold"}, version=1, user="bob")
    assert edited.edited_counts(RUN).changed == 3, "row 6 has its first text again"
    edited.edit(RUN, 6, {0: "L66"}, version=2, user="bob")
    assert edited.edited_counts(RUN).changed == 4


def test_a_change_that_is_at_fault_itself_mends_nothing(edited: Journal) -> None:
    edited.keep_checks(RUN, "a", {2: READY, 3: SOLD, 5: SOLD, 6: READY})
    assert edited.edited_counts(RUN) == EditedCounts(changed=4, ready=2, mended=2)
    assert edited.correctable_counts(RUN, "a").to_correct == 5 - 2


def test_of_a_draft_faults_are_counted_and_not_changes(journal: Journal, tmp_path: Path) -> None:
    """Rows 2 to 4 are right, 5 to 7 at fault: 2 is corrected, 3 and 5 left out, 4 made wrong, 6 mended, 7 still so."""
    journal.create(replace(a_run(tmp_path, "d1"), complete=False))
    states = {n: (State.PENDING, None) if n < 5 else (State.REJECTED, NO_AREA) for n in range(2, 8)}
    journal.add("d1", [Entry(Row(n, (f"L{n}", "")), f"L{n}", {}, False, *state) for n, state in states.items()])
    journal.edit_rows("d1", {n: (0, {LEFT_OUT: "left out"} if n in (3, 5) else {1: "?"}) for n in states}, user="ann")
    assert journal.edited_counts("d1") == EditedCounts(changed=6, ready=2, mended=1), "left out is left out unchecked"
    journal.keep_checks("d1", "a", {2: READY, 3: READY, 4: SOLD, 5: READY, 6: READY, 7: SOLD})
    found = journal.edited_counts("d1")
    assert found == EditedCounts(changed=6, ready=4, mended=2, broken=1)
    open_rows = journal.correctable_counts("d1", "a")
    assert (open_rows.ready, open_rows.to_correct) == (found.ready, 3 - found.mended + found.broken)
    journal.edit("d1", 3, {LEFT_OUT: ""}, version=1, user="ann")
    assert journal.edited_counts("d1") == EditedCounts(changed=5, ready=3, mended=2, broken=1)


def test_of_a_draft_the_rows_to_be_sent_are_open_too(journal: Journal, tmp_path: Path) -> None:
    journal.create(replace(a_run(tmp_path, "d1"), complete=False))
    entries = {2: (State.PENDING, None), 3: (State.REJECTED, NO_AREA)}
    journal.add("d1", [Entry(Row(n, (f"L{n}", "")), f"L{n}", {}, False, *state) for n, state in entries.items()])
    assert [record.number for record in journal.open_rows("d1", [2, 3])] == [2, 3]
    assert [reason.rows for reason in journal.correctable_counts("d1").untouched] == [1]
    journal.edit("d1", 2, {1: "Sale"}, version=0, user="ann")
    assert journal.unchecked("d1", "a", 100) == [2]
    journal.keep_checks("d1", "a", {2: READY})
    open_rows = journal.correctable_counts("d1", "a")
    assert (open_rows.ready, open_rows.faulty, open_rows.unchecked) == (1, 0, 0)
    assert [record.number for record in journal.ready_page("d1")] == [2]
    journal.edit("d1", 2, {1: ""}, version=1, user="ann")
    assert (journal.unchecked("d1", "a", 100), journal.ready_page("d1")) == ([], []), "taken back: as in the sheet"
    assert journal.correctable_counts("d1", "b").unchecked == 0
    journal.edit("d1", 2, {1: "Sale"}, version=2, user="ann")
    journal.confirm("d1")
    assert [record.number for record in journal.open_rows("d1", [2, 3])] == [3]
    assert journal.correctable_counts("d1", "a").ready == 0
