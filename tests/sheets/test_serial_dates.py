"""Dates kept as numbers of days, told by their formats."""

from datetime import datetime, time, timedelta

import pytest

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.serial_dates import is_date_code, moment, moment_in

DAY = "d/m/yyyy"


@pytest.mark.parametrize("code", [DAY, "yyyy-mm-dd hh:mm", "[h]:mm", "mmm yy", "[$-409]d mmm", '"on" d.m.', "h AM/PM"])
def test_codes_of_dates(code: str) -> None:
    assert is_date_code(code)


@pytest.mark.parametrize("code", ["", "0", "#,##0.00", '0 "days"', r"0\d", "[Red]0", "_d0", "@", "0;d/m/yyyy"])
def test_codes_of_numbers(code: str) -> None:
    assert not is_date_code(code)


@pytest.mark.parametrize(
    ("serial", "code", "value"),
    [
        (46350, DAY, datetime(2026, 11, 24)),
        (46350.5, DAY, datetime(2026, 11, 24, 12)),
        (1, DAY, datetime(1900, 1, 1)),
        (0.5, DAY, time(12)),
        (59, DAY, datetime(1900, 2, 28)),
        (61, DAY, datetime(1900, 3, 1)),
        (46350.75, "h:mm", time(18)),
        (0.999_999_9, "h:mm", time(0)),
        (1.5, "[h]:mm", timedelta(hours=36)),
        (-1, DAY, -1),
        (2_958_466, DAY, 2_958_466),
    ],
)
def test_a_number_of_days_is_a_moment(serial: float, code: str, value: Value) -> None:
    assert moment(serial, code) == value


def test_days_may_count_from_1904() -> None:
    assert moment(44888, DAY, epoch_1904=True) == datetime(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-24T14:30:00.000", datetime(2026, 11, 24, 14, 30)),
        ("2026-11-24T14:30:00+10:00", datetime(2026, 11, 24, 14, 30)),
        ("1899-12-31T14:30:00.000", time(14, 30)),
        ("1904-01-01T14:30:00.000", time(14, 30)),
        ("1899-12-31", datetime(1899, 12, 31)),
        ("tomorrow", "tomorrow"),
    ],
)
def test_a_moment_in_text(text: str, value: Value) -> None:
    assert moment_in(text) == value
