"""Rows of a run as they stand."""

from pathlib import Path

from leadsync.journal import Journal
from tests.journal.samples import (
    CONFLICT,
    FAILED,
    OTHER,
    REJECTED,
    RUN,
    SKIPPED,
    SUCCEEDED,
    UNKNOWN,
    UNSENT,
    a_run,
    add,
    entry,
)

EACH = (
    ("A", SUCCEEDED, 0),
    ("B", FAILED, 101),
    ("C", REJECTED),
    ("D", CONFLICT, 110),
    ("E", UNKNOWN),
    ("F", SKIPPED),
    ("G", UNSENT),
)


def test_rows_come_in_the_sheets_order_all_or_those_of_some_statuses(journal: Journal) -> None:
    add(journal, RUN, *EACH)
    assert [(r.number, r.lead, r.status) for r in journal.records(RUN)] == [
        (number, lead, status) for number, (lead, status, *_) in enumerate(EACH, 2)
    ]
    assert [r.lead for r in journal.records(RUN, [UNSENT, FAILED])] == ["B", "G"]
    assert list(journal.records(RUN, [])) == []


def test_states_and_cells_are_those_of_the_rows_asked_for(journal: Journal, tmp_path: Path) -> None:
    add(journal, RUN, *EACH)
    journal.create(a_run(tmp_path, OTHER))
    journal.add(OTHER, [entry(2, "Z")])
    assert journal.states(RUN, [3, 5, 99]) == {3: FAILED, 5: CONFLICT}
    assert journal.cells(RUN, [2, 4, 99]) == {2: ("A",), 4: ("C",)}
    assert journal.cells(OTHER, [2, 4]) == {2: ("Z", "é, 0123")}
