"""The mapping: the field filled by each column, with conflicts refused and surprises said. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from leadsync.errors import MappingError
from leadsync.leads.common_names import (
    as_people_write,
    begins_like_a_system_field,
    field_meant,
    is_known_for_ids,
    looks_like_a_phone,
    looks_like_a_time,
    names_an_id,
)
from leadsync.leads.input_rules import Rules, table_of
from leadsync.leads.mapping_choice import nearest_mapping
from leadsync.leads.sheet_columns import Column, canonical_field, columns_of, field_as_written, is_sync
from leadsync.leads.text import trim
from leadsync.models import CALLBACK, CONTACT_HOURS, DISPOSITION, EXTERNAL_ID, PRIORITY
from leadsync.remarks import Remark
from leadsync.spreadsheet import loose

# A wrong sheet lacks most headings: all their names would hide the advice.
_MOST_NAMED = 5
_MOST_DIGITS = 3
"""In a heading, such as `Phone 1`."""
_NUMBERS = ("#", "nummer", "numero", "número", "kennung")
"""Ends of a word for a lead's number."""
_NEAR = 0.5
"""The share of a mapping's headings in a sheet from which on the sheet probably is for it."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """All columns in the sheet's order, the positions of the `sync_*` columns by name, and remarks for the user."""

    columns: tuple[Column, ...]
    sync: Mapping[str, int]
    remarks: tuple[Remark, ...] = ()
    meant: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Headings of campaign fields, each with the system field perhaps meant."""
    name: str = ""
    """The NAME of its `[mappings.NAME]`; empty for `[columns]` alone."""

    @property
    def table(self) -> str:
        """The table of the settings for this sheet's columns."""
        return table_of(self.name)

    @property
    def own_names(self) -> tuple[str, ...]:
        """The headings sent as campaign fields under their own names, by nobody's word or as they were chosen."""
        return tuple(
            column.heading
            for column in self.columns
            if column.campaign and (not column.configured or column.field == column.heading)
        )


def map_columns(headings: Sequence[str], rules: Rules) -> ColumnMapping:
    """Match headings to fields: by the settings, then by a field's own or common name.

    Letter case, blanks and punctuation of a name do not count. Any other column is the campaign field of its name.

    A callback's date and time in two columns become one: the column of the time fills nothing by itself.

    Raises MappingError where two columns fill one field, where no column holds the external id, and where two entries
    of the settings fit one heading.
    """
    columns = columns_of(headings, rules)
    sync = {column.heading.lower(): column.position for column in columns if is_sync(column.heading)}
    # Without an id the headings may be a lead, whose values have no place in a message.
    if not any(column.field == EXTERNAL_ID for column in columns):
        raise MappingError(_no_external_id(columns, rules))
    _refuse_conflicts(columns, rules)
    return ColumnMapping(columns, sync, tuple(_remarks(columns, rules)), perhaps_meant(columns), rules.mapping)


def perhaps_meant(columns: Sequence[Column]) -> dict[str, str]:
    """Return the headings of campaign fields with the system field that each may be meant for."""
    filled = {column.field for column in columns}
    others = (column for column in columns if column.campaign and not column.configured)
    return {column.heading: field for column in others if (field := field_meant(column.heading, filled))}


def fields_of(rules: Rules) -> tuple[str, ...]:
    """Return the fields that a column may fill, the campaign's own aside."""
    return (EXTERNAL_ID, DISPOSITION, CALLBACK, *rules.input.phone_fields, PRIORITY, CONTACT_HOURS)


def _refuse_conflicts(columns: Sequence[Column], rules: Rules) -> None:
    filled: dict[str, Column] = {}
    for column in columns:
        key = column.field or (column.heading.lower() if is_sync(column.heading) else "")
        if not key:
            continue
        # sync_* columns fill no field, but two of one name could make two claims about a row.
        first = filled.setdefault(key, column)
        if first is not column:
            raise MappingError(_conflict(first, column, rules.table))


def _conflict(first: Column, second: Column, table: str) -> str:
    if first.heading == second.heading:
        return (
            f"Columns {first.position + 1} and {second.position + 1} are both headed {first.heading!r}; rename one of "
            f'them in the sheet, or write "{first.heading}" = "" under {table} in the settings to send neither.'
        )
    spare = first if second.configured else second
    advice = f'say which one under {table} in the settings, for example "{spare.heading}" = "" to leave that one out'
    if first.field == CALLBACK:
        advice += ", or map a date and its time alone to it, which are joined"
    return f"The columns {first.heading!r} and {second.heading!r} both fill {first.field}; {advice}."


