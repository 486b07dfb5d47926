"""The figures of a frame put together, by tables written by hand."""

from datetime import date, timedelta

import pytest

from leadsync.failure_stats import By, Count, FailureStats, Period, Recovery, Repeated
from leadsync.models import Status
from leadsync.stats.dimensions import Dimension
from leadsync.stats.failures import stats_of
from tests.stats.frames import a_frame, moment

FRAME = a_frame(
    ("A", "2026-11-02 09:00", "101", "Ann"),
    ("B", "2026-11-02 09:00", "", "Ann"),
    ("C", "2026-11-03 09:00", "101", "Ben"),
    ("A", "2026-11-04 09:00", "", "Ann"),
    ("C", "2026-11-05 09:00", "106", "Cid"),
    ("E", "2026-11-05 09:00", "", "Dan"),
)
AGENT = Dimension(By.COLUMN, {}, "Agent")


def test_the_figures_of_all_rows() -> None:
    stats = stats_of(FRAME, AGENT, left_out=3)
    assert (stats.by, stats.column, stats.left_out, stats.runs) == (By.COLUMN, "Agent", 3, 6)
    assert (stats.first, stats.last, stats.unit) == (date(2026, 11, 2), date(2026, 11, 5), By.DAY)
    assert (stats.count, stats.earlier, stats.later) == (Count(6, 3), Count(3, 2), Count(3, 1))
    assert stats.statuses == {Status.SUCCEEDED: 3, Status.FAILED: 3}
    assert [period.count for period in stats.periods] == [Count(2, 1), Count(1, 1), Count(1, 0), Count(2, 1)]
    assert (stats.failed_leads, stats.solved_leads) == (2, 1)
    assert stats.recovery == Recovery(2, 1, timedelta(days=2), timedelta(days=2))
    first, last = moment("2026-11-03 09:00"), moment("2026-11-05 09:00")
    assert stats.repeated == (Repeated("C", 41, 2, 2, first, last, "106"),)


def test_rows_sent_again_are_counted_apart_too() -> None:
    stats = stats_of(FRAME.assign(again=[False, False, False, True, True, False]), AGENT)
    assert (stats.count, stats.again) == (Count(6, 3), Count(2, 1))


def test_groups_beyond_the_top_are_counted_together() -> None:
    stats = stats_of(FRAME, AGENT, top=2)
    assert [group.value for group in stats.groups] == ["Ann", "Ben"]
    assert (stats.others, stats.others_count) == (2, Count(2, 1))


def test_other_codes_are_counted_among_all_rows() -> None:
    stats = stats_of(FRAME.assign(value=FRAME["cause"]), Dimension(By.CODE, {}), top=1)
    assert [(group.value, group.count) for group in stats.groups] == [("101", Count(6, 2))]
    assert (stats.others, stats.others_count) == (1, Count(6, 1))


@pytest.mark.parametrize(
    ("by", "begins"),
    [
        (By.DAY, [date(2026, 11, day) for day in (2, 3, 4, 5)]),
        (By.WEEK, [date(2026, 11, 2)]),
        (By.MONTH, [date(2026, 11, 1)]),
    ],
)
def test_days_weeks_and_months_are_all_listed(by: By, begins: list[date]) -> None:
    stats = stats_of(FRAME, Dimension(by, {}), top=1)
    assert [group.value for group in stats.groups] == begins
    assert [period.begins for period in stats.periods] == begins
    assert sum(group.count.failures for group in stats.groups) == 3
    assert (stats.unit, stats.others) == (by, 0)


def test_a_single_row_has_figures() -> None:
    stats = stats_of(a_frame(("A", "2026-11-02 09:00", "101", "Ann")), AGENT)
    assert (stats.count, stats.earlier, stats.later) == (Count(1, 1), None, None)
    assert stats.periods == (Period(date(2026, 11, 2), Count(1, 1)),)
    assert stats.groups[0].series == (1,)


def test_without_a_failure_there_is_no_streak() -> None:
    stats = stats_of(a_frame(("A", "2026-11-02 09:00", "", "Ann")), AGENT)
    assert (stats.count, stats.recovery, stats.repeated) == (Count(1, 0), Recovery(), ())


def test_without_rows_there_are_no_figures() -> None:
    assert stats_of(FRAME[:0], AGENT, left_out=1) == FailureStats(By.COLUMN, "Agent", left_out=1)
