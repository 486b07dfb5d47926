"""The HTTP client of every call to the dialer, lead calls and lists alike: httpx over this package's own transport.

HTTP clients like to add redirects, cookies, proxies of the environment and retries. All are off: a call must happen
once.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import NamedTuple, Self, cast
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from leadsync.dialer.bodies import unpacked
from leadsync.dialer.calls import API_PATH, HEADERS, query_of
from leadsync.dialer.deadline import DeadlineTimer
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.transport import Transport, Wire
from leadsync.dialer.transport_errors import certificates
from leadsync.errors import SettingsError

_NO_TIMEOUT = httpx.Timeout(None).as_dict()
"""The deadlines of this package bound each call; httpx takes time to write its own into each request."""
# asyncio's logger too: its reports show callbacks with their arguments.
_LOGGERS = ("aiohttp.client", "aiohttp.internal", "asyncio", "httpx")


class Answer(NamedTuple):
    """A whole answer, its body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def _nothing_to_do(wire: Wire) -> None:
    pass


class HttpClient:
    """The API at `url`; an asynchronous context manager, with the key kept out of all libraries' logs.

    `connections` bounds the open connections, `longest` the bytes of an answer's body. Certificates are checked against
    the system's authorities, or `ca_file`. Raises SettingsError for an unusable `ca_file`, or a `url` of no host.
    """

    def __init__(self, url: str, api_key: SecretStr, *, connections: int, longest: int, ca_file: str = "") -> None:
        parts = urlsplit(url.rstrip("/") + API_PATH)
        self._path = parts.path
        self._key = api_key
        self._longest = longest
        self.filter = KeyFilter(api_key.get_secret_value(), urlsplit(url).path)
        self.timer = DeadlineTimer()
        try:
            self._url = httpx.URL(url.rstrip("/") + API_PATH)
        except httpx.InvalidURL as error:
            raise SettingsError(f"[server] url {url!r} is no address; correct it.") from error
        self._endpoints: dict[str, httpx.URL] = {}
        self._headers = httpx.Headers(HEADERS)
        # Loading the system's authorities takes 60 ms; plain HTTP needs none, and redirects are never followed.
        trusted = certificates(ca_file) if ca_file or parts.scheme != "http" else True
        self._transport = Transport(connections, trusted)
        self._client = _CookielessClient(
            # No timeouts of httpx: `Deadline` bounds a call, and knows a machine that slept.
            transport=self._transport,
            auth=httpx.Auth(),
            follow_redirects=False,
            trust_env=False,
        )
        self._closing = AsyncExitStack()

    @property
    def travel_seconds(self) -> float:
        """The least time in seconds to the dialer and back, by the fastest connection; 0 before the first."""
        return self._transport.fastest

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._url)!r}, key=***)"

    async def __aenter__(self) -> Self:
        for name in _LOGGERS:
            logger = logging.getLogger(name)
            logger.addFilter(self.filter)
            self._closing.callback(logger.removeFilter, self.filter)
        await self._closing.enter_async_context(self._client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    def query(self, arguments: Mapping[str, str]) -> str:
        """A query with these arguments and the key."""
        return query_of({**arguments, "apiKey": self._key.get_secret_value()})

    def request(self, call: str, query: str, body: bytes | None = None) -> httpx.Request:
        """A request ready to be sent, a GET without a body. Its query goes out byte for byte.

        The key is in no address known to httpx, so it is not logged or told.
        """
        endpoint = self._endpoints.get(call)
        if endpoint is None:
            endpoint = self._endpoints[call] = self._url.join(call)
        return httpx.Request(
            "GET" if body is None else "POST",
            endpoint,
            headers=self._headers,
            # With `content`, httpx would add the headers that the transport adds as well, which takes twice the time.
            stream=httpx.ByteStream(body or b""),
            extensions={"target": f"{self._path}{call}?{query}".encode(), "timeout": _NO_TIMEOUT},
        )

    async def fetch(
        self, request: httpx.Request, connected: Callable[[Wire], Awaitable[None]] = _nothing_to_do
    ) -> Answer:
        """The answer to a request, its body cut behind the bound.

        `connected` is awaited with the connection; nothing of the request was sent before.
        """
        request.extensions["connected"] = connected
        answer = await self._client.send(request, stream=True)
        packed = bytearray()
        try:
            # `aiter_raw` takes 20 µs to cut the pieces anew.
            async for piece in cast("httpx.AsyncByteStream", answer.stream):
                packed += piece
                if len(packed) > self._longest:
                    break
        finally:
            await answer.aclose()
        body = unpacked(answer.headers.get("content-encoding", ""), bytes(packed), self._longest)
        return Answer(answer.status_code, answer.headers, body)


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        """Look for none: httpx takes 0.1 ms to look for those of an answer."""


class _CookielessClient(httpx.AsyncClient):
    """Keeps no cookies."""

    _none = _NoCookies()

    @property
    def cookies(self) -> httpx.Cookies:
        return self._none

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise NotImplementedError
