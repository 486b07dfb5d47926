"""Which rows of a run can go, go again by a retry, or wait for a person; and when a decision can be taken back.

Each test lists rows in the sheet's order: lead, how the row ended, and the dialer's code. Row numbers begin with 2.
"""

import asyncio
from pathlib import Path

import pytest

from leadsync.journal import Effects, Journal, State
from leadsync.models import Effect, Lead, Outcome, Status
from leadsync.reasons import Skip, SkipKind
from tests.journal.samples import (
    CONFLICT,
    CUT,
    FAILED,
    LATER,
    OK,
    REJECTED,
    RUN,
    SKIPPED,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    Ended,
    a_run,
    add,
    attempt,
    ends,
    entry,
    retried,
    sending,
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", SUCCEEDED), ("B", FAILED, 101), ("C", UNSENT), ("D", REJECTED), ("E", SKIPPED)], [3, 4]),
        ([("A", FAILED, None)], [2]),  # its attempts ran out without an answer
        ([("A", FAILED, 104)], []),  # do not call: refused for good
        ([("A", UNKNOWN, None, "idempotent")], [2]),
        ([("A", UNKNOWN), ("B", CONFLICT, 110)], []),
        ([("A", UNKNOWN, None), ("A", UNSENT), ("A", FAILED, 101), ("B", UNSENT)], [5]),
        ([("A", CONFLICT, 110), ("A", UNSENT)], []),
        ([("A", CONFLICT, 110, "idempotent"), ("A", UNSENT)], []),
        ([("A", UNKNOWN, None, "idempotent"), ("A", UNSENT)], [2, 3]),
        ([("A", FAILED, 101), ("A", SUCCEEDED)], []),  # would undo the later row
        ([("A", SUCCEEDED), ("A", FAILED, 101)], [3]),
        ([("A", FAILED, 101), ("B", SUCCEEDED)], [2]),
        ([("A", FAILED, 101), ("A", FAILED, 106)], [2, 3]),
    ],
)
def test_a_retry_takes(journal: Journal, tmp_path: Path, rows: list[Ended], expected: list[int]) -> None:
    add(journal, RUN, *rows)
    assert retried(journal, tmp_path) == expected
    later = ends(journal, LATER)
    assert set(later.values()) <= {UNSENT}


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        ([("A", FAILED, 101), ("A", SUCCEEDED), ("B", FAILED, 101), ("B", UNSENT)], [2]),
        ([("A", SUCCEEDED), ("A", FAILED, 101), ("B", UNSENT)], []),
        ([("A", FAILED, 104), ("A", SUCCEEDED), ("A", UNSENT)], []),  # refused for good
        ([("A", REJECTED), ("A", SUCCEEDED)], [2]),
        ([("A", FAILED, 101), ("A", CONFLICT, 110), ("A", UNSENT)], []),  # a person decides first
        ([("A", FAILED, 101), ("A", FAILED, 101), ("A", SUCCEEDED), ("A", UNSENT)], [2, 3]),
    ],
)
def test_a_retry_leaves_out_behind_later_rows(journal: Journal, rows: list[Ended], gone: list[int]) -> None:
    add(journal, RUN, *rows)
    assert [row.number for row in journal.overtaken(RUN)] == gone
    behind = sorted(journal.later_rows(RUN, [2, 3, 4]))
    assert behind == gone or rows[0][1:] == (FAILED, 104)


def test_the_rows_that_a_retry_leaves_out_for_others_of_their_leads_by_the_run_with_those(
    journal: Journal, tmp_path: Path
) -> None:
    failed = FAILED, 101
    add(journal, RUN, ("A", *failed), ("A", *failed), ("A", *failed), ("B", UNKNOWN), ("B", *failed), ("C", *failed))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("A", UNSENT), ("C", UNKNOWN))
    journal.confirm(LATER, Effects(taken={RUN: [(3, 2)]}))
    assert journal.behind_others(RUN) == {(RUN, False): {6}, (LATER, True): {4}}
    assert journal.count_retry(RUN) == 2, "rows 2 and 7"


def test_what_the_lead_took_in_another_run_keeps_no_row_from_going_again(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101))
    other = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, other))
    add(journal, other, ("B", SUCCEEDED), ("A", SUCCEEDED))
    assert retried(journal, tmp_path) == [2]


def test_what_is_undecided_in_another_run_neither(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101))
    other = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, other))
    add(journal, other, ("A", CONFLICT, 110))
    assert retried(journal, tmp_path) == [2]
    assert (journal.ready(LATER, None), journal.waiting(LATER, None)) == (1, 0)


def cut(journal: Journal, run_id: str, number: int) -> None:
    """The row is sent, and its connection cut."""

    async def send() -> None:
        async with sending(journal, run_id) as log:
            await attempt(log, number, CUT, Status.UNKNOWN)

    asyncio.run(send())


