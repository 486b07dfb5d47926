"""Numbers and names make a date or a time of day, or the reason for none."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.date_parts import clock_time, month_number, numeric_date, real_date
from leadsync.leads.input_rules import DateOrder
from leadsync.leads.text import Refused
from leadsync.reasons import FaultKind


@pytest.mark.parametrize(
    ("numbers", "order", "day"),
    [
        (("3", "4", "2026"), "dmy", date(2026, 4, 3)),
        (("3", "4", "2026"), "mdy", date(2026, 3, 4)),
        (("26", "4", "3"), "ymd", date(2026, 4, 3)),
        (("2026", "4", "3"), "dmy", date(2026, 4, 3)),
        (("29", "2", "28"), "dmy", date(2028, 2, 29)),
    ],
)
def test_numbers_are_read_in_their_order(numbers: tuple[str, str, str], order: DateOrder, day: date) -> None:
    assert numeric_date(*numbers, "", order) == day


@pytest.mark.parametrize(
    ("numbers", "weekday", "kind"),
    [
        (("12", "13", "2026"), "", FaultKind.MONTH_OUT_OF_RANGE),
        (("29", "2", "2026"), "", FaultKind.NO_SUCH_DAY),
        (("3", "4", "1999"), "", FaultKind.YEAR_FAR_OFF),
        (("3", "4", "026"), "", FaultKind.YEAR_DIGITS),
        (("3", "2026", "4"), "", FaultKind.NOT_A_DATE),
        (("126", "4", "3"), "", FaultKind.OTHER_ORDER),
        # 3 April 2026 is a Friday.
        (("3", "4", "2026"), "thu", FaultKind.OTHER_WEEKDAY),
    ],
)
def test_numbers_of_no_date_say_why(numbers: tuple[str, str, str], weekday: str, kind: FaultKind) -> None:
    found = numeric_date(*numbers, weekday, "dmy")
    assert isinstance(found, Refused)
    assert (found.kind, found.details["order"]) == (kind, "dmy")


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_date_of_the_century_is_real_on_its_weekday(day: date) -> None:
    assert real_date(day.year, day.month, day.day, f"{day:%A}".lower()[:3], "dmy") == day


@pytest.mark.parametrize(
    ("name", "number"),
    [("7", 7), ("july", 7), ("jul", 7), ("sept", 9), ("ju", None), ("julyy", None), ("juli", None), ("", None)],
)
def test_months_by_number_name_and_three_or_four_letters(name: str, number: int | None) -> None:
    assert month_number(name) == number


@pytest.mark.parametrize(
    ("hour", "half", "hour_read"), [(2, "p", 14), (12, "p", 12), (12, "a", 0), (14, "p", 14), (0, "a", 0), (14, "", 14)]
)
def test_hours_of_the_days_halves(hour: int, half: str, hour_read: int) -> None:
    assert clock_time(hour, 30, 0, half, "dmy") == time(hour_read, 30)


@pytest.mark.parametrize(
    ("hour", "minute", "half", "kind"),
    [
        (14, 0, "a", FaultKind.HOUR_OF_OTHER_HALF),
        (0, 0, "p", FaultKind.HOUR_OF_OTHER_HALF),
        (24, 0, "", FaultKind.NO_SUCH_TIME),
        (9, 60, "", FaultKind.NO_SUCH_TIME),
    ],
)
def test_times_of_no_day_say_why(hour: int, minute: int, half: str, kind: FaultKind) -> None:
    found = clock_time(hour, minute, 0, half, "dmy")
    assert isinstance(found, Refused)
    assert found.kind is kind
