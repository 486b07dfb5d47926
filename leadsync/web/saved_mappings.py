"""Saved mappings, from a draft's columns and back to choices for a sheet with the same headings. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from leadsync.config import Settings, SheetChoices
from leadsync.errors import SettingsError
from leadsync.journal import SavedMapping
from leadsync.spreadsheet import loose
from leadsync.web.preview import Preview
from leadsync.web.reading_form import field_words, phones_of

LONGEST_NAME = 80
_PHONE = "+phone:"
"""Before a phone field in a saved mapping: other settings may not know it."""


def headings_of(preview: Preview) -> list[str]:
    """The headings of a sheet, by which its mappings are kept."""
    return [column["heading"] for column in preview.get("columns", ())]


def columns_to_save(preview: Preview, reading: SheetChoices) -> dict[str, str]:
    """The field of each column of a draft.

    Left out, and found anew in each sheet: columns that complete others, those without a heading of their own, and
    those of reports.
    """
    phones = phones_of(preview)
    alike = Counter(map(loose, headings_of(preview)))
    found: dict[str, str] = {}
    for column in preview["columns"]:
        heading, field = column["heading"], reading.columns.get(column["heading"], column["field"])
        if column["completes"] and heading not in reading.columns:
            continue
        if loose(heading) and alike[loose(heading)] == 1 and not heading.startswith(("sync_", _PHONE)):
            found[heading] = f"{_PHONE}{field}" if field in phones else field
    return found


def with_mapping(reading: SheetChoices, mapping: SavedMapping | None, settings: Settings) -> SheetChoices:
    """The choices with the columns of a saved mapping, or without any for None. Raises SettingsError."""
    values = reading.model_dump()
    if mapping is None:
        return SheetChoices.model_validate(values | {"saved": "", "columns": {}})
    phones = [field.removeprefix(_PHONE) for field in mapping.columns.values() if field.startswith(_PHONE)]
    known = list(reading.applied_to(settings).input.phone_fields)
    if new := [field for field in phones if field not in known]:
        values["input"]["phone_fields"] = [*known, *new]
    columns = {heading: field.removeprefix(_PHONE) for heading, field in mapping.columns.items()}
    chosen = SheetChoices.model_validate(values | {"saved": mapping.name, "columns": columns})
    chosen.applied_to(settings)
    return chosen


def with_choice(reading: SheetChoices, name: str, saved: Sequence[SavedMapping], settings: Settings) -> SheetChoices:
    """The choices with the mapping that a person chose among these; a deleted one leaves its columns in force."""
    known = {one.name: one for one in saved}
    if name in known or reading.saved in known:
        return with_mapping(reading, known.get(name), settings)
    return reading


def only_fitting(
    mappings: Sequence[SavedMapping], reading: SheetChoices, preview: Preview, settings: Settings
) -> SheetChoices | None:
    """The choices with the only mapping for a sheet in which nobody has chosen a column yet; None without one."""
    if len(mappings) != 1 or reading.columns or reading.saved or reading.kept:
        return None
    if any(heading.lower().startswith("sync_") for heading in headings_of(preview)):
        # A report comes back: its run knows its columns.
        return None
    try:
        return with_mapping(reading, mappings[0], settings)
    except SettingsError:
        return None


def is_changed(reading: SheetChoices, mapping: SavedMapping) -> bool:
    """Whether columns were chosen otherwise since the mapping was taken."""
    return any(reading.columns.get(heading) != plain(field) for heading, field in mapping.columns.items())


def plain(field: str) -> str:
    """A saved field by its own name."""
    return field.removeprefix(_PHONE)


def shown_columns(columns: Mapping[str, str]) -> list[tuple[str, str]]:
    """A mapping's headings, each with its field in words; those sent comes first."""
    sent = [(heading, _words(heading, field)) for heading, field in columns.items() if field]
    return sent + [(heading, field_words("")) for heading, field in columns.items() if not field]


def _words(heading: str, field: str) -> str:
    if field == heading and not field.startswith(_PHONE):
        return f"campaign field “{heading}”"
    return field_words(plain(field))