def undecided(journal: Journal, run_id: str) -> dict[str, int]:
    async def ask() -> dict[str, int]:
        async with sending(journal, run_id) as log:
            return await log.undecided()

    return asyncio.run(ask())


@pytest.mark.parametrize("again", [False, True])
def test_a_row_waits_for_its_leads_earlier_row_that_is_undecided_in_a_later_run(
    journal: Journal, tmp_path: Path, again: bool
) -> None:
    """Row 2 went from a retry file and was cut there, or in that run's own retry: row 3 would overtake it."""
    add(journal, RUN, ("A", FAILED, 101), ("A", FAILED, 101), ("A", UNSENT), ("B", FAILED, 101))
    last, third = "20261123-220000-aaaa", "20261125-000000-0000"
    journal.create(a_run(tmp_path, last))
    add(journal, last, ("A", FAILED, 101) if again else ("A", UNKNOWN))
    journal.confirm(last, Effects(taken={RUN: [(2, 2)]}))
    if again:
        assert retried(journal, tmp_path, third, of=last) == [2]
        cut(journal, last := third, 2)
    assert (journal.ready(RUN, None), journal.waiting(RUN, None)) == (0, 1)
    assert not journal.has_more(RUN)
    assert journal.runs_ahead(RUN) == [last]
    assert undecided(journal, RUN) == {"A": 2}
    assert journal.count_retry(RUN) == 1, "row 5"
    journal.hold(last)
    journal.resolve(last, [2], State.FAILED, "not applied")
    assert undecided(journal, RUN) == {}
    assert journal.ready(RUN, None) == 1
    assert retried(journal, tmp_path) == [3, 4, 5]


