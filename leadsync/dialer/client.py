"""The dialer's lead calls over HTTP: one Lead in, one Outcome out.

Redirects, cookies, proxies of the environment and retries, which HTTP clients like to add, are just what a call that
must happen once does not want: all are off.

The line that matters is between a request that never began and one that may have been applied. Exceptions do not
draw it: different faults raise the same one. It is drawn at the connection instead: until there is a connection to
write on, nothing can have been sent; from then on everything counts as sent.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import quote

import aiohttp
from pydantic import SecretStr
from yarl import URL

from leadsync.dialer.bodies import LONGEST_ANSWER, unpacked
from leadsync.dialer.calls import API_PATH, HEADERS, body_of, call_of, call_url, place_arguments
from leadsync.dialer.connections import Connector, Wire, connected
from leadsync.dialer.deadline import Deadline, DeadlineTimer
from leadsync.dialer.key import KeyFilter
from leadsync.dialer.responses import read_answer
from leadsync.dialer.transport_errors import bad_certificate, certificates, reason
from leadsync.models import EXTERNAL_ID, CampaignIds, Effect, Lead, Outcome

CONNECT_SECONDS = 15.0

_TIMED_OUT = 408

_log = logging.getLogger(__name__)


async def _nothing_to_do() -> None:
    pass


class _Attempt:
    """How far one request came."""

    def __init__(self, deadline: Deadline, answer_seconds: float, leaves: Callable[[], Awaitable[None]]) -> None:
        self._leaves = leaves
        self._deadline = deadline
        self._answer_seconds = answer_seconds
        self._wire: Wire | None = None
        self._pieces_before = 0

    async def begin(self, wire: Wire) -> None:
        """The request is about to be written on `wire`."""
        await self._leaves()
        self._wire, self._pieces_before = wire, wire.pieces
        self._deadline.restart(self._answer_seconds)

    @property
    def began(self) -> bool:
        return self._wire is not None

    @property
    def heard(self) -> bool:
        """Whether a byte of an answer came."""
        return self._wire is not None and self._wire.pieces > self._pieces_before


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
        update = URL(call_url(self._base, "updateLeadFast", {**self._ids, EXTERNAL_ID: ""}), encoded=True)
        self._before_the_lead = update.raw_query_string
        self._behind_the_lead = "&apiKey=" + quote(api_key.get_secret_value(), safe="")
        # Parsing the text of each address would cost more CPU.
        self._update_url = partial(
            URL.build, scheme=update.scheme, authority=update.raw_authority, path=update.raw_path, encoded=True
        )
        self._answer_seconds = answer_seconds
        self._filter = KeyFilter(api_key.get_secret_value())
        self._connections = connections
        # Loading the system's authorities takes 60 ms; plain HTTP needs none, and redirects are never followed.
        self._certificates = certificates(ca_file) if ca_file or update.scheme != "http" else True
        self._connector: Connector | None = None
        self._timer = DeadlineTimer()
        self._closing = ExitStack()

    @property
    def travel_seconds(self) -> float:
        """How long something takes to the dialer and back, at most: the least that a connection has taken to be there;
        0 where none has been made."""
        return (self._connector.fastest if self._connector else None) or 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base!r}, key=***)"

    async def __aenter__(self) -> Self:
        for name in ("aiohttp.client", "aiohttp.internal", "asyncio"):
            logger = logging.getLogger(name)
            logger.addFilter(self._filter)
            self._closing.callback(logger.removeFilter, self._filter)
        self._connector = Connector(self._connections, self._certificates)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            headers=HEADERS,
            timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        self._closing.close()

    def prepare(self, lead: Lead) -> Callable[[Callable[[], Awaitable[None]]], Awaitable[Outcome]]:
        """Make one `updateLeadFast` ready, or one `insertLeadFast`, so that a slot is not held meanwhile.

        The returned function is to be called once: it sends the request, awaits its argument as the request leaves, and
        returns the outcome. It raises nothing but a cancellation.
        """
        call, arguments = call_of(lead, self._ids, self._insert_arguments)
        if call == "updateLeadFast" and not lead.own_ids:
            query = self._before_the_lead + quote(lead.external_id, safe="") + self._behind_the_lead
            url = self._update_url(query_string=query)
        else:
            url = URL(self._url(call, arguments), encoded=True)
        return partial(self._change, url, body_of(lead), lead)

    async def _change(
        self, url: URL, body: bytes, lead: Lead, leaves: Callable[[], Awaitable[None]] = _nothing_to_do
    ) -> Outcome:
        values = (lead.external_id, *lead.fields.values())
        outcome, _ = await self._send("POST", url, body, values, leaves)
        return outcome

    async def probe(self, *, updates: bool) -> Outcome:
        """Find out whether the dialer is there, changing nothing: an outcome that is not `away` means that it is.

        The template list is asked for. With `updates`, an update that names no lead follows where that was answered:
        the documentation has it answered 113. A dialer in maintenance may well answer the one call and not the other,
        and where its trouble costs rows, a row is too dear to find that out with. Raises nothing but a cancellation.
        """
        outcome, body = await self._send("GET", URL(self._url("getCampaignTemplateList", {}), encoded=True))
        if outcome.http == 200 and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            outcome = Outcome(Effect.ANSWERED, http=200)
        if outcome.away or not updates:
            return outcome
        outcome, _ = await self._send("POST", URL(self._url("updateLeadFast", self._ids), encoded=True), b"{}")
        complains = outcome.http is not None and 400 <= outcome.http < 500 and outcome.effect is Effect.IN_DOUBT
        return Outcome(Effect.ANSWERED, http=outcome.http) if complains and outcome.http != _TIMED_OUT else outcome

    def _url(self, call: str, arguments: Mapping[str, str]) -> str:
        return call_url(self._base, call, {**arguments, "apiKey": self._key.get_secret_value()})

    async def _send(
        self,
        method: str,
        url: URL,
        body: bytes | None = None,
        values: Collection[str] = (),
        leaves: Callable[[], Awaitable[None]] = _nothing_to_do,
    ) -> tuple[Outcome, bytes]:
        # Reaching the dialer has its own bound; it gives way to the answer's as soon as there is a connection.
        deadline = Deadline(self._timer, CONNECT_SECONDS + 1)
        attempt = _Attempt(deadline, self._answer_seconds, leaves)
        connected.set(attempt.begin)
        try:
            with deadline:
                response = await self._session.request(method, url, data=body, allow_redirects=False)
                packed = await _read(response)
            answer = unpacked(response.headers.get("content-encoding", ""), packed)
            return read_answer(response.status, response.headers, answer, self._filter, values), answer
        except Exception as error:
            # Whatever it is, it happened to this one request; what matters is how far the request had come.
            return self._failure(error, attempt, deadline), b""

    def _failure(self, error: Exception, attempt: _Attempt, deadline: Deadline) -> Outcome:
        if words := bad_certificate(error):
            return Outcome(Effect.REFUSED, message=words)
        _log.debug("the request failed: %s", type(error).__name__)
        why = reason(error)
        if not attempt.began:
            return Outcome(Effect.NEVER_BEGAN, message=f"the dialer cannot be reached: {why}", away=True)
        if not (isinstance(error, TimeoutError) and deadline.expired):
            came = "broke off" if attempt.heard else "did not come"
            words = f"the request was sent, but its answer {came}: {why}"
        elif attempt.heard:
            words = f"the request was sent, but its answer was not complete within {self._answer_seconds:g} seconds"
        elif deadline.awake:
            words = f"the request was sent, but no answer came within {self._answer_seconds:g} seconds"
            return Outcome(Effect.NO_ANSWER, message=words, away=True)
        else:
            words = "the request was sent, but leadsync or its machine stood still while the answer was awaited"
        return Outcome(Effect.IN_DOUBT, message=words, away=True)


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
