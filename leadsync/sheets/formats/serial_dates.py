"""Dates that a spreadsheet program keeps as numbers of days, told by their number formats. Pure."""

import re
from datetime import date, datetime, time, timedelta

from leadsync.sheets.formats.cell_text import Value

_NO_FIGURES = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
"""Parts of a format code without a meaning of their own: texts, blanks, colours and conditions."""
_DATE_FIGURE = re.compile(r"[dmyhs]", re.IGNORECASE)
_DAY_FIGURE = re.compile(r"[dy]|m{3,}", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LAST_DAY = 2_958_465
"""31 December 9999."""
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
