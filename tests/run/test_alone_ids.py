"""Ids with no other value in their rows."""

import pytest

from leadsync.models import Lead
from leadsync.run.alone_ids import AloneIds

ROWS = [{"Name": "Ann", "City": "Perth"}, {"Name": "Bob", "City": ""}, {"Name": "", "City": "Perth"}]


@pytest.mark.parametrize(
    ("others", "odd"),
    [
        (ROWS, [9]),  # each column has blanks
        ([{"City": "Perth"}, {"City": "Albany"}], [9]),  # there is no other column
        ([ROWS[0], ROWS[0]], [8, 9]),
        ([ROWS[0], ROWS[1]], [8, 9]),  # each lead has a name
        ([*([ROWS[0]] * 30), *ROWS], [8, 9]),
    ],
)
def test_ids_alone_are_leads_by_their_form_where_blanks_are_usual(others: list[dict[str, str]], odd: list[int]) -> None:
    alone = AloneIds()
    for number, fields in enumerate(others):
        alone.compare(Lead(f"1023{number}", fields))
    alone.add(8, "102")
    alone.add(9, "X7")
    assert alone.odd() == odd


def test_so_many_ids_alone_are_kept() -> None:
    alone = AloneIds()
    for number in range(2, 1_100):
        alone.add(number, "X7")
    assert len(alone.odd()) == 1_000
