"""The dialer's lists: templates, campaigns and allocations with their ids. httpx lives in this module only.

Few calls, and a list may be asked for as often as one likes: what the lead calls pay for in care is not needed here.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from leadsync.dialer.answers import read_answer
from leadsync.dialer.calls import API_PATH, HEADERS, call_url
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.trouble import bad_certificate, certificates, reason
from leadsync.errors import Stopped
from leadsync.models import Effect

ANSWER_SECONDS = 30.0
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of a list: its id and its name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lead can live. A campaign may have no allocation yet, a template no campaign: then None stands there."""

    template: Entity
    campaign: Entity | None = None
    allocation: Entity | None = None


def places(url: str, api_key: SecretStr, *, ca_file: str = "") -> Iterator[Place]:
    """Every allocation of every campaign of every template that the key may see on the dialer at `url`.

    Raises Stopped where a list is not to be had, and SettingsError for a `ca_file` that is none.
    """
    with _Lists(url, api_key, ca_file) as lists:
        for template in lists.entities("getCampaignTemplateList", {}):
            campaigns = lists.entities("getCampaignList", {"fTemplateId": str(template.id)})
            if not campaigns:
                yield Place(template)
            for campaign in campaigns:
                allocations = lists.entities("getAllocationList", {"fCampaignId": str(campaign.id)})
                if not allocations:
                    yield Place(template, campaign)
                for allocation in allocations:
                    yield Place(template, campaign, allocation)


class _Lists:
    """The list calls of one dialer; a context manager, in which no library logs the key."""

    def __init__(self, url: str, api_key: SecretStr, ca_file: str) -> None:
        import httpx

        self._base = url.rstrip("/") + API_PATH
        self._key = api_key
        self._filter = KeyFilter(api_key.get_secret_value())
        # Redirects and proxies could carry the key to somebody else.
        self._client = httpx.Client(
            headers=HEADERS,
            verify=certificates(ca_file),
            timeout=ANSWER_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._filter)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._filter)

    def entities(self, call: str, arguments: Mapping[str, str]) -> list[Entity]:
        """What one list call gives; raises Stopped."""
        import httpx

        url = call_url(self._base, call, {**arguments, "apiKey": self._key.get_secret_value()})
        try:
            answer = self._client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            words = bad_certificate(error) or f"the dialer cannot be reached: {reason(error)}"
            raise _stopped(words) from error
        try:
            return [Entity(int(entity["id"]), str(entity["name"])) for entity in json.loads(answer.content)["entities"]]
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            outcome = read_answer(answer.status_code, answer.headers, answer.content, self._filter)
            refused = outcome.effect is Effect.REFUSED
            words = outcome.message if refused else f"{call} was not answered with a list: {outcome.message}"
            raise _stopped(words) from error


def _stopped(words: str) -> Stopped:
    return Stopped(f"The dialer's campaigns cannot be listed: {words}.")
