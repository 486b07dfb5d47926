"""What is missing before the first sheet can be sent, with the command for it; the page goes on once it is there."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from leadsync.commands import arguments
from leadsync.config import FILE_NAME, Settings
from leadsync.errors import SettingsError
from leadsync.web.site import Site, site_of


@dataclass(frozen=True, slots=True)
class Setup:
    """The steps left. `place` and `key` are the troubles with the dialer's address or campaign, and with its key."""

    command: str
    place: str = ""
    key: str = ""
    is_new: bool = True
    """Whether there are no settings at all, and no wrong ones."""

    @property
    def digest(self) -> str:
        """Changes with the steps."""
        return sha256(repr(self).encode()).hexdigest()[:16]


def _missing(site: Site) -> Setup | None:
    """The steps left; None if sheets can be sent. Asks the keyring."""
    file = () if site.config else ("--config", Path.cwd() / FILE_NAME)
    command = f"{site.called} init {arguments(*file)}".rstrip()
    try:
        settings = site.settings()
    except SettingsError as error:
        return Setup(command, str(error), is_new=False)
    own = [settings] if settings.server.url or not settings.dialers else []
    steps = [_steps(one, command) for one in (*own, *map(settings.for_dialer, settings.dialers))]
    # One dialer is enough to send to.
    return None if None in steps else steps[0]


def _steps(settings: Settings, command: str) -> Setup | None:
    """The steps left for the dialer in force."""
    try:
        settings.url()
        settings.ids()
    except SettingsError as error:
        return Setup(command, str(error), is_new=not settings.server.url)
    try:
        settings.api_key(os.environ)
    except SettingsError as error:
        return Setup(command, key=str(error))
    return None


async def setup_of(request: Request) -> Setup | None:
    """The steps left before sheets can be sent; None without any."""
    return await anyio.to_thread.run_sync(_missing, site_of(request))


def unchanged(request: Request, setup: Setup | None) -> Response | None:
    """The answer to a page that looks whether its steps are done; None for any other request."""
    seen = request.query_params.get("setup", "")
    if not seen or "hx-request" not in request.headers:
        return None
    is_same = setup is not None and setup.digest == seen
    return Response(status_code=204) if is_same else Response(headers={"hx-refresh": "true"})
