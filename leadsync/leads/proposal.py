"""A proposed mapping for columns without a field's name as their heading: for a person to confirm."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from leadsync.leads.common_names import (
    as_people_write,
    is_known_for_ids,
    is_not_to_be_dialed,
    looks_like_a_phone,
    looks_like_a_time,
    may_be_a_phone,
    names_an_id,
)
from leadsync.leads.dates import is_time
from leadsync.leads.input_rules import Rules
from leadsync.leads.mapping_choice import with_mapping
from leadsync.leads.mappings import perhaps_meant
from leadsync.leads.phones import clean_phone
from leadsync.leads.sheet_columns import Column, columns_of, field_named
from leadsync.leads.text import Cleaned, trim
from leadsync.models import CALLBACK, EXTERNAL_ID
from leadsync.spreadsheet import loose

_ID_ENDINGS = (
    *("id", "no", "nr", "num", "number", "ref", "reference", "code", "key"),
    *("account", "acct", "customer", "client", "debtor"),
)
"""Those of people may stand above ids or above names."""
# House No and Post Code end like an id's heading, and hold none.
_NEVER_IDS = (
    *("name", "comment", "note", "remark", "address", "street", "house", "unit", "suburb", "city", "town", "state"),
    *("post", "zip", "area", "country", "mail", "date", "time", "paid"),
)
_ROW_NUMBERS = frozenset({"sn", "slno", "srno"})
_LIKE_AN_ID = re.compile(r"(?!\d{1,4}[-/]\d{1,2}[-/]\d{1,4})(?=\D*\d)[\w/#-]+")
_MOSTLY_UNIQUE = 0.9
_CALLBACK_WORDS = ("callback", "callon", "nextcall", "callagain", "recall")
# Of the values: a list of numbers has unreadable ones too.
_MOST = 0.8
_FEWEST = 3
_FEWEST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Proposal:
    """Proposed settings: `columns` for `[columns]`, `phone_fields` for `[input]`.

    `external_ids` are the headings similar to an external id, the likeliest first, unless one has exactly this name.
    `columns` holds the only one that is certain: its heading is known for ids, and its cells look like some.
    """

    columns: Mapping[str, str]
    phone_fields: tuple[str, ...]
    external_ids: tuple[str, ...] = ()
    meant: Mapping[str, str] = field(default_factory=dict)
    """Other headings with a field that people use them for: a question, as they often mean something else."""

    @property
    def likely_id(self) -> str:
        """The only one of `external_ids` with a word for ids and for leads alone; empty without one."""
        known = [one for one in self.external_ids if is_known_for_ids(one) and names_an_id(one)]
        return known[0] if len(known) == 1 else ""


@dataclass(slots=True)
class _Open:
    """A column without a field's name as its heading."""

    heading: str
    values: list[str] = field(default_factory=list)
    blanks: int = 0

    def share(self, fits: int) -> bool:
        return len(self.values) >= _FEWEST and fits >= _MOST * len(self.values)

    @property
    def is_one_for_all(self) -> bool:
        """Whether all rows have the same value: a number there is the caller's."""
        return self.share(len(self.values)) and len({*self.values}) == 1 and self.blanks < len(self.values)

    def is_phone(self, region: str) -> bool:
        if is_not_to_be_dialed(self.heading):
            return False
        # Phone type and Phone area code hold no numbers.
        if looks_like_a_phone(self.heading):
            return not self.values or any(sum(map(str.isdigit, value)) >= _FEWEST_DIGITS for value in self.values)
        # Such a heading with one number below is a phone column; most cells may be blank.
        if may_be_a_phone(self.heading) and self.values:
            return any(isinstance(clean_phone(value, region), Cleaned) for value in self.values)
        return self.share(sum(isinstance(clean_phone(value, region), Cleaned) for value in self.values))

    def is_callback(self) -> bool:
        if is_not_to_be_dialed(self.heading) or not any(word in loose(self.heading) for word in _CALLBACK_WORDS):
            return False
        return self.share(sum(any(map(str.isdigit, value)) for value in self.values))


