"""Failures over many runs in words, by figures written by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from leadsync.failure_stats import By, Count, FailureStats, Group, Period, Recovery
from leadsync.report import stats_summary
from leadsync.report.stats_words import cause_words, label
from tests.report.figures import FIRST, LAST, STATS


def test_the_first_sentences_say_how_many_failed_when_and_how_that_went_on() -> None:
    summary = stats_summary(STATS)
    assert summary.title == "Failures by code"
    assert summary.headline == "8 of 200 rows (4.0%) failed in 2 runs from 2026-11-02 to 2026-11-03."
    assert summary.remarks == (
        "By status: 5 failed, 3 rejected.",
        "In the first half of the days 2 of 100 rows (2.0%) failed, in the second 6 of 100 rows (6.0%).",
        "Of 7 leads that failed, 1 has gone through since.",
        "Half of the successes came within 3 h, nine of ten within 5 h.",
    )


def test_rows_sent_again_are_told_apart() -> None:
    remark = stats_summary(replace(STATS, again=Count(4, 1))).remarks[1]
    assert remark == (
        "4 rows of these were sent again after an earlier run, as they were or corrected, and count once more: 3 went "
        "through. At their first sending 7 of 196 rows (3.6%) failed."
    )


def test_groups_are_a_table_with_the_others_at_its_end() -> None:
    table = stats_summary(STATS).groups
    assert [column.heading for column in table.columns] == [
        "what went wrong",
        "failures",
        "of all failures",
        "of all rows",
        "over time",
        "earlier",
        "later",
        "solved",
        "half within",
        "what to do",
    ]
    advice = "Check the external id, and that the lead is in the campaign the settings name; then send the row again."
    assert table.lines == (
        ("101 COULDNT_FIND_THE_LEAD", 5, 0.625, 0.025, (1, 4), 0.01, 0.04, 0.5, timedelta(hours=3), advice),
        ("the external id is blank (rejected)", 2, 0.25, 0.01, (1, 1), 0.01, 0.01, None, None, ""),
        ("(1 other)", 1, 0.125, 0.005, None, None, None, None, None, ""),
    )


def test_the_chart_has_the_largest_groups_and_the_others_together() -> None:
    chart = stats_summary(STATS).chart
    assert (chart.title, chart.periods) == ("Failures by day", ("2026-11-02", "2026-11-03"))
    assert chart.series == (
        ("101 COULDNT_FIND_THE_LEAD", (1, 4)),
        ("the external id is blank (rejected)", (1, 1)),
        ("others", (0, 1)),
    )


def test_more_than_five_groups_are_no_series_of_their_own() -> None:
    group = STATS.groups[0]
    many = tuple(replace(group, value=str(code), count=Count(200, 1), series=(0, 1)) for code in range(101, 108))
    chart = stats_summary(replace(STATS, groups=many, others=0)).chart
    assert [name.split()[0] for name, _ in chart.series] == ["101", "102", "103", "104", "105", "others"]
    assert chart.series[-1][1] == (2, 1)


def test_other_tables_are_the_periods_and_the_leads_that_fail_again() -> None:
    over_time, again = stats_summary(STATS).tables
    assert over_time.lines == (("2026-11-02", 2, 100, 0.02), ("2026-11-03", 6, 100, 0.06))
    assert again.lines == (("L1", "41", 3, 2, FIRST, LAST, "101 COULDNT_FIND_THE_LEAD"),)
    assert again.note == "4 leads failed in several runs and have not gone through since; 1 of them is listed."


def test_periods_without_rows_are_in_the_chart_alone() -> None:
    gap = replace(STATS, periods=(*STATS.periods, Period(date(2026, 11, 4), Count())), groups=())
    summary = stats_summary(gap)
    assert len(summary.chart.periods) == 3
    assert [line[0] for line in summary.tables[0].lines] == ["2026-11-02", "2026-11-03"]


def test_over_days_there_is_no_trend_and_the_days_are_told_once() -> None:
    groups = tuple(Group(period.begins, period.count, None, None, Recovery(), (2, 6)) for period in STATS.periods)
    summary = stats_summary(replace(STATS, by=By.DAY, groups=groups, others=0, repeated=()))
    assert [column.heading for column in summary.groups.columns] == [
        "day",
        "failures",
        "rows",
        "of all failures",
        "of its rows",
        "solved",
        "half within",
    ]
    assert summary.chart.series == (("failures", (2, 6)),)
    assert (summary.tables, summary.bars) == ((), ())


def test_one_day_has_neither_trend_nor_halves() -> None:
    one = replace(
        STATS,
        last=STATS.first,
        earlier=None,
        later=None,
        groups=(replace(STATS.groups[0], earlier=None, later=None, series=(5,)),),
        periods=STATS.periods[:1],
        repeated=(),
    )
    summary = stats_summary(one)
    assert "earlier" not in [column.heading for column in summary.groups.columns]
    assert summary.headline.endswith("failed in 2 runs on 2026-11-02.")
    assert not [remark for remark in summary.remarks if "half of the days" in remark]
    assert summary.tables == ()


@pytest.mark.parametrize(
    ("stats", "headline"),
    [
        (FailureStats(By.CODE), "No row has ended yet."),
        (FailureStats(By.CODE, since=FIRST), "No row has ended since then."),
    ],
)
def test_without_rows_that_is_said(stats: FailureStats, headline: str) -> None:
    summary = stats_summary(stats)
    assert (summary.headline, summary.remarks, summary.groups.lines, summary.tables) == (headline, (), (), ())


def test_runs_without_the_column_are_named() -> None:
    summary = stats_summary(replace(STATS, by=By.COLUMN, column="Agent", left_out=1))
    assert summary.title == "Failures by Agent"
    assert summary.remarks[-1] == "Left out: 1 run of sheets without the column Agent."


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("106", "106 INVALID_DISPOSTION"),
        ("555", "555, not in the documentation"),
        ("-1", "-1, not in the documentation"),
        ("BLANK_ID", "the external id is blank (rejected)"),
        ("rejected", "the sheet's data is wrong (rejected)"),
        ("failed", "failed without a result code"),
        ("unknown", "in doubt: the answer was lost"),
        ("conflict", "conflict"),
    ],
)
def test_a_cause_in_words(cause: str, words: str) -> None:
    assert cause_words(cause) == words


@pytest.mark.parametrize(
    ("by", "value", "name"),
    [
        (By.COLUMN, "", "(blank)"),
        (By.COLUMN, "101", "101"),
        (By.WEEK, date(2026, 11, 2), "2026-11-02"),
        (By.MONTH, date(2026, 11, 1), "2026-11"),
        (By.STATUS, "failed", "failed"),
    ],
)
def test_the_name_of_a_group(by: By, value: str | date, name: str) -> None:
    assert label(by, value) == name
