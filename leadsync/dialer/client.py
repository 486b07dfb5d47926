"""The dialer's lead calls over HTTP: one Lead in, one Outcome out. aiohttp lives in this module only.

Redirects, cookies, proxies of the environment and retries, which HTTP clients like to add, are just what a call that
must happen once does not want: all are off.

The line that matters is between a request that never began and one that may have been applied. Exceptions do not
draw it: different faults raise the same one. It is drawn at the connection instead: until aiohttp has a connection to
write on, nothing can have been sent; from then on everything counts as sent.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from types import SimpleNamespace, TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr
from yarl import URL

from leadsync.dialer.answers import read_answer
from leadsync.dialer.calls import API_PATH, HEADERS, body_of, call_of, call_url, place_arguments
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.trouble import bad_certificate, certificates, reason
from leadsync.models import EXTERNAL_ID, NO_CHANGE, CampaignIds, Effect, Lead, Outcome

CONNECT_SECONDS = 15.0
SERVER_QUEUE_SECONDS = 60.0
"""A call that the dialer has not answered within its minute was not applied (the vendor's page, code 109)."""
KEEP_ALIVE_SECONDS = 4.0
"""Shorter than any common server's: a request on a connection that the server is just closing may be lost or not."""
LONGEST_ANSWER = 64 * 1024

_TIMED_OUT = 408
_PLACE_OF_THE_LEAD = "THE-LEAD"

_log = logging.getLogger(__name__)


class _Attempt:
    """How far one request came; aiohttp's tracing tells."""

    def __init__(self, deadline: asyncio.Timeout, answer_seconds: float) -> None:
        self.began_at: float | None = None
        self.connecting_at: float | None = None
        self.answered = False
        self._deadline = deadline
        self._answer_seconds = answer_seconds

    def begin(self) -> None:
        self.began_at = asyncio.get_running_loop().time()
        self._deadline.reschedule(self.began_at + self._answer_seconds)


async def _connecting(_session: aiohttp.ClientSession, context: SimpleNamespace, _what: object) -> None:
    attempt: _Attempt = context.trace_request_ctx
    attempt.connecting_at = asyncio.get_running_loop().time()


async def _connection_is_there(_session: aiohttp.ClientSession, context: SimpleNamespace, _what: object) -> None:
    attempt: _Attempt = context.trace_request_ctx
    attempt.begin()


class DialerClient:
    """The dialer at `url`; an asynchronous context manager.

    `answer_seconds` bounds the whole of one answer, from the moment the request began; it is to be more than the
    minute after which the dialer itself gives up on a call. `connections` bounds the open connections. Certificates
    are checked against the system's authorities, or `ca_file`. With `allow_duplicates` leads are inserted even if
    another lead has their number. Redirects are never followed, proxies of the environment never used.
    """

    def __init__(
        self,
        url: str,
        api_key: SecretStr,
        ids: CampaignIds,
        *,
        answer_seconds: float = 75.0,
        connections: int = 8,
        ca_file: str = "",
        allow_duplicates: bool = False,
    ) -> None:
        self._base = url.rstrip("/") + API_PATH
        self._key = api_key
        self._ids = place_arguments(ids)
        self._insert_arguments = {"allowDuplicates": "true"} if allow_duplicates else {}
        self._update_url = self._url("updateLeadFast", {**self._ids, EXTERNAL_ID: _PLACE_OF_THE_LEAD})
        self._answer_seconds = answer_seconds
        self._filter = KeyFilter(api_key.get_secret_value())
        self._connections = connections
        self._certificates = certificates(ca_file)
        self._closing = ExitStack()
        self._fastest_connection: float | None = None

    @property
    def travel_seconds(self) -> float:
        """How long something takes to the dialer and back, at most: the least that a connection has taken to be there;
        0 where none has been made."""
        return self._fastest_connection or 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base!r}, key=***)"

    async def __aenter__(self) -> Self:
        for name in ("aiohttp.client", "aiohttp.internal", "asyncio"):
            logger = logging.getLogger(name)
            logger.addFilter(self._filter)
            self._closing.callback(logger.removeFilter, self._filter)
        self._session = _session(self._connections, self._certificates)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        self._closing.close()

    def prepare(self, lead: Lead) -> Callable[[], Awaitable[Outcome]]:
        """Make one `updateLeadFast` ready, or one `insertLeadFast`, so that a slot is not held meanwhile.

        What is given is to be called once: it sends the request and says what came of it, raising nothing but a
        cancellation.
        """
        call, arguments = call_of(lead, self._ids, self._insert_arguments)
        if call == "updateLeadFast" and not lead.own_ids:
            url = self._update_url.replace(_PLACE_OF_THE_LEAD, quote(lead.external_id, safe=""), 1)
        else:
            url = self._url(call, arguments)
        return partial(self._change, URL(url, encoded=True), body_of(lead), lead)

    async def _change(self, url: URL, body: bytes, lead: Lead) -> Outcome:
        outcome, _ = await self._send("POST", url, body)
        return without_values(outcome, lead)

    async def probe(self, *, updates: bool) -> Outcome:
        """Find out whether the dialer is there, changing nothing: an outcome that is not `away` means that it is.

        The template list is asked for. With `updates`, an update that names no lead follows where that was answered:
        the documentation has it answered 113. A dialer in maintenance may well answer the one call and not the other,
        and where its trouble costs rows, a row is too dear to find that out with. Raises nothing but a cancellation.
        """
        outcome, body = await self._send("GET", URL(self._url("getCampaignTemplateList", {}), encoded=True))
        if outcome.http == 200 and body.lstrip().startswith(b"{"):
            outcome = Outcome(Effect.ANSWERED, http=200)
        if outcome.away or not updates:
            return outcome
        outcome, _ = await self._send("POST", URL(self._url("updateLeadFast", self._ids), encoded=True), b"{}")
        complains = outcome.http is not None and 400 <= outcome.http < 500 and outcome.effect is Effect.IN_DOUBT
        return Outcome(Effect.ANSWERED, http=outcome.http) if complains and outcome.http != _TIMED_OUT else outcome

    def _url(self, call: str, arguments: Mapping[str, str]) -> str:
        return call_url(self._base, call, {**arguments, "apiKey": self._key.get_secret_value()})

    async def _send(self, method: str, url: URL, body: bytes | None = None) -> tuple[Outcome, bytes]:
        loop = asyncio.get_running_loop()
        try:
            # Reaching the dialer has its own bound; it gives way to the answer's as soon as there is a connection.
            async with asyncio.timeout(CONNECT_SECONDS + 1) as deadline:
                attempt = _Attempt(deadline, self._answer_seconds)
                response = await self._session.request(
                    method, url, data=body, allow_redirects=False, trace_request_ctx=attempt
                )
                attempt.answered = True
                answer = await _read(response)
            if attempt.connecting_at is not None and attempt.began_at is not None:
                took = attempt.began_at - attempt.connecting_at
                self._fastest_connection = min(took, self._fastest_connection or took)
            outcome = read_answer(response.status, response.headers, answer)
        except Exception as error:
            # Whatever it is, it happened to this one request; what matters is how far the request had come.
            answer = b""
            outcome = self._failure(error, attempt, loop.time())
        return _scrubbed(outcome, self._filter), answer

    def _failure(self, error: Exception, attempt: _Attempt, now: float) -> Outcome:
        if words := bad_certificate(error):
            return Outcome(Effect.REFUSED, message=words)
        _log.debug("the request failed: %s", self._filter.scrub(repr(error)))
        if attempt.began_at is None:
            return Outcome(Effect.NEVER_BEGAN, message=f"the dialer cannot be reached: {reason(error)}", away=True)
        waited = now - attempt.began_at
        if isinstance(error, TimeoutError) and not attempt.answered and waited > SERVER_QUEUE_SECONDS:
            words = f"no answer within {waited:.0f} seconds; the dialer does not apply a call it left for over a minute"
            return Outcome(Effect.NOT_PROCESSED, message=words, away=True)
        came = "broke off" if attempt.answered else "did not come"
        words = f"the request was sent, but its answer {came}: {reason(error)}"
        return Outcome(Effect.IN_DOUBT, message=words, away=True)


