"""A workbook's values as the texts a person sees in the sheet. Pure.

Numbers are shown with their full value, as in the formula bar, not rounded to the column's width: a price of 12.345
formatted as 12.35 is `12.345`. Two sorts of number format change a number's *meaning* and are followed everywhere:
digit patterns (a membership 800 formatted `0000` is 0800) and percentages.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

from leadsync.sheets.formats.number_formats import changes_meaning, percentage, shown

Value: TypeAlias = str | float | bool | date | time | timedelta

_HAIR = 999_500
"""Microseconds from which a second is full: spreadsheet programs keep thousandths."""


def text_of(value: Value, number_format: str = "") -> tuple[str, bool]:
    """Return a value's text and whether it is a date: `2026-11-24`, `2026-11-24 14:30`, with seconds other than 0.

    A time alone is `14:30` and an elapsed time `36:00`, neither of them a date. `number_format` is a number cell's
    format code.
    """
    match value:
        case str():
            return value, False
        case bool():
            return ("TRUE" if value else "FALSE"), False
        case int() | float():
            return (_formatted(value, number_format) or plain_number(value)), False
        case datetime() | date():
            return _date(value), True
        case time():
            return _clock(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)), False
        case timedelta():
            return _clock(value), False


def _formatted(value: float, code: str) -> str | None:
    """The text under a format with a meaning of its own; None for any other."""
    if not code or not changes_meaning(code):
        return None
    return shown(value, code) or percentage(value, code)


def plain_number(value: float) -> str:
    """15 significant digits, as a spreadsheet program keeps them: 0.1 + 0.2 is `0.3`; never an exponent."""
    text = f"{value:.15g}"
    return text if "e" not in text else f"{Decimal(text):f}"


def _date(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    # A spreadsheet holds times as fractions of a day, which miss the second they mean by a hair.
    if value.microsecond:
        rounded = value + timedelta(microseconds=500_000)
        # 23:59:59.997 is the end of its own day, of which many a format shows the date alone.
        is_end = rounded.day != value.day and value.microsecond < _HAIR
        value = (value if is_end else rounded).replace(microsecond=0)
    if not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")


def _clock(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes, seconds = divmod(seconds, 60)
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
