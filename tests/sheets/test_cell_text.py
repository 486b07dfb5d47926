"""The values of a workbook as a person sees them."""

from datetime import date, datetime, time, timedelta

import pytest

from leadsync.sheets.formats.cell_text import Value, plain_number, text_of


@pytest.mark.parametrize(
    ("value", "text", "is_date"),
    [
        ("007", "007", False),
        (True, "TRUE", False),
        (False, "FALSE", False),
        (7, "7", False),
        (7.0, "7", False),
        (date(2026, 11, 24), "2026-11-24", True),
        (datetime(2026, 11, 24), "2026-11-24", True),
        (datetime(2026, 11, 24, 14, 30), "2026-11-24 14:30", True),
        (datetime(2026, 11, 24, 14, 30, 5), "2026-11-24 14:30:05", True),
        (datetime(2026, 11, 24, 14, 29, 59, 999_999), "2026-11-24 14:30", True),
        (datetime(2026, 11, 24, 14, 29, 59, 600_000), "2026-11-24 14:30", True),
        (datetime(2026, 11, 24, 23, 59, 59, 500_000), "2026-11-24 23:59:59", True),
        (datetime(2026, 11, 30, 23, 59, 59, 997_000), "2026-11-30 23:59:59", True),
        (datetime(2026, 11, 24, 23, 59, 59, 999_999), "2026-11-25", True),
        (time(14, 30), "14:30", False),
        (time(14, 30, 5), "14:30:05", False),
        (timedelta(hours=36), "36:00", False),
        (timedelta(hours=-1.5), "-01:30", False),
    ],
)
def test_a_value_is_its_text(value: Value, text: str, is_date: bool) -> None:
    assert text_of(value) == (text, is_date)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (800, "0000", "0800"),
        (0.15, "0%", "15%"),
        (12.345, "0.00", "12.345"),
        (12.345, "#,##0.00", "12.345"),
        (True, "0000", "TRUE"),
    ],
)
def test_only_formats_that_change_the_meaning_are_followed(value: Value, code: str, text: str) -> None:
    assert text_of(value, code) == (text, False)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1e21, "1" + "0" * 21),
        (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"),
        (-0.5, "-0.5"),
    ],
)
def test_numbers_have_fifteen_digits_and_no_exponent(number: float, text: str) -> None:
    assert plain_number(number) == text
