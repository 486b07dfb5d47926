"""A server of a few lines that keeps the bytes it was sent and answers as each test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from leadsync.dialer import DialerClient
from leadsync.models import CampaignIds, Lead, Outcome

KEY = "f863246a-973e-11e6-8784-08002718f5b5"
IDS = CampaignIds(template=41, campaign=41, allocation=38)
# The body of the vendor's own example.
JANE = Lead(
    "9856",
    {
        "Name": "Jane Smith",
        "StreetAddress": "Suite 8/10 Hoddle St",
        "City": "Abbotsford",
        "State": "Vic",
        "PostCode": "3064",
        "FirstPhone": "0383218199",
        "SecondPhone": "<No Change>",
        "njDisposition": "Sale",
    },
)


def http(body: bytes, status: bytes = b"200 OK", *more: bytes) -> bytes:
    """A whole HTTP answer."""
    head = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *more]
    return b"\r\n".join([*head, b"", body])


OK = http(b'{"code": 0, "message": "OK"}')
DUPLICATE = http(b'{"code": 105, "message": "DUPLICATE"}', b"400 Bad Request")

Answerer = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Answers one request, then the connection is closed."""


class Peer:
    """A server that keeps what it was sent, and its ends of the connections."""

    def __init__(self, answer: bytes | Answerer, greeting: bytes = b"") -> None:
        self.requests: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.answer = answer
        self._greeting = greeting

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(self._greeting)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                self.requests.append(head + await reader.readexactly(length))
                if isinstance(self.answer, bytes):
                    writer.write(self.answer)
                    await writer.drain()
                else:
                    await self.answer(writer)
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def client_of(
    answer: bytes | Answerer,
    *,
    key: str = KEY,
    greeting: bytes = b"",
    path: str = "",
    tls: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncIterator[tuple[DialerClient, Peer]]:
    """A client of a peer; `path` follows the peer's address in `url`."""
    peer = Peer(answer, greeting)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=tls)
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
    try:
        async with DialerClient(url, SecretStr(key), IDS, **options) as client:
            yield client, peer
    finally:
        server.close()
        for writer in peer.writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in peer.writers), return_exceptions=True)


def send(answer: bytes | Answerer, lead: Lead = JANE, **options: Any) -> tuple[Outcome, Peer]:
    """One call's outcome, and the peer that answered it."""

    async def one() -> tuple[Outcome, Peer]:
        async with client_of(answer, **options) as (client, peer):
            return await client.prepare(lead)(), peer

    return asyncio.run(one())


def pieces_of_the_key(text: str, shortest: int = 8) -> list[str]:
    """The pieces of the key, of so many characters, that the text shows; shorter ones stand in addresses of objects."""
    return [KEY[at : at + shortest] for at in range(len(KEY) - shortest + 1) if KEY[at : at + shortest] in text.lower()]
