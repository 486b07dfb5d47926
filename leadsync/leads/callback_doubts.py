"""Columns beside a callback that may tell its time otherwise: times of day, AM and PM, timezones. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from leadsync.leads.callback_cells import whole_cells
from leadsync.leads.common_names import beside_am_pm, has_time_word, looks_like_a_time, says_span, words_of
from leadsync.leads.dates import Moment, half_of_day, is_time, own_half, read_moment
from leadsync.leads.input_rules import Rules, zone
from leadsync.leads.sheet_columns import Column
from leadsync.leads.text import trim
from leadsync.models import CALLBACK, Row
from leadsync.plurals import counted
from leadsync.remarks import Remark
from leadsync.spreadsheet import loose

_MOST_LISTED = 5
_ZONE_NAMES = ("timezone", "zeitzone", "fuseauhoraire", "zonahoraria")
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])(\d\d?):?(\d\d)?", re.IGNORECASE)
_DAY_PARTS = {"morning": "am", "afternoon": "pm", "evening": "pm"}
_BARE_WORDS = frozenset({
    *("am", "pm", "ampm", "a", "p", "m", "or", "half", "session", "period", "meridiem", "callback", "call", "back"),
    *("cb", "time", "hour", "hours", "of", "to", "the", "day", "best", "preferred", "contact", "due", "next"),
    *("appointment", "appt", "slot", "start", "from", "at", "when", "ring"),
})  # fmt: skip
"""In headings that name no other thing than a callback's time."""
_SEASONS = (1, 7)
"""Months with the two offsets of a timezone that changes its clocks."""


@dataclass(slots=True)
class _Doubt:
    """A column with the rows in which it tells another time than the callback's cells."""

    column: Column
    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, number: int) -> None:
        self.count += 1
        if len(self.rows) < _MOST_LISTED:
            self.rows.append(number)

    @property
    def listed(self) -> str:
        rows = ", ".join(map(str, self.rows)) + (", …" if self.count > len(self.rows) else "")
        return f"{counted(self.count, 'row', 'rows')}: {rows}"


