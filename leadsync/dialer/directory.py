"""The dialer's lists: templates, campaigns and allocations with their ids."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from leadsync.dialer.client import DialerClient
from leadsync.errors import Stopped
from leadsync.models import Effect


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


async def places(client: DialerClient) -> AsyncIterator[Place]:
    """Every allocation of every campaign of every template that the key may see; raises Stopped."""
    for template in await _entities(client, "getCampaignTemplateList", {}):
        campaigns = await _entities(client, "getCampaignList", {"fTemplateId": str(template.id)})
        if not campaigns:
            yield Place(template)
        for campaign in campaigns:
            allocations = await _entities(client, "getAllocationList", {"fCampaignId": str(campaign.id)})
            if not allocations:
                yield Place(template, campaign)
            for allocation in allocations:
                yield Place(template, campaign, allocation)


async def _entities(client: DialerClient, call: str, arguments: dict[str, str]) -> list[Entity]:
    outcome, body = await client.fetch(call, arguments)
    try:
        listed = json.loads(body)["entities"]
        return [Entity(int(entity["id"]), str(entity["name"])) for entity in listed]
    except (ValueError, KeyError, TypeError) as error:
        refused = outcome.effect is Effect.REFUSED_ALL or outcome.http is None
        words = outcome.message if refused else f"{call} was not answered with a list: {outcome.message}"
        words = words.removesuffix(", then `leadsync resume`")
        raise Stopped(f"The dialer's campaigns cannot be listed: {words}.") from error
