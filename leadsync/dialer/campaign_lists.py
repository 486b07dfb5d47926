"""The dialer's lists: templates, campaigns and allocations with their ids. httpx lives in this module only.

Few calls, and a list may be asked for as often as one likes: what the lead calls pay for in care is not needed here.
Bounds are needed: of each list's time and length, and of all lists together.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from leadsync.dialer.bodies import LONGEST_LIST, Members, only, parsed, unpacked
from leadsync.dialer.calls import API_PATH, HEADERS, call_url
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.responses import read_answer
from leadsync.dialer.transport_errors import bad_certificate, certificates, reason
from leadsync.errors import Stopped
from leadsync.models import Effect

ANSWER_SECONDS = 30.0
"""The longest wait for one whole list."""
ALL_SECONDS = 300.0
"""The longest wait for all lists together: 3,000 calls of a tenth of a second."""
MOST_ENTRIES = 100_000
"""Entries of all lists together."""
LONGEST_NAME = 200
"""Characters; the rest of a longer name is cut off."""
_LOGGERS = ("asyncio", "httpx", "httpcore.connection", "httpcore.http11")
_OK = 200
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
_HIGHEST_ID = 10**18


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


def places(url: str, api_key: SecretStr, *, ca_file: str = "") -> list[Place]:
    """Every allocation of every campaign of every template that the key may see on the dialer at `url`.

    Takes ALL_SECONDS at most. Raises Stopped where a list is not to be had, and SettingsError for a `ca_file` that is
    none.
    """
    return asyncio.run(_all_places(_Lists(url, api_key, ca_file)))


async def _all_places(lists: "_Lists") -> list[Place]:
    found: list[Place] = []
    try:
        async with asyncio.timeout(ALL_SECONDS), lists:
            for template in await lists.entities("getCampaignTemplateList", {}):
                campaigns = await lists.entities("getCampaignList", {"fTemplateId": str(template.id)})
                found += [] if campaigns else [Place(template)]
                for campaign in campaigns:
                    allocations = await lists.entities("getAllocationList", {"fCampaignId": str(campaign.id)})
                    found += [] if allocations else [Place(template, campaign)]
                    found += [Place(template, campaign, allocation) for allocation in allocations]
    except TimeoutError as error:
        raise _stopped(f"all lists together took longer than {ALL_SECONDS:g} seconds; try again") from error
    return found


class _Lists:
    """The list calls of one dialer; an asynchronous context manager, in which no library logs the key."""

    def __init__(self, url: str, api_key: SecretStr, ca_file: str) -> None:
        self._base = url.rstrip("/") + API_PATH
        self._key = api_key
        self._filter = KeyFilter(api_key.get_secret_value())
        self._certificates = certificates(ca_file)
        self._entries = 0

    async def __aenter__(self) -> Self:
        import httpx

        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._filter)
        # Redirects and proxies could carry the key to somebody else.
        self._client = httpx.AsyncClient(
            headers=HEADERS,
            verify=self._certificates,
            timeout=ANSWER_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._filter)

    async def entities(self, call: str, arguments: Mapping[str, str]) -> list[Entity]:
        """The entries of one list; raises Stopped."""
        status, headers, body = await self._fetch(call, arguments)
        if len(body) > LONGEST_LIST:
            raise _stopped(f"the answer to {call} is longer than {LONGEST_LIST // 2**20} MB")
        entities = _entities(body, self._filter) if status == _OK else None
        if entities is None:
            outcome = read_answer(status, headers, body, self._filter)
            refused = outcome.effect is Effect.REFUSED
            raise _stopped(outcome.message if refused else f"{call} was not answered with a list: {outcome.message}")
        self._entries += len(entities)
        if self._entries > MOST_ENTRIES:
            raise _stopped(f"its lists have more than {MOST_ENTRIES:,} entries")
        return entities

    async def _fetch(self, call: str, arguments: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and unpacked body of one list; a body that is too long is cut behind the bound."""
        import httpx

        url = call_url(self._base, call, {**arguments, "apiKey": self._key.get_secret_value()})
        packed = bytearray()
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._client.stream("GET", url) as answer:
                async for piece in answer.aiter_raw():
                    packed += piece
                    if len(packed) > LONGEST_LIST:
                        break
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            words = bad_certificate(error) or f"the dialer cannot be reached: {reason(error)}"
            raise _stopped(words) from error
        encoding = answer.headers.get("content-encoding", "")
        return answer.status_code, answer.headers, unpacked(encoding, bytes(packed), LONGEST_LIST)


def _entities(body: bytes, key: KeyFilter) -> list[Entity] | None:
    """The entries of a list; None for any other body."""
    try:
        answer = parsed(body)
    except ValueError:
        return None
    listed = only(answer, "entities") if isinstance(answer, Members) else None
    if not isinstance(listed, list) or isinstance(listed, Members):
        return None
    entities = [entity for entry in listed if (entity := _entity(entry, key))]
    return entities if len(entities) == len(listed) else None


def _entity(entry: object, key: KeyFilter) -> Entity | None:
    """The entry of a list, the key taken out of its name.

    None for one without a whole number as its id and a text as its name.
    """
    if not isinstance(entry, Members):
        return None
    number, name = _whole(only(entry, "id")), only(entry, "name")
    if number is None or isinstance(name, bool) or not isinstance(name, str | int | None):
        return None
    text = "" if name is None else key.scrub(str(name))
    return Entity(number, text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…")


def _whole(value: object) -> int | None:
    """An id, also one written as text or as 41.0; None for anything else."""
    if (isinstance(value, str) and _ID.fullmatch(value)) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    return value if type(value) is int and 0 <= value < _HIGHEST_ID else None


def _stopped(words: str) -> Stopped:
    return Stopped(f"The dialer's campaigns cannot be listed: {words}.")
