"""The sections of the settings, without `[input]`: `leadsync.leads` has it."""

import ipaddress
import re
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from leadsync.alert_events import AlertEvent
from leadsync.leads import Section, Timezone
from leadsync.models import CampaignIds

MOST_THREADS = 1024
_LIKE_A_KEY = re.compile(r"(?=(?:.*[0-9]){3})(?=.*[A-Za-z]).{20,}")
_LARGEST_ID = 2**63 - 1
"""No number in the journal is larger."""
"""A long part of a path with letters and several digits."""


def _dialer_url(url: str) -> str:
    url = url.strip()
    if set(' \\"<>^`{|}') & set(url) or not url.isprintable():
        raise ValueError("it holds a blank or another character that no address has")
    try:
        parts = urlsplit(url)
        # Empty labels and labels over 63 bytes fail here.
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise ValueError("there can be no host of that name") from error
    if url and (parts.scheme not in ("https", "http") or not parts.hostname):
        raise ValueError("it has to begin with https:// and name the dialer's host")
    if not _has_possible_port(parts):
        raise ValueError("its port has to be a number from 1 to 65535")
    if set("?#") & set(url) or "@" in parts.netloc:
        raise ValueError("it takes nothing but the host, a port and a path")
    if any(_LIKE_A_KEY.fullmatch(part) for part in parts.path.split("/")):
        raise ValueError("a part of its path looks like an API key, which never stands in the settings")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("http:// would send the API key and the leads in the clear; use https://")
    return url.rstrip("/")


def _issuer(url: str) -> str:
    """The address as it is, a slash at its end too: tokens name their issuer letter for letter."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        is_one = bool(parts.scheme in ("https", "http") and parts.hostname and _has_possible_port(parts))
    except ValueError:
        is_one = False
    if url and (not is_one or set(" ?#@") & set(url) or not url.isprintable()):
        raise ValueError("it has to be an address such as https://login.example.com, without ? and #")
    if url and parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("http:// would send logins in the clear; use https://")
    return url


def _has_possible_port(parts: SplitResult) -> bool:
    try:
        # urlsplit checks the port only when it is asked for.
        return parts.port != 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _threads(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """One sentence for both types of the value, instead of one each."""
    try:
        return check(value)
    except ValidationError as error:
        raise ValueError(f'it has to be a number from 2 to {MOST_THREADS}, or "auto"') from error


class Server(Section):
    """The dialer: its address, key and limits."""

    url: Annotated[str, AfterValidator(_dialer_url)] = Field("", description="the dialer's address")
    api_key_env: str = Field("LEADSYNC_API_KEY", description="the environment variable that holds the API key")
    api_key_file: str = Field("", description="a file that holds the API key, readable by its owner alone")
    api_key_keyring: str = Field("", description="the name under which the system's keyring holds the API key")
    hardware_threads: Annotated[
        Annotated[int, Field(ge=2, le=MOST_THREADS)] | Literal["auto"], WrapValidator(_threads)
    ] = Field(16, description="the dialer's hardware threads; at most half as many calls run at once; auto: found out")
    reserve: int = Field(0, ge=0, description="of those calls, how many are left to the dialer's other clients")
    # More than 60: the dialer answers 109 to a call queued for a minute, and that answer is wanted.
    timeout_seconds: float = Field(75, gt=60, le=3600, description="how long to wait for an answer")
    ca_file: str = Field("", description="a file with a private certificate authority")
    calls: Literal["fast", "classic"] = Field(
        "fast", description="which lead calls to send: updateLeadFast and insertLeadFast, or updateLead and insertLead"
    )
    slots_dir: str = Field(
        "", description="the folder where users of this machine share the dialer's slots; empty: the user's own"
    )


class Campaign(Section):
    """The leads' campaign on the dialer."""

    template_id: int | None = Field(None, ge=1, le=_LARGEST_ID, description="the campaign template's id")
    campaign_id: int | None = Field(None, ge=1, le=_LARGEST_ID, description="the campaign's id")
    allocation_id: int | None = Field(None, ge=1, le=_LARGEST_ID, description="the allocation's id")
    timezone: Timezone = Field("", description="the leads' Contact Hours, which callback dates are read in")
    insert_missing: bool = Field(False, description="whether leads that the dialer does not have are inserted")
    allow_duplicates: bool = Field(False, description="whether a lead is inserted whose number another lead has")

    def has(self, ids: CampaignIds) -> bool:
        """Whether these are its ids."""
        return CampaignIds(self.template_id or 0, self.campaign_id or 0, self.allocation_id or 0) == ids

    def with_changes(self, other: "Campaign") -> "Campaign":
        """This, overridden by the keys set in `other`."""
        return Campaign(**self.model_dump(exclude_unset=True) | other.model_dump(exclude_unset=True))