class CallbackDoubts:
    """Looks at all rows of a sheet for such columns; one that the settings map, be it to its own name, is none."""

    def __init__(self, columns: Sequence[Column], rules: Rules) -> None:
        self._rules = rules
        self._headings = [column.heading for column in columns]
        self._callback = next((column for column in columns if column.field == CALLBACK), None)
        if self._callback is None:
            columns = ()
        others = [column for column in columns if column.campaign and not column.configured]
        near = [column for column in columns if _is_open(column) and self._is_near(column, columns)]
        self._halves = [_Doubt(column) for column in near]
        """Columns with nothing but AM, PM and blanks so far."""
        joined = (column for column in columns if self._callback and column.position == self._callback.half_at)
        self._half = next(map(_Doubt, joined), None)
        self._is_half_filled = False
        is_timed = self._callback is not None and self._callback.time_at is not None
        times = (column for column in near if has_time_word(column.heading) or self._is_behind(column))
        self._times = [] if is_timed else [_Doubt(column) for column in times]
        self._zones = [_Doubt(column) for column in others if _is_for_zones(column.heading)]

    def _is_near(self, column: Column, columns: Sequence[Column]) -> bool:
        """Whether a column stands beside the callback's own, or its heading says no other thing than theirs."""
        date = self._callback
        own = [at for at in (date.position, date.time_at, date.half_at) if at is not None] if date else []
        words = _BARE_WORDS.union(*(words_of(columns[at].heading) for at in own))
        return any(abs(column.position - at) == 1 for at in own) or words_of(column.heading) <= words

    def _is_behind(self, column: Column) -> bool:
        """Whether a column stands directly behind the callback's and may hold its time."""
        date = self._callback
        return date is not None and column.position == date.position + 1 and not says_span(column.heading)

    def look_at(self, rows: Sequence[Row]) -> None:
        """Count the callbacks of rows with such cells."""
        if not (self._halves or self._half or self._times or self._zones):  # of nearly all sheets
            return
        sound = [row for row in rows if not row.faults and len(row.cells) == len(self._headings)]
        self._halves = [one for one in self._halves if _has_halves_alone(one.column, sound)]
        self._times = [one for one in self._times if _may_be_times(one.column, sound)]
        halves = [*self._halves, *([self._half] if self._half else [])]
        looked_at = (*self._halves, *self._times, *self._zones)
        is_filled = any(row.cells[one.column.position] for one in looked_at for row in sound)
        if self._callback is None or not (is_filled or self._half):
            return
        if self._half:
            self._is_half_filled |= any(half_of_day(row.cells[self._half.column.position]) for row in sound)
        joined = (self._callback.position, self._callback.time_at, self._callback.half_at)
        texts = {at: [row.cells[at] for row in sound] for at in joined if at is not None}
        for row, text in zip(sound, whole_cells(self._callback, texts, self._rules), strict=True):
            moment = read_moment(trim(text), self._rules.date_order, epoch_1904=self._rules.epoch_1904)
            if isinstance(moment, Moment):
                self._compare(row, text, moment, halves)

    def _compare(self, row: Row, text: str, moment: Moment, halves: Sequence[_Doubt]) -> None:
        clock = moment.local.time()
        has_time = moment.timed and clock != time()
        for doubt in self._times:
            cell = trim(row.cells[doubt.column.position])
            if not has_time and _is_clock(cell, doubt.column):
                doubt.add(row.number)
        for doubt in halves if not own_half(text) else ():
            half = _half_in(doubt.column, row.cells[doubt.column.position])
            is_open = doubt is self._half and has_time and not half and 0 < clock.hour <= 12
            if is_open or (half and half != ("am" if clock.hour < 12 else "pm")):
                doubt.add(row.number)
        for doubt in self._zones if moment.offset is None else ():
            cell = trim(row.cells[doubt.column.position])
            if cell and not _is_same_zone(cell, self._rules.input.timezone, moment.local.date()):
                doubt.add(row.number)

    def remarks(self) -> Iterator[Remark]:
        """Yield a doubt for each such column; complete after the last row."""
        for doubt in filter(_has_rows, self._times):
            yield Remark.doubtful(
                f"{doubt.column.heading!r} has a time of day where {self._heading} has none ({doubt.listed}): that "
                f"goes out as 00:00. If it is the time of the callback, write {self._time_entries(doubt.column)} "
                f"under {self._rules.table} in the settings{self._else(doubt.column)}."
            )
        for doubt in filter(_has_rows, self._halves):
            yield Remark.doubtful(
                f"{doubt.column.heading!r} says AM or PM against the time in {self._heading} ({doubt.listed}), which "
                f"goes out as it stands. If it is the callback's, {self._half_remedy(doubt.column)}"
                f"{self._else(doubt.column)}."
            )
        for doubt in filter(_has_rows, [self._half] if self._half and self._is_half_filled else []):
            yield Remark.doubtful(
                f"{doubt.column.heading!r} leaves open when {self._heading} is due ({doubt.listed}): a time without AM "
                "or PM there, or PM without a time. It goes out as it stands; complete these rows."
            )
        for doubt in filter(_has_rows, self._zones):
            yield Remark.doubtful(
                f"{doubt.column.heading!r} names another timezone than {self._rules.input.timezone}, by which "
                f"{self._heading} is read ({doubt.listed}). Put the rows of each timezone into a sheet of their own "
                "with timezone under [input], or write the offset behind the time, as in 14:30+08:00. If "
                f'the times are those of {self._rules.input.timezone}, write "{doubt.column.heading}" = '
                f'"{doubt.column.field}" under {self._rules.table} in the settings.'
            )

    @property
    def _heading(self) -> str:
        return repr(self._callback.heading) if self._callback else ""

    def _half_remedy(self, column: Column) -> str:
        if beside_am_pm(column.heading) is None or self._headings.count(column.heading) > 1:
            return "head it 'Callback AM/PM', with AM or PM below"
        return f'write "{column.heading}" = "{CALLBACK}" under {self._rules.table}'

    def _time_entries(self, column: Column) -> str:
        """Return the entries that join a time; without a word of time in its heading, the date is mapped too."""
        headings = [column.heading]
        if self._callback and not has_time_word(column.heading):
            headings.insert(0, self._callback.heading)
        return " and ".join(f'"{heading}" = "{CALLBACK}"' for heading in headings)

    def _else(self, column: Column) -> str:
        return f'; if not, write "{column.heading}" = "{column.field or column.heading}" under {self._rules.table}'


