"""The mapping: the field filled by each column."""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

from leadsync.errors import MappingError
from leadsync.leads.input_rules import Rules
from leadsync.leads.text import trim, visible
from leadsync.models import CALLBACK, CAMPAIGN_ID_FIELDS, CONTACT_HOURS, DISPOSITION, EXTERNAL_ID, PRIORITY
from leadsync.remarks import Remark
from leadsync.spreadsheet import HeadingNames, SheetRules, loose

_COMMON_NAMES = {
    EXTERNAL_ID: ("External Id", "External Lead Id", "Lead External Id", "Lead Id", "Ext Id", "Ext Lead Id"),
    DISPOSITION: ("Disposition", "Disposition Code", "New Disposition", "Outcome", "Call Outcome"),
    CALLBACK: (
        "Callback",
        "Callback Date",
        "Callback Time",
        "Callback Date Time",
        "Callback Date and Time",
        "Callback At",
        "Callback On",
        "Next Callback",
    ),
    PRIORITY: ("Priority", "Lead Priority", "Call Priority"),
    CONTACT_HOURS: ("Contact Hours", "Contact Hours Timezone", "Contact Hours Time Zone"),
    # Their own names alone: a column of the campaign's may well be called Campaign Id.
    **dict.fromkeys(CAMPAIGN_ID_FIELDS, ()),
}
"""System fields by their usual headings. Account, Customer No, Status, Result, Date and the like are missing: they
often mean something else, and a wrong guess sets dispositions or names the wrong lead."""

