"""A person's choices for reading one sheet, over the settings: columns, rules and the campaign."""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from leadsync.config.settings import Columns, Settings
from leadsync.config.sheet_settings import Chosen, chosen_in, with_reading
from leadsync.errors import SettingsError
from leadsync.leads import Input, Section
from leadsync.models import CALLBACK
from leadsync.spreadsheet import loose

_COLUMNS: TypeAdapter[Columns] = TypeAdapter(Columns)


OWN_FILE: Mapping[str, Any] = MappingProxyType(
    {"headings_row": "auto", "sheet": "", "encoding": "", "delimiter": "", "hidden_rows": "send"}
)
"""The rules of `[input]` by which a file of leadsync's own is opened."""


class SheetChoices(Section):
    """The choices for one sheet; an empty one leaves the settings in force.

    `columns` name fields by headings, "" for a column not sent. `input` has keys of the settings' `[input]`. `campaign`
    is a NAME of `[campaigns.NAME]`, `dialer` one of `[dialers.NAME]`. `sheet`, `encoding` and `delimiter` are those of
    the command line. `kept` is the reading of an earlier run, in place of the settings for reading a sheet. `saved`
    names the saved mapping behind `columns`. `rest`: after a trial the sheet is read anew, to be corrected once more.
    """

    dialer: str = ""
    campaign: str = ""
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    saved: str = ""
    input: dict[str, Any] = Field(default_factory=dict)
    inserts: Literal["", "missing", "only"] = ""
    fresh: bool = False
    rest: bool = False
    kept: str = ""

    @property
    def chosen(self) -> Chosen | None:
        """What the person chose for reading the sheet; None over the reading of an earlier run."""
        return None if self.kept else Chosen(input=self.input, columns=self.columns)

    @classmethod
    def of_run(cls, reading: str, **others: Any) -> "SheetChoices":
        """The choices in a run's kept reading, for the settings of now; its whole reading if nobody knows them."""
        chosen = chosen_in(reading)
        if chosen is None:
            return cls(kept=reading, **others)
        rules = {**chosen.input, **others.pop("input", {})}
        return cls(input=rules, columns=chosen.columns, **others)

    @property
    def digest(self) -> str:
        """A digest of the choices."""
        return hashlib.sha256(self.model_dump_json().encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def at_dialer(self, settings: Settings) -> Settings:
        """The settings with the chosen dialer in force; raises SettingsError."""
        return settings.for_dialer(self.dialer or None)

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with these choices in force; raises SettingsError."""
        return self.read_by(self.at_dialer(settings).for_campaign(self.campaign or None))

    def read_by(self, settings: Settings) -> Settings:
        """The settings with the choices for reading the sheet in force; raises SettingsError."""
        chosen = settings
        if self.kept:
            chosen = with_reading(chosen, self.kept)
        try:
            changed = {
                "input": Input.model_validate(chosen.input.model_dump(exclude_unset=True) | self.input),
                "columns": _COLUMNS.validate_python({**chosen.columns, **self.columns}),
            }
        except ValidationError as error:
            raise SettingsError(_in_words(error)) from None
        mappings = {name: _overridden(entries, self.columns) for name, entries in chosen.mappings.items()}
        return chosen.model_copy(update={**changed, "mappings": mappings})


def choices_before(reading: str, headings: Sequence[str], settings: Settings, own: Chosen) -> SheetChoices:
    """The choices of an earlier run for a file that came back from it, by the run's kept reading.

    The choices for the file itself, its `own`, go before them, and so does an entry of the settings for one of the
    file's headings. The file is leadsync's: the way to open the first sheet is not the way to open it.
    """
    kept, sheet = chosen_in(reading) or Chosen(), set(map(loose, headings))
    named = {name: field for heading, field in settings.columns.items() if (name := loose(heading)) in sheet}
    taken = set(named.values()) - {"", CALLBACK}
    columns = {
        heading: field
        for heading, field in kept.columns.items()
        if loose(heading) in sheet - named.keys() and field not in taken
    }
    rules = {name: value for name, value in kept.input.items() if name not in OWN_FILE}
    return SheetChoices(input={**rules, **own.input}, columns={**columns, **own.columns})


def _overridden(mapping: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """The mapping with the same headings, so that it fits the same sheets, and these fields for them."""
    by_name = {loose(heading): field for heading, field in columns.items()}
    return {heading: by_name.get(loose(heading), field) for heading, field in mapping.items()}


def _in_words(error: ValidationError) -> str:
    """The first wrong choice, with the meaning of its setting."""
    detail = error.errors()[0]
    key = str(detail["loc"][0]) if detail["loc"] else ""
    context = detail.get("ctx", {})
    problem = str(context["error"] if detail["type"] == "value_error" else detail["msg"])
    meaning = Input.model_fields[key].description if key in Input.model_fields else f"the field of {key!r}"
    return f"{(meaning or key)[:1].upper()}{(meaning or key)[1:]}: {problem[:1].lower()}{problem[1:]}."