def _is_open(column: Column) -> bool:
    """Whether nobody said what a column is; AM and PM may be left out because two columns have this heading."""
    if column.configured:
        return not (column.field or column.completes) and beside_am_pm(column.heading) is not None
    return column.campaign


def _has_rows(doubt: _Doubt) -> bool:
    return doubt.count > 0


def _is_for_zones(heading: str) -> bool:
    key = loose(heading)
    return any(name in key for name in _ZONE_NAMES) or key.endswith("tz")


def _is_clock(cell: str, column: Column) -> bool:
    """Whether a cell is a time of day; an hour alone is one only below a heading such as `Callback Hour`."""
    return is_time(cell) and (len(cell) > len("23") or looks_like_a_time(column.heading))


def _may_be_times(column: Column, rows: Sequence[Row]) -> bool:
    """Whether the heading says time, or all cells are times that are no numbers and no spans of time."""
    if has_time_word(column.heading):
        return True
    cells = {trim(row.cells[column.position]) for row in rows} - {""}
    return all(is_time(cell) and not cell.replace(".", "").isdecimal() and "-" not in cell for cell in cells)


def _half_in(column: Column, cell: str) -> str:
    """Return the half of the day that a cell says, under AM or PM as its heading by any mark."""
    return (half_of_day(column.heading) if trim(cell) else "") or _half_said(cell)


def _half_said(cell: str) -> str:
    # Beside a callback or below such a heading alone; elsewhere P may well be Present.
    return half_of_day(cell) or _DAY_PARTS.get(trim(cell).casefold(), "")


def _has_halves_alone(column: Column, rows: Sequence[Row]) -> bool:
    """Whether a column's cells are AM, PM, such as A, P and Afternoon, or blank, or marks below AM or PM."""
    if half_of_day(column.heading):
        return True
    cells = {trim(row.cells[column.position]) for row in rows}
    return all(not cell or _half_said(cell) for cell in cells)


@lru_cache(maxsize=1024)
def _is_same_zone(cell: str, name: str, day: date) -> bool:
    """Whether a text names this timezone: by its own name or city, one with the same clocks, its letters of any season,
    or its offset of the day."""
    moments = [datetime(day.year, month, 1, tzinfo=zone(name)) for month in _SEASONS]
    if match := _OFFSET.fullmatch(cell):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0)) * (-1 if match[1] == "-" else 1)
        return datetime(day.year, day.month, day.day, 12, tzinfo=zone(name)).utcoffset() == offset
    letters = {str(moment.tzname()).casefold() for moment in moments}
    # EST and EDT are both ET.
    letters |= {one[:-2] + one[-1] for one in letters if one.isalpha()}
    initials = "".join(word[0] for word in cell.split()).casefold()
    if {cell.casefold(), initials} & letters or loose(name.rpartition("/")[2]) in loose(cell):
        return True
    others = (cell, f"{name.partition('/')[0]}/{cell.replace(' ', '_')}")  # Sydney is a city of Australia
    return any(_has_clocks_of(other, moments) for other in others)


def _has_clocks_of(name: str, moments: Sequence[datetime]) -> bool:
    try:
        other = zone(name)
    except ValueError:
        return False
    return all(moment.replace(tzinfo=other).utcoffset() == moment.utcoffset() for moment in moments)
