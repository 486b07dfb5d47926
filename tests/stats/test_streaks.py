"""Streaks of failures, by tables written by hand."""

from datetime import timedelta

import pandas as pd

from leadsync.failure_stats import Recovery
from leadsync.stats.streaks import recovery, repeated, streaks
from tests.stats.frames import a_frame, seconds

FRAME = a_frame(
    ("A", "2026-11-02 09:00", "101", "x"),
    ("B", "2026-11-02 09:00", "", "x"),
    ("C", "2026-11-02 09:00", "106", "x"),
    ("A", "2026-11-03 09:00", "106", "y"),
    ("A", "2026-11-04 09:00", "", "y"),
    ("C", "2026-11-04 09:00", "106", "y"),
    ("A", "2026-11-05 09:00", "", "y"),
    ("A", "2026-11-06 09:00", "103", "z"),
    ("D", "2026-11-06 09:00", "", "z"),
    ("D", "2026-11-06 10:00", "103", "z"),
    ("D", "2026-11-06 10:30", "", "z"),
    ("", "2026-11-07 09:00", "BLANK_ID", "z"),
    ("", "2026-11-08 09:00", "BLANK_ID", "z"),
)


def test_a_streak_goes_from_a_failure_to_the_next_success_of_its_lead() -> None:
    table = streaks(FRAME).sort_values(["lead", "first"])
    lines = zip(
        table["lead"],
        table["value"],
        table["failures"],
        table["runs"],
        table["cause"],
        table["solved"],
        table["seconds"].fillna(-1),
        strict=True,
    )
    assert list(lines) == [
        ("A", "x", 2, 2, "106", True, 48 * 3600),
        ("A", "z", 1, 1, "103", False, -1),
        ("C", "x", 2, 2, "106", False, -1),
        ("D", "z", 1, 1, "103", True, 1800),
    ]
    assert list(table["first"]) == [
        seconds(f"2026-11-{moment}") for moment in ("02 09:00", "06 09:00", "02 09:00", "06 10:00")
    ]
    assert list(table["last"]) == [
        seconds(f"2026-11-{moment}") for moment in ("03 09:00", "06 09:00", "04 09:00", "06 10:00")
    ]


def test_a_lead_fails_again_if_it_fails_in_two_runs_and_nothing_has_gone_through_since() -> None:
    assert list(repeated(streaks(FRAME))["lead"]) == ["C"]


def test_two_rows_of_one_run_are_not_again() -> None:
    twice = a_frame(("A", "2026-11-02 09:00", "101", ""), ("A", "2026-11-02 09:01", "101", ""), runs="rr")
    assert list(streaks(twice)[["failures", "runs"]].itertuples(index=False, name=None)) == [(2, 1)]
    assert repeated(streaks(twice)).empty


def test_most_failures_stand_first_then_the_newest() -> None:
    days = {"A": (2, 3), "B": (2, 4), "C": (2, 3, 4)}
    lines = [(lead, f"2026-11-0{day} 09:00", "101", "") for lead, all_days in days.items() for day in all_days]
    assert list(repeated(streaks(a_frame(*lines)))["lead"]) == ["C", "B", "A"]


def test_rows_out_of_order_are_put_in_order() -> None:
    later_first = a_frame(("A", "2026-11-03 09:00", "", ""), ("A", "2026-11-02 09:00", "101", ""))
    assert list(streaks(later_first)["seconds"]) == [24 * 3600]


def test_the_time_to_success_is_a_median_and_what_nine_of_ten_keep_within() -> None:
    of_leads = pd.DataFrame({"seconds": [None, *(60.0 * n for n in range(11))]})
    assert recovery(of_leads) == Recovery(12, 11, timedelta(minutes=5), timedelta(minutes=9))


def test_without_a_success_there_is_no_time() -> None:
    assert recovery(streaks(a_frame(("A", "2026-11-02 09:00", "101", "")))) == Recovery(1)
    assert recovery(streaks(a_frame(("A", "2026-11-02 09:00", "", "")))) == Recovery()
