"""The dialer's lead calls over HTTP: one Lead in, one Outcome out.

A request either never began or may have been applied. Exceptions do not tell the two apart: both kinds of faults raise
the same ones. The connection does: without a connection to write on, nothing was sent; with one, everything counts as
sent.
"""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from leadsync.dialer.bodies import LONGEST_ANSWER
from leadsync.dialer.calls import CALL_NAMES, CallSet, body_of, call_of, query_of
from leadsync.dialer.deadline import Deadline
from leadsync.dialer.http_client import HttpClient
from leadsync.dialer.responses import read_answer
from leadsync.dialer.transport import CONNECT_SECONDS, Wire
from leadsync.dialer.transport_errors import bad_certificate, causes, reason
from leadsync.models import EXTERNAL_ID, CampaignIds, Effect, Lead, Outcome

_NOT_FOUND = 404
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

    `answer_seconds` bounds the whole of one answer, from the request's beginning. It must exceed a minute, the dialer's
    own limit for a call. `connections` bounds the open connections. With `allow_duplicates` leads are inserted even if
    another lead has their number. `calls` are the calls to send.
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
        calls: CallSet = "fast",
    ) -> None:
        self._http = HttpClient(url, api_key, connections=connections, longest=LONGEST_ANSWER, ca_file=ca_file)
        self._names = CALL_NAMES[calls]
        self._other_calls: CallSet = "classic" if calls == "fast" else "fast"
        self._known_calls: set[str] = set()
        self._ids = ids.arguments
        self._insert_arguments = {"allowDuplicates": "true"} if allow_duplicates else {}
        self._before_the_lead = query_of({**self._ids, EXTERNAL_ID: ""})
        self._behind_the_lead = "&" + self._http.query({})
        self._answer_seconds = answer_seconds

    @property
    def travel_seconds(self) -> float:
        """The least time in seconds to the dialer and back, by the fastest connection; 0 before the first."""
        return self._http.travel_seconds

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._http!r})"

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    def prepare(self, lead: Lead) -> Callable[[Callable[[], Awaitable[None]]], Awaitable[Outcome]]:
        """Make an update or an insert ready, so that a slot is not held meanwhile.

        Call the returned function once: it sends the request, awaits its argument as the request leaves, and returns
        the outcome. It raises nothing but a cancellation.
        """
        call, arguments = call_of(lead, self._names, self._ids, self._insert_arguments)
        # Nearly all calls: of their addresses only the lead's id differs. Their text was read anew for each call
        # before.
        if call == self._names.update and not lead.own_ids:
            query = self._before_the_lead + quote(lead.external_id, safe="") + self._behind_the_lead
        else:
            query = self._http.query(arguments)
        return partial(self._change, call, self._http.request(call, query, body_of(lead)), lead)

    async def _change(
        self, call: str, request: httpx.Request, lead: Lead, leaves: Callable[[], Awaitable[None]] = _nothing_to_do
    ) -> Outcome:
        outcome, _ = await self._send(request, (lead.external_id, *lead.fields.values()), leaves)
        if outcome.effect is Effect.ANSWERED:
            self._known_calls.add(call)
        elif outcome.http == _NOT_FOUND and call not in self._known_calls:
            return await self._not_found(call, outcome)
        return outcome

    async def _not_found(self, call: str, outcome: Outcome) -> Outcome:
        """The outcome of a call answered 404, with the remedy if the dialer lacks the call and not the lead."""
        told = await self.probe(updates=call == self._names.update)
        if call == self._names.insert and told.effect is Effect.ANSWERED:
            return self._missing(call, outcome)
        return replace(outcome, message=told.message) if told.http == _NOT_FOUND else outcome

    def _missing(self, call: str, outcome: Outcome) -> Outcome:
        """The outcome of a call unknown to a dialer with lists."""
        words = f"the dialer lists its campaigns, but has no {call}; "
        remedy = f'set calls = "{self._other_calls}" in [server], then try again'
        return replace(outcome, message=f"HTTP {outcome.http}: {words}{remedy}")

    async def probe(self, *, updates: bool) -> Outcome:
        """Ask for the dialer's presence, changing nothing: it is there unless the outcome is `away`.

        The first question is the template list. With `updates`, an answer to it is followed by an update without a
        lead's id, answered 113 by the documentation. A dialer in maintenance may answer lists and no updates, and a row
        is too dear to learn that. Raises nothing but a cancellation.
        """
        outcome, body = await self._send(self._http.request("getCampaignTemplateList", self._http.query({})))
        if outcome.http == 200 and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            outcome = Outcome(Effect.ANSWERED, http=200)
        if outcome.away or not updates:
            return outcome
        listed = outcome.effect is Effect.ANSWERED
        outcome, _ = await self._send(self._http.request(self._names.update, self._http.query(self._ids), b"{}"))
        if outcome.effect is Effect.ANSWERED:
            self._known_calls.add(self._names.update)
        if listed and outcome.http == _NOT_FOUND:
            return self._missing(self._names.update, outcome)
        # A 4xx without a code is still an answer to the update itself: the server is at work.
        complains = outcome.http is not None and 400 <= outcome.http < 500 and outcome.effect is Effect.IN_DOUBT
        return Outcome(Effect.ANSWERED, http=outcome.http) if complains and outcome.http != _TIMED_OUT else outcome

    async def _send(
        self,
        request: httpx.Request,
        values: Collection[str] = (),
        leaves: Callable[[], Awaitable[None]] = _nothing_to_do,
    ) -> tuple[Outcome, bytes]:
        # Reaching the dialer has its own bound; it gives way to the answer's as soon as there is a connection.
        deadline = Deadline(self._http.timer, CONNECT_SECONDS + 1)
        attempt = _Attempt(deadline, self._answer_seconds, leaves)
        try:
            with deadline:
                answer = await self._http.fetch(request, attempt.begin)
            return read_answer(answer.status, answer.headers, answer.body, self._http.filter, values), answer.body
        except Exception as error:
            # Whatever it is, it happened to this one request; what matters is how far the request had come.
            return self._failure(error, attempt, deadline), b""

    def _failure(self, error: Exception, attempt: _Attempt, deadline: Deadline) -> Outcome:
        if words := bad_certificate(error):
            return Outcome(Effect.REFUSED, message=words)
        _log.debug("the request failed: %s", " from ".join(type(cause).__name__ for cause in causes(error)))
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
