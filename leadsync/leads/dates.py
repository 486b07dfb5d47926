"""Dates as people write them: from a cell's text to a moment, or refused.

A callback at the wrong hour is worse than a row sent back. So day and month are never told apart by mere luck.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from leadsync.leads.date_parts import (
    ORDER_WORDS,
    clock_time,
    month_number,
    not_a_date,
    numeric_date,
    real_date,
    refused,
)
from leadsync.leads.input_rules import DateOrder
from leadsync.leads.placeholders import is_placeholder
from leadsync.leads.text import Refused, plain, visible
from leadsync.reasons import FaultKind

_K = FaultKind

_LONGEST_DATE = 80
_DIGITS_OF_A_YEAR = 4
# 20261124 is a date; of any other length, digits alone are a spreadsheet's day number.
_COMPACT_LENGTH = len("20261124")
# Kiribati's Line Islands: no clock is further ahead, and none as far behind.
_FAR_EAST_OF_UTC = timedelta(hours=14)
# Not 1900-01-01: the system counts from 1, and counts a 29 February 1900 that never was.
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # a serial number has no timezone
_EXCEL_SERIALS = (36_526, 73_051)  # 2000-01-01 to 2100-01-01
# Old Excel for Macintosh counts days from 1904; the file says so.
_DAYS_TO_1904 = 1462
"""The difference between a day's numbers in the 1900 and the 1904 system."""
_SECONDS_DROPPED = ("seconds dropped",)
_WEEKDAY = re.compile(
    r"\(?\b(mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
    r"\b\.?\)?,? ?"
)
_NUMERIC = r"(?P<a>\d{1,4}) ?(?P<mark>[/.\- ]) ?(?P<b>\d{1,4}) ?(?P=mark) ?(?P<c>\d{1,4})"
_NAMED = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)?[ \-/.,]*(?P<month>[a-z]{3,9})\.?[ \-/.,]*'?(?P<year>\d{4}|\d{2})",
    r"(?P<month>[a-z]{3,9})\.?[ \-/.]*(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:, ?|[ \-/.])'?(?P<year>\d{4}|\d{2})",
    r"(?P<year>\d{4})[ \-/.,]*(?P<month>[a-z]{3,9})\.?[ \-/.,]*(?P<day>\d{1,2})",
)
_COMPACT = r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)"
_TIME = (
    r"(?:(?:12(?:[:.]00)? ?)?(?P<noon>noon|midday)|"
    r"(?:(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?)?|"
    r"(?P<hhmm>\d{4})(?P<ss>\d{2})?)"
    r" ?(?:(?P<half>[ap])\.? ?m?\.?|(?P<h>h)|hrs?|hours|uhr)?)"
)
# Offsets only: AEST or CST is a different time in different countries, so zone names are refused.
_ZONE = r"z|(?:utc|gmt)(?: ?[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?"
_OFFSET = rf"(?: ?(?P<offset>{_ZONE})(?: \([a-z ]+\))?)?"
_SHAPES = (
    form
    for shape in (_NUMERIC, *_NAMED, _COMPACT)
    for form in (
        f"{shape}(?:(?P<join>t|:|,? at |,? ?@ ?|, ?| - | ){_TIME}{_OFFSET})?",
        f"{_TIME}(?:,? on |, | ){shape}(?P<join>)(?P<offset>)",
    )
)
# As programs log it, the year behind the time: Tue Nov 24 14:30:00 2026.
_YEAR_LAST = rf"(?P<month>[a-z]{{3,9}}) (?P<day>\d{{1,2}}) {_TIME}(?P<join>)(?P<offset>) (?P<year>\d{{4}})"
_FORMS = tuple(re.compile(form, re.ASCII) for form in (*_SHAPES, _YEAR_LAST))
_QUICK = re.compile(
    r"(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?: ?([AaPp])[Mm])?)?",
    re.ASCII,
)
# 24112026: day and month before the year, without marks.
_RUN_TOGETHER = re.compile(r"(\d\d)(\d\d)(20\d\d)(?!\d)")
_STAMP = re.compile(r"(20\d{6})(\d{4}(?:\d\d)?)")
_TIME_ALONE = re.compile(rf"{_TIME}{_OFFSET}", re.ASCII)
_CLOCK_BEHIND = re.compile(r"(.+\d),?[ T](\d{1,2}:\d.*)")
_ZERO_DAY = re.compile(r"(?:(?:1899|1900|1904)[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:1899|1900|1904))[ T]+(?=\d)")
"""The day before a time that a program keeps as a moment: 1899-12-30, 1900-01-00, 1904-01-01 and the like."""
_HALVES = {"a": "am", "am": "am", "p": "pm", "pm": "pm"}
_OWN_HALF = re.compile(r"\d ?([ap])(?:\.? ?m)?\b|(noon|midday)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?|\d{5},\d+", re.ASCII)
_NO_YEAR = re.compile(r"\d{1,2} ?[/.\- ] ?(?:\d{1,2}|[a-z]{3,9})|[a-z]{3,9}\.? \d{1,2}")
_DAY = re.compile(r"(?<![\d/.\-])\d{1,4}([/.\-])\d{1,2}\1\d{1,4}(?![\d/.\-])")
_NO_DAY = re.compile(r"(?:19|20)\d\d ?[/.\- ] ?(?:\d{1,2}|[a-z]{3,9})|(?:\d{1,2}|[a-z]{3,9}) ?[/.\- ] ?(?:19|20)\d\d")
_WORD_BEHIND_TIME = re.compile(r"\d[:.]\d\d ?(?:[ap]m)? ?\(?([a-z][a-z/_]+)\)?$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A cell's local time or, with an offset, instant; `timed` is False for a date alone.

    `repairs` are those of its reading, in the words of `Cleaned`.
    """

    local: datetime
    offset: timedelta | None = None
    timed: bool = True
    repairs: tuple[str, ...] = ()


def read_moment(text: str, order: DateOrder, *, epoch_1904: bool = False) -> Moment | Refused:
    """The moment that a text names, its numbers in the given order, a spreadsheet's day number in its 1900 or 1904
    system.

    A year of four digits in front, as in ISO 8601 and in the API's own `yyyy/MM/dd HH:mm`, and a month's name settle
    the order by themselves. Years of two digits are 20xx. Seconds are dropped: the API has none.
    """
    return _quick_moment(text, order) or _read(text, order, epoch_1904=epoch_1904)


def join_time(date_text: str, time_text: str) -> str:
    """One text for a date and its time of day in two cells, in whichever of them the time stands.

    A time beside a midnight, however it is written, replaces it: a date cell without a time has one. Two cells may show
    parts of one moment, and hold all of it.
    """
    date_text, time_text = (_ZERO_DAY.sub("", text.strip()) for text in (date_text, time_text))
    # People map the two columns in either order.
    if is_time(date_text) and not is_time(time_text):
        date_text, time_text = time_text, date_text
    if not (date_text and time_text):
        return date_text or time_text
    parts = _CLOCK_BEHIND.fullmatch(date_text)
    clock = _clock(parts[2]) if parts else None
    day = parts[1] if parts and clock == (time(), 0) else date_text
    if time_text.startswith((f"{day} ", f"{day}T")):
        return time_text
    if date_text == time_text or date_text.endswith((f" {time_text}", f"T{time_text}")):
        return date_text
    # 14:30 and 2:30 PM are one moment, to the minute.
    if clock and day == date_text and (other := _clock(time_text)) and other[0] == clock[0]:
        return date_text
    return f"{day} {time_text}"


def join_half(text: str, cell: str, order: DateOrder) -> str:
    """One text for a callback and AM or PM in a cell of its own; that of a callback without a time stays as it is.

    One that says the other half, or a word that is neither, stands behind the text, which is no date then.
    """
    half, own = half_of_day(cell), own_half(text)
    if not half:
        return text if is_placeholder(cell.strip()) else join_time(text, cell)
    moment = read_moment(text, order)
    if not text.strip() or own in (half, "noon") or (isinstance(moment, Moment) and not moment.timed):
        return text
    return f"{text.strip()} {half}"


def half_of_day(cell: str) -> str:
    """Return "am" or "pm" for a cell of nothing else, such as `P.M.`; empty for any other."""
    return _HALVES.get("".join(plain(cell).casefold().split()).replace(".", ""), "")


def own_half(text: str) -> str:
    """Return the "am", "pm" or "noon" behind a text's time; empty without any."""
    found = _OWN_HALF.search(text)
    if found is None:
        return ""
    return f"{found[1].lower()}m" if found[1] else "noon"


def _clock(text: str) -> tuple[time, int] | None:
    """The hour and minute of a time alone, and its seconds; None for any other text."""
    match = _TIME_ALONE.fullmatch(text.lower())
    if match is None or match["offset"]:
        return None
    clock = _time(match, "dmy")
    return None if isinstance(clock, Refused) else (clock, int(match["second"] or match["ss"] or 0))


def is_time(text: str) -> bool:
    """Whether a text is a time of day alone."""
    return _TIME_ALONE.fullmatch(text.lower()) is not None


def _quick_moment(text: str, order: DateOrder) -> Moment | None:
    """What `_read` gives for the commonest spellings, a third of the time; None for others and for all refusals."""
    match = _QUICK.fullmatch(text)
    if match is None:
        return None
    a, _, b, c, hour, minute, second, half = match.groups()
    day = numeric_date(a, b, c, "", order)
    if isinstance(day, Refused):
        return None
    if hour is None:
        return Moment(datetime(day.year, day.month, day.day), timed=False)  # noqa: DTZ001  # a cell's own time
    clock = clock_time(int(hour), int(minute), int(second or 0), half.lower() if half else "", order)
    if isinstance(clock, Refused):
        return None
    local = datetime(day.year, day.month, day.day, clock.hour, clock.minute)  # noqa: DTZ001  # as above
    return Moment(local, repairs=_SECONDS_DROPPED if second and int(second) else ())


def _read(text: str, order: DateOrder, *, epoch_1904: bool = False) -> Moment | Refused:
    """`read_moment` for any text."""
    spelt, weekday = _spelt(text)
    if len(spelt) > _LONGEST_DATE:
        return not_a_date(order)
    # A decimal comma is allowed only behind five digits: 24,11 is no day number, and 46350,5 is one.
    if _NUMBER.fullmatch(spelt) and len(re.split("[.,]", spelt)[0]) != _COMPACT_LENGTH:
        return _from_serial(spelt.replace(",", "."), order, _DAYS_TO_1904 if epoch_1904 else 0)
    matches = (match for form in _FORMS if (match := form.fullmatch(spelt)))
    readings = (_from_match(match, weekday, order) for match in matches)
    # The first form that fits decides, even by a refusal; the others are asked only for a second meaning.
    first = next(readings, None)
    if first is None:
        return _why_not(spelt, order)
    # 10.11.12 20.11.26 and 2058 Nov 30, 2026: without a colon, nothing says which part is the time.
    if ":" not in spelt and any(isinstance(other, Moment) and other != first for other in readings):
        return refused(_K.TWO_READINGS, order)
    return first


def _spelt(text: str) -> tuple[str, str]:
    """Return the text in one spelling, and the three letters of its weekday, empty without one.

    The spelling has small letters, plain characters, and joined digits set apart.
    """
    spelt = " ".join(plain(visible(text)).removeprefix("'").lower().split())
    weekday = _WEEKDAY.search(spelt)
    if weekday:
        spelt = (spelt[: weekday.start()] + spelt[weekday.end() :]).rstrip(" ,")
    spelt = _RUN_TOGETHER.sub(r"\1/\2/\3", spelt) if spelt[4:6] == "20" else spelt
    stamp = _STAMP.fullmatch(spelt)
    return (f"{stamp[1]}t{stamp[2]}" if stamp else spelt), weekday[1][:3] if weekday else ""


@lru_cache(maxsize=32_768)
def orders_fitting(text: str) -> frozenset[DateOrder]:
    """Return the orders in which a text's numbers make a real date.

    None of them for a text without a say: its order is plain, or it is no date in any order.
    """
    quick = _QUICK.fullmatch(text)
    if quick:
        return _orders_of(quick[1], quick[3], quick[4], "")
    spelt, weekday = _spelt(text)
    # The first two are the numeric ones, with the time behind or in front; month names settle the order.
    for form in _FORMS[:2] if len(spelt) <= _LONGEST_DATE else ():
        match = form.fullmatch(spelt)
        if match:
            return _orders_of(match["a"], match["b"], match["c"], weekday)
    return frozenset()


@lru_cache(maxsize=8192)
def _orders_of(a: str, b: str, c: str, weekday: str) -> frozenset[DateOrder]:
    if len(a) == _DIGITS_OF_A_YEAR:
        return frozenset()
    return frozenset(order for order in ORDER_WORDS if isinstance(numeric_date(a, b, c, weekday, order), date))


def _from_match(match: re.Match[str], weekday: str, order: DateOrder) -> Moment | Refused:
    day = _date(match, weekday, order)
    if isinstance(day, Refused):
        return day
    if match["hour"] is None and match["hhmm"] is None and match["noon"] is None:
        return Moment(datetime.combine(day, time()), timed=False)
    clock = _time(match, order)
    if isinstance(clock, Refused):
        return clock
    offset = _offset(match, order)
    if isinstance(offset, Refused):
        return offset
    seconds = int(match["second"] or match["ss"] or 0)
    return Moment(datetime.combine(day, clock), offset, repairs=_SECONDS_DROPPED if seconds else ())


def _date(match: re.Match[str], weekday: str, order: DateOrder) -> date | Refused:
    parts = match.groupdict()
    if parts.get("mark"):
        return numeric_date(parts["a"], parts["b"], parts["c"], weekday, order)
    month = month_number(parts["month"])
    if month is None:
        return refused(_K.NO_SUCH_MONTH, order, month=parts["month"])
    year, day = int(parts["year"]), int(parts["day"])
    if len(parts["year"]) == 2:
        # 26 Nov 24 under ymd: the pattern takes the first number for the day, and the year stands in front here.
        year, day = (2000 + day, year) if order == "ymd" and len(parts["day"]) == 2 else (2000 + year, day)
    return real_date(year, month, day, weekday, order)


def _time(match: re.Match[str], order: DateOrder) -> time | Refused:
    if match["noon"]:
        return time(12)
    second = int(match["second"] or match["ss"] or 0)
    half = match["half"] or ""
    if match["hhmm"]:
        return clock_time(int(match["hhmm"][:2]), int(match["hhmm"][2:]), second, half, order)
    if match["minute"] is None and not half and not match["h"]:
        return refused(_K.NO_MINUTES, order)
    return clock_time(int(match["hour"]), int(match["minute"] or 0), second, half, order)


def _offset(match: re.Match[str], order: DateOrder) -> timedelta | Refused | None:
    """Return the offset from UTC, None without one.

    A bare one with a minus only behind `T` or seconds: `09:30-11:00` is a span of time otherwise.
    """
    text = match["offset"]
    if not text:
        return None
    signed = text.removeprefix("utc").removeprefix("gmt").strip()
    if signed in ("", "z"):
        return timedelta()
    if text[0] == "-" and match["join"] != "t" and not match["second"]:
        return refused(_K.TIME_SPAN, order)
    hours, _, minutes = signed[1:].partition(":") if ":" in signed else (signed[1:3], "", signed[3:])
    distance = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if distance > _FAR_EAST_OF_UTC or int(minutes or 0) > 59:
        return refused(_K.NO_SUCH_OFFSET, order, offset=text)
    return -distance if signed[0] == "-" else distance


def _from_serial(number: str, order: DateOrder, later: int) -> Moment | Refused:
    """Return the moment of a spreadsheet's day number, to the nearest minute: a shown number is rounded.

    Its days count from so many later than in the 1900 system.
    """
    days = float(number)
    # A fraction of a day is a spreadsheet's time of day.
    if days < 1 and "." in number:
        return _time_alone(order)
    days += later
    first, last = _EXCEL_SERIALS
    if not first <= days < last:
        return not_a_date(order)
    # 14:30 is stored as 0.6041666…, which falls a hair short of its minute.
    minutes = round(days * 24 * 60)
    local = _EXCEL_EPOCH + timedelta(minutes=minutes)
    return Moment(local, timed=days != int(days), repairs=("spreadsheet's day number read as a date",))


def _why_not(text: str, order: DateOrder) -> Refused:
    # Several reasons may be true; the most particular stands first.
    if "midnight" in text:
        return refused(_K.MIDNIGHT, order)
    if len(_DAY.findall(text)) > 1:
        return refused(_K.TWO_DATES, order)
    if _NO_DAY.fullmatch(text):
        return refused(_K.NO_DAY, order)
    if _TIME_ALONE.fullmatch(text):
        return _time_alone(order)
    if _NO_YEAR.fullmatch(text):
        return refused(_K.NO_YEAR, order)
    word = _WORD_BEHIND_TIME.search(text)
    if word:
        return refused(_K.WORD_BEHIND_TIME, order, word=word[1])
    return not_a_date(order)


def _time_alone(order: DateOrder) -> Refused:
    return refused(_K.TIME_ALONE, order)
