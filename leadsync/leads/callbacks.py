"""Callback dates: from a moment to what the API reads, in the timezone of the leads' Contact Hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from leadsync.leads.dates import EXAMPLES, Moment, read_moment
from leadsync.leads.rules import DateOrder, Rules, zone
from leadsync.leads.text import Cleaned, Refused, is_no_change

_FAR_AHEAD = timedelta(days=366).total_seconds()
_REWRITTEN = "date written as yyyy/MM/dd HH:mm"
_CONVERTED = "converted to the Contact Hours timezone"
_NO_TIME = "no time of day: due from 00:00"
_SKIPPED = "a time that the clocks skip that night: an hour later is sent"
_TWICE = "a time that comes twice that night: the first is meant"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A moment in the dialer's timezone, as sent and as an instant; of a date alone, its day's last minute."""

    value: str
    instant: float
    """Seconds since 1970, which compare faster than times of two timezones do."""
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]


def clean_callback(text: str, rules: Rules, *, date_cell: bool = False) -> Cleaned | Refused:
    """A callback date as `yyyy/MM/dd HH:mm` in the Contact Hours timezone.

    Of a workbook's date cell, whose text is not what the sheet shows, the change of form alone is no repair. Warned
    of are dates without a time, in the past or over a year ahead.
    """
    placed = _placed(text, rules.date_order, rules.input_timezone, rules.contact_hours)
    if isinstance(placed, Refused):
        return placed
    warnings = placed.warnings
    now = rules.now.timestamp()
    if placed.instant < now:
        warnings = (*warnings, "in the past")
    elif placed.instant > now + _FAR_AHEAD:
        warnings = (*warnings, "over a year ahead")
    repairs = placed.repairs
    if not repairs and placed.value != text and not date_cell:
        repairs = (_REWRITTEN,)
    return Cleaned(placed.value, repairs, warnings)


@lru_cache(maxsize=65_536)
def _placed(text: str, order: DateOrder, from_zone: str, to_zone: str) -> _Placed | Refused:
    if is_no_change(text):
        return Refused(
            "cannot keep the present date: only dispositions and phones know <No Change>",
            f"write the date, for example {EXAMPLES[order]}, or leave the cell blank to make it a new lead",
        )
    moment = read_moment(text, order)
    return moment if isinstance(moment, Refused) else _in_zone(moment, zone(from_zone), zone(to_zone))


def _in_zone(moment: Moment, source: tzinfo, target: tzinfo) -> _Placed:
    """The moment in the dialer's timezone.

    A date alone stays that day: its midnight in Melbourne is the day before in Perth, which nobody meant. A time that
    the clocks skip is sent as the hour after, which is where clocks stand then, rather than refused: the day is right.
    """
    if not moment.timed:
        instant = (moment.local + timedelta(hours=23, minutes=59)).replace(tzinfo=target)
        return _Placed(_api_text(moment.local), instant.timestamp(), moment.repairs, (_NO_TIME,))
    zoned = moment.local.replace(tzinfo=source if moment.offset is None else timezone(moment.offset))
    change = _clock_change(zoned)
    if source == target and moment.offset is None and not change:
        return _Placed(_api_text(zoned), zoned.timestamp(), moment.repairs, ())
    instant = zoned.astimezone(UTC)
    there = instant.astimezone(target)
    if change > timedelta():
        warnings: tuple[str, ...] = (_SKIPPED,)
    else:
        warnings = (_TWICE,) if change or _clock_change(there) else ()
    moved = there.replace(tzinfo=None) != moment.local and (source != target or moment.offset is not None)
    repairs = (*moment.repairs, _CONVERTED) if moved else moment.repairs
    return _Placed(_api_text(there), instant.timestamp(), repairs, warnings)


def _clock_change(moment: datetime) -> timedelta:
    """How far the clocks go forward over a time that they skip, or, negative, back over one that comes twice; zero
    for any other. For both, PEP 495 gives two offsets from UTC, by `fold`."""
    before, after = moment.replace(fold=0).utcoffset(), moment.replace(fold=1).utcoffset()
    return after - before if before is not None and after is not None else timedelta()


def _api_text(moment: datetime) -> str:
    """yyyy/MM/dd HH:mm, as the parameter table has it for njCallBackDate."""
    return f"{moment.year:04}/{moment.month:02}/{moment.day:02} {moment.hour:02}:{moment.minute:02}"
