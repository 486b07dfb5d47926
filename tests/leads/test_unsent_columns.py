"""Unsent columns reject no row, and values under no heading are said."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.mappings import Column
from leadsync.leads.unsent_columns import UnsentColumns
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind

COLUMNS = (
    Column(0, "Lead Id", "njExternalLeadId", ""),
    Column(1, "", "", ""),
    Column(2, "Notes", "", ""),
    Column(3, "Time", "", "", completes="njCallBackDate"),
    Column(4, "sync_run", "", ""),
)


def columns() -> UnsentColumns:
    return UnsentColumns(COLUMNS, own=[4])


def row(number: int, nameless: str, faults: Sequence[Fault] = ()) -> Row:
    return Row(number, ("A1", nameless, "", "", ""), faults=tuple(faults))


def merged(**places: int | str) -> Fault:
    return Fault("", "", FaultKind.MERGED_CELL, details=places)


@pytest.mark.parametrize(
    ("cells", "remark"),
    [
        (["", " "], []),
        (["0", "1", "4"], ["The column 2 has no heading and counts the rows; it is not sent."]),
        (
            ["7"],
            ["! The column 2 has no heading, but 1 row has a value there (first row 2): not sent; give it a heading."],
        ),
        (
            ["", "ring back", "3"],
            ["! The column 2 has no heading, but 2 rows have values there (first row 3): not sent; give it a heading."],
        ),
        (
            ["2", "1"],
            ["! The column 2 has no heading, but 2 rows have values there (first row 2): not sent; give it a heading."],
        ),
    ],
)
def test_values_under_no_heading_are_said_once(cells: list[str], remark: list[str]) -> None:
    unsent = columns()
    unsent.look_at([row(number, cell) for number, cell in enumerate(cells, 2)])
    assert list(map(str, unsent.remarks())) == remark


@pytest.mark.parametrize(
    ("fault", "stays"),
    [
        (merged(at=2), False),
        (merged(at=1, cells_at="1,2"), False),
        (merged(at=2, cells_at="2,3"), True),
        (merged(at=0), True),
        (merged(at=3), True),
        (merged(at=4), True),
        (merged(at=9), True),
        (Fault("", "", FaultKind.TOO_FEW_CELLS, details={"cells": "2 cells", "headings": 5}), True),
        (Fault("", "", FaultKind.MORE_SUCH_CELLS, details={"count": 2, "cells_at": "1,2"}), False),
        (Fault("", "", FaultKind.MORE_SUCH_CELLS, details={"count": 200}), True),
    ],
)
def test_only_faults_of_unsent_cells_go(fault: Fault, stays: bool) -> None:
    other = merged(at=0)
    (found,) = columns().look_at([row(2, "", [fault, other])])
    assert found.faults == ((fault, other) if stays else (other,))


@given(st.lists(st.integers(0, 10**6), min_size=2, unique=True).map(sorted))
def test_any_rising_numbers_count_the_rows(numbers: list[int]) -> None:
    unsent = columns()
    for number, count in enumerate(numbers, 2):
        unsent.look_at([row(number, str(count))])
    assert list(map(str, unsent.remarks())) == ["The column 2 has no heading and counts the rows; it is not sent."]
