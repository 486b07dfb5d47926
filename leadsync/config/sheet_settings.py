"""The settings for reading one sheet, kept with its run as JSON, so that it can be read again with others."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from leadsync.config.loader import settings_error
from leadsync.config.settings import Columns, Settings, checked_mappings
from leadsync.leads import Input, Section, Timezone


class Chosen(Section):
    """What a person chose for one sheet, apart from the settings: keys of `[input]`, and fields by headings."""

    input: dict[str, Any] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)


class SheetSettings(Section):
    """The settings in force for a sheet: `timezone` is its campaign's. `chosen` is None if nobody knows it any more."""

    input: Input = Input()
    columns: Columns = Field({})
    mappings: Annotated[dict[str, Columns], AfterValidator(checked_mappings)] = Field({})
    timezone: Timezone = ""
    chosen: Chosen | None = None


def reading_of(settings: Settings, chosen: Chosen | None = None) -> str:
    """The reading of these settings as JSON text."""
    parts = {"input": settings.input, "columns": settings.columns, "mappings": settings.mappings}
    return SheetSettings(**parts, timezone=settings.campaign.timezone, chosen=chosen).model_dump_json()


def chosen_in(reading: str) -> Chosen | None:
    """What a person chose in a kept reading; None if nobody knows it any more."""
    try:
        return SheetSettings.model_validate_json(reading).chosen
    except ValidationError:
        return None


def with_reading(settings: Settings, reading: str, changes: Mapping[str, Any] | None = None) -> Settings:
    """These settings, with a kept reading in force, and changes to it.

    Changed values of `input` replace single settings, those of the others the whole table. The environment changes
    nothing of it. Raises SettingsError.
    """
    changed = dict(changes or {})
    try:
        kept = SheetSettings.model_validate_json(reading or "{}").model_dump(mode="json")
        kept["input"] |= changed.pop("input", {})
        new = SheetSettings.model_validate(kept | changed)
    except ValidationError as error:
        raise settings_error(error, "the changed reading") from error
    campaign = settings.campaign.model_copy(update={"timezone": new.timezone})
    parts = {"input": new.input, "columns": new.columns, "mappings": new.mappings, "campaign": campaign}
    return settings.model_copy(update=parts)
