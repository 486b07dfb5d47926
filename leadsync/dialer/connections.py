"""Connections on which an answer can only be the answer to the request behind it, over aiohttp."""

import asyncio
import select
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

KEEP_ALIVE_SECONDS = 4.0
"""Shorter than any common server's: a request on a connection that the server is just closing may be lost or not."""


LONGEST_READ = 1024 * 1024
"""Bytes of the longest answer on the wire: interim answers, headers, packing and trailers included."""


class SpokeFirstError(aiohttp.ClientConnectionError):
    """The server sent something before it was asked; so it is no HTTP server."""


class TooLongError(aiohttp.ClientConnectionError):
    """The answer has no end."""


class Wire(ResponseHandler):
    """What aiohttp reads a connection with; it counts what comes."""

    pieces = 0
    """How often something has been read."""
    answered = 0
    """How many of those pieces came until the last answer ended; 0 before the first."""
    length = 0
    """The bytes since then."""

    def data_received(self, data: bytes) -> None:
        # aiohttp itself calls this with nothing, to go on after a pause.
        self.pieces += bool(data)
        self.length += len(data)
        if self.length <= LONGEST_READ:
            super().data_received(data)
        elif self.transport is not None:
            self.set_exception(TooLongError())
            self.transport.abort()

    def eof_received(self) -> None:
        # Over TLS the connection counts as open for some more rounds of the loop.
        self.force_close()
        super().eof_received()

    def rest(self) -> None:
        """The connection is idle now: what still comes is nobody's."""
        self.answered = self.pieces
        self.length = 0


connected: ContextVar[Callable[[Wire], Awaitable[None]]] = ContextVar("connected")
"""Is awaited with the connection of the call that is being made; until then nothing of it was sent."""


class Connector(aiohttp.TCPConnector):
    """Gives each request a connection on which nothing came before it: a stray answer is nobody's.

    `fastest` is the least time in seconds that a connection has taken to be there, None before the first.
    """

    def __init__(self, connections: int, certificates: ssl.SSLContext | bool) -> None:
        super().__init__(limit=connections, keepalive_timeout=KEEP_ALIVE_SECONDS, ssl=certificates)
        self._factory = cast("partial[ResponseHandler]", partial(Wire, loop=self._loop))
        self.fastest: float | None = None

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """A connection that is fit for a request; raises ClientConnectionError where the server speaks first."""
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
                await connected.get()(wire)
                connection.add_callback(wire.rest)
                return connection
            connection.close()
            if new:
                raise SpokeFirstError if stray else aiohttp.ServerDisconnectedError


def _has_more(connection: Connection) -> bool:
    """Whether something lies in the socket that the loop has not read yet. A connection just made may hold what
    belongs to its handshake."""
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
