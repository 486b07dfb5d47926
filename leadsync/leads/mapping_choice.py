"""The choice of a sheet's `[mappings.NAME]` by its headings, and the headings known beforehand. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, count

from leadsync.errors import MappingError
from leadsync.leads.common_names import FIELD_OF_NAME, ID_WORDS
from leadsync.leads.input_rules import Rules, table_of
from leadsync.leads.sheet_columns import canonical_field
from leadsync.leads.text import trim
from leadsync.models import EXTERNAL_ID
from leadsync.spreadsheet import HeadingNames, SheetRules, loose

_NO_NAME = re.compile(r"[^0-9A-Za-z_-]+")


def with_mapping(headings: Sequence[str], rules: Rules) -> Rules:
    """Return the rules with the mapping for these headings in force, unchanged if none fits.

    A mapping fits a sheet with all of its headings. Of several, the sheet's has all headings of the others and more.
    Raises MappingError if none of them has.
    """
    sheet = frozenset(map(_key, headings))
    fitting = {name: keys for name, keys in _keys(rules).items() if keys <= sheet}
    # A mapping for three headings says more about the sheet than one for two of them.
    best = [name for name, keys in fitting.items() if not any(keys < others for others in fitting.values())]
    if len(best) > 1:
        raise MappingError(
            f"{' and '.join(map(table_of, best))} in the settings fit the headings of this sheet alike; add another "
            "heading of the sheet to the right one, or delete the others."
        )
    return replace(rules, mapping=best[0]) if best else rules


def mapping_for(headings: Sequence[str], rules: Rules, name: str) -> str:
    """Return the mapping for more columns of this sheet, a new one with nearly this name; empty for `[columns]`.

    `[columns]` is the sheet's own if there is no mapping, and no heading of another sheet in it.
    """
    sheet = frozenset(map(_key, headings))
    sent = [heading for heading, target in rules.columns.items() if target.strip()]
    if rules.mapping or (not rules.mappings and sheet.issuperset(map(_key, sent))):
        return rules.mapping
    plain = _NO_NAME.sub("-", name).strip("-") or "sheet"
    numbered = (f"{plain}-{number}" for number in count(2))
    return next(new for new in chain([plain], numbered) if new not in rules.mappings)


def nearest_mapping(headings: Sequence[str], rules: Rules) -> tuple[str, list[str]]:
    """Return the name of the mapping with the fewest headings missing from a sheet, and those; empty without any."""
    sheet = frozenset(map(_key, headings))
    missing = {name: [h for h in entries if _key(h) not in sheet] for name, entries in rules.mappings.items()}
    name = min(missing, key=lambda name: len(missing[name]) / len(rules.mappings[name]), default="")
    return name, missing.get(name, [])


def same_headings(mappings: Mapping[str, Mapping[str, str]]) -> tuple[str, str] | None:
    """Return the names of two mappings for the same headings; None without such."""
    first: dict[frozenset[str], str] = {}
    for name, entries in mappings.items():
        other = first.setdefault(frozenset(map(_key, entries)), name)
        if other != name:
            return other, name
    return None


def heading_names(rules: Rules) -> HeadingNames:
    """Return the headings that name a field by themselves, by `[columns]` or by a mapping."""
    phones = {loose(name): name for name in rules.input.phone_fields}
    fields: dict[str, set[str]] = {}
    for entries in ({}, *rules.mappings.values()):
        given = {**rules.columns, **entries}
        by_settings = {loose(name): canonical_field(target, rules) for name, target in given.items()}
        for name, field in (FIELD_OF_NAME | phones | by_settings).items():
            fields.setdefault(name, set()).add(field)
    return HeadingNames(
        ids=frozenset(name for name, found in fields.items() if EXTERNAL_ID in found),
        phones=frozenset(name for name, found in fields.items() if not found.isdisjoint(rules.input.phone_fields)),
        fields=frozenset(fields) - {""},
        id_words=ID_WORDS,
        unsent=frozenset(name for name, found in fields.items() if found == {""}),
    )


def sheet_rules(rules: Rules) -> SheetRules:
    """Return the rules for finding a sheet's table in its file."""
    given = rules.input
    row = None if given.headings_row == "auto" else given.headings_row
    skip_hidden = given.hidden_rows == "skip"
    return SheetRules(heading_names(rules), row, given.sheet, given.encoding, given.delimiter, skip_hidden)


def _keys(rules: Rules) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(map(_key, entries)) for name, entries in rules.mappings.items()}


def _key(heading: str) -> str:
    """Return a heading for comparison; one of signs alone as it stands."""
    return loose(heading) or trim(heading)
