"""A workbook's values as the texts a person sees in the sheet. Pure.

Numbers are shown with their full value, as in the formula bar, not rounded to the column's width: a price of 12.345
formatted as 12.35 is `12.345`. Two sorts of number format change a number's *meaning* and are followed:
digit patterns (a postcode 800 formatted `0000` is 0800, a phone formatted `(00) 0000 0000`) and percentages.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = str | float | bool | date | time | timedelta

LARGEST_EXACT = 10**15
"""From here on a number has more than a spreadsheet program's 15 digits; the rest have become zeros."""

_PERCENT = re.compile(r"0(?:\.(0+))?%\Z")
_DIGIT_PATTERN = re.compile(r"""(?:[0#() +\-]|\\.|"[^"]*")+\Z""")
_PATTERN_PART = re.compile(r'"([^"]*)"|\\(.)|(.)')


def text_of(value: Value, number_format: str = "") -> tuple[str, bool]:
    """Return a value's text and whether it is a date: `2026-11-24`, `2026-11-24 14:30`, with seconds other than 0.

    A time alone is `14:30` and an elapsed time `36:00`, neither of them a date. `number_format` is a number cell's
    format code if it `changes_meaning`.
    """
    match value:
        case str():
            return value, False
        case bool():
            return ("TRUE" if value else "FALSE"), False
        case int() | float():
            return (_formatted(value, number_format) if number_format else _number(value)), False
        case datetime() | date():
            return _date(value), True
        case time():
            return _clock(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)), False
        case timedelta():
            return _clock(value), False


def changes_meaning(number_format: str) -> bool:
    """Whether a number under this format code reads otherwise than its plain digits."""
    code = number_format.split(";")[0]
    if _PERCENT.match(code):
        return True
    if not _DIGIT_PATTERN.match(code):
        return False
    places = "".join(match[3] for match in _PATTERN_PART.finditer(code) if match[3] and match[3] in "0#")
    return len(places) > 1 and places.startswith("0")


def _number(value: float) -> str:
    """15 significant digits, as a spreadsheet program keeps them: 0.1 + 0.2 is `0.3`; never an exponent."""
    text = f"{value:.15g}"
    return text if "e" not in text else f"{Decimal(text):f}"


def _formatted(value: float, number_format: str) -> str:
    code = number_format.split(";")[0]
    if percent := _PERCENT.match(code):
        return f"{value * 100:.{len(percent[1] or '')}f}%"
    plain = _number(value)
    return _fill(plain, code) if plain.isdecimal() else plain


def _fill(digits: str, code: str) -> str:
    """Lay digits into a digit pattern from the right; surplus ones stand before its first place."""
    parts = [(match[1] or match[2] or match[3], bool(match[3])) for match in _PATTERN_PART.finditer(code)]
    places = [index for index, (part, plain) in enumerate(parts) if plain and part in "0#"]
    shown = [part for part, _ in parts]
    left = digits
    for index in reversed(places):
        shown[index] = left[-1:] or ("0" if shown[index] == "0" else "")
        left = left[:-1]
    shown[places[0]] = left + shown[places[0]]
    return "".join(shown)


def _date(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    # A spreadsheet holds times as fractions of a day, which miss the second they mean by a hair.
    if value.microsecond:
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")


def _clock(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes, seconds = divmod(seconds, 60)
    text = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