_FIELD_OF_LOOSE_NAME = {loose(name): field for field, names in _COMMON_NAMES.items() for name in (field, *names)}
_SYSTEM_FIELDS = {loose(field): field for field in _COMMON_NAMES}
_SYNC = "sync_"
_BY_SETTINGS = "[columns] in the settings"
_CUSTOM = "__c"
"""Salesforce's ending of a custom field's name."""
_PHONE_PARTS = ("phone", "mobile", "landline", "whatsapp", "contactnumber", "contactno")
_PHONE_WORDS = frozenset({"tel", "cell", "mob", "ph"})
_PHONE_NAMES = frozenset({"home", "work", "bh", "ah", "bestnumber", "afterhours", "businesshours", "hm", "wk"})
"""Headings of phone columns that name other things too."""
_STEMS = {"dispo": DISPOSITION, "callback": CALLBACK, "externalid": EXTERNAL_ID, "contacthours": CONTACT_HOURS}
_HEADING_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
_PLAIN_HEADING = re.compile(r"[A-Za-z _.-]{1,30}")
_ID_WORDS = frozenset({"id", "no", "nr", "number", "ref", "reference"})
"""The last word of a heading similar to an external id's."""
_CLOSE = 0.8
_BEGINNINGS = frozenset(name[:3] for name in _FIELD_OF_LOOSE_NAME)
_PEOPLES_NAMES = {
    DISPOSITION: (
        *("Result", "Call Result", "Result Code", "Contact Result", "Dispo", "Dispo Code", "Status", "Call Status"),
        *(
            "Lead Status",
            "Status Code",
            "Wrap Code",
            "Wrap Up Code",
            "Wrap Up",
            "Outcome Code",
            "Last Outcome",
            "Close Code",
        ),
    ),
    CALLBACK: (
        *(
            "Follow Up",
            "Follow Up Date",
            "Follow Up Time",
            "Follow Up On",
            "Next Follow Up",
            "Next Call",
            "Next Call Date",
        ),
        *("Ring Back", "Ring Back Date", "CB", "CB Date", "CB Time", "Recall", "Recall Date", "Appointment"),
        *("Appointment Date", "Appt", "Appt Date", "Call Again", "Call On", "Call Later", "Next Contact", "Reschedule"),
        *("Scheduled Call", "Next Contact Date", "Reschedule Date", "Rescheduled To", "Call Back Due"),
    ),
}
"""Headings as people write them, which often mean something else: proposed, never taken by themselves."""
_MEANT = {loose(name): field for field, names in _PEOPLES_NAMES.items() for name in names}
_TIME_WORDS = frozenset({"time", "hour", "hours"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: its field ("" for a column not sent) and, in a few words, the reason."""

    position: int
    heading: str
    field: str
    why: str
    campaign: bool = False
    """Whether it is a field of the campaign's own, whose text is sent as it stands."""
    completes: str = ""
    """The field whose value this column completes: the time of a callback beside the column of its date."""
    time_at: int | None = None
    """The position of the column with the time of day, for a callback's date and time in two columns."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """All columns in the sheet's order, the positions of the `sync_*` columns by name, and remarks for the user."""

    columns: tuple[Column, ...]
    sync: Mapping[str, int]
    remarks: tuple[Remark, ...] = ()
    meant: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Headings of campaign fields, each with the system field perhaps meant."""

    @property
    def own_names(self) -> tuple[str, ...]:
        """The headings sent as campaign fields under their own names, without a word about them in the settings."""
        return tuple(column.heading for column in self.columns if column.campaign and column.why != _BY_SETTINGS)


def map_columns(headings: Sequence[str], rules: Rules) -> ColumnMapping:
    """Match headings to fields: by `[columns]`, then by a field's own or common name without regard to letter case,
    blanks and punctuation; any other column is the campaign field of exactly its name.

    A callback's date and time in two columns become one: the column of the time fills nothing by itself.

    Raises MappingError where two columns fill one field, where no column holds the external id, and where two entries
    of `[columns]` fit one heading.
    """
    columns = columns_of(headings, rules)
    sync = {column.heading.lower(): column.position for column in columns if _is_sync(column.heading)}
    # Without an id the headings may be a lead, whose values have no place in a message.
    if not any(column.field == EXTERNAL_ID for column in columns):
        raise MappingError(_no_external_id(columns))
    _refuse_conflicts(columns)
    return ColumnMapping(columns, sync, tuple(_remarks(columns, rules)), perhaps_meant(columns))


def columns_of(headings: Sequence[str], rules: Rules) -> tuple[Column, ...]:
    """Return the column of each heading, conflicts aside."""
    return _with_time(tuple(_column(position, trim(heading), rules) for position, heading in enumerate(headings)))


def heading_names(rules: Rules) -> HeadingNames:
    """Return the headings that name a field by themselves or by `[columns]`."""
    by_settings = {loose(name): _canonical(trim(target), rules) for name, target in rules.columns.items()}
    phones = {loose(name): name for name in rules.input.phone_fields}
    fields = _FIELD_OF_LOOSE_NAME | phones | by_settings
    return HeadingNames(
        ids=frozenset(name for name, field in fields.items() if field == EXTERNAL_ID),
        phones=frozenset(name for name, field in fields.items() if field in rules.input.phone_fields),
        fields=frozenset(fields) - {""},
    )


def sheet_rules(rules: Rules) -> SheetRules:
    """Return the rules for finding a sheet's table in its file."""
    given = rules.input
    row = None if given.headings_row == "auto" else given.headings_row
    skip_hidden = given.hidden_rows == "skip"
    return SheetRules(heading_names(rules), row, given.sheet, given.encoding, given.delimiter, skip_hidden)


def _column(position: int, heading: str, rules: Rules) -> Column:
    field, why = _field(heading, rules)
    campaign = field != "" and field not in _COMMON_NAMES and field not in rules.input.phone_fields
    return Column(position, heading, field, why, campaign)


def _with_time(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, a callback's date joined with its time.

    Two columns are date and time if the heading of one of them says time, or the settings map both to the callback; the
    date comes first then.
    """
    both = [column for column in columns if column.field == CALLBACK]
    if len(both) != 2:
        return columns
    timed = [column for column in both if _looks_like_a_time(column.heading)]
    if len(timed) != 1 and any(column.why != _BY_SETTINGS for column in both):
        return columns
    time = timed[0] if len(timed) == 1 else both[1]
    date = both[0] if time is both[1] else both[1]
    joined = {
        date.position: replace(date, time_at=time.position),
        time.position: replace(time, field="", completes=CALLBACK, why=f"the time of {date.heading}"),
    }
    return tuple(joined.get(column.position, column) for column in columns)


def _field(heading: str, rules: Rules) -> tuple[str, str]:
    """The field a heading names, and why."""
    if not heading:
        return "", "not sent: no heading"
    if _is_sync(heading):
        return "", "not sent: leadsync's own column"
    target = _configured(heading, rules)
    if target is not None:
        return (_canonical(target, rules), _BY_SETTINGS) if target else ("", f"not sent: {_BY_SETTINGS}")
    key = _key(heading)
    field = _FIELD_OF_LOOSE_NAME.get(key)
    if field:
        return field, "its name" if key == loose(field) else f"a common name for {field}"
    for phone in rules.input.phone_fields:
        if loose(phone) == key:
            return phone, "its name"
    return _as_written(heading), "campaign field of this name"


def _key(heading: str) -> str:
    return loose(heading.removesuffix(_CUSTOM))


def _as_written(heading: str) -> str:
    """Return a campaign field's name without the traces of a spreadsheet or web page.

    These are line breaks, non-breaking blanks, invisible characters, and accents apart from their letters.
    """
    return " ".join(visible(unicodedata.normalize("NFC", heading)).split())


def field_named(heading: str, rules: Rules) -> str:
    """Return the system or phone field of a heading; for any other heading, the heading itself."""
    return _field(heading, rules)[0]


def _configured(heading: str, rules: Rules) -> str | None:
    """Return the entry of `[columns]` for a heading, compared exactly, then loosely; None without one."""
    exact = {trim(name): target for name, target in rules.columns.items()}
    if heading in exact:
        return trim(exact[heading])
    alike = [name for name in exact if loose(name) == loose(heading) != ""]
    if len({exact[name] for name in alike}) > 1:
        raise MappingError(
            f"{_quoted(alike)} under [columns] in the settings both fit the column {heading!r}; "
            "write the heading exactly as the sheet has it, and only once."
        )
    return trim(exact[alike[0]]) if alike else None


def _canonical(target: str, rules: Rules) -> str:
    """A target of `[columns]` with the letter case of the system or phone field it names."""
    for phone in rules.input.phone_fields:
        if phone.casefold() == target.casefold():
            return phone
    return _SYSTEM_FIELDS.get(target.casefold(), target)


def _is_sync(heading: str) -> bool:
    return heading.lower().startswith(_SYNC)


def _refuse_conflicts(columns: Sequence[Column]) -> None:
    filled: dict[str, Column] = {}
    for column in columns:
        key = column.field or (column.heading.lower() if _is_sync(column.heading) else "")
        if not key:
            continue
        first = filled.setdefault(key, column)
        if first is not column:
            raise MappingError(_conflict(first, column))


def _conflict(first: Column, second: Column) -> str:
    if first.heading == second.heading:
        return (
            f"Columns {first.position + 1} and {second.position + 1} are both headed {first.heading!r}; rename one of "
            f'them in the sheet, or write "{first.heading}" = "" under [columns] in the settings to send neither.'
        )
    spare = first if second.why == _BY_SETTINGS else second
    advice = f'say which one under [columns] in the settings, for example "{spare.heading}" = "" to leave that one out'
    if first.field == CALLBACK:
        advice += ", or map a date and its time alone to it, which are joined"
    return f"The columns {first.heading!r} and {second.heading!r} both fill {first.field}; {advice}."


def _no_external_id(columns: Sequence[Column]) -> str:
    """The error; it shows only headings with the words of an id, as any other text may be a lead's."""
    likely = [column.heading for column in columns if _is_likely_id(column.heading)]
    example = f', for example "{likely[0]}" = "{EXTERNAL_ID}"' if likely else ""
    return (
        f"No column holds the leads' external id ({EXTERNAL_ID}); name its heading under [columns] in the "
        f"settings{example}. If the sheet has no headings, put them above its first lead."
    )


def _is_likely_id(heading: str) -> bool:
    words = _HEADING_WORD.findall(heading)
    return len(words) > 1 and words[-1].casefold() in _ID_WORDS and _PLAIN_HEADING.fullmatch(heading) is not None


def _remarks(columns: Sequence[Column], rules: Rules) -> list[Remark]:
    """Return the remarks on a mapping, for the user to read before anything is sent."""
    headings = {loose(column.heading) for column in columns} | {column.heading for column in columns}
    fields = {column.field for column in columns}
    remarks = [
        f"{name!r} under [columns] in the settings is no heading of this sheet."
        for name, target in rules.columns.items()
        if trim(name) not in headings
        and loose(name) not in headings
        # Settings may serve several sheets: what counts is whether anything is missing in this one.
        and target.strip()
        and _canonical(trim(target), rules) not in fields
    ]
    if CALLBACK not in fields and rules.input.blank_callback == "new_lead":
        remarks.append(f"No column fills {CALLBACK}: the dialer will treat every row as a new lead.")
    if DISPOSITION not in fields and rules.input.blank_disposition == "no_change":
        remarks.append(f"No column fills {DISPOSITION}: every row keeps the disposition its lead has.")
    if fields.isdisjoint(rules.input.phone_fields):
        remarks.append(f"No column fills a phone field ({', '.join(rules.input.phone_fields)}).")
    campaign = [column for column in columns if column.campaign]
    on_columns = (remark for column in campaign for remark in _remarks_on(column, fields))
    return [*map(Remark.fact, remarks), *on_columns]


def _remarks_on(column: Column, filled: set[str]) -> Iterator[Remark]:
    """Yield remarks on a campaign field's column, as it may be meant for something else."""
    heading, field = column.heading, column.field
    meant = _perhaps_meant(heading, filled)
    if heading != field and _as_written(heading) == field:
        yield Remark.fact(f"The column {heading!r} goes out as the campaign field {field!r}.")
    if looks_like_a_phone(heading):
        yield Remark.fact(
            f"{heading!r} is sent as it stands; if it holds phone numbers, add {field} to phone_fields in "
            "[input], or map it to one of them under [columns]."
        )
    elif CALLBACK in filled and _looks_like_a_time(heading):
        yield Remark.fact(
            f"{heading!r} goes out as a campaign field and adds no time to {CALLBACK}; if it is the callback's time, "
            f'write "{heading}" = "{CALLBACK}" under [columns] in the settings, beside the date.'
        )
    elif meant and column.why != _BY_SETTINGS:
        yield Remark.doubtful(
            f"{heading!r} goes out as a campaign field; if {meant} was meant, rename it, or write "
            f'"{heading}" = "{meant}" under [columns] in the settings.'
        )


def perhaps_meant(columns: Sequence[Column]) -> dict[str, str]:
    """Return the headings of campaign fields with the system field that each may be meant for."""
    filled = {column.field for column in columns}
    others = (column for column in columns if column.campaign and column.why != _BY_SETTINGS)
    return {column.heading: field for column in others if (field := _perhaps_meant(column.heading, filled))}


def fields_of(rules: Rules) -> tuple[str, ...]:
    """Return the fields that a column may fill, the campaign's own aside."""
    return (EXTERNAL_ID, DISPOSITION, CALLBACK, *rules.input.phone_fields, PRIORITY, CONTACT_HOURS)


def _perhaps_meant(heading: str, filled: set[str]) -> str:
    """Return the system field with nearly the heading's name, empty without one.

    A field already filled by another column is not meant, unless the heading begins like the dialer's own fields.
    """
    key = _key(heading)
    own = key.startswith("nj")
    if (meant := _MEANT.get(key, "")) and meant not in filled:
        return meant
    if not own and key[:3] not in _BEGINNINGS:
        return ""
    names = {name: field for name, field in _FIELD_OF_LOOSE_NAME.items() if own or field not in filled}
    by_stem = [field for stem, field in _STEMS.items() if stem in key and (own or field not in filled)]
    close = difflib.get_close_matches(key, names, n=1, cutoff=_CLOSE)
    return names[close[0]] if close else by_stem[0] if by_stem else ""


def may_be_a_phone(heading: str) -> bool:
    """Whether people head phone numbers so, and other columns too."""
    return loose(heading) in _PHONE_NAMES


def looks_like_a_phone(heading: str) -> bool:
    key = loose(heading)
    return any(part in key for part in _PHONE_PARTS) or not _PHONE_WORDS.isdisjoint(heading.casefold().split())


def _looks_like_a_time(heading: str) -> bool:
    key = loose(heading)
    return key in _TIME_WORDS or ("call" in key and any(word in key for word in _TIME_WORDS))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
