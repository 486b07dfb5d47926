"""Corrections of cells by several people, and the record of users' actions."""

import asyncio
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.journal import LEFT_OUT, Effects, Entry, Journal, State
from leadsync.models import Row
from tests.journal.conftest import OpenStore
from tests.journal.samples import CONFLICT, CUT, LATER, NOW, RUN, UNKNOWN, a_run, add, attempt, entry, sending


@pytest.fixture
def edited(journal: Journal) -> Journal:
    """A journal whose run has rows 2 and 3 of the cells L2, Sold and L3, Sold."""
    journal.add(RUN, [Entry(Row(n, (f"L{n}", "Sold")), f"L{n}", {}, harmless=False) for n in (2, 3)])
    return journal


def changes(journal: Journal, *numbers: int) -> list[tuple[int, int, int, str, str, str]]:
    return [edit[:6] for edit in journal.edits(RUN, numbers or None)]


def test_a_correction_is_kept_beside_the_cells_with_its_user_and_time(edited: Journal) -> None:
    before = edited.now()
    assert edited.edit(RUN, 2, {1: "Sale"}, version=0, user="ann") == 1
    assert edited.edit(RUN, 2, {0: "L02", 1: "Busy"}, version=1, user="bob") == 2
    assert changes(edited) == [
        (2, 1, 1, "Sold", "Sale", "ann"),
        (2, 2, 0, "L2", "L02", "bob"),
        (2, 2, 1, "Sale", "Busy", "bob"),
    ]
    assert all(before <= edit.at <= edited.now() for edit in edited.edits(RUN))
    assert edited.cells(RUN, [2]) == {2: ("L2", "Sold")}, "the sheet's own cells stay"


def test_of_two_people_at_one_row_the_second_is_told(edited: Journal, open_store: OpenStore) -> None:
    other = open_store()
    assert edited.edit(RUN, 2, {1: "Sale"}, version=0, user="ann") == 1
    assert other.edit(RUN, 2, {0: "L02"}, version=0, user="bob") is None
    assert other.edit(RUN, 3, {1: "Sale"}, version=0, user="bob") == 1, "another row is nobody's"
    assert other.edit(RUN, 2, {0: "L02"}, version=2, user="bob") is None, "nor has anyone seen a later version"
    assert changes(edited) == [(2, 1, 1, "Sold", "Sale", "ann"), (3, 1, 1, "Sold", "Sale", "bob")]
    assert changes(edited, 3) == [(3, 1, 1, "Sold", "Sale", "bob")]


def test_the_same_value_is_no_change(edited: Journal) -> None:
    assert edited.edit(RUN, 2, {0: "L2", 1: "Sold"}, version=0, user="ann") == 0
    assert edited.edit(RUN, 2, {0: "L2", 1: "Sale"}, version=0, user="ann") == 1
    assert changes(edited) == [(2, 1, 1, "Sold", "Sale", "ann")]