def propose(headings: Sequence[str], rows: Sequence[Sequence[str]], rules: Rules) -> Proposal:
    """Look at the headings and at some rows; raises MappingError if several mappings fit."""
    rules = with_mapping(headings, rules)
    named = {trim(heading): field_named(trim(heading), rules) for heading in headings}
    others = [
        _column(heading, [trim(row[position]) for row in rows])
        for position, heading in enumerate(map(trim, headings))
        if named[heading] == heading and heading not in rules.input.phone_fields
    ]
    is_one_lead = any(
        len({trim(row[position]) for row in rows}) == 1
        for position, heading in enumerate(map(trim, headings))
        if named[heading] == EXTERNAL_ID or is_known_for_ids(heading)
    )
    columns: dict[str, str] = {}
    free = [name for name in rules.input.phone_fields if name not in named.values()]
    more, shared = list[str](), list[str]()
    for column in others:
        if column.is_phone(rules.input.region):
            if column.is_one_for_all and not is_one_lead:
                shared.append(column.heading)
                continue
            # More phone columns than fields: the settings get further phone fields by the columns' own names.
            if free:
                columns[column.heading] = free.pop(0)
            else:
                more.append(column.heading)
        elif CALLBACK not in (*named.values(), *columns.values()) and column.is_callback():
            columns[column.heading] = CALLBACK
    ids: dict[str, int] = {}
    if EXTERNAL_ID not in named.values():
        open_ones = [one for one in others if one.heading not in (*columns, *more, *shared)]
        ids = _like_ids(open_ones, rules.input.region)
    # Only a column without any doubt is proposed by itself; the others are a question.
    certain = [heading for heading, doubts in ids.items() if is_known_for_ids(heading) and not doubts]
    if len(certain) == 1:
        columns[certain[0]] = EXTERNAL_ID
    meant = perhaps_meant(columns_of(headings, replace(rules, columns={**rules.columns, **columns})))
    asked = {heading: field for heading, field in meant.items() if heading not in ids}
    return Proposal(columns, (*rules.input.phone_fields, *more), tuple(ids), asked)


def time_beside(columns: Mapping[str, str], texts: Mapping[str, Sequence[str]], rules: Rules) -> str:
    """Return the heading of the times for a callback's dates in another column; empty without one, or with several.

    `columns` are those chosen so far, `texts` the cells by heading.
    """
    all_columns = columns_of(list(texts), replace(rules, columns={**rules.columns, **columns}))
    dates = [column for column in all_columns if column.field == CALLBACK]
    times = [
        column.heading
        for column in all_columns
        if column.campaign
        and not column.configured
        and looks_like_a_time(column.heading)
        and any(map(is_time, texts[column.heading]))
    ]
    return times[0] if len(times) == len(dates) == 1 and dates[0].time_at is None else ""


def phones_meant(columns: Sequence[Column], samples: Mapping[int, str], rules: Rules) -> dict[str, str]:
    """Return the headings of campaign fields with a number below, each with a phone field that no column fills.

    `samples` are the first values by the column's position.
    """
    filled = {column.field for column in columns}
    headings = [
        column.heading
        for column in columns
        if column.campaign
        and not column.configured
        and (looks_like_a_phone(column.heading) or may_be_a_phone(column.heading))
        and isinstance(clean_phone(trim(samples.get(column.position, "")), rules.input.region), Cleaned)
    ]
    return dict(zip(headings, (field for field in rules.input.phone_fields if field not in filled), strict=False))


def _column(heading: str, cells: Sequence[str]) -> _Open:
    values = [cell for cell in cells if cell]
    return _Open(heading, values, len(cells) - len(values))


def _like_ids(columns: Sequence[_Open], region: str) -> dict[str, int]:
    """Return the headings similar to an external id, each with how little its cells look like ids, in this order."""
    ids = [
        one
        for one in columns
        if _sounds_like_an_id(one.heading) and not as_people_write(one.heading) and not is_not_to_be_dialed(one.heading)
    ]
    doubts = {one.heading: _unlikeliness(one, region) for one in ids}
    return dict(sorted(doubts.items(), key=lambda pair: (pair[1], not is_known_for_ids(pair[0]))))


def _sounds_like_an_id(heading: str) -> bool:
    key = loose(heading)
    if is_known_for_ids(heading):
        return True
    if key in _ROW_NUMBERS or any(word in key for word in _NEVER_IDS):
        return False
    return names_an_id(heading) or "#" in heading or key.endswith(_ID_ENDINGS)


def _unlikeliness(column: _Open, region: str) -> int:
    """How little a column's cells look like ids: they are all there, nearly all different, in one word, and no names.

    Where the heading says no more than whom it is about, each has a figure, and is no date, amount or phone number.

    A lead may well stand in several rows.
    """
    count = len(column.values)
    repeats = count - len(set(column.values))
    unique = count > 0 and repeats <= max(1, (1 - _MOSTLY_UNIQUE) * count)
    names = any(" " in value for value in column.values) or not (
        names_an_id(column.heading)
        or all(
            _LIKE_AN_ID.fullmatch(one) and not isinstance(clean_phone(one, region), Cleaned) for one in column.values
        )
    )
    # Weights, so that repeated values are behind all others, and names behind ids of which some are missing.
    return 4 * (not unique) + 2 * names + (column.blanks > 0)
