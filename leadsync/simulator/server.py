"""Serves a practice dialer: in a thread for tests and demonstrations, or in the foreground for `leadsync simulate`."""

import asyncio
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from leadsync.errors import UsageError
from leadsync.simulator.app import create_app
from leadsync.simulator.dialer import PracticeDialer
from leadsync.simulator.exchange import TRANSPORT, reset
from leadsync.simulator.faults import Phase

LOOPBACK = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 60
_START_SECONDS = 10


class PracticeServer:
    """A practice dialer behind a real HTTP server in a thread of its own.

    `port` 0 takes a free one. With `certfile` and `keyfile` (PEM) it speaks TLS. A dialer can be served again after a
    stop, on the same port as well: it keeps its state. UsageError if the port is taken.
    """

    def __init__(
        self,
        dialer: PracticeDialer,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        certfile: Path | None = None,
        keyfile: Path | None = None,
    ) -> None:
        self.dialer = dialer
        self._listener = _listen(host, port)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._scheme = "https" if certfile else "http"
        self._server = _Server(_config(dialer, certfile, keyfile))
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listener],), name="practice dialer", daemon=True
        )

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"{self._scheme}://{self.host}:{self.port}"

    def start(self) -> None:
        """Returns once the server accepts calls."""
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            raise RuntimeError("the practice dialer did not start")

    def stop(self) -> None:
        """Cuts every connection and returns once the port is free; calls under way make no change."""
        self._server.should_exit = True
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def serve(dialer: PracticeDialer, host: str, port: int, *, announce: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; `announce` is given the URL once it accepts calls.

    UsageError if the port is taken. SIGTERM is passed on to the process after the server's stop.
    """
    listener = _listen(host, port)
    server = _Server(_config(dialer))
    server.when_ready = partial(announce, f"http://{host}:{listener.getsockname()[1]}")
    try:
        server.run([listener])
    except KeyboardInterrupt:
        return


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise UsageError(f"Nothing can listen on {host}:{port} ({error.strerror}); choose another port.") from error
    # Connections inherit it. asyncio sets it only for listeners it made itself, and an answer's body, sent after its
    # head, would wait 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _config(dialer: PracticeDialer, certfile: Path | None = None, keyfile: Path | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(dialer),
        # h11, not httptools: its protocol class is Python, and can be derived from.
        http=_protocol(dialer),
        lifespan="off",
        # URLs carry the API key, so they are never logged.
        access_log=False,
        log_config=None,
        log_level="critical",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
    )


def _protocol(dialer: PracticeDialer) -> type[H11Protocol]:
    """uvicorn's HTTP protocol, made to lend its transport to the application and to refuse connections on demand."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
            super().connection_made(transport)
            # Each connection has its own protocol object, so this touches no other's application.
            self.app = partial(_lend, transport, self.app)
            if dialer.faults.pick(Phase.CONNECTION, "", self.loop.time()):
                reset(transport)

    return Protocol


async def _lend(transport: asyncio.Transport, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    scope.setdefault("extensions", {})[TRANSPORT] = transport
    await app(scope, receive, send)


class _Server(uvicorn.Server):
    """uvicorn's server, with an event for its readiness and a stop at once, hanging calls or not."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.when_ready: Callable[[], None] = self.ready.set

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Not uvicorn's own, which waits for the calls under way; they end with their connections and the loop.
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
