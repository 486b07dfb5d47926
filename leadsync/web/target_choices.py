"""The dialers and campaigns to choose from for a sheet, where the settings name several dialers."""

from collections.abc import Iterator
from urllib.parse import quote, unquote

from leadsync.config import Settings, SheetChoices

FIELD = "target"
"""The field of forms with the choice."""


def target_choices(settings: Settings) -> list[tuple[str, str]]:
    """The values of the field, each with its words; none without several dialers. The first is the settings' own."""
    if not settings.dialers:
        return []
    # Nobody sends to a dialer because it is the first of a list.
    own = list(_of_dialer(settings, "")) if settings.server.url and not settings.dialer else [("", "choose…")]
    return own + [choice for name in settings.dialers for choice in _of_dialer(settings.for_dialer(name), name)]


def chosen_target(choices: SheetChoices, settings: Settings) -> str:
    """The value of the field for these choices."""
    dialer = choices.dialer or settings.dialer
    return _value(dialer, choices.campaign) if dialer or choices.campaign or settings.server.url else ""


def target_of_field(value: str) -> dict[str, str]:
    """The dialer and the campaign of a value, as `SheetChoices` has them."""
    dialer, _, campaign = value.partition("/")
    return {"dialer": unquote(dialer), "campaign": unquote(campaign)}


def _of_dialer(settings: Settings, name: str) -> Iterator[tuple[str, str]]:
    host = settings.server.url.partition("://")[2].partition("/")[0]
    words = f"{name} ({host})" if name else host
    yield _value(name, ""), words
    for campaign in settings.campaigns:
        yield _value(name, campaign), f"{words}, {campaign}"


def _value(dialer: str, campaign: str) -> str:
    return f"{quote(dialer, safe='')}/{quote(campaign, safe='')}"
