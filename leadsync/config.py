"""The settings: a TOML file, overridden by environment variables, checked before anything is sent."""

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as NoJsonError

from leadsync.errors import SettingsError
from leadsync.models import CAMPAIGN_ID_FIELDS, SYSTEM_FIELDS, CampaignIds
from leadsync.settings_files import (
    key_of_keyring,
    read_secret,
    read_settings,
    refuse_others,
    refuse_others_folder,
)
from leadsync.terminal import visible_lines

FILE_NAME = "leadsync.toml"
ENVIRONMENT_PREFIX = "LEADSYNC_"
URL_VARIABLES = (f"{ENVIRONMENT_PREFIX}SERVER__URL", f"{ENVIRONMENT_PREFIX}SERVER")
"""The environment variables that can say the dialer's address; the settings file does if neither is set."""
MOST_THREADS = 1024

_QUERY_ARGUMENTS = ("apiKey", "allowDuplicates")
"""What travels with every call and is no field of a lead."""
_NO_PHONES = frozenset(name.casefold() for name in (*SYSTEM_FIELDS, *CAMPAIGN_ID_FIELDS, *_QUERY_ARGUMENTS))
_NO_TARGETS = frozenset(name.casefold() for name in _QUERY_ARGUMENTS)


def _dialer_url(url: str) -> str:
    url = url.strip()
    if set(' \\"<>^`{|}') & set(url) or not url.isprintable():
        raise ValueError("it holds a blank or another character that no address has")
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise ValueError("there can be no host of that name") from error
    if url and (parts.scheme not in ("https", "http") or not parts.hostname):
        raise ValueError("it has to begin with https:// and name the dialer's host")
    if not _has_possible_port(parts):
        raise ValueError("its port has to be a number from 1 to 65535")
    if set("?#") & set(url) or "@" in parts.netloc:
        raise ValueError("it takes nothing but the host, a port and a path")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("http:// would send the API key and the leads in the clear; use https://")
    return url.rstrip("/")


def _has_possible_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _timezone(name: str) -> str:
    try:
        if name:
            ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('there is no such timezone; names are like "Australia/Melbourne"') from error
    return name


def _region(code: str) -> str:
    if code.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError('no such region; use two letters like "AU"')
    return code.upper()