def test_a_row_waits_for_its_leads_earlier_row_that_is_undecided_in_a_retry(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", UNKNOWN), ("A", UNSENT))
    journal.create_retry(a_run(tmp_path, LATER, retry_of=RUN), limit=1)
    cut(journal, LATER, 2)
    assert journal.ready(LATER, None) == 0
    third = a_run(tmp_path, "20261125-000000-0000", retry_of=RUN)
    journal.add(RUN, [entry(5, "A")])
    assert journal.count_retry(RUN) == 0
    journal.create_retry(third)
    assert ends(journal, third.id) == {}


def test_rows_alike_are_those_that_another_run_is_still_to_send(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", UNSENT), ("B", SUCCEEDED), ("C", UNKNOWN), ("D", UNKNOWN, None, "idempotent"))
    journal.create(a_run(tmp_path, LATER))
    journal.add(LATER, [*(entry(n, lead) for n, lead in enumerate("ABCDE", 2))])
    assert journal.alike(LATER, [RUN]) == 0, "the same leads with other values"
    third = "20261125-000000-0000"
    journal.create(a_run(tmp_path, third))
    add(journal, third, *((lead, UNSENT) for lead in "ABCDE"))
    assert journal.alike(third, [RUN]) == 2, "A and D"
    assert journal.alike(third, [RUN], [2, 3]) == 1, "A is taken"
    assert journal.alike(third, []) == 0


def test_a_row_goes_to_one_retry_only(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    assert retried(journal, tmp_path) == [2, 3]
    assert journal.count_retry(RUN) == 0
    assert journal.count_retry(LATER) == 2
    third = "20261125-000000-0000"
    assert retried(journal, tmp_path, third, of=LATER) == [2, 3]
    assert ends(journal, LATER) == {2: SKIPPED, 3: SKIPPED}
    assert (journal.retries(RUN), journal.takers(RUN), journal.lineage(RUN)) == ([LATER], [LATER], [LATER, third])


def test_a_row_with_a_saved_correction_goes_to_no_retry(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101), ("C", FAILED, 101))
    journal.edit_rows(RUN, {2: (0, {0: "AA"}), 3: (0, {0: "BB"})}, user="ann")
    journal.edit(RUN, 3, {0: "B"}, version=1, user="ann")
    assert list(journal.leads_of_retry(RUN, [RUN])) == [(3, Lead("B", {"Name": "B"})), (4, Lead("C", {"Name": "C"}))]
    assert retried(journal, tmp_path) == [3, 4], "row 3 has its first text again"
    assert journal.edited_counts(RUN).changed == 1
    assert journal.unchecked(RUN, "rules", 10) == [2]


def test_a_row_that_a_corrected_sheet_has_taken_goes_to_no_retry(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 101), ("B", FAILED, 101))
    corrected = "20261123-220000-aaaa"
    journal.create(a_run(tmp_path, corrected))
    add(journal, corrected, ("A", UNSENT))
    journal.confirm(corrected, Effects(taken={RUN: [(2, 2)]}))
    assert retried(journal, tmp_path) == [3]
    assert journal.takers(RUN) == [corrected, LATER]
    assert journal.retries(RUN) == [LATER]


def test_rows_that_later_runs_have_taken_are_found_there_until_they_went_through(
    journal: Journal, tmp_path: Path
) -> None:
    """Another run has a failed row of its own meanwhile."""
    unrelated, again = "20261123-220000-aaaa", "20261125-000000-0000"
    journal.create(a_run(tmp_path, unrelated))
    add(journal, unrelated, ("C", FAILED, 106))
    add(journal, RUN, ("A", FAILED, 106), ("B", FAILED, 106))
    assert journal.moved_to(RUN) is None
    assert retried(journal, tmp_path) == [2, 3]
    assert journal.moved_to(RUN) == [LATER]

    async def send() -> None:
        async with sending(journal, LATER) as log:
            await attempt(log, 2, OK, SUCCEEDED)
            await attempt(log, 3, Outcome(Effect.ANSWERED, 106), FAILED)

    asyncio.run(send())
    assert retried(journal, tmp_path, again, of=LATER) == [3]
    assert journal.moved_to(RUN) == [again]

    async def go_on() -> None:
        async with sending(journal, again) as log:
            await attempt(log, 3, OK, SUCCEEDED)

    asyncio.run(go_on())
    assert journal.moved_to(RUN) == []


def test_a_run_without_later_ones_has_no_rows_elsewhere(journal: Journal) -> None:
    add(journal, RUN, ("A", SUCCEEDED))
    assert journal.moved_to(RUN) is None


def test_a_run_that_has_kept_a_row_to_correct_is_where_to_look(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", FAILED, 106), ("B", REJECTED))
    assert retried(journal, tmp_path) == [2]
    assert journal.moved_to(RUN) is None


def test_what_a_corrected_sheet_has_taken_stays_taken_when_another_draft_is_deleted(
    journal: Journal, tmp_path: Path
) -> None:
    draft = "20261125-000000-0000"
    add(journal, RUN, ("A", FAILED, 106))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("A", UNSENT))
    journal.confirm(LATER, Effects(taken={RUN: [(2, 2)]}))
    journal.create(a_run(tmp_path, draft))
    journal.delete_draft(draft)
    assert journal.takers(RUN) == [LATER]
    assert journal.count_retry(RUN) == 0


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
    add(journal, RUN, ("A", UNSENT), ("A", SUCCEEDED), ("B", FAILED, 101))
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
    ("E", SUCCEEDED),  # 9
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
    assert (journal.ready(RUN, end), journal.waiting(RUN, end)) == (ready, waiting)


@pytest.mark.parametrize("ahead", [UNKNOWN, CONFLICT])
def test_a_row_waits_for_no_later_one(journal: Journal, tmp_path: Path, ahead: Status) -> None:
    """Row 2 was called not applied, and is to be sent by a decision: rows 3 and 4 were sent in between."""
    add(journal, RUN, ("A", UNSENT), ("A", FAILED, 101), ("A", ahead), ("A", UNSENT))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("A", UNSENT))
    journal.confirm(LATER, Effects(taken={RUN: [(3, 2)]}))
    assert (journal.ready(RUN, None), journal.waiting(RUN, None), journal.has_more(RUN)) == (1, 1, True)
    assert [number for number, _ in journal.leads_left(RUN, None, [LATER])] == [2]
    assert journal.runs_ahead(RUN) == [RUN, LATER]


def test_no_run_is_ahead_of_its_last_rows(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", UNSENT), ("A", FAILED, 101))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, ("A", UNSENT))
    journal.confirm(LATER, Effects(taken={RUN: [(3, 2)]}))
    assert (journal.ready(RUN, None), journal.runs_ahead(RUN)) == (1, [])


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        ([("A", SUCCEEDED), ("B", FAILED, 101), ("C", REJECTED), ("D", SKIPPED)], False),
        ([("A", SUCCEEDED), ("B", UNSENT)], True),
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
        async with sending(journal, RUN) as log:
            await log.begin(2, 1)

    asyncio.run(begin())
    assert journal.has_more(RUN)


def test_rows_of_another_run_count_for_nothing(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", SUCCEEDED))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, *ROWS)
    assert not journal.has_more(RUN)
    assert (journal.ready(RUN, None), journal.waiting(RUN, None)) == (0, 0)
    assert journal.nth_pending(RUN, 1) is None


def test_rows_taken_into_a_retry_are_not_sent_by_both(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(n) for n in range(2, 7)])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, OK, Status.SUCCEEDED)
            await attempt(log, 3, Outcome(Effect.ANSWERED, 101, "X", "X", 400), Status.FAILED)
            await attempt(log, 4, Outcome(Effect.ANSWERED, 104, "DNC", "DNC", 400), Status.FAILED)
            await attempt(log, 5, CUT, Status.UNKNOWN)

    asyncio.run(send())
    later = a_run(tmp_path, "20261124-000000-0000", retry_of=RUN)
    assert journal.count_retry(RUN) == 2
    journal.create_retry(later)
    assert ends(journal, later.id) == {3: Status.UNSENT, 6: Status.UNSENT}
    assert ends(journal)[6] is Status.SKIPPED
    assert ends(journal)[5] is Status.UNKNOWN
    assert journal.retries(RUN) == [later.id]
    assert journal.count_retry(RUN) == 0, "a row goes to one retry only"
    assert journal.origins(RUN)[3].run_id == later.id
    assert journal.lineage(RUN) == [later.id]


