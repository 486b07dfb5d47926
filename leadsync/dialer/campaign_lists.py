"""The dialer's lists: templates, campaigns and allocations with their ids.

A list may be asked for as often as one likes. Its time and length are bounded, and those of all lists together.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from leadsync.dialer.bodies import LONGEST_LIST, Members, only, parsed
from leadsync.dialer.deadline import Deadline
from leadsync.dialer.http_client import Answer, HttpClient
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.responses import read_answer
from leadsync.dialer.transport_errors import bad_certificate, reason
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
    """The place of a lead. A campaign without allocations has None for them; a template without campaigns, for both."""

    template: Entity
    campaign: Entity | None = None
    allocation: Entity | None = None


def places(url: str, api_key: SecretStr, *, ca_file: str = "") -> list[Place]:
    """Every allocation of every campaign of every template visible to the key on the dialer at `url`.

    Takes ALL_SECONDS at most. Raises Stopped for an unobtainable list, SettingsError for an unusable `ca_file`.
    """
    return asyncio.run(_all_places(HttpClient(url, api_key, connections=1, longest=LONGEST_LIST, ca_file=ca_file)))


async def _all_places(http: HttpClient) -> list[Place]:
    found: list[Place] = []
    lists = _Lists(http)
    try:
        async with http:
            with Deadline(http.timer, ALL_SECONDS):
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
    """The list calls of one dialer."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._entries = 0

    async def entities(self, call: str, arguments: Mapping[str, str]) -> list[Entity]:
        """The entries of one list; raises Stopped."""
        status, headers, body = await self._fetch(call, arguments)
        if len(body) > LONGEST_LIST:
            raise _stopped(f"the answer to {call} is longer than {LONGEST_LIST // 2**20} MB")
        entities = _entities(body, self._http.filter) if status == _OK else None
        if entities is None:
            outcome = read_answer(status, headers, body, self._http.filter)
            refused = outcome.effect is Effect.REFUSED
            raise _stopped(outcome.message if refused else f"{call} was not answered with a list: {outcome.message}")
        self._entries += len(entities)
        if self._entries > MOST_ENTRIES:
            raise _stopped(f"its lists have more than {MOST_ENTRIES:,} entries")
        return entities

    async def _fetch(self, call: str, arguments: Mapping[str, str]) -> Answer:
        try:
            with Deadline(self._http.timer, ANSWER_SECONDS):
                return await self._http.fetch(self._http.request(call, self._http.query(arguments)))
        except (httpx.HTTPError, TimeoutError) as error:
            words = bad_certificate(error) or f"the dialer cannot be reached: {reason(error)}"
            raise _stopped(words) from error


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
    text = "" if name is None else key.scrub(str(name), LONGEST_NAME + 1)
    return Entity(number, text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…")


def _whole(value: object) -> int | None:
    """An id, also one written as text or as 41.0; None for anything else."""
    if (isinstance(value, str) and _ID.fullmatch(value)) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    return value if type(value) is int and 0 <= value < _HIGHEST_ID else None


def _stopped(words: str) -> Stopped:
    return Stopped(f"The dialer's campaigns cannot be listed: {words}.")
