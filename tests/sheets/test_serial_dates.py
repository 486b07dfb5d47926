"""Dates kept as numbers of days, told by their formats."""

from datetime import date, datetime, time, timedelta

import pytest

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.serial_dates import has_date_among_parts, is_date_code, moment, moment_in, seen, shows_day

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
    ("value", "code", "told"),
    [
        (43793.0, '[=0]"";dd/mm/yyyy', (datetime(2019, 11, 24), "dd/mm/yyyy")),
        (43793.375, '[<1]"";dd/mm/yyyy hh:mm', (datetime(2019, 11, 24, 9), "dd/mm/yyyy hh:mm")),
        (0.375, '[=0]"";hh:mm', (time(9), "hh:mm")),
        (0.0, "[=0]0;dd/mm/yyyy", (0.0, "[=0]0")),
        (time(), 'dd/mm/yyyy;-0;"never"', ("never", "")),
        (datetime(2009, 7, 6), '[>43831]dd/mm/yyyy;"old"', ("old", "")),
        (datetime(2009, 7, 6), "[>43831]dd/mm/yyyy;", None),
        (datetime(2026, 11, 24), "[>46400]0;dd/mm/yyyy", (datetime(2026, 11, 24), "dd/mm/yyyy")),
        (timedelta(days=46350), "[<1][h]:mm;dd/mm/yyyy", (datetime(2026, 11, 24), "dd/mm/yyyy")),
        (time(), DAY, None),
        (time(9), DAY, None),
        (time(9), "d/m/yyyy h:mm", (time(9), "d/m/yyyy h:mm")),
        (date(1899, 12, 30), DAY, None),
        (time(), "h:mm;@", (time(), "h:mm")),
        (-5.0, "[=0]0;dd/mm/yyyy", None),
        (5.0, "dd/mm/yyyy;[>9]0", None),
        (5.0, "0.00;-0", (5.0, "0.00;-0")),
        ("x", DAY, ("x", DAY)),
    ],
)
def test_a_value_is_seen_by_the_part_of_its_code_that_counts_for_it(
    value: Value, code: str, told: tuple[Value, str] | None
) -> None:
    assert seen(value, code) == told


def test_codes_with_a_date_among_their_parts_and_codes_of_days() -> None:
    assert [has_date_among_parts(code) for code in ("[=0]0;d/m/yy", "d/m/yy;;", "d/m/yy;@", "0;-0")] == [
        True,
        True,
        False,
        False,
    ]
    assert [shows_day(code) for code in ("[=0]0;d/m/yy", "mmm", "h:mm", "0")] == [True, True, False, False]


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
