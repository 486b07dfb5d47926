"""Dates and times of day from their numbers and names, or the reason for none. Pure."""

from datetime import date, time
from functools import lru_cache

from leadsync.leads.input_rules import DateOrder
from leadsync.leads.text import Refused
from leadsync.reasons import Detail, FaultKind

_K = FaultKind

# The century of two-digit years; programs' dates for no date lie before it.
_EARLIEST_YEAR = 2000
_LATEST_YEAR = 2099
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

ORDER_WORDS: dict[DateOrder, str] = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}
EXAMPLES: dict[DateOrder, str] = {"dmy": "24/11/2026 14:30", "mdy": "11/24/2026 14:30", "ymd": "2026/11/24 14:30"}


# A column has few different days, and the same day is asked for its order and for its date.
@lru_cache(maxsize=8192)
def numeric_date(a: str, b: str, c: str, weekday: str, order: DateOrder) -> date | Refused:
    """Return the date of three numbers in the given order; four digits in front are a year.

    `weekday` are the first letters of the weekday beside it, empty without one.
    """
    # Four digits in front decide, whatever the settings say: nobody writes year/day/month.
    order = "ymd" if len(a) == 4 else order
    numbers = _in_order(a, b, c, order)
    return numbers if isinstance(numbers, Refused) else real_date(*numbers, weekday, order)


def _in_order(a: str, b: str, c: str, order: DateOrder) -> tuple[int, int, int] | Refused:
    """Return year, month and day of three numbers; only the year may have four digits."""
    if len(b) > 2:
        return not_a_date(order)
    if len(a) == 4 and len(c) <= 2:
        return int(a), int(b), int(c)
    year, month, day = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}[order]
    if len(month) > 2 or len(day) > 2:
        return refused(_K.OTHER_ORDER, order)
    if len(year) not in (2, 4):
        return refused(_K.YEAR_DIGITS, order)
    return int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)


def real_date(year: int, month: int, day: int, weekday: str, order: DateOrder) -> date | Refused:
    """Return the date, if it exists.

    Years far off are refused rather than warned of: programs write 1899-12-30, 1970-01-01 and 0001-01-01 for a missing
    date.
    """
    if not 1 <= month <= 12:
        return refused(_K.MONTH_OUT_OF_RANGE, order, month=month)
    if not _EARLIEST_YEAR <= year <= _LATEST_YEAR:
        return refused(_K.YEAR_FAR_OFF, order, year=year)
    try:
        found = date(year, month, day)
    except ValueError:
        return refused(_K.NO_SUCH_DAY, order, month=_MONTHS[month - 1].title(), year=year, day=day)
    if weekday and not _WEEKDAYS[found.weekday()].startswith(weekday):
        return refused(_K.OTHER_WEEKDAY, order, weekday=_WEEKDAYS[found.weekday()].title())
    return found


def month_number(name: str) -> int | None:
    """Return a month's number from digits, its name, or the three or four letters it is shortened to."""
    if name.isdecimal():
        return int(name)
    for number, month in enumerate(_MONTHS, start=1):
        # Sep and Sept are both usual.
        if name == month or (len(name) in (3, 4) and month.startswith(name)):
            return number
    return None


def clock_time(hour: int, minute: int, second: int, half: str, order: DateOrder) -> time | Refused:
    """Return the time, `half` naming the day's half by "a" or "p", or neither; 14:30 pm is 14:30, and 0:30 am 00:30."""
    if (half == "a" and hour > 12) or (half == "p" and hour == 0):
        return refused(_K.HOUR_OF_OTHER_HALF, order, hour=hour, half=half)
    # 12 am is midnight and 12 pm noon: the remainder makes 0 of both, and pm adds 12.
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return refused(_K.NO_SUCH_TIME, order)
    # Seconds are checked, then dropped: the API's format has none.
    return time(hour, minute)


def not_a_date(order: DateOrder) -> Refused:
    """Return the refusal of a text in no form of a date."""
    return refused(_K.NOT_A_DATE, order)


def refused(kind: FaultKind, order: DateOrder, **details: Detail) -> Refused:
    """Return the refusal of a date, with the order for its remedy."""
    return Refused(kind, {"order": order, **details})