def _session(connections: int, certificates: ssl.SSLContext | bool) -> aiohttp.ClientSession:
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_start.append(_connecting)
    tracing.on_connection_create_end.append(_connection_is_there)
    tracing.on_connection_reuseconn.append(_connection_is_there)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEP_ALIVE_SECONDS, ssl=certificates),
        headers=HEADERS,
        timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS),
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[tracing],
        trust_env=False,
    )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, cut where it is longer than any answer of the dialer; its end gives the connection back."""
    body = bytearray()
    try:
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > LONGEST_ANSWER:
                response.close()
                break
    except BaseException:
        response.close()
        raise
    return bytes(body)


def without_values(outcome: Outcome, lead: Lead) -> Outcome:
    """The outcome of a call without the lead's own values in words that are not the dialer's answer to it.

    A page that came instead of an answer may repeat what was sent; its words end in messages and logs that hold no
    person's name or number.
    """
    if outcome.code is not None or outcome.http is None:
        return outcome
    message = outcome.message
    for value in sorted(lead.fields.values(), key=len, reverse=True):
        if len(value) > 2 and value != NO_CHANGE:
            message = message.replace(value, "***")
    return outcome if message == outcome.message else replace(outcome, message=message)


def _scrubbed(outcome: Outcome, key: KeyFilter) -> Outcome:
    message = key.scrub(outcome.message)
    if message == outcome.message:
        return outcome
    changed: dict[str, Any] = {"message": message}
    return Outcome(**{name: getattr(outcome, name) for name in Outcome.__slots__} | changed)
