"""httpx's transport over aiohttp: an answer on its connections can only belong to the request before it.

httpx's own transport takes more time for each open connection. The package httpx-aiohttp does the same as this module,
but quotes addresses anew and takes twice the time for a call.
"""

import asyncio
import select
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from types import TracebackType
from typing import Self, cast

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

CONNECT_SECONDS = 15.0
KEEP_ALIVE_SECONDS = 4.0
"""Shorter than any common server's: a request on a connection that the server is just closing may be lost or not."""

LONGEST_REST = 1024 * 1024
"""Bytes of an answer on the wire beside the body that was handed over: interim answers, headers, chunks' frames and
trailers, and a body still in the buffers."""


class SpokeFirstError(aiohttp.ClientConnectionError):
    """The server sent something before it was asked; so it is no HTTP server."""


class TooLongError(aiohttp.ClientConnectionError):
    """The answer has no end."""


class Wire(ResponseHandler):
    """aiohttp's reader of a connection; it counts the input."""

    pieces = 0
    """How often something has been read."""
    answered = 0
    """How many of those pieces came until the last answer ended; 0 before the first."""
    length = 0
    """The bytes since then, less those of the body that were handed over."""

    def data_received(self, data: bytes) -> None:
        # aiohttp itself calls this with nothing, to go on after a pause.
        self.pieces += bool(data)
        self.length += len(data)
        if self.length <= LONGEST_REST:
            super().data_received(data)
        elif self.transport is not None:
            self.set_exception(TooLongError())
            self.transport.abort()

    def eof_received(self) -> None:
        # Over TLS the connection counts as open for some more rounds of the loop.
        self.force_close()
        super().eof_received()

    def rest(self) -> None:
        """The connection is idle from here on: later input is nobody's."""
        self.answered = self.pieces
        self.length = 0


async def _to_nobody(wire: Wire) -> None:
    pass


_connected: ContextVar[Callable[[Wire], Awaitable[None]]] = ContextVar("connected", default=_to_nobody)
"""The request's `connected`, on its way through aiohttp."""


class Connector(aiohttp.TCPConnector):
    """Gives each request a connection without input before it: a stray answer is nobody's.

    `fastest` is the least time in seconds to connect, None before the first.
    """

    def __init__(self, connections: int, certificates: ssl.SSLContext | bool) -> None:
        super().__init__(limit=connections, keepalive_timeout=KEEP_ALIVE_SECONDS, ssl=certificates)
        self._factory = cast("partial[ResponseHandler]", partial(Wire, loop=self._loop))
        self.fastest: float | None = None

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """A connection fit for a request; raises ClientConnectionError if the server speaks first."""
        while True:
            began = self._loop.time()
            connection = await super().connect(req, traces, timeout)
            took = self._loop.time() - began
            wire = _wire_of(connection)
            new = wire.answered == 0
            if new:
                self.fastest = min(took, self.fastest or took)
                try:
                    # Let the loop read what a server that speaks first has sent; it reads behind the tasks that are
                    # ready, so that its first round is not enough.
                    await asyncio.sleep(0)
                    await asyncio.sleep(0)
                except BaseException:
                    connection.close()
                    raise
            stray = wire.pieces > wire.answered or (not new and _has_more(connection))
            if not stray and not wire.should_close and wire.is_connected():
                await _connected.get()(wire)
                connection.add_callback(wire.rest)
                return connection
            connection.close()
            if new:
                raise SpokeFirstError if stray else aiohttp.ServerDisconnectedError


def _has_more(connection: Connection) -> bool:
    """Whether the socket holds input, still unread by the loop. A new connection's may belong to its handshake."""
    transport = connection.transport
    handle = transport.get_extra_info("socket") if transport is not None else None
    return handle is not None and _is_readable(handle.fileno())


if sys.platform == "win32":

    def _is_readable(descriptor: int) -> bool:
        return bool(select.select([descriptor], [], [], 0)[0])

else:

    def _is_readable(descriptor: int) -> bool:
        # `select` takes no descriptor above 1023, and many slots have as many files.
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))


def _wire_of(connection: Connection) -> Wire:
    wire = connection.protocol
    if not isinstance(wire, Wire):
        raise TypeError("aiohttp does not make its connections as this module expects")
    return wire


class Transport(httpx.AsyncBaseTransport):
    """Sends httpx's requests over aiohttp, without cookies, proxies and redirects; an asynchronous context manager.

    Two extensions of a request count: `target`, as in httpx's own transport, goes out byte for byte; `connected` is
    awaited with the connection, and nothing of the request was sent before. An answer with too much beside its body
    breaks off. aiohttp's exceptions are the causes of `httpx.TransportError`.
    """

    def __init__(self, connections: int, certificates: ssl.SSLContext | bool) -> None:
        self._connections = connections
        self._certificates = certificates
        self._connector: Connector | None = None

    @property
    def fastest(self) -> float:
        """The least time in seconds to connect; 0 before the first connection."""
        return (self._connector.fastest if self._connector else None) or 0.0

    async def __aenter__(self) -> Self:
        self._connector = Connector(self._connections, self._certificates)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._session.close()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its answer's body is still to be read."""
        _connected.set(request.extensions.get("connected", _to_nobody))
        url = request.url
        path, _, query = request.extensions["target"].decode("utf-8").partition("?")
        try:
            answer = await self._session.request(
                request.method,
                # Parsing the text of each address would cost more CPU.
                URL.build(
                    scheme=url.scheme,
                    authority=url.netloc.decode("ascii"),
                    path=path,
                    query_string=query,
                    encoded=True,
                ),
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
            )
        except aiohttp.ClientError as error:
            raise httpx.TransportError(type(error).__name__) from error
        # httpx reads the address of a redirect that it does not follow, and fails where it is none.
        headers = [(name, value) for name, value in answer.raw_headers if name.lower() != b"location"]
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer))


class _Body(httpx.AsyncByteStream):
    """The body of an answer, to be read once; its end gives the connection back."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await self._answer.content.readany()
        except aiohttp.ClientError as error:
            raise httpx.TransportError(type(error).__name__) from error
        if not piece:
            raise StopAsyncIteration
        if (connection := self._answer.connection) is not None:
            _wire_of(connection).length -= len(piece)
        return piece

    async def aclose(self) -> None:
        """Close the connection, unless the body was read to its end."""
        if not self._answer.closed:
            self._answer.close()
