"""Failures over many runs for scripts, by figures written by hand."""

from leadsync.failure_stats import By, FailureStats
from leadsync.report import stats_csv, stats_json
from tests.report.figures import STATS


def test_the_object_for_scripts_has_these_keys() -> None:
    value = stats_json(STATS)
    assert list(value) == [
        "by",
        "column",
        "since",
        "first",
        "last",
        "runs",
        "runs_left_out",
        "rows",
        "failures",
        "share",
        "statuses",
        "sent_again",
        "earlier_share",
        "later_share",
        "failed_leads",
        "solved_leads",
        "streaks",
        "solved",
        "median_seconds",
        "slow_seconds",
        "groups",
        "other",
        "unit",
        "periods",
        "repeated_leads",
        "repeated",
        "file",
    ]
    assert value["groups"][0] == {
        "value": "101",
        "label": "101 COULDNT_FIND_THE_LEAD",
        "rows": 200,
        "failures": 5,
        "share": 0.025,
        "share_of_failures": 0.625,
        "earlier_share": 0.01,
        "later_share": 0.04,
        "streaks": 2,
        "solved": 1,
        "median_seconds": 10_800,
        "slow_seconds": 18_000,
    }
    assert value["other"] == {"values": 1, "rows": 200, "failures": 1, "share": 0.005}
    assert value["periods"][0] == {"begins": "2026-11-02", "rows": 100, "failures": 2, "share": 0.02}
    assert value["repeated"] == [
        {
            "lead": "L1",
            "campaign": 41,
            "failures": 3,
            "runs": 2,
            "first": "2026-11-02T09:00:00+00:00",
            "last": "2026-11-03T09:30:00+00:00",
            "cause": "101",
        }
    ]


def test_a_csv_has_the_keys_of_a_group_and_blanks_for_nothing() -> None:
    headings, lines = stats_csv(STATS)
    assert headings == list(stats_json(STATS)["groups"][0])
    assert lines[1] == [
        "BLANK_ID",
        "the external id is blank (rejected)",
        *("200", "2", "0.01", "0.25", "0.01", "0.01", "0", "0", "", ""),
    ]


def test_a_csv_has_headings_without_groups_too() -> None:
    assert stats_csv(FailureStats(By.CODE)) == (list(stats_json(STATS)["groups"][0]), [])
