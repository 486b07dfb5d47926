"""The rules for reading a sheet: the settings of `[input]`, and what else cleaning a value needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from leadsync.leads.text import trim
from leadsync.models import CAMPAIGN_ID_FIELDS, SYSTEM_FIELDS
from leadsync.spreadsheet import DELIMITER_WORDS, delimiter_named

QUERY_ARGUMENTS = ("apiKey", "allowDuplicates")
"""Arguments of every call that are no field of a lead."""
_NO_PHONES = frozenset(name.casefold() for name in (*SYSTEM_FIELDS, *CAMPAIGN_ID_FIELDS, *QUERY_ARGUMENTS))

DateOrder = Literal["dmy", "mdy", "ymd"]


def table_of(mapping: str) -> str:
    """The table of a mapping in the settings; without a name that of all sheets."""
    return f"[mappings.{mapping}]" if mapping else "[columns]"


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The timezone of this name; raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    # ZoneInfoNotFoundError is a KeyError; a name with a slash in front is a ValueError, a folder's name an OSError.
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('there is no such timezone; names are like "Australia/Melbourne"') from error


def _timezone(name: str) -> str:
    if name:
        zone(name)
    return name


def _region(code: str) -> str:
    if code.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError('no such region; use two letters like "AU"')
    return code.upper()


def _phone_fields(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name.strip().casefold() in _NO_PHONES:
            raise ValueError(f"the dialer's own {name} holds no phone number; leave it out")
    return names


def _trimmed(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, map(trim, words)))


def _row(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """One sentence for both types of the value, instead of one each."""
    try:
        return check(value)
    except ValidationError as error:
        raise ValueError('it has to be the number of a line, or "auto"') from error


def _encoding(name: str) -> str:
    try:
        # The shortest question for an encoding's name that also refuses codecs for bytes, such as hex.
        "".encode(name or "utf-8")
    except LookupError as error:
        raise ValueError("there is no such text encoding; try utf-8, cp1252 or utf-16") from error
    return name


def _delimiter(name: str) -> str:
    if name and not delimiter_named(name):
        words = ", ".join(word for word in DELIMITER_WORDS if word.isalpha())
        raise ValueError(f"give one character that is no letter, digit or quotation mark, or one of the words {words}")
    return name


Timezone = Annotated[str, AfterValidator(_timezone)]


# `hide_input_in_errors`: a value in the wrong place may be the API key.
class Section(BaseModel):
    """A section of the settings: an unknown key is an error, and an error shows no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Input(Section):
    """The section `[input]`: how the sheet is meant. Each rule has its default and description here alone."""

    region: Annotated[str, AfterValidator(_region)] = Field("AU", description="how local phone numbers are read")
    date_order: Literal["dmy", "mdy", "ymd", "auto"] = Field(
        "dmy", description="the order of day, month and year; auto: the one order of all dates to be sent"
    )
    timezone: Timezone = Field("Australia/Melbourne", description="the timezone of the sheet's dates")
    phone_fields: Annotated[tuple[str, ...], AfterValidator(_phone_fields)] = Field(
        ("FirstPhone", "SecondPhone"), min_length=1, description="the template's phone fields"
    )
    blank_disposition: Literal["no_change", "reject"] = Field("no_change", description="what a blank disposition means")
    blank_phone: Literal["no_change", "omit"] = Field("no_change", description="what a blank phone cell means")
    blank_callback: Literal["new_lead", "reject"] = Field("new_lead", description="what a blank callback date means")
    bad_phone: Literal["reject", "omit"] = Field(
        "reject",
        description="what an unreadable phone beside a good one means: the row is not sent, or goes without it",
    )
    blank_words: Annotated[tuple[str, ...], AfterValidator(_trimmed)] = Field(
        (), description='texts of cells that mean blank, such as "NULL"'
    )
    duplicates: Literal["in_order", "last", "reject"] = Field(
        "in_order", description="what to do with several rows for one lead"
    )
    skip_unchanged: bool = Field(False, description="rows that say what their lead was last sent are not sent again")
    hidden_rows: Literal["send", "skip"] = Field(
        "send", description="what to do with rows that a filter or a person has hidden"
    )
    headings_row: Annotated[Annotated[int, Field(ge=1)] | Literal["auto"], WrapValidator(_row)] = Field(
        "auto", description="the number of the line with the headings; auto: found by their names"
    )
    sheet: str = Field("", description="the workbook's sheet to read; empty: the only one with data")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field("", description="a text's encoding; empty: found")
    delimiter: Annotated[str, AfterValidator(_delimiter)] = Field(
        "", description="the separator of a text's cells: comma, semicolon, tab, pipe or a sign; empty: found"
    )
    dispositions: tuple[str, ...] = Field((), description="the campaign's dispositions; empty: not checked")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for the values of one sheet. Raises ValueError for a clock without a timezone.

    `now` is the caller's clock: callback dates are compared with it. An empty `campaign_timezone` means the input's.
    `columns` is the `[columns]` table: heading -> field, "" for a column not sent. `mappings` are such tables by name,
    none of them empty; `mapping` names the one in force. `sheet_order` is the order found for this sheet, None for the
    input's. With `is_workbook` a text is what its cell shows, that of a formula too. Two are the workbook's:
    `epoch_1904`, its days count from 1904; `swapped_date_cells`, a program has swapped day and month of its date cells,
    so callbacks in them are rejected.
    """

    now: datetime
    input: Input = field(default_factory=Input)
    campaign_timezone: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mapping: str = ""
    sheet_order: DateOrder | None = None
    is_workbook: bool = False
    epoch_1904: bool = False
    swapped_date_cells: bool = False

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must have a timezone")

    @property
    def date_order(self) -> DateOrder:
        """The order of day, month and year; `auto` begins with one for the sheet to confirm or correct."""
        return self.sheet_order or ("dmy" if self.input.date_order == "auto" else self.input.date_order)

    @property
    def contact_hours(self) -> str:
        """The timezone of callback dates on the dialer."""
        return self.campaign_timezone or self.input.timezone

    @property
    def table(self) -> str:
        """The table of the settings for this sheet's columns."""
        return table_of(self.mapping)

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """The tables for this sheet's columns by name; the first with an entry for a heading counts."""
        own = {self.table: self.mappings[self.mapping]} if self.mapping else {}
        return {**own, table_of(""): self.columns}
