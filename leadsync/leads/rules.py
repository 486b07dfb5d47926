"""What the settings say about reading a sheet's values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import phonenumbers

from leadsync.errors import SettingsError

DateOrder = Literal["dmy", "mdy", "ymd"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How cells are read and what a blank one means; the names are those of the settings.

    `columns` is the `[columns]` table: heading -> field, "" for a column that is not sent. An empty
    `campaign_timezone` means the input's. `now` is the caller's clock, with its timezone: callback dates are compared
    with it. Two are the workbook's and no settings: `epoch_1904`, it counts days from 1904; `swapped_date_cells`, its
    callback dates in date cells are rejected, because a program has swapped day and month. Raises SettingsError for a
    region or timezone that does not exist and where no phone field is named.
    """

    now: datetime
    region: str = "AU"
    date_order: DateOrder = "dmy"
    input_timezone: str = "Australia/Melbourne"
    campaign_timezone: str = ""
    phone_fields: tuple[str, ...] = ("FirstPhone", "SecondPhone")
    blank_disposition: Literal["no_change", "reject"] = "no_change"
    blank_phone: Literal["no_change", "omit"] = "no_change"
    blank_callback: Literal["new_lead", "reject"] = "new_lead"
    dispositions: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    epoch_1904: bool = False
    swapped_date_cells: bool = False

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must have a timezone")
        if self.region not in phonenumbers.SUPPORTED_REGIONS:
            raise SettingsError(
                f"region in [input] is {self.region!r}, which is no region of the telephone network; "
                "write a country's two letters, for example AU"
            )
        if not self.phone_fields:
            raise SettingsError(
                "phone_fields in [input] is empty, but the dialer demands a phone field; "
                'name the template\'s, for example phone_fields = ["FirstPhone"]'
            )
        zone(self.input_timezone, "timezone in [input]")
        zone(self.contact_hours, "timezone in [campaign]")

    @property
    def contact_hours(self) -> str:
        """The timezone in which the dialer reads callback dates."""
        return self.campaign_timezone or self.input_timezone


@lru_cache(maxsize=64)
def zone(name: str, setting: str = "timezone") -> ZoneInfo:
    """The timezone of this name; SettingsError, naming the setting, where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(
            f"{setting} is {name!r}, which is no timezone; write its name, for example Australia/Melbourne"
        ) from error
