"""A run's warnings, and the one about rows without a callback date."""

from dataclasses import replace

import pytest

from leadsync.report import new_leads, warnings_of
from tests.report.test_tables import RUN


@pytest.mark.parametrize(
    ("count", "ended", "words"),
    [
        (1, False, "1 row has NO callback date: the dialer will treat its lead as a new one"),
        (2_000, False, "2,000 rows have NO callback date: the dialer will treat their leads as new ones"),
        (1, True, "1 row that went through had NO callback date: the dialer treats its lead as a new one"),
        (3, True, "3 rows that went through had NO callback date: the dialer treats their leads as new ones"),
    ],
)
def test_rows_without_a_callback_date_are_counted_in_the_tense_of_the_moment(
    count: int, words: str, *, ended: bool
) -> None:
    [remark] = new_leads(count, ended=ended)
    assert words in str(remark)
    assert remark.loud


def test_no_such_rows_are_no_warning() -> None:
    assert new_leads(0, ended=True) == ()
    assert warnings_of(RUN) == ()


def test_a_runs_own_warnings_come_first() -> None:
    run = replace(RUN, warnings=("A column was sorted alone.",), new_leads=2)
    first, second = warnings_of(run)
    assert first == "A column was sorted alone."
    assert "2 rows that went through" in second, "also while the run goes on"
    assert warnings_of(replace(run, finished=True))[1] == second
