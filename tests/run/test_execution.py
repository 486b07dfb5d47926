"""The exit code of a finished run, by its counts."""

import pytest

from leadsync.models import Status
from leadsync.run import code_for
from leadsync.tallies import Tally


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.SUCCEEDED, 0),
        (Status.SKIPPED, 0),
        (Status.UNSENT, 0),
        (Status.FAILED, 3),
        (Status.REJECTED, 3),
        (Status.CONFLICT, 3),
        (Status.UNKNOWN, 3),
    ],
)
def test_a_row_for_a_person_to_look_at_is_exit_code_3(status: Status, code: int) -> None:
    assert code_for(Tally(2, {Status.SUCCEEDED: 1, status: 1})) == code
    assert code_for(Tally(0, {status: 0})) == 0
