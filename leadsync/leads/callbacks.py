"""Callback dates: moments to the API's text, in the timezone of the leads' Contact Hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from leadsync.leads.dates import Moment, read_moment
from leadsync.leads.input_rules import DateOrder, Rules, zone
from leadsync.leads.placeholders import is_placeholder
from leadsync.leads.text import Cleaned, Refused, is_no_change
from leadsync.reasons import FaultKind

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # taken from local times before their offset is
# A year and a day: in a leap year, the same date next year is not far ahead.
_FAR_AHEAD = timedelta(days=366).total_seconds()
_REWRITTEN = "date written as yyyy/MM/dd HH:mm"
_CONVERTED = "converted to the Contact Hours timezone"
_NO_TIME = "no time of day: due from 00:00"
_MIDNIGHT = "at midnight: perhaps a date without a time"
_SKIPPED = "a time that the clocks skip that night: moved on by as much"
_TWICE = "a time that comes twice that night: the first is meant"
_TWICE_THERE = "a time that comes twice that night in the Contact Hours timezone: the dialer decides which"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A moment in the dialer's timezone, as sent and as an instant; of a date alone, its day's last minute."""

    value: str
    instant: float
    """Seconds since 1970: they compare faster than times of two timezones."""
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]


def clean_callback(text: str, rules: Rules, *, date_cell: bool = False) -> Cleaned | Refused:
    """A callback date as `yyyy/MM/dd HH:mm` in the Contact Hours timezone.

    Of a workbook's date cell, whose text is not what the sheet shows, the change of form alone is no repair. Warned
    of are dates without a time, in the past or over a year ahead, and times that the clocks skip or have twice.
    """
    if date_cell and rules.swapped_date_cells:
        return Refused(FaultKind.SWAPPED_DATE_CELL, {"order": rules.date_order})
    order = "ymd" if date_cell else rules.date_order
    # A number is quick to hash in the cache's key, and to compare.
    now = rules.now.timestamp()
    return _cleaned(text, order, rules.input.timezone, rules.contact_hours, now, date_cell, rules.epoch_1904)


@lru_cache(maxsize=32_768)
def _cleaned(
    text: str, order: DateOrder, from_zone: str, to_zone: str, now: float, date_cell: bool, epoch_1904: bool
) -> Cleaned | Refused:
    if is_no_change(text):
        return Refused(FaultKind.CALLBACK_IS_NO_CHANGE, {"order": order})
    moment = read_moment(text, order, epoch_1904=epoch_1904)
    if isinstance(moment, Refused):
        # "No" is an answer to another question, so the column is wrong; "none" stands for a missing date.
        return moment if any(map(str.isdigit, text)) else _without_figures(text, order)
    placed = _in_zone(moment, from_zone, to_zone)
    warnings = placed.warnings
    if placed.instant < now:
        warnings = (*warnings, "in the past")
    elif placed.instant > now + _FAR_AHEAD:
        warnings = (*warnings, "over a year ahead")
    repairs = placed.repairs
    # A date cell's text is made by the reader: the user never saw it, so another form of it is no news.
    if not repairs and placed.value != text and not date_cell:
        repairs = (_REWRITTEN,)
    return Cleaned(placed.value, repairs, warnings)


def _without_figures(text: str, order: DateOrder) -> Refused:
    """Return the fault of a text without any figure, as in a column of Yes and No."""
    if is_placeholder(text) and text.casefold() != "no":
        return Refused(FaultKind.PLACEHOLDER, {"noun": "date"})
    return Refused(FaultKind.NO_FIGURES, {"order": order})


def _in_zone(moment: Moment, from_zone: str, to_zone: str) -> _Placed:
    """Return the moment in the dialer's timezone.

    A date alone stays its day: nobody means the day before by a midnight in Melbourne, though Perth has it then. A time
    skipped by the clocks is sent as the time shown instead, not refused: the day is right.
    """
    local = moment.local
    # Nearly all callbacks: the day's offsets are remembered, and no timezone is asked for each cell.
    if moment.timed and moment.offset is None:
        steady = _steady(local.date(), from_zone, to_zone)
        if steady:
            before_utc, shift = steady
            there = local + shift if shift else local
            warnings = (_MIDNIGHT,) if local.hour == local.minute == 0 else ()
            repairs = (*moment.repairs, _CONVERTED) if shift else moment.repairs
            return _Placed(_api_text(there), (local - _EPOCH).total_seconds() + before_utc, repairs, warnings)
    source, target = zone(from_zone), zone(to_zone)
    return _at_a_change(moment, source, target) if moment.timed else _whole_day(moment, target)


def _whole_day(moment: Moment, target: tzinfo) -> _Placed:
    """Return a date alone, due from its first minute: not 00:00 if the clocks change at midnight."""
    first = moment.local.replace(tzinfo=target)
    change = _clock_change(first)
    if change > timedelta():
        first += change
    # A date alone is in the past only after its last minute: today's callback is no warning.
    instant = (moment.local + timedelta(hours=23, minutes=59)).replace(tzinfo=target)
    return _Placed(_api_text(first), instant.timestamp(), moment.repairs, (_NO_TIME,))


def _at_a_change(moment: Moment, source: tzinfo, target: tzinfo) -> _Placed:
    """Return a moment with its own offset, or of a day near a change of clocks in one of the timezones."""
    zoned = moment.local.replace(tzinfo=source if moment.offset is None else timezone(moment.offset))
    change = _clock_change(zoned)
    instant = zoned.astimezone(UTC)
    there = instant.astimezone(target)
    warnings: tuple[str, ...] = ()
    if change:
        warnings = (_SKIPPED,) if change > timedelta() else (_TWICE,)
    elif _clock_change(there):
        warnings = (_TWICE_THERE,)
    if moment.local.hour == moment.local.minute == 0:
        warnings = (*warnings, _MIDNIGHT)
    moved = there.replace(tzinfo=None) != moment.local and (source != target or moment.offset is not None)
    repairs = (*moment.repairs, _CONVERTED) if moved else moment.repairs
    return _Placed(_api_text(there), instant.timestamp(), repairs, warnings)


@lru_cache(maxsize=4096)
def _steady(day: date, from_zone: str, to_zone: str) -> tuple[float, timedelta] | None:
    """Return the seconds from the source's clocks to UTC, and the time from its clocks to the target's, all day.

    None if either changes its clocks on this day or one beside it.
    """
    # The two timezones may be a day apart, and a change may fall at midnight: the days beside count too.
    around = [datetime.combine(day + timedelta(days=days), time()) for days in (-1, 0, 1, 2)]
    source = {moment.replace(tzinfo=zone(from_zone)).utcoffset() for moment in around}
    target = {moment.replace(tzinfo=zone(to_zone)).utcoffset() for moment in around}
    if len(source) > 1 or len(target) > 1:
        return None
    offset, there = source.pop() or timedelta(), target.pop() or timedelta()
    return -offset.total_seconds(), there - offset


def _clock_change(moment: datetime) -> timedelta:
    """Return the clocks' step forward over a skipped time, or, negative, back over a repeated one; else zero.

    For such times PEP 495 gives two offsets from UTC, by `fold`.
    """
    before, after = moment.replace(fold=0).utcoffset(), moment.replace(fold=1).utcoffset()
    return after - before if before is not None and after is not None else timedelta()


def _api_text(moment: datetime) -> str:
    """yyyy/MM/dd HH:mm, as the parameter table has it for njCallBackDate."""
    return f"{moment.year:04}/{moment.month:02}/{moment.day:02} {moment.hour:02}:{moment.minute:02}"
