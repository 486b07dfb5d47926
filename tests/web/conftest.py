"""A page without a network: its application, and a browser's manners in a few lines."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from leadsync.config import Settings, load, settings_from
from leadsync.models import Status
from leadsync.simulator import PracticeDialer
from leadsync.tallies import Live
from leadsync.web.app import create_app
from leadsync.web.roles import Role
from leadsync.web.sessions import Person, Sessions
from leadsync.web.site import Site
from leadsync.web.users import Users
from tests.conftest import Desk
from tests.web.filled import Given, Sender, a_run, fill

if TYPE_CHECKING:
    from leadsync.web.oidc import Provider
    from tests.web.shop import DraftPage, Shop

HOST = "127.0.0.1:8017"
SETTINGS: dict[str, Any] = {
    "server": {"url": "https://pbx.example.com"},
    "campaign": {"template_id": 41, "campaign_id": 42, "allocation_id": 38},
}


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


class Browser:
    """A client with a cookie jar of its own; every request that changes something says `same-origin`."""

    def __init__(self, site: Site, base: str = f"http://{HOST}") -> None:
        self.site = site
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(create_app(site), raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url=base)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self.client.get(path, **options))

    def post(self, path: str, headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        return self._runner.run(
            self.client.post(path, headers={"sec-fetch-site": "same-origin", **(headers or {})}, **options)
        )

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request without any manners."""
        return self._runner.run(self.client.request(method, path, **options))

    def close(self) -> None:
        self._runner.run(self.client.aclose())
        self._runner.close()


@dataclass
class Office:
    """A state folder with its page, and browsers in front of it."""

    state: Path
    clock: Clock = field(default_factory=Clock)
    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    secure: bool = False
    config: Path | None = None
    """A settings file in place of `settings`, for child processes too."""
    browsers: list[Browser] = field(default_factory=list)
    secret: bytes = b"0123456789abcdef0123456789abcdef"

    def site(self, users: Users | None = None, provider: "Provider | None" = None) -> Site:
        """A site as after a start of the page."""
        mark = provider.mark if provider else ""
        sessions = Sessions(
            self.secret, self.clock, users=users, alone_as="ann", secure=self.secure, provider_mark=mark
        )
        hosts = frozenset({"127.0.0.1", "localhost", "::1"})
        return Site(
            self.state, self._settings, sessions, self.clock, hosts, self.secure, self.config, provider=provider
        )

    def _settings(self) -> Settings:
        if self.config is not None:
            return load(self.config)
        return settings_from(self.settings, "the settings of this test")

    def browser(self, site: Site | None = None) -> Browser:
        """A browser that is not logged in."""
        made = Browser(site or self.site(), f"{'https' if self.secure else 'http'}://{HOST}")
        self.browsers.append(made)
        return made

    def alone(self) -> Browser:
        """A browser after the one-time address, without users."""
        browser = self.browser()
        assert browser.get(f"/login?token={browser.site.sessions.token}").status_code == 303
        return browser

    def logged_in(self, role: Role) -> Browser:
        """A browser of a user with this role, who need not type the password."""
        users = Users(self.state)
        name = role.word
        if not users.find(name):
            users.add(name, role, f"{name}'s password")
        browser = self.browser(self.site(users))
        browser.site.sessions.begin(_Cookies(browser), Person(name, role))  # type: ignore[arg-type]
        return browser


class _Cookies:
    """What `Sessions.begin` needs of a response; the cookie goes to the browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def set_cookie(self, name: str, value: str, **_options: Any) -> None:
        self._browser.client.cookies.set(name, value)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "state")
    yield made
    for browser in made.browsers:
        browser.close()


@pytest.fixture
def alone(office: Office) -> Browser:
    return office.alone()


@pytest.fixture
def as_role(office: Office) -> Callable[[Role], Browser]:
    return office.logged_in


@pytest.fixture
def shop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator["Shop"]:
    """Uploads without the page, in the environment of `desk`; its child processes end with the test."""
    from leadsync.web import children
    from tests.web.shop import Shop

    for name in ("LEADSYNC_API_KEY", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, desk.environment[name])
    yield Shop(desk)
    for child in children._children:
        # Without its dialer it would wait for two hours.
        child.kill()
        child.wait()


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    return desk.dialer()


@pytest.fixture
def page(shop: "Shop", dialer: PracticeDialer) -> Iterator["DraftPage"]:
    """A browser in front of drafts, with a practice dialer behind them."""
    from tests.web.shop import DraftPage

    office = Office(shop.state, config=shop.desk.config)
    yield DraftPage(office, office.alone(), shop)
    for browser in office.browsers:
        browser.close()


@pytest.fixture
def sender(office: Office, tmp_path: Path) -> Iterator[Sender]:
    """A process that has settled 4 of a run's 10 rows."""
    fill(office.state, a_run(tmp_path), [Given(f"U{n}", Status.UNSENT) for n in range(10)], finished=False)
    made = Sender(office.state)
    made.tells(Live(10, {Status.SUCCEEDED: 4}, 3.2))
    yield made
    made.dies()
