"""A sheet's columns, each with the field that it fills. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leadsync.errors import MappingError
from leadsync.leads.common_names import (
    COMMON_NAMES,
    FIELD_OF_NAME,
    MOMENT_WORDS,
    beside_am_pm,
    has_time_word,
    heading_key,
    looks_like_a_time,
    words_of,
)
from leadsync.leads.input_rules import Rules
from leadsync.leads.text import trim, visible
from leadsync.models import CALLBACK
from leadsync.spreadsheet import loose

_SYSTEM_FIELDS = {loose(field): field for field in COMMON_NAMES}
_SYNC = "sync_"
_CALLBACK_NAMES = {frozenset({"callback"}), frozenset({"call", "back"}), frozenset({"cb"})}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: its field ("" for a column not sent) and, in a few words, the reason."""

    position: int
    heading: str
    field: str
    why: str
    campaign: bool = False
    """Whether it is a field of the campaign's own, whose text is sent as it stands."""
    configured: bool = False
    """Whether the settings name its field."""
    completes: str = ""
    """The field whose value this column completes: the time of a callback beside the column of its date."""
    time_at: int | None = None
    """The position of the column with the time of day, for a callback's date and time in two columns."""
    half_at: int | None = None
    """The position of the column with AM and PM for a callback's time."""


def columns_of(headings: Sequence[str], rules: Rules) -> tuple[Column, ...]:
    """Return the column of each heading, conflicts aside; raises MappingError for two entries that fit one heading."""
    return _with_half(tuple(_column(position, trim(heading), rules) for position, heading in enumerate(headings)))


def field_named(heading: str, rules: Rules) -> str:
    """Return the system or phone field of a heading; for any other heading, the heading itself."""
    return _column(0, heading, rules).field


def field_as_written(heading: str) -> str:
    """Return a campaign field's name without the traces of a spreadsheet or web page.

    These are line breaks, non-breaking blanks, invisible characters, and accents apart from their letters.
    """
    return " ".join(visible(unicodedata.normalize("NFC", heading)).split())


def canonical_field(target: str, rules: Rules) -> str:
    """Return a target of the settings with the letter case of the system or phone field it names."""
    target = trim(target)
    for phone in rules.input.phone_fields:
        if phone.casefold() == target.casefold():
            return phone
    return _SYSTEM_FIELDS.get(target.casefold(), target)


def is_sync(heading: str) -> bool:
    """Whether a column is leadsync's own."""
    return heading.lower().startswith(_SYNC)


def _column(position: int, heading: str, rules: Rules) -> Column:
    if not heading:
        return Column(position, heading, "", "not sent: no heading")
    if is_sync(heading):
        return Column(position, heading, "", "not sent: leadsync's own column")
    configured = _configured(heading, rules)
    if configured is not None:
        field, why = configured
        return Column(position, heading, field, why, _is_campaign(field, rules), configured=True)
    field, why = _field(heading, rules)
    return Column(position, heading, field, why, _is_campaign(field, rules))


def _is_campaign(field: str, rules: Rules) -> bool:
    return field != "" and field not in COMMON_NAMES and field not in rules.input.phone_fields


def _field(heading: str, rules: Rules) -> tuple[str, str]:
    """Return the field that a heading names by itself, and the reason."""
    key = heading_key(heading)
    field = FIELD_OF_NAME.get(key)
    if field:
        return field, "its name" if key == loose(field) else f"a common name for {field}"
    for phone in rules.input.phone_fields:
        if loose(phone) == key:
            return phone, "its name"
    return field_as_written(heading), "campaign field of this name"


def _configured(heading: str, rules: Rules) -> tuple[str, str] | None:
    """Return the field by the settings and the reason; None without an entry for the heading."""
    for table, entries in rules.tables.items():
        target = _entry(heading, entries, table)
        if target is not None:
            place = f"{table} in the settings"
            return (canonical_field(target, rules), place) if trim(target) else ("", f"not sent: {place}")
    return None


def _entry(heading: str, entries: Mapping[str, str], table: str) -> str | None:
    """Return the target for a heading, compared exactly, then loosely; None without one."""
    exact = {trim(name): target for name, target in entries.items()}
    if heading in exact:
        return exact[heading]
    # A heading of signs alone is empty to `loose`, and would equal every other one.
    alike = [name for name in exact if loose(name) == loose(heading) != ""]
    if len({exact[name] for name in alike}) > 1:
        raise MappingError(
            f"{', '.join(map(repr, alike))} under {table} in the settings both fit the column {heading!r}; "
            "write the heading exactly as the sheet has it, and only once."
        )
    return exact[alike[0]] if alike else None


def _with_half(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns, a callback's date joined with its time and with its AM and PM in a column of their own.

    AM and PM are the callback's by the settings, by their heading, or directly behind its time, in this order.
    """
    halves = [column for column in columns if beside_am_pm(column.heading) is not None]
    mapped = [column for column in halves if column.configured and column.field == CALLBACK]
    others = _with_time(tuple(column for column in columns if column not in mapped))
    callbacks = [column for column in others if column.field == CALLBACK]
    if len(callbacks) != 1:
        return _with_time(columns)
    date = callbacks[0]
    time_at = date.position if date.time_at is None else date.time_at
    names = {words_of(columns[at].heading) - MOMENT_WORDS for at in (date.position, time_at)} | _CALLBACK_NAMES
    rest = [column for column in halves if column.campaign and not column.configured]
    named = [column for column in rest if _name_of(column) in names - {frozenset()}]
    behind = [column for column in rest if column.position == time_at + 1 and not _name_of(column)]
    halves = mapped or named or behind
    if len(halves) != 1:
        return _with_time(columns)
    half = halves[0]
    joined = {column.position: column for column in others}
    joined[date.position] = replace(date, half_at=half.position)
    joined[half.position] = replace(
        half, field="", campaign=False, completes=CALLBACK, why=f"AM or PM of {date.heading}"
    )
    return tuple(joined[column.position] for column in columns)


def _name_of(half: Column) -> frozenset[str]:
    """Return the words that say whose AM and PM a column has."""
    return (beside_am_pm(half.heading) or frozenset()) - MOMENT_WORDS


def _with_time(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns, a callback's date joined with its time.

    Two columns are date and time if the heading of one of them says time, more freely if the settings map it, or if
    they map both to the callback; the date comes first then.
    """
    # Three columns for one callback are a conflict, refused later.
    both = [column for column in columns if column.field == CALLBACK]
    if len(both) != 2:
        return columns
    timed = [
        column
        for column in both
        if looks_like_a_time(column.heading) or (column.configured and has_time_word(column.heading))
    ]
    if len(timed) != 1 and not all(column.configured for column in both):
        return columns
    time = timed[0] if len(timed) == 1 else both[1]
    date = both[0] if time is both[1] else both[1]
    joined = {
        date.position: replace(date, time_at=time.position),
        time.position: replace(time, field="", completes=CALLBACK, why=f"the time of {date.heading}"),
    }
    return tuple(joined.get(column.position, column) for column in columns)
