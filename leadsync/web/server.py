"""The server of the page: its site from the settings and the state folder, served by uvicorn."""

import os
import secrets
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import uvicorn

from leadsync.config import Settings
from leadsync.errors import SettingsError, UsageError
from leadsync.private_files import make_private_folder, open_regular, whole_or_not
from leadsync.system_user import system_user
from leadsync.web.app import create_app
from leadsync.web.children import Reserve
from leadsync.web.exposure import Exposure, exposure_of
from leadsync.web.oidc import Provider, provider_of
from leadsync.web.sessions import Sessions
from leadsync.web.site import Site
from leadsync.web.stats_counts import StatsCounts, count_apart
from leadsync.web.users import Users
from leadsync.web.waiting_jobs import waiting_jobs_started

_KEY_FILE = "web_secret"
_SECRET_BYTES = 32


class Server:
    """A page that listens: people come in once `serve` runs. Raises UsageError if it must not, or cannot, listen."""

    def __init__(
        self,
        state: Path,
        settings: Callable[[], Settings],
        *,
        host: str,
        port: int,
        config: Path | None = None,
        called: str = "leadsync",
        journal_place: tuple[str, float] = ("", 0.0),
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._state, self._config = state, config
        web = settings().web
        users = Users(state)
        provider = _provider(settings(), has_users=bool(users.all()))
        self._exposure = exposure_of(host, web, has_users=bool(users.all()))
        self._tls = _tls(web.tls_cert, web.tls_key) if self._exposure.own_tls else None
        self._listener = _listen(host, port)
        self.port: int = self._listener.getsockname()[1]
        self.sessions = Sessions(
            _secret(state),
            now,
            users=users if users.all() else None,
            alone_as=system_user(),
            cookie=f"leadsync-{self.port}",
            secure=self._exposure.secure,
            provider_mark=provider.mark if provider else "",
        )
        self._app = create_app(
            Site(
                state,
                settings,
                self.sessions,
                now,
                self._exposure.hosts,
                self._exposure.secure,
                config,
                called=called,
                journal_place=journal_place,
                stats=StatsCounts(partial(count_apart, config=config)),
                reserve=Reserve(),
                provider=provider,
            )
        )

    @property
    def url(self) -> str:
        """The page's address, for this computer."""
        return f"{'https' if self._exposure.own_tls else 'http'}://{_in_url(self._exposure)}:{self.port}/"

    @property
    def opening_url(self) -> str:
        """The address to open: it lets one person in, once."""
        token = self.sessions.token
        return f"{self.url}login?token={token}" if token else self.url

    def serve(self, ready: Callable[[], object]) -> None:
        """Answer until SIGINT or SIGTERM; `ready` is called at the start."""
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            # Addresses hold the one-time token.
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        if self._tls:
            config.load()
            config.ssl = self._tls
        server = _Announced(config, ready)
        with suppress(KeyboardInterrupt), waiting_jobs_started(self._state, self._config):
            server.run([self._listener])


class _Announced(uvicorn.Server):
    """A server with a word at its start."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _provider(settings: Settings, *, has_users: bool) -> Provider | None:
    provider = provider_of(settings, os.environ)
    if provider and not has_users:
        raise UsageError(
            "[web.oidc] needs a user who can log in while the provider is away; add one first: leadsync users add NAME "
            "--role admin"
        )
    return provider


def _in_url(exposure: Exposure) -> str:
    """The host to open: one of the listed names if it listens on every address."""
    host = exposure.host if exposure.host in exposure.hosts else next(iter(sorted(exposure.hosts)), exposure.host)
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"Nothing can listen on {host}:{port} ({error.strerror}); choose another port with --port, or use the page "
            "that is open already."
        ) from error
    # An answer's body, sent after its head, would wait 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _tls(cert: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(Path(cert).expanduser(), Path(key).expanduser())
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"[web] tls_cert and tls_key cannot be used: {error.strerror or error}.") from error
    return context


def _secret(state: Path) -> bytes:
    """The secret that signs cookies, kept in the state folder: sessions outlive a restart."""
    path = state / _KEY_FILE
    try:
        with open_regular(path, links=False) as stream:
            if len(known := stream.read(_SECRET_BYTES + 1)) == _SECRET_BYTES:
                return known
    except FileNotFoundError:
        pass
    make_private_folder(state)
    secret = secrets.token_bytes(_SECRET_BYTES)
    with whole_or_not(path) as stream:
        stream.write(secret)
    return secret
