"""Dates that a spreadsheet program keeps as numbers of days, told by their number formats. Pure."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from leadsync.sheets.formats.cell_text import Value
from leadsync.sheets.formats.format_codes import section_for, shown_sections

_NO_FIGURES = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
"""Parts of a format code without a meaning of their own: texts, blanks, colours and conditions."""
_DATE_FIGURE = re.compile(r"[dmyhs]", re.IGNORECASE)
_DAY_FIGURE = re.compile(r"[dy]|m{3,}", re.IGNORECASE)
_CLOCK_FIGURE = re.compile(r"[hs]", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LAST_DAY = 2_958_465
"""31 December 9999."""
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001
_DAYS_TO_1904 = 1_462
_MOST_REMEMBERED = 1_024
_NO_LEAP_DAY = 60
"""29 February 1900, a day that the programs count and no calendar has."""
NAMED_FORMATS = {
    "general": "",
    "general number": "",
    "general date": "d/m/yyyy h:mm",
    "long date": "d mmmm yyyy",
    "medium date": "d-mmm-yy",
    "short date": "d/m/yyyy",
    "long time": "h:mm:ss",
    "medium time": "h:mm AM/PM",
    "short time": "h:mm",
    "currency": "#,##0.00",
    "euro currency": "#,##0.00",
    "fixed": "0.00",
    "standard": "#,##0.00",
    "percent": "0.00%",
    "scientific": "0.00E+00",
    "text": "@",
}
"""Codes by the names in XML Spreadsheet 2003 and in web pages of Excel. The order of a date's parts has no meaning."""


def is_date_code(code: str) -> bool:
    """Whether a number under this format code is shown as a date or time."""
    return _DATE_FIGURE.search(_NO_FIGURES.sub("", code.split(";")[0])) is not None


@lru_cache(_MOST_REMEMBERED)
def shows_day(code: str) -> bool:
    """Whether a part of a code for numbers shows them as dates: the days of a calendar."""
    return any(_shows_day(section.code) for section in shown_sections(code))


@lru_cache(_MOST_REMEMBERED)
def has_date_among_parts(code: str) -> bool:
    """Whether a code has several parts for numbers, or a condition, and one of them shows a date or time."""
    sections = shown_sections(code)
    is_divided = len(sections) > 1 or any(section.condition for section in sections)
    return is_divided and any(is_date_code(section.code) for section in sections)


def seen(value: Value, code: str, *, epoch_1904: bool = False) -> tuple[Value, str] | None:
    """Return a number or moment as the part of a code for it shows it, and that part; None if it shows neither the
    number nor a day of the calendar.

    Day 0 is none: programs show it as 0 January 1900 or 30 December 1899. A value that the code leaves as it is comes
    back with the whole code.
    """
    sections = shown_sections(code)
    number = serial_of(value, epoch_1904=epoch_1904)
    if number is None or not any(is_date_code(section.code) for section in sections):
        return value, code
    section, _ = section_for(number, sections)
    if section is None:
        return None
    if not is_date_code(section.code):
        if section.whole or section.decimals:
            return (float(number), section.code) if number >= 0 else None
        text = "".join(section.pieces).strip()
        return (text, "") if text else None
    figures = _NO_FIGURES.sub("", section.code)
    if number < 1 and _shows_day(section.code) and not (number and _CLOCK_FIGURE.search(figures)):
        return None
    if not isinstance(value, time) and (number < 1 or not isinstance(value, date)):
        value = moment(float(number), section.code, epoch_1904=epoch_1904)
    return None if isinstance(value, int | float) else (value, section.code)


def _shows_day(part: str) -> bool:
    return _DAY_FIGURE.search(_NO_FIGURES.sub("", part)) is not None


def serial_of(value: Value, *, epoch_1904: bool = False) -> Decimal | None:
    """Return the number of days of a moment, or the number; None for any other value."""
    match value:
        case bool() | str():
            return None
        case datetime() | date():
            days = datetime(value.year, value.month, value.day) - _DAY_0  # noqa: DTZ001
            clock = value.time() if isinstance(value, datetime) else time()
            number = days.days - epoch_1904 * _DAYS_TO_1904 + _fraction(clock)
        case time():
            number = _fraction(value)
        case timedelta():
            number = value / timedelta(days=1)
        case _:
            number = value
    return Decimal(f"{number:.15g}")


def _fraction(clock: time) -> float:
    since = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
    return since / timedelta(days=1)


def moment(serial: float, code: str, *, epoch_1904: bool = False) -> Value:
    """Return the date, time or elapsed time of a number of days under a date's code; the number for none.

    Day 0 is a time alone.
    """
    if not 0 <= serial <= _LAST_DAY:
        return serial
    figures = _NO_FIGURES.sub("", code)
    if _ELAPSED.search(figures):
        return timedelta(days=serial)
    if serial < 1 or not _DAY_FIGURE.search(figures):
        return _clock(serial % 1)
    first = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 31 if serial < _NO_LEAP_DAY else 30)  # noqa: DTZ001
    try:
        return first + timedelta(days=serial)
    except OverflowError:
        return serial


def _clock(fraction: float) -> time:
    seconds = round(fraction * 86_400) % 86_400
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def moment_in(text: str) -> Value:
    """Return the date or time of a text such as `2027-11-24T14:30:00.000`, or the text; day 0 is a time alone."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return text
    if value.date() in (date(1899, 12, 31), date(1899, 12, 30), date(1904, 1, 1)) and "T" in text:
        return value.time().replace(tzinfo=None)
    return value.replace(tzinfo=None)