class Dialer(Server):
    """One of several dialers: all that `[server]` has, and its campaigns."""

    campaign: Campaign = Field(Campaign(), description="the leads' campaign on this dialer")
    campaigns: dict[str, Campaign] = Field(
        {}, description="what other campaigns of this dialer have otherwise than its campaign"
    )


class Retry(Section):
    """How hard to try."""

    attempts: int = Field(5, ge=1, le=100, description="how often a row is tried")
    wait_seconds: float = Field(120, ge=0, le=86400, description="the wait between two attempts for a row")
    give_up_after_minutes: float = Field(120, ge=0, le=10080, description="how long to wait for a dialer that is away")
    unknown: Literal["hold", "send"] = Field("hold", description="what to do with rows that may have been applied")
    no_answer: Literal["hold", "send"] = Field(
        "hold", description="what to do with rows whose call had no answer in time, which the dialer calls not applied"
    )


class Notify(Section):
    """The alerts, and the place of their addresses."""

    urls_env: str = Field(
        "LEADSYNC_NOTIFY_URLS", description="the environment variable that holds the addresses to write to"
    )
    urls_file: str = Field("", description="a file that holds the addresses, readable by its owner alone")
    on: tuple[AlertEvent, ...] = Field(tuple(AlertEvent), description="what a person is told of")
    failed_percent: float = Field(10, ge=0, le=100, description="tell when more than so many percent of the rows fail")


class Oidc(Section):
    """Login on the page by an OpenID Connect provider; without an issuer there is none."""

    issuer: Annotated[str, AfterValidator(_issuer)] = Field("", description="the address of the provider")
    client_id: str = Field("", description="the name under which the provider knows the page")
    client_secret_env: str = Field(
        "LEADSYNC_OIDC_SECRET", description="the environment variable that holds the client secret"
    )
    client_secret_file: str = Field("", description="a file that holds the client secret, readable by its owner alone")
    name: str = Field("single sign-on", min_length=1, max_length=60, description="the provider's name on the button")
    role_claim: str = Field("", description="the claim that holds a person's groups; empty: the users' roles count")
    roles: dict[str, Literal["viewer", "reviewer", "supervisor", "admin"]] = Field(
        {}, description="the roles by the values of that claim"
    )


class Web(Section):
    """The page: who reaches it, and how much it sends at once."""

    runs_at_once: int = Field(4, ge=1, le=64, description="how many runs are sent at once; more wait for their turn")
    allowed_hosts: tuple[str, ...] = Field((), description="the names under which browsers reach the page")
    behind_proxy: bool = Field(False, description="whether a reverse proxy with TLS stands in front of the page")
    tls_cert: str = Field("", description="a file with the page's certificate and those behind it, PEM")
    tls_key: str = Field("", description="a file with the key of that certificate, PEM, readable by its owner alone")
    oidc: Oidc = Field(Oidc(), description="login by an OpenID Connect provider")


class JournalPlace(Section):
    """Where the journal is: in a PostgreSQL database, or in the state folder."""

    url_env: str = Field(
        "LEADSYNC_JOURNAL_URL", description="the environment variable that holds the address of a PostgreSQL database"
    )
    url_file: str = Field("", description="a file that holds that address, readable by its owner alone")


class Cluster(Section):
    """Several machines at one journal."""

    lease_seconds: float = Field(
        15, ge=5, le=300, description="after how long the run of a machine that has died is free for another"
    )
    runs_at_once: int = Field(4, ge=1, le=64, description="how many runs a worker sends at once")
    page_sends: Literal["here", "by_worker"] = Field(
        "here", description="whether the page's machine sends what people send there, or a worker"
    )
    forget_after_days: int = Field(
        0, ge=0, le=36500, description="after how many days workers delete finished runs; 0: never"
    )
