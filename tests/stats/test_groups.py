"""Counts by value and by period, by tables written by hand."""

from datetime import date, timedelta

import pandas as pd

from leadsync.failure_stats import By, Count, Group, Period, Recovery
from leadsync.stats.groups import counts, groups, periods_of
from leadsync.stats.periods import periods
from leadsync.stats.streaks import streaks
from tests.stats.frames import a_frame

# Four days; the first half are the 2nd and the 3rd.
FRAME = a_frame(
    ("A", "2026-11-02 09:00", "101", "Ann"),
    ("B", "2026-11-02 09:00", "", "Ann"),
    ("C", "2026-11-03 09:00", "101", "Ben"),
    ("A", "2026-11-04 09:00", "", "Ann"),
    ("D", "2026-11-05 09:00", "106", "Ann"),
    ("E", "2026-11-05 09:00", "", ""),
)


def table_of(frame: pd.DataFrame, by: By) -> dict[object, tuple[int, ...]]:
    table = counts(frame, by)[["rows", "failures", "later_rows", "later_failures"]]
    return {line[0]: tuple(line[1:]) for line in table.itertuples(name=None)}


def test_rows_and_failures_of_each_value_those_with_most_failures_first() -> None:
    assert list(table_of(FRAME, By.COLUMN).items()) == [
        ("Ann", (4, 2, 2, 1)),
        ("Ben", (1, 1, 0, 0)),
        ("", (1, 0, 1, 0)),
    ]


def test_a_code_is_counted_among_all_rows() -> None:
    frame = FRAME.assign(value=FRAME["cause"])
    assert table_of(frame, By.CODE) == {"101": (6, 2, 3, 0), "106": (6, 1, 3, 1)}


def test_of_a_single_day_there_is_no_later_half() -> None:
    one_day = a_frame(("A", "2026-11-02 09:00", "101", "x"), ("A", "2026-11-02 23:59", "", "x"))
    assert table_of(one_day, By.COLUMN) == {"x": (2, 1, 0, 0)}


def test_days_keep_their_order_and_have_no_gaps() -> None:
    frame = a_frame(("A", "2026-11-04 09:00", "101", ""), ("B", "2026-11-02 09:00", "", ""))
    frame["value"] = periods(frame["day"], By.DAY)
    assert [(f"{day:%d}", *line[:2]) for day, line in table_of(frame, By.DAY).items()] == [
        ("02", 1, 0),
        ("03", 0, 0),
        ("04", 1, 1),
    ]


def test_a_group_has_its_halves_its_series_and_its_recovery() -> None:
    frame = FRAME.assign(period=periods(FRAME["day"], By.DAY))
    table = counts(frame, By.COLUMN)[:2]
    assert groups(frame, table, streaks(frame)) == (
        Group(
            "Ann",
            Count(4, 2),
            Count(2, 1),
            Count(2, 1),
            Recovery(2, 1, timedelta(days=2), timedelta(days=2)),
            (1, 0, 0, 1),
        ),
        Group("Ben", Count(1, 1), Count(1, 1), Count(0, 0), Recovery(1), (0, 1, 0, 0)),
    )


def test_a_period_has_its_counts_and_none_is_left_out() -> None:
    frame = FRAME[FRAME["value"] == "Ann"]
    frame = frame.assign(period=periods(FRAME["day"], By.DAY)[frame.index])
    assert periods_of(frame) == (
        Period(date(2026, 11, 2), Count(2, 1)),
        Period(date(2026, 11, 3), Count(0, 0)),
        Period(date(2026, 11, 4), Count(1, 0)),
        Period(date(2026, 11, 5), Count(1, 1)),
    )
