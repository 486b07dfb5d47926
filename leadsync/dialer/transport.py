"""httpx's transport over aiohttp: an answer on its connections can only belong to the request before it.

httpx's own transport takes more time for each open connection. The package httpx-aiohttp does the same as this module,
but quotes addresses anew and takes twice the time for a call.
"""

import asyncio
import select
import ssl
import sys
from collections.abc import AsyncIterator
from functools import partial
from types import TracebackType
from typing import Self, cast

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError, RawResponseMessage
from aiohttp.streams import StreamReader
from aiohttp.tracing import Trace
from yarl import URL

from leadsync.dialer.responses import HTTP_OF_ANSWERS

CONNECT_SECONDS = 15.0
KEEP_ALIVE_SECONDS = 4.0
"""Shorter than any common server's: a request on a connection that the server is just closing may be lost or not."""

_TIMEOUT = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS)
_FAILURES = (aiohttp.ClientError, HttpProcessingError, OSError)

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
    """Sends httpx's requests over aiohttp's connections; an asynchronous context manager.

    Two extensions of a request count: `target`, as in httpx's own transport, goes out byte for byte; `connected` is
    awaited with the connection, and nothing of the request was sent before. An answer with too much beside its body
    breaks off. aiohttp's exceptions are the causes of `httpx.TransportError`.

    Requests are written here: aiohttp's session and its own requests and answers took half of a call's time.
    """

    def __init__(self, connections: int, certificates: ssl.SSLContext | bool) -> None:
        self._connections = connections
        self._certificates = certificates
        self._connector: Connector | None = None
        self._places: dict[tuple[str, bytes], aiohttp.ClientRequest] = {}

    @property
    def fastest(self) -> float:
        """The least time in seconds to connect; 0 before the first connection."""
        return (self._connector.fastest if self._connector else None) or 0.0

    async def __aenter__(self) -> Self:
        self._connector = Connector(self._connections, self._certificates)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        if self._connector is not None:
            await self._connector.close()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its answer's body is still to be read."""
        assert self._connector is not None  # noqa: S101 - httpx enters it with the client
        try:
            connection = await self._connector.connect(self._place(request.url), [], _TIMEOUT)
            try:
                message, content = await _exchange(request, connection)
            except BaseException:
                connection.close()
                raise
        except _FAILURES as error:
            raise httpx.TransportError(type(error).__name__) from error
        # httpx reads the address of a redirect that it does not follow, and fails where it is none.
        headers = [(name, value) for name, value in message.raw_headers if name.lower() != b"location"]
        return httpx.Response(
            message.code, headers=headers, stream=_Body(connection, content, keep=message.code in HTTP_OF_ANSWERS)
        )

    def _place(self, url: httpx.URL) -> aiohttp.ClientRequest:
        """The place of a connection, in the only form that aiohttp's connector takes: a request, never sent."""
        key = url.scheme, url.netloc
        place = self._places.get(key)
        if place is None:
            address = URL.build(scheme=url.scheme, authority=url.netloc.decode("ascii"), encoded=True)
            place = self._places[key] = aiohttp.ClientRequest("POST", address, loop=asyncio.get_running_loop())
        return place


async def _exchange(request: httpx.Request, connection: Connection) -> tuple[RawResponseMessage, StreamReader]:
    """Write a request; return the head of its answer, and the body to be read."""
    wire = _wire_of(connection)
    # Made before the last look at lease and slot: a process that stands still behind it sends the call on waking.
    written = _bytes_of(request)
    await request.extensions["connected"](wire)
    # One parser for each answer: nothing of an earlier one is left in it.
    wire.set_response_params(read_until_eof=True, auto_decompress=False)
    if wire.transport is None or wire.transport.is_closing():
        raise aiohttp.ClientConnectionResetError
    wire.transport.write(written)
    while True:
        message, content = await wire.read()
        # Interim answers come before the answer; 101 is none, and ends the talk in HTTP.
        if not 100 <= message.code < 200 or message.code == 101:
            return message, content


def _bytes_of(request: httpx.Request) -> bytes:
    """All of a request on the wire."""
    body = b"".join(cast("httpx.ByteStream", request.stream))
    lines = [
        b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.extensions["target"]),
        b"Host: " + request.url.netloc,
        *(b"%s: %s" % header for header in request.headers.raw),
    ]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


class _Body(httpx.AsyncByteStream):
    """The body of an answer, to be read once; its end gives the connection back, to `keep` it or to close it."""

    def __init__(self, connection: Connection, content: StreamReader, *, keep: bool) -> None:
        self._keep = keep
        self._connection: Connection | None = connection
        self._content = content
        content.on_eof(self._end)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece = await self._content.readany()
        except _FAILURES as error:
            raise httpx.TransportError(type(error).__name__) from error
        if not piece:
            raise StopAsyncIteration
        if self._connection is not None:
            _wire_of(self._connection).length -= len(piece)
        return piece

    def _end(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        wire = _wire_of(connection)
        wire.rest()
        # A proxy that gave up on the dialer may pass its answer on later, across the next request. And after an answer
        # to a part of a request, the rest of that would come before the next one.
        unsent = wire.transport is not None and wire.transport.get_write_buffer_size()
        if unsent or not self._keep:
            connection.close()
        else:
            connection.release()

    async def aclose(self) -> None:
        """Close the connection, unless the body was read to its end."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
