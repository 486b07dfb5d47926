"""Trying the connection: is the dialer there, does it take the key, does it have the campaign, does it take updates."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from leadsync.cli.shell import say
from leadsync.errors import SettingsError, Stopped
from leadsync.leads import table_of
from leadsync.models import CampaignIds, Effect, Outcome
from leadsync.plurals import counted

if TYPE_CHECKING:
    from pydantic import SecretStr

    from leadsync.config import Settings
    from leadsync.dialer import Place

PATIENCE_SECONDS = 5.0
"""The wait before the user gets a message about it."""


def listed_places(settings: "Settings", key: "SecretStr | None" = None) -> "list[Place]":
    """Every allocation open to the key; raises SettingsError or Stopped."""
    from leadsync.dialer import places

    words = "The dialer is slow to list its campaigns; they are waited for, some minutes at most."
    patience = threading.Timer(PATIENCE_SECONDS, say, [words])
    # Or the interpreter would wait for it at an interrupt.
    patience.daemon = True
    patience.start()
    try:
        return places(settings.url(), key or settings.api_key(os.environ), ca_file=settings.server.ca_file)
    finally:
        patience.cancel()


def tried_all(settings: "Settings", meet: "Callable[[Settings], None]") -> Iterator[tuple[str, str]]:
    """As `tried` for each dialer of the settings, behind its name; `meet` is called with its settings first."""
    if settings.server.url or not settings.dialers:
        meet(settings)
        yield from tried(settings)
    for dialer in settings.dialers:
        chosen = settings.for_dialer(dialer)
        meet(chosen)
        for name, words in tried(chosen):
            yield f"{dialer}: {name}", f"[dialers.{dialer}]: {words}"


def tried(settings: "Settings") -> Iterator[tuple[str, str]]:
    """Yield a name and a sentence for each successful trial; raises SettingsError or Stopped at the first failure."""
    settings.api_key(os.environ)
    if settings.mappings:
        tables = ", ".join(map(table_of, settings.mappings))
        yield "mappings", f"{counted(len(settings.mappings), 'mapping')} for sheets with other headings: {tables}."
    yield "key", "the API key is where the settings say."
    places = listed_places(settings)
    yield "dialer", f"the dialer at {settings.url()} takes the key and lists {counted(len(places), 'allocation')}."
    for name in (None, *settings.campaigns):
        table = f"campaigns.{name}" if name else "campaign"
        where = f"[dialers.{settings.dialer}.{table}]" if settings.dialer else f"[{table}]"
        yield "ids", f"{where} is {_known(settings.for_campaign(name).ids(), places, where)}."
    outcome = asyncio.run(_update_of_nobody(settings))
    # Any answer of the dialer counts: it is documented to refuse an update of no lead (113).
    if outcome.effect is Effect.REFUSED or outcome.away:
        raise Stopped(f"The dialer lists its campaigns, but takes no updates: {outcome.message}.")
    yield "updates", "it takes updates: one that names no lead was refused as it should be, and changed nothing."


def tried_provider(settings: "Settings") -> str:
    """A sentence about the page's provider of logins, which answers; empty without one.

    Raises UsageError if it does not answer as one, SettingsError without what it needs.
    """
    from leadsync.web.oidc import provider_of

    provider = provider_of(settings, os.environ)
    if provider is None:
        return ""
    asyncio.run(provider.metadata())
    return f"[web.oidc]: the provider of logins at {provider.oidc.issuer} answers."


def _known(ids: CampaignIds, places: "list[Place]", where: str) -> str:
    for place in places:
        campaign, allocation = place.campaign, place.allocation
        if campaign is None or allocation is None:
            continue
        if (place.template.id, campaign.id, allocation.id) == (ids.template, ids.campaign, ids.allocation):
            return f"template {place.template.name!r}, campaign {campaign.name!r}, allocation {allocation.name!r}"
    raise SettingsError(
        f"{where}: the dialer lists no template {ids.template} with campaign {ids.campaign} and allocation "
        f"{ids.allocation}; `leadsync campaigns` shows what it lists."
    )


async def _update_of_nobody(settings: "Settings") -> Outcome:
    from leadsync.dialer import DialerClient

    client = DialerClient(
        settings.url(),
        settings.api_key(os.environ),
        settings.ids(),
        connections=1,
        ca_file=settings.server.ca_file,
        calls=settings.server.calls,
    )
    async with client as dialer:
        return await dialer.probe(updates=True)