def test_a_retrys_limit_is_stored_with_it(journal: Journal, tmp_path: Path) -> None:
    """A kill behind the commit leaves a trial, never a retry of all rows."""
    journal.add(RUN, [entry(n) for n in range(2, 7)])
    later = a_run(tmp_path, "20261124-000000-0000", retry_of=RUN)
    journal.create_retry(later, 3)
    assert journal.run(later.id).last_row == 4


def test_a_retry_takes_idempotent_rows_in_doubt_and_what_waits_behind_them(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, [entry(2, "L", harmless=True), entry(3, "L"), entry(4, "M"), entry(5, "M")])

    async def send() -> None:
        async with sending(journal, RUN) as log:
            await attempt(log, 2, CUT, Status.UNKNOWN)
            await attempt(log, 4, CUT, Status.UNKNOWN)

    asyncio.run(send())
    journal.update_run(RUN, complete=True)
    later = a_run(tmp_path, "20261124-000000-0000", retry_of=RUN)
    assert journal.count_retry(RUN) == 2
    journal.create_retry(later)
    assert ends(journal, later.id) == {2: Status.UNSENT, 3: Status.UNSENT}
    assert ends(journal) == {2: Status.SKIPPED, 3: Status.SKIPPED, 4: Status.UNKNOWN, 5: Status.UNSENT}
    assert journal.run(RUN).finished, "what is left waits for a person"
    journal.resolve(RUN, [4], State.SUCCEEDED, "applied")
    assert not journal.run(RUN).finished


def test_rows_left_are_told_for_leads_with_rows_in_other_runs(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", UNSENT), ("B", FAILED, 106), ("C", CONFLICT), ("C", UNSENT), ("D", UNSENT), ("E", UNSENT))
    journal.create(a_run(tmp_path, LATER))
    add(journal, LATER, *((lead, SUCCEEDED) for lead in "ABCD"), ("B", FAILED, 106))
    assert (journal.sent_beside(RUN), journal.sent_beside(LATER)) == ({LATER}, set()), "by the order of the calls"
    first, last = journal.first_call(RUN), journal.first_call(LATER)
    assert 0 < (first or 0) < (last or 0)
    assert journal.last_call() >= (last or 0)
    assert journal.sent_beside(RUN, (last or 0) - 1) == {LATER}
    assert journal.sent_beside(RUN, journal.last_call()) == set(), "nothing since"
    sent = journal.history().sent(["A"], 9, "http://127.0.0.1", 41)["A"]
    assert [one.sequence for one in sent] == [last]
    assert journal.history().last_sent(["A"], "http://127.0.0.1", 41)["A"] == sent[0]
    assert [
        (number, lead.external_id, dict(lead.fields)) for number, lead in journal.leads_left(RUN, None, [LATER])
    ] == [
        (2, "A", {"Name": "A"}),
        (6, "D", {"Name": "D"}),
    ]
    assert [number for number, _ in journal.leads_left(RUN, 5, [LATER])] == [2]
    assert [number for number, _ in journal.leads_of_retry(RUN, [LATER])] == [2, 3, 6]
    assert list(journal.leads_left(RUN, None, [])) == []


def test_pending_rows_can_be_skipped_and_others_not(journal: Journal) -> None:
    add(journal, RUN, ("A", UNSENT), ("B", FAILED, 106), ("C", UNSENT))
    reason = Skip(SkipKind.UNDECIDED_BEFORE, LATER, 2, status="unknown")
    journal.confirm(RUN)
    journal.skip(RUN, {2: reason, 3: reason})
    assert ends(journal) == {2: SKIPPED, 3: FAILED, 4: UNSENT}
    assert [record.reason for record in journal.records(RUN)] == [reason, None, None]
    assert not journal.run(RUN).finished
    journal.skip(RUN, {4: reason})
    assert journal.run(RUN).finished, "no row is left to be sent"
