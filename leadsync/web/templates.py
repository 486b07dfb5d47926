"""Templates of the pages: text of sheets, people and the dialer is text in them, and nothing else."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zlib import crc32

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from leadsync import __version__
from leadsync.durations import short_duration
from leadsync.errors import SettingsError
from leadsync.models import CampaignIds, RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.terminal import visible
from leadsync.web.preview import list_name
from leadsync.web.reading_form import field_words
from leadsync.web.roles import ROUTE_ROLES, allowed
from leadsync.web.site import site_of

if TYPE_CHECKING:
    from jinja2 import Environment

    from leadsync.config import Settings

Target = tuple[str, str, int]
HUES = 8
"""The colours for campaigns in the style sheet."""


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The answer with that template; `person` and `may(route, method)` are known in each.

    The head shows a `target`: the page's own, its run's or the settings'.
    """
    person = getattr(request.state, "person", None)
    role = person.role if person else None
    served = request.app.state.route_names
    common: Mapping[str, Any] = {
        "request": request,
        "person": person,
        "version": __version__,
        "may": lambda route, method="GET": route in served and allowed(route, method, role),
        "target": _target(request, values.get("run")) if person else None,
    }
    return HTMLResponse(environment().get_template(template).render({**common, **values}), status_code=status)


def _target(request: Request, run: object) -> Target | None:
    """The place of the page's run, or else of the settings."""
    if isinstance(run, RunRecord):
        return (*names_of(run.dialer, run.ids), hue(run.dialer, run.ids))
    try:
        return target_of(site_of(request).settings())
    except SettingsError:
        return None


def target_of(settings: "Settings") -> Target | None:
    """The dialer's host, the campaign's words and its hue, by the settings; None without complete ones."""
    try:
        ids = settings.ids()
        return (*names_of(settings.url(), ids), hue(settings.url(), ids))
    except SettingsError:
        return None


def names_of(dialer: str, ids: CampaignIds) -> tuple[str, str]:
    """A dialer's host, without the rest of its address, and a campaign in words."""
    host = dialer.partition("://")[2].partition("/")[0] or dialer
    return host, f"campaign {ids.campaign}"


def hue(dialer: str, ids: CampaignIds) -> int:
    """The number of a campaign's colour: the same on each page and each day."""
    return crc32(f"{dialer} {ids.template} {ids.campaign} {ids.allocation}".encode()) % HUES


@cache
def environment() -> "Environment":
    """The environment of all templates."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(
        loader=FunctionLoader(lambda name: (files("leadsync.web") / "templates" / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(number=_number, share=_share, when=_when, pace=_pace, duration=short_duration, in_path=_in_path)
    made.filters.update(field_words=field_words, pairs=_pairs)
    made.globals.update(agreeing=agreeing, counted=counted, routes=ROUTE_ROLES, list_name=list_name)
    return made


def _shown(value: object) -> object:
    """Write out hidden characters: some get round `<bdi>` and turn the text behind it."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _pairs(words: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are their own words."""
    return [(word, word) for word in words]


def _number(count: int) -> str:
    return f"{count:,}"


def _share(count: int, rows: int) -> str:
    return f"{count / max(rows, 1):.1%}"


def _in_path(text: str) -> str:
    """A text as one part of an address, slashes too."""
    return quote(text, safe="")


def _when(time: datetime | None, *, seconds: bool = False) -> Markup:
    """A time in the server's zone; the script puts it into the reader's."""
    if time is None:
        return Markup()
    words = f"{time:%d %b %Y, %H:%M:%S}" if seconds else f"{time:%d %b %Y, %H:%M}"
    exact = time.isoformat(timespec="seconds")
    return Markup('<time datetime="{}"{}>{}</time>').format(exact, Markup(" data-seconds") if seconds else "", words)


def _pace(rows: float) -> str:
    """Rows a second, or a minute if they are few."""
    if rows >= 10:
        return f"{rows:,.0f} a second"
    return f"{rows:.1f} a second" if rows >= 1 else f"{60 * rows:.0f} a minute"
