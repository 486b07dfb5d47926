"""Days, weeks, months and halves, by tables written by hand."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from leadsync.failure_stats import By
from leadsync.stats.periods import days, is_later, periods, unit_of
from tests.stats.frames import seconds


def of(*moments: str) -> pd.Series:
    return pd.Series(days(np.array([seconds(moment) for moment in moments])))


def dates(column: pd.Series) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in column]


@pytest.fixture
def melbourne(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("a process sets its timezone on POSIX alone")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Australia/Melbourne")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("melbourne")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-23T12:59:59", "2026-11-23"),
        ("2026-11-23T13:00:00", "2026-11-24"),  # summer, eleven hours ahead
        ("2026-06-23T13:59:59", "2026-06-23"),
        ("2026-06-23T14:00:00", "2026-06-24"),  # winter, ten hours ahead
    ],
)
def test_a_day_begins_at_midnight_on_this_machine(moment: str, day: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    assert dates(pd.Series(days(np.array([at])))) == [day]


def test_days_come_in_the_order_of_rows_and_are_categories_in_the_order_of_time() -> None:
    found = of("2026-11-04 09:00", "2026-11-02 23:59", "2026-11-04 00:00")
    assert dates(found) == ["2026-11-04", "2026-11-02", "2026-11-04"]
    assert dates(found.cat.categories) == ["2026-11-02", "2026-11-04"]


@pytest.mark.parametrize(
    ("last", "unit"),
    [
        ("2026-11-01", By.DAY),
        ("2026-12-01", By.DAY),  # 31 days
        ("2026-12-02", By.WEEK),
        ("2027-05-01", By.WEEK),  # 26 weeks
        ("2027-05-02", By.MONTH),
    ],
)
def test_there_are_few_enough_periods_to_look_at(last: str, unit: By) -> None:
    frame = pd.DataFrame({"day": of("2026-11-01 12:00", f"{last} 12:00")})
    assert unit_of(frame, By.CODE) is unit
    assert unit_of(frame, By.MONTH) is By.MONTH


@pytest.mark.parametrize(
    ("unit", "begins", "whole"),
    [
        (By.DAY, ["2026-11-01", "2026-11-02", "2026-12-01"], 31),
        (By.WEEK, ["2026-10-26", "2026-11-02", "2026-11-30"], 6),
        (By.MONTH, ["2026-11-01", "2026-11-01", "2026-12-01"], 2),
    ],
)
def test_a_week_begins_on_monday_and_periods_have_no_gaps(unit: By, begins: list[str], whole: int) -> None:
    found = periods(of("2026-11-01 12:00", "2026-11-02 12:00", "2026-12-01 12:00"), unit)
    assert dates(found) == begins
    assert len(found.cat.categories) == whole


@pytest.mark.parametrize(
    ("last", "later"),
    [("2026-11-02", [False, True]), ("2026-11-03", [False, True]), ("2026-11-04", [False, True])],
)
def test_the_later_half_of_days(last: str, later: list[bool]) -> None:
    halves = is_later(of("2026-11-01 09:00", f"{last} 09:00"))
    assert halves is not None
    assert list(halves) == later


def test_the_middle_day_of_an_odd_number_is_in_the_first_half() -> None:
    halves = is_later(of("2026-11-01 09:00", "2026-11-02 09:00", "2026-11-03 09:00"))
    assert halves is not None
    assert list(halves) == [False, False, True]


def test_one_day_has_no_halves() -> None:
    assert is_later(of("2026-11-01 09:00", "2026-11-01 10:00")) is None
