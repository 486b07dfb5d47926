"""All settings, and the questions about several of them."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import AfterValidator, Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from leadsync.config.sections import MOST_THREADS, Campaign, Cluster, Dialer, JournalPlace, Notify, Retry, Server, Web
from leadsync.dialer_address import same_dialer
from leadsync.errors import SettingsError
from leadsync.leads import QUERY_ARGUMENTS, Input, Rules, same_headings
from leadsync.models import SYSTEM_FIELDS, CampaignIds
from leadsync.private_files import is_file
from leadsync.settings_files import key_of_keyring, read_secret, refuse_others

FILE_NAME = "leadsync.toml"
ENVIRONMENT_PREFIX = "LEADSYNC_"

_SHORT_KEY = 8
_VARIABLE = re.compile(rf"[A-Z][A-Z0-9]{{0,{_SHORT_KEY - 1}}}|[A-Z]+(?:_[A-Z0-9]+)+")
"""Names of environment variables that are no keys."""
LONGEST_KEY = 1_000
"""Characters of the longest API key. Each text that is told or stored is searched for all spellings of the key."""

_KEY_PLACES = frozenset({"api_key_env", "api_key_file", "api_key_keyring"})
_READING: dict[str, Any] = {"input": True, "columns": True, "mappings": True, "campaign": {"timezone"}}
"""The settings for reading a sheet."""
_SAME_CALLS: dict[str, Any] = {
    # The dialers and campaigns not in force, and what is done beside the calls.
    **dict.fromkeys(("dialers", "campaigns", "notify", "web", "journal", "cluster"), True),
    "server": {"hardware_threads", "reserve", "timeout_seconds", "ca_file", "slots_dir", *_KEY_PLACES},
    "retry": {"attempts", "wait_seconds", "give_up_after_minutes"},
}
"""The settings without an effect on what a call of a sheet says; a new one has an effect until it is named here."""
_SYSTEM_FIELDS = frozenset(name.casefold() for name in SYSTEM_FIELDS)
_NO_TARGETS = frozenset(name.casefold() for name in QUERY_ARGUMENTS)
_LISTED_KEY_PLACES = ", ".join(sorted(_KEY_PLACES))


def _target(field: str) -> str:
    if field.strip().casefold() in _NO_TARGETS:
        raise ValueError(f'no field of a lead is called {field}; name another, or write "" to leave the column out')
    if field.strip().casefold().startswith("nj") and field.strip().casefold() not in _SYSTEM_FIELDS:
        raise ValueError(f"the dialer has no field {field.strip()}; its fields are {', '.join(sorted(SYSTEM_FIELDS))}")
    return field


Columns = dict[str, Annotated[str, AfterValidator(_target)]]
"""Fields by headings, "" for a column not sent."""


def checked_mappings(mappings: dict[str, Columns]) -> dict[str, Columns]:
    for name, entries in mappings.items():
        if not name.strip():
            raise ValueError("each needs a name, as in [mappings.crm]")
        if not entries:
            raise ValueError(f"[mappings.{name}] names no heading")
    if alike := same_headings(mappings):
        first, second = alike
        raise ValueError(f"[mappings.{first}] and [mappings.{second}] name the same headings; delete one of them")
    return mappings


def _checked_dialers(dialers: dict[str, Dialer]) -> dict[str, Dialer]:
    seen: dict[str, str] = {}
    for name, dialer in dialers.items():
        if not name.strip():
            raise ValueError("each needs a name, as in [dialers.melbourne]")
        if not dialer.url:
            raise ValueError(f"[dialers.{name}] names no url")
        # No key goes to a dialer because it is another's.
        if not _KEY_PLACES & dialer.model_fields_set:
            raise ValueError(f"[dialers.{name}] names no place of its API key; give it one of {_LISTED_KEY_PLACES}")
        if (other := seen.setdefault(dialer.url.casefold(), name)) != name:
            raise ValueError(
                f"[dialers.{other}] and [dialers.{name}] are one address; write its campaigns as "
                f"[dialers.{other}.campaigns.NAME]"
            )
    return dialers


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
    columns: Columns = Field({}, description="a column's field")
    mappings: Annotated[dict[str, Columns], AfterValidator(checked_mappings)] = Field(
        {},
        description="the columns of sheets with other headings, by the headings that a sheet has all of",
    )
    retry: Retry = Retry()
    notify: Notify = Notify()
    web: Web = Web()
    journal: JournalPlace = JournalPlace()
    cluster: Cluster = Cluster()
    dialers: Annotated[dict[str, Dialer], AfterValidator(_checked_dialers)] = Field(
        {}, description="several dialers by name, each with all of [server], and campaign and campaigns of its own"
    )

    _unchosen: "Settings | None" = PrivateAttr(None)
    """These settings before a dialer or a campaign was chosen; None: none was."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrides the file; there are no other sources."""
        return env_settings, init_settings

    @property
    def slots(self) -> int:
        """The number of calls at once, the highest possible where it is measured; raises SettingsError if the reserve
        leaves none."""
        threads = MOST_THREADS if self.server.hardware_threads == "auto" else self.server.hardware_threads
        slots = threads // 2 - self.server.reserve
        if slots < 1:
            raise SettingsError(
                f"[{self.server_table}] reserve = {self.server.reserve} leaves none of the {threads // 2} calls that "
                f"{threads} hardware threads allow; make it smaller."
            )
        return slots

    @property
    def finds_slots_out(self) -> bool:
        """Whether the number of calls at once is still to be measured."""
        return self.server.hardware_threads == "auto"

    def rules(self, now: datetime) -> Rules:
        """The rules for reading a sheet at this time."""
        return Rules(now, self.input, self.campaign.timezone, self.columns, self.mappings)

    @property
    def rules_digest(self) -> str:
        """A digest of the settings for reading a sheet."""
        rules = self.model_dump_json(include=_READING)
        return hashlib.sha256(rules.encode()).hexdigest()[:16]

    @property
    def calls_digest(self) -> str:
        """A digest of all settings on which the calls for a sheet depend."""
        return hashlib.sha256(self.model_dump_json(exclude=_SAME_CALLS).encode()).hexdigest()[:16]

    def ids(self) -> CampaignIds:
        """The campaign's ids; raises SettingsError if one is missing."""
        campaign = self.campaign
        if campaign.template_id is None or campaign.campaign_id is None or campaign.allocation_id is None:
            missing = [name for name in ("template_id", "campaign_id", "allocation_id") if not getattr(campaign, name)]
            raise SettingsError(
                f"[{self._campaign_table}] {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set; "
                "`leadsync campaigns` lists the ids."
            )
        return CampaignIds(campaign.template_id, campaign.campaign_id, campaign.allocation_id)

    @property
    def dialer(self) -> str:
        """The NAME of the [dialers.NAME] in force; empty: [server]."""
        return next((name for name, dialer in self.dialers.items() if dialer is self.server), "")

    @property
    def server_table(self) -> str:
        """The name of the table with the dialer in force."""
        return f"dialers.{self.dialer}" if self.dialer else "server"

    @property
    def _campaign_table(self) -> str:
        return f"dialers.{self.dialer}.campaign" if self.dialer else "campaign"

    def for_dialer(self, name: str | None) -> "Settings":
        """These settings with `[dialers.name]` and its campaigns in force.

        For None they are as they are, but a single dialer needs no name. Raises SettingsError.
        """
        if name is None:
            only = len(self.dialers) == 1 and not self.server.url
            return self.for_dialer(next(iter(self.dialers))) if only else self
        if name not in self.dialers:
            known = f"known are: {', '.join(self.dialers)}" if self.dialers else "the settings name none"
            raise SettingsError(f"There is no [dialers.{name}] in the settings; {known}.")
        dialer = self.dialers[name]
        parts = {"server": dialer, "campaign": dialer.campaign, "campaigns": dialer.campaigns}
        return self._chosen(parts)

    def _chosen(self, parts: Mapping[str, object]) -> "Settings":
        chosen = self.model_copy(update=parts)
        chosen._unchosen = self._unchosen or self  # noqa: SLF001 - of this class
        return chosen

    @property
    def is_chosen(self) -> bool:
        """Whether a person has chosen the dialer or the campaign by its name."""
        return self._unchosen is not None

    @property
    def chosen_options(self) -> tuple[str, ...]:
        """The options of a command that choose the dialer and the campaign in force; empty for the first ones."""
        return self.options_for(self.url(), self.ids())

    def options_for(self, url: str, ids: CampaignIds) -> tuple[str, ...]:
        """The options of a command that choose the dialer at an address and its campaign with these ids; none for the
        first ones, and for those that the settings do not name."""
        dialer, campaign = self.place_of(url, ids)
        named = (("--dialer", dialer), ("--campaign", campaign))
        return tuple(word for option, name in named if name for word in (option, name))

    def place_of(self, url: str, ids: CampaignIds) -> tuple[str | None, str | None]:
        """The names of the dialer at an address and of its campaign with these ids, as the settings have them.

        Empty: [server], [campaign]; None: they do not name it.
        """
        whole = self._unchosen or self
        for dialer in ("", *whole.dialers):
            there = whole.for_dialer(dialer) if dialer else whole
            if there.server.url and same_dialer(there.server.url, url):
                named = there.campaign_of(ids)
                return dialer, named or ("" if there.campaign.has(ids) else None)
        return None, None

    def at_address(self, url: str) -> "Settings":
        """These settings with the dialer of this address in force, if they name it; else as they are."""
        name = next((name for name, dialer in self.dialers.items() if same_dialer(dialer.url, url)), None)
        return self if name is None or same_dialer(self.server.url, url) else self.for_dialer(name)

    def for_campaign(self, name: str | None) -> "Settings":
        """These settings with `[campaigns.name]` in force, for None as they are; raises SettingsError."""
        if name is None:
            return self
        if name not in self.campaigns:
            known = f"known are: {', '.join(self.campaigns)}" if self.campaigns else "the settings name none"
            table = f"dialers.{self.dialer}.campaigns" if self.dialer else "campaigns"
            raise SettingsError(f"There is no [{table}.{name}] in the settings; {known}.")
        return self._chosen({"campaign": self.campaign.with_changes(self.campaigns[name])})

    def campaign_of(self, ids: CampaignIds) -> str | None:
        """The NAME of the [campaigns.NAME] with these ids; None if they are those of [campaign], or of no campaign."""
        for name in (None, *self.campaigns):
            if self.for_campaign(name).campaign.has(ids):
                return name
        return None

    def for_ids(self, ids: CampaignIds) -> "Settings":
        """These settings with the campaign of these ids in force, if they name it; else as they are."""
        return self.for_campaign(self.campaign_of(ids))

    def notify_urls(self, environment: Mapping[str, str]) -> list[SecretStr]:
        """The addresses for messages, secrets all of them; empty if none are set. Raises SettingsError."""
        text = environment.get(self.notify.urls_env, "")
        if self.notify.urls_file:
            text = read_secret(
                Path(self.notify.urls_file).expanduser(), "[notify] urls_file", "addresses that messages go to"
            )
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        return [SecretStr(url) for line in lines for url in line.split()]

    def journal_url(self, environment: Mapping[str, str]) -> SecretStr:
        """The address of the journal's database, a secret; empty: the journal is in the state folder."""
        place = self.journal
        if place.url_file:
            return SecretStr(
                read_secret(Path(place.url_file).expanduser(), "[journal] url_file", "address of the database")
            )
        url = environment.get(place.url_env, "").strip()
        if not url and place.url_env != JournalPlace.model_fields["url_env"].default:
            # Not the state folder: runs would be sent again by a journal that does not know them.
            raise SettingsError(
                "[journal] url_env names no environment variable with the address of a database; set it, or take "
                "url_env away to keep the journal in the state folder."
            )
        return SecretStr(url)

    def oidc_secret(self, environment: Mapping[str, str]) -> SecretStr:
        """The secret that the page shows to the OpenID Connect provider; raises SettingsError."""
        oidc = self.web.oidc
        if oidc.client_secret_file:
            path = Path(oidc.client_secret_file).expanduser()
            return SecretStr(read_secret(path, "[web.oidc] client_secret_file", "client secret"))
        secret = environment.get(oidc.client_secret_env, "").strip()
        if not secret:
            raise SettingsError(
                "The environment variable of [web.oidc] client_secret_env holds no client secret; set it, or use "
                "client_secret_file."
            )
        return SecretStr(secret)

    def url(self) -> str:
        """The dialer's address; raises SettingsError if it is missing."""
        if not self.server.url and self.dialers:
            raise SettingsError(
                f"The settings have several dialers, and none is chosen: {', '.join(self.dialers)} (--dialer NAME)."
            )
        if not self.server.url:
            raise SettingsError(
                f"[server] url is not set; write the dialer's address into {FILE_NAME}, or `leadsync init`."
            )
        return self.server.url

    def api_key(self, environment: Mapping[str, str]) -> SecretStr:
        """The API key, from its place by the settings; raises SettingsError."""
        table = self.server_table
        if self.server.api_key_file and self.server.api_key_keyring:
            raise SettingsError(f"[{table}] api_key_file and api_key_keyring are both set; keep one of them.")
        if self.server.api_key_file:
            key = read_secret(Path(self.server.api_key_file).expanduser(), f"[{table}] api_key_file", "API key")
        elif self.server.api_key_keyring:
            key = key_of_keyring(self.server.api_key_keyring)
        else:
            key = environment.get(self.server.api_key_env, "")
            if not key.strip():
                named = self.server.api_key_env
                # Some write the key itself there. A key looks otherwise than most names.
                is_name = _VARIABLE.fullmatch(named) or named in environment
                shown = f" {named}" if is_name else ""
                raise SettingsError(
                    f"The environment variable{shown} ([{table}] api_key_env) holds no API key; set it, or use "
                    "api_key_file or api_key_keyring."
                )
        if len(key.strip()) > LONGEST_KEY:
            raise SettingsError(f"The API key is longer than {LONGEST_KEY:,} characters; store the key alone.")
        if not key.strip().isprintable():
            raise SettingsError("The API key holds characters that cannot be seen; store it again.")
        # A word of a few letters may well be in an address; a longer key is no part of one.
        if len(key.strip()) >= _SHORT_KEY and key.strip().casefold() in unquote(self.server.url).casefold():
            raise SettingsError(f"[{table}] url holds the API key; it takes nothing but the host, a port and a path.")
        if is_file(authority := Path(self.server.ca_file)):
            refuse_others(authority, authority.stat())
        return SecretStr(key.strip())