def _no_external_id(columns: Sequence[Column], rules: Rules) -> str:
    """The error; it shows only headings with the words of an id, outcome or callback, as any other may be a lead's."""
    headings = [column.heading for column in columns if column.campaign]
    # Client may stand above names, Client No may not.
    likely = [name for name in headings if is_known_for_ids(name) and (names_an_id(name) or name.endswith(_NUMBERS))]
    # Beside a customer's number, Id may count the rows.
    likely.sort(key=lambda name: loose(name) == "id")
    example = f', for example "{likely[0]}" = "{EXTERNAL_ID}"' if likely else ""
    meant = [f'"{name}" = "{field}"' for name, field in perhaps_meant(columns).items() if as_people_write(name)]
    # Of a lead in place of headings even a word such as Recall is its own.
    if any(sum(map(str.isdigit, heading)) > _MOST_DIGITS for heading in headings):
        meant = []
    example += f", and perhaps {', '.join(meant)}" if meant else ""
    nearest = f" {_no_mapping(columns, rules)}" if rules.mappings and not rules.mapping else ""
    return (
        f"No column holds the leads' external id ({EXTERNAL_ID}); name its heading under {rules.table} in the "
        f"settings{example}. If the headings stand on another line, set headings_row in [input]; if the sheet has "
        f"none, put them above its first lead.{nearest}"
    )


def _no_mapping(columns: Sequence[Column], rules: Rules) -> str:
    """The sentence about the mapping that fits best, though not all of its headings are in the sheet."""
    name, missing = nearest_mapping([column.heading for column in columns], rules)
    listed = ", ".join(map(repr, missing[:_MOST_NAMED]))
    return (
        f"No mapping in the settings fits these headings; the nearest, {table_of(name)}, names {listed} too: correct "
        "it there, or add one for this sheet with `leadsync init SHEET`."
    )


def _remarks(columns: Sequence[Column], rules: Rules) -> Iterator[Remark]:
    """Yield the remarks on a mapping, for the user to read before anything is sent."""
    headings = {loose(column.heading) for column in columns} | {column.heading for column in columns}
    fields = {column.field for column in columns}
    yield from _remarks_on_mapping(columns, rules)
    for name, target in rules.columns.items():
        is_missing = trim(name) not in headings and loose(name) not in headings
        # Settings may serve several sheets: what counts is whether anything is missing in this one.
        if is_missing and target.strip() and canonical_field(target, rules) not in fields:
            yield Remark.fact(f"{name!r} under [columns] in the settings is no heading of this sheet.")
    if CALLBACK not in fields and rules.input.blank_callback == "new_lead":
        yield Remark.fact(f"No column fills {CALLBACK}: the dialer will treat every row as a new lead.")
    if DISPOSITION not in fields and rules.input.blank_disposition == "no_change":
        yield Remark.fact(f"No column fills {DISPOSITION}: every row keeps the disposition its lead has.")
    if fields.isdisjoint(rules.input.phone_fields):
        yield Remark.fact(f"No column fills a phone field ({', '.join(rules.input.phone_fields)}).")
    for column in columns:
        if column.campaign:
            yield from _remarks_on(column, fields, rules.table)


def _remarks_on_mapping(columns: Sequence[Column], rules: Rules) -> Iterator[Remark]:
    """Yield the name of the mapping in force, or a sentence about settings whose mappings do not fit.

    A mapping that nearly fits is a doubt if the sheet leaves one of its fields unfilled.
    """
    if rules.mapping:
        yield Remark.fact(f"The columns are mapped by {rules.table} in the settings.")
    elif rules.mappings:
        name, missing = nearest_mapping([column.heading for column in columns], rules)
        entries = rules.mappings[name]
        filled = {"", *(column.field for column in columns)}
        is_near = len(missing) <= (1 - _NEAR) * len(entries)
        if is_near and any(canonical_field(entries[heading], rules) not in filled for heading in missing):
            yield Remark.doubtful(_no_mapping(columns, rules))
        else:
            yield Remark.fact(
                "The columns are mapped by [columns] alone: no mapping in the settings fits these headings."
            )


def _remarks_on(column: Column, filled: set[str], table: str) -> Iterator[Remark]:
    """Yield remarks on a campaign field's column, as it may be meant for something else."""
    heading, field = column.heading, column.field
    meant = field_meant(heading, filled)
    if heading != field and field_as_written(heading) == field:
        yield Remark.fact(f"The column {heading!r} goes out as the campaign field {field!r}.")
    if looks_like_a_phone(heading):
        yield Remark.fact(
            f"{heading!r} is sent as it stands; if it holds phone numbers, add {field} to phone_fields in "
            f"[input], or map it to one of them under {table}."
        )
    elif CALLBACK in filled and looks_like_a_time(heading):
        yield Remark.fact(
            f"{heading!r} goes out as a campaign field and adds no time to {CALLBACK}; if it is the callback's time, "
            f'write "{heading}" = "{CALLBACK}" under {table} in the settings, beside the date.'
        )
    elif meant and not column.configured:
        yield Remark.doubtful(
            f"{heading!r} goes out as a campaign field; if {meant} was meant, rename it, or write "
            f'"{heading}" = "{meant}" under {table} in the settings.'
        )
    elif begins_like_a_system_field(field):
        yield Remark.doubtful(
            f"{heading!r} goes out as a campaign field, as the dialer has no system field of this name; rename it, "
            f'or write "{heading}" = "" under {table} in the settings to leave it out.'
        )