def _threads(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Its two types would be two complaints about one value."""
    try:
        return check(value)
    except ValidationError as error:
        raise ValueError(f'it has to be a number from 2 to {MOST_THREADS}, or "auto"') from error


def _phone_fields(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name.strip().casefold() in _NO_PHONES:
            raise ValueError(f"the dialer's own {name} holds no phone number; leave it out")
    return names


def _target(field: str) -> str:
    if field.strip().casefold() in _NO_TARGETS:
        raise ValueError(f'no field of a lead is called {field}; name another, or write "" to leave the column out')
    return field


Timezone = Annotated[str, AfterValidator(_timezone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(_Section):
    """Where the dialer is and what it can take."""

    url: Annotated[str, AfterValidator(_dialer_url)] = Field("", description="the dialer's address")
    api_key_env: str = Field("LEADSYNC_API_KEY", description="the environment variable that holds the API key")
    api_key_file: str = Field("", description="a file that holds the API key, readable by its owner alone")
    api_key_keyring: str = Field("", description="the name under which the system's keyring holds the API key")
    hardware_threads: Annotated[
        Annotated[int, Field(ge=2, le=MOST_THREADS)] | Literal["auto"], WrapValidator(_threads)
    ] = Field(16, description="the dialer's hardware threads; at most half as many calls run at once; auto: found out")
    reserve: int = Field(0, ge=0, description="of those calls, how many are left to the dialer's other clients")
    timeout_seconds: float = Field(75, gt=60, le=3600, description="how long to wait for an answer")
    ca_file: str = Field("", description="a file with a private certificate authority")
    slots_dir: str = Field(
        "", description="the folder where users of this machine share the dialer's slots; empty: the user's own"
    )


class Campaign(_Section):
    """Where the leads live on the dialer."""

    template_id: int | None = Field(None, ge=1, description="the campaign template's id")
    campaign_id: int | None = Field(None, ge=1, description="the campaign's id")
    allocation_id: int | None = Field(None, ge=1, description="the allocation's id")
    timezone: Timezone = Field("", description="the leads' Contact Hours, which callback dates are read in")
    insert_missing: bool = Field(False, description="whether leads that the dialer does not have are inserted")
    allow_duplicates: bool = Field(False, description="whether a lead is inserted whose number another lead has")

    def with_changes(self, other: "Campaign") -> "Campaign":
        """This, with what `other` says in so many words."""
        return Campaign(**self.model_dump(exclude_unset=True) | other.model_dump(exclude_unset=True))


class Input(_Section):
    """How the sheet is meant."""

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
    duplicates: Literal["in_order", "last", "reject"] = Field(
        "in_order", description="what to do with several rows for one lead"
    )
    skip_unchanged: bool = Field(False, description="rows that say what their lead was last sent are not sent again")
    dispositions: tuple[str, ...] = Field((), description="the campaign's dispositions; empty: not checked")


class Retry(_Section):
    """How hard to try."""

    attempts: int = Field(5, ge=1, le=100, description="how often a row is tried")
    wait_seconds: float = Field(120, ge=0, le=86400, description="the wait between two attempts for a row")
    give_up_after_minutes: float = Field(120, ge=0, le=10080, description="how long to wait for a dialer that is away")
    unknown: Literal["hold", "send"] = Field("hold", description="what to do with rows that may have been applied")
    no_answer: Literal["hold", "send"] = Field(
        "hold", description="what to do with rows whose call had no answer in time, which the dialer calls not applied"
    )


NotifyEvent = Literal["failure", "decide", "failed_percent", "recovery"]


class Notify(_Section):
    """When a person is told, and where the addresses for that are kept."""

    urls_env: str = Field(
        "LEADSYNC_NOTIFY_URLS", description="the environment variable that holds the addresses to write to"
    )
    urls_file: str = Field("", description="a file that holds the addresses, readable by its owner alone")
    on: tuple[NotifyEvent, ...] = Field(
        ("failure", "decide", "failed_percent", "recovery"), description="what a person is told of"
    )
    failed_percent: float = Field(10, ge=0, le=100, description="tell when more than so many percent of the rows fail")


class Settings(BaseSettings):
    """All settings, each with the default that the example file shows."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    server: Server = Server()
    campaign: Campaign = Campaign()
    campaigns: dict[str, Campaign] = Field({}, description="what other campaigns have otherwise than [campaign]")
    input: Input = Input()
    columns: dict[str, Annotated[str, AfterValidator(_target)]] = Field(
        {}, description="which column fills which field"
    )
    retry: Retry = Retry()
    notify: Notify = Notify()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file; there are no other sources."""
        return env_settings, init_settings

    @property
    def slots(self) -> int:
        """How many calls may run at once, the most there can be where that is found out; raises SettingsError where
        the reserve leaves none."""
        threads = MOST_THREADS if self.server.hardware_threads == "auto" else self.server.hardware_threads
        slots = threads // 2 - self.server.reserve
        if slots < 1:
            raise SettingsError(
                f"[server] reserve = {self.server.reserve} leaves none of the {threads // 2} calls that "
                f"{threads} hardware threads allow; make it smaller."
            )
        return slots

    @property
    def finds_slots_out(self) -> bool:
        """Whether nobody knows how many calls may run at once."""
        return self.server.hardware_threads == "auto"

    def ids(self) -> CampaignIds:
        """The campaign's ids; raises SettingsError where one is missing."""
        campaign = self.campaign
        if campaign.template_id is None or campaign.campaign_id is None or campaign.allocation_id is None:
            missing = [name for name in ("template_id", "campaign_id", "allocation_id") if not getattr(campaign, name)]
            raise SettingsError(
                f"[campaign] {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set; "
                "`leadsync campaigns` lists the ids."
            )
        return CampaignIds(campaign.template_id, campaign.campaign_id, campaign.allocation_id)

    def for_campaign(self, name: str | None) -> "Settings":
        """These settings with `[campaigns.name]` in force, for None as they are; raises SettingsError."""
        if name is None:
            return self
        if name not in self.campaigns:
            known = f"known are: {', '.join(self.campaigns)}" if self.campaigns else "the settings name none"
            raise SettingsError(f"There is no [campaigns.{name}] in the settings; {known}.")
        return self.model_copy(update={"campaign": self.campaign.with_changes(self.campaigns[name])})

    def campaign_of(self, ids: CampaignIds) -> str | None:
        """The NAME of the [campaigns.NAME] with these ids; None if they are those of [campaign], or of no campaign."""
        for name in (None, *self.campaigns):
            campaign = self.for_campaign(name).campaign
            if CampaignIds(campaign.template_id or 0, campaign.campaign_id or 0, campaign.allocation_id or 0) == ids:
                return name
        return None

    def for_ids(self, ids: CampaignIds) -> "Settings":
        """These settings with the campaign of these ids in force, if they name it; else as they are."""
        return self.for_campaign(self.campaign_of(ids))

    def notify_urls(self, environment: Mapping[str, str]) -> list[SecretStr]:
        """The addresses that messages go to, secrets all of them; none where none are set. Raises SettingsError."""
        text = environment.get(self.notify.urls_env, "")
        if self.notify.urls_file:
            text = read_secret(
                Path(self.notify.urls_file).expanduser(), "[notify] urls_file", "addresses that messages go to"
            )
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        return [SecretStr(url) for line in lines for url in line.split()]

    def url(self) -> str:
        """The dialer's address; raises SettingsError where it is missing."""
        if not self.server.url:
            raise SettingsError(
                f"[server] url is not set; write the dialer's address into {FILE_NAME}, or `leadsync init`."
            )
        return self.server.url

    def api_key(self, environment: Mapping[str, str]) -> SecretStr:
        """The API key from where the settings say that it is kept; raises SettingsError."""
        if self.server.api_key_file and self.server.api_key_keyring:
            raise SettingsError("[server] api_key_file and api_key_keyring are both set; keep one of them.")
        if self.server.api_key_file:
            key = read_secret(Path(self.server.api_key_file).expanduser(), "[server] api_key_file", "API key")
        elif self.server.api_key_keyring:
            key = key_of_keyring(self.server.api_key_keyring)
        else:
            key = environment.get(self.server.api_key_env, "")
            if not key.strip():
                named = self.server.api_key_env
                # Some write the key itself there, and a key may look like a name.
                usual = named == Server.model_fields["api_key_env"].default
                shown = f" {named}" if usual or named in environment else ""
                raise SettingsError(
                    f"The environment variable{shown} ([server] api_key_env) holds no API key; set it, or use "
                    "api_key_file or api_key_keyring."
                )
        if not key.strip().isprintable():
            raise SettingsError("The API key holds characters that cannot be seen; store it again.")
        if (authority := Path(self.server.ca_file)).is_file():
            refuse_others(authority, authority.stat())
        return SecretStr(key.strip())


def load(path: Path | None) -> Settings:
    """The settings of the file at `path`, or the defaults, overridden by the environment. Raises SettingsError."""
    return settings_from(read_settings(path) if path else {}, str(path) if path else "the environment")


def settings_from(values: Mapping[str, Any], source: str) -> Settings:
    """The settings that `values`, in the shape of the file, make; `source` names them in errors."""
    try:
        return Settings(**values)
    except ValidationError as error:
        lines = [_sentence(detail, source) for detail in error.errors()]
        raise SettingsError(visible_lines(dict.fromkeys(lines))) from error
    except NoJsonError as error:
        section = re.search(r'field "(\w+)"', str(error))
        raise SettingsError(
            f"An environment variable for {f'[{section[1]}]' if section else 'the settings'} is not valid JSON; a list "
            'is written like ["a", "b"].'
        ) from None


def find(explicit: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings file: the one given, `$LEADSYNC_CONFIG`, `./leadsync.toml`, or the one in the user's configuration
    folder; None where there is none. Raises SettingsError where one that was named is not there, and where others may
    have put one into the working folder."""
    import platformdirs

    named = explicit or (Path(environment["LEADSYNC_CONFIG"]) if environment.get("LEADSYNC_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise SettingsError(
                f"There is no settings file {named}; check the path, or write one with `leadsync init`."
            )
        return named
    if (here := Path(FILE_NAME)).is_file():
        refuse_others_folder(here)
        return here
    of_user = platformdirs.user_config_path("leadsync", appauthor=False) / FILE_NAME
    return of_user if of_user.is_file() else None


def state_folder(explicit: Path | None, environment: Mapping[str, str]) -> Path:
    """Where the journal is: the folder given, `$LEADSYNC_STATE`, or the user's state folder."""
    import platformdirs

    if explicit is not None:
        return explicit
    if environment.get("LEADSYNC_STATE"):
        return Path(environment["LEADSYNC_STATE"])
    return platformdirs.user_state_path("leadsync", appauthor=False)


def _sentence(detail: Any, source: str) -> str:
    """One of pydantic's findings as a sentence that names the key and what it means."""
    where = [str(part) for part in detail["loc"]]
    if where[:1] == ["campaigns"] and len(where) > 2:
        # A table within a table, with the settings of [campaign].
        where = [".".join(where[:-1]), where[-1]]
    section, key = (where[0], where[1] if len(where) > 1 else "") if where else ("", "")
    variable = f"{ENVIRONMENT_PREFIX}{section}__{key}".upper()
    place = variable if variable in os.environ else f"{source}: [{section}] {key}".rstrip()
    field = Settings.model_fields.get("campaign" if section.startswith("campaigns.") else section)
    fields = getattr(getattr(field, "annotation", None), "model_fields", {})
    if detail["type"] == "extra_forbidden":
        known = list(fields) if key else list(Settings.model_fields)
        near = difflib.get_close_matches(key or section, known, n=1)
        if key.startswith("api_key"):
            hint = "the key itself never stands in the settings: use api_key_env, api_key_file or api_key_keyring"
        else:
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
        return f"{place} is not a setting; {hint}."
    meaning = fields[key].description if key in fields else (field.description if field else "") or "a section"
    problem = str(detail["msg"]).removeprefix("Value error, ")
    return f"{place} is {meaning}: {problem[0].lower() + problem[1:]}."
