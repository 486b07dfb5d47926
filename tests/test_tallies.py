"""Counts over rows."""

from leadsync.models import Status
from leadsync.tallies import Live


def test_the_rows_at_their_end_are_those_of_every_status() -> None:
    assert Live(10, {Status.SUCCEEDED: 4, Status.FAILED: 1, Status.UNKNOWN: 2}).done == 7
    assert Live(10).done == 0
