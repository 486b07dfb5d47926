"""What a sheet's columns probably are, where their headings do not say it: for a person to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadsync.leads.mapping import field_named, looks_like_a_phone
from leadsync.leads.phones import clean_phone
from leadsync.leads.rules import Rules
from leadsync.leads.text import Cleaned, loose, trim
from leadsync.models import CALLBACK, EXTERNAL_ID

_ID_ENDINGS = ("id", "no", "number", "ref", "reference", "key", "account", "num", "nr")
_CALLBACK_WORDS = ("callback", "callon", "nextcall", "callagain", "recall")
_MOST = 0.8
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """`columns` is what would stand under `[columns]`, `phone_fields` in `[input]`.

    `external_ids` are the headings that may hold the external id, the likeliest first, where none is called so.
    """

    columns: Mapping[str, str]
    phone_fields: tuple[str, ...]
    external_ids: tuple[str, ...] = ()


@dataclass(slots=True)
class _Open:
    """A column whose heading names no field."""

    heading: str
    values: list[str] = field(default_factory=list)

    def share(self, fits: int) -> bool:
        return len(self.values) >= _FEWEST and fits >= _MOST * len(self.values)

    def is_phone(self, region: str) -> bool:
        if looks_like_a_phone(self.heading):
            return True
        return self.share(sum(isinstance(clean_phone(value, region), Cleaned) for value in self.values))

    def is_callback(self) -> bool:
        if not any(word in loose(self.heading) for word in _CALLBACK_WORDS):
            return False
        return self.share(sum(any(map(str.isdigit, value)) for value in self.values))


def propose(headings: Sequence[str], rows: Sequence[Sequence[str]], rules: Rules) -> Proposal:
    """Look at the headings and at some rows."""
    named = {trim(heading): field_named(trim(heading), rules) for heading in headings}
    others = [
        _Open(heading, [value for row in rows if (value := trim(row[position]))])
        for position, heading in enumerate(map(trim, headings))
        if named[heading] == heading and heading not in rules.phone_fields
    ]
    columns: dict[str, str] = {}
    phones = [name for name in rules.phone_fields if name in named.values()]
    for column in others:
        if column.is_phone(rules.region):
            own = column.heading.isidentifier()
            free = [name for name in rules.phone_fields if name not in phones]
            target = column.heading if own or not free else free[0]
            phones.append(target)
            if target != column.heading:
                columns[column.heading] = target
        elif CALLBACK not in (*named.values(), *columns.values()) and column.is_callback():
            columns[column.heading] = CALLBACK
    likely = [] if EXTERNAL_ID in named.values() else [one for one in others if one.heading not in (*columns, *phones)]
    ids = sorted(likely, key=_unlikeliness)
    if ids and _unlikeliness(ids[0]) == 0:
        columns[ids[0].heading] = EXTERNAL_ID
    return Proposal(columns, tuple(phones) or rules.phone_fields, tuple(one.heading for one in ids))


def _unlikeliness(column: _Open) -> int:
    """How little a column looks like one of ids: they are all there, all different, and called so."""
    named = loose(column.heading).endswith(_ID_ENDINGS)
    unique = bool(column.values) and len(set(column.values)) == len(column.values)
    written = bool(column.values) and not any(" " in value for value in column.values)
    return 4 * (not unique) + 2 * (not named) + (not written)