@pytest.mark.parametrize(
    ("number", "position", "said"), [(4, 0, "has no row 4"), (2, 2, "has 2 columns"), (2, -2, "has 2 columns")]
)
def test_a_cell_that_is_not_there_is_refused(edited: Journal, number: int, position: int, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        edited.edit(RUN, number, {position: "x", 1: "Sale"}, version=0, user="ann")
    assert changes(edited) == []


def test_corrections_go_with_their_run_and_its_actions_stay(edited: Journal, tmp_path: Path) -> None:
    edited.edit(RUN, 2, {1: "Sale"}, version=0, user="ann")
    edited.add_audit("edit", "ann", RUN, row=2)
    asyncio.run(_finish(edited))
    edited.update_run(RUN, finished=True)
    edited.release(RUN)
    assert edited.prune(NOW, undecided=True).runs == (RUN,)
    edited.create(a_run(tmp_path))
    assert edited.edits(RUN) == []
    assert [entry.action for entry in edited.audit(RUN)] == ["edit"]


async def _finish(journal: Journal) -> None:
    async with sending(journal) as log:
        for number in (2, 3):
            await attempt(log, number, CUT, UNKNOWN)


def test_a_decision_has_its_user_note_and_time(journal: Journal) -> None:
    add(journal, RUN, ("A", CONFLICT, 110), ("B", CONFLICT, 110))
    before = journal.now()
    journal.resolve(RUN, [2], State.SUCCEEDED, "applied", user="ann", note="seen in the dialer")
    [(number, made)] = journal.decisions(RUN, [2, 3]).items()
    assert (number, made.decided, made.user, made.note) == (2, "applied", "ann", "seen in the dialer")
    assert made.at is not None
    assert before <= made.at <= journal.now()
    journal.resolve(RUN, [2], State.FAILED, "not applied", user="bob")
    assert journal.decisions(RUN, [2])[2][:3] == ("not applied", "bob", "")
    journal.take_back(RUN, [2])
    assert journal.decisions(RUN, [2]) == {}


def test_a_decision_in_a_file_has_the_user_who_gave_it_back(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, ("A", CONFLICT, 110), ("B", CONFLICT, 110))
    journal.create(a_run(tmp_path, LATER))
    journal.confirm(LATER, Effects({(RUN, State.FAILED): [2], (RUN, State.SKIPPED): [3]}, user="ann"))
    made = journal.decisions(RUN, [2, 3])
    assert {number: one[:2] for number, one in made.items()} == {2: ("not applied", "ann"), 3: ("send", "ann")}


def test_actions_are_listed_the_newest_first(journal: Journal) -> None:
    before = journal.now()
    journal.add_audit("send", "ann", RUN, rows=5000)
    journal.add_audit("prune", "bob", runs=2)
    journal.add_audit("stop", "ann", RUN)
    assert [(one.action, one.user, one.run_id, one.detail) for one in journal.audit()] == [
        ("stop", "ann", RUN, {}),
        ("prune", "bob", "", {"runs": 2}),
        ("send", "ann", RUN, {"rows": 5000}),
    ]
    assert [one.action for one in journal.audit(RUN)] == ["stop", "send"]
    assert [one.action for one in journal.audit(limit=1)] == ["stop"]
    assert all(before <= one.at <= journal.now() for one in journal.audit())


def test_a_row_without_cells_of_its_own_has_no_corrections(journal: Journal) -> None:
    journal.add(RUN, [entry(2)])
    assert journal.edits(RUN, []) == []


def test_a_run_is_by_the_user_who_began_to_send_it(journal: Journal) -> None:
    journal.add_audit("upload", "zoe", "one")
    journal.add_audit("send", "ann", "one")
    journal.add_audit("send", "ben", "one")
    journal.add_audit("send", "ben", "two")
    journal.add_audit("stop", "ann", "three")
    assert journal.senders(["one", "two", "three", "four"]) == {"one": "ann", "two": "ben"}
    assert journal.senders([]) == {}


def test_the_changes_of_a_row_are_found_from_the_row_it_was_sent_as(edited: Journal, tmp_path: Path) -> None:
    edited.edit_rows(RUN, {2: (0, {0: "L9"}), 3: (0, {1: "Sale"})}, user="ann")
    edited.create(a_run(tmp_path, LATER))
    edited.add(LATER, [Entry(Row(5, ("L9", "Sold")), "L9", {}, harmless=False)])
    edited.confirm(LATER, Effects(taken={RUN: [(2, 5)]}))
    assert [(run, edit[:6]) for run, edit in edited.edits_taken(LATER, 5)] == [(RUN, (2, 1, 0, "L2", "L9", "ann"))]
    assert edited.edits_taken(LATER, 3) == []
    assert edited.edits_taken(RUN, 2) == []


def test_a_row_left_out_is_a_change_like_any(edited: Journal) -> None:
    assert edited.edit(RUN, 2, {LEFT_OUT: "left out"}, version=0, user="ann") == 1
    assert edited.edit(RUN, 2, {LEFT_OUT: ""}, version=0, user="bob") is None
    assert edited.edit(RUN, 2, {LEFT_OUT: ""}, version=1, user="bob") == 2
    assert changes(edited) == [(2, 1, LEFT_OUT, "", "left out", "ann"), (2, 2, LEFT_OUT, "left out", "", "bob")]


def test_changes_move_to_a_later_draft_and_are_checked_there(edited: Journal, tmp_path: Path) -> None:
    later = a_run(tmp_path, LATER)
    edited.create(later)
    edited.add(LATER, [Entry(Row(2, ("L2", "Sold")), "L2", {}, harmless=False, state=State.REJECTED)])
    edited.edit(RUN, 2, {1: "Sale"}, version=0, user="ann")
    edited.move_edits(RUN, LATER)
    assert (edited.edit_count(RUN), edited.edit_count(LATER)) == (0, 1)
    assert edited.unchecked(LATER, "rules", 10) == [2]
    assert edited.edit(LATER, 2, {1: "Busy"}, version=1, user="bob") == 2


def test_changes_before_the_sending_are_told_and_count_for_none(edited: Journal) -> None:
    edited.edit(RUN, 2, {1: "Sale"}, version=0, user="ann")
    [one] = edited.edits(RUN)
    edited.keep_edits(RUN, [one._replace(number=3)])
    assert (edited.edit_count(RUN), changes(edited, 3)) == (1, [(3, 0, 1, "Sold", "Sale", "ann")])
    assert edited.edit(RUN, 3, {1: "Busy"}, version=0, user="bob") == 1
