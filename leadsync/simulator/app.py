"""The practice dialer as an ASGI application: the CampaignAPI's paths, and the pages of the rehearsal itself."""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from leadsync.errors import SettingsError
from leadsync.models import EXTERNAL_ID
from leadsync.simulator.answers import Answer, as_json, code_answer
from leadsync.simulator.campaign import Directory
from leadsync.simulator.dialer import PracticeDialer
from leadsync.simulator.exchange import Exchange
from leadsync.simulator.faults import FaultRule, Phase, read_rules
from leadsync.simulator.request_rules import Call, CallName

BASE = "/servicemanager/rest/CampaignAPI/"

_WRONG_KEY = as_json(401, {"error": "Unauthorized"})
_NOT_JSON = as_json(415, {"error": "Content-Type must be application/json"})
_NO_OBJECT = as_json(400, {"error": "The body must be one JSON object of texts and numbers"})


def create_app(dialer: PracticeDialer) -> Starlette:
    """The application for one dialer. Faults with cut connections need `PracticeServer` as its server."""
    lead_calls = [Route(BASE + name, LeadCall(dialer, name), methods=["POST"]) for name in CallName]
    lists = [Route(BASE + name, ListCall(dialer, name), methods=["GET"]) for name in _LISTS]
    app = Starlette(routes=[*lead_calls, *lists, *_practice_pages(dialer)])
    # A path with a slash too many is as unknown to the dialer as any other.
    app.router.redirect_slashes = False
    return app


class LeadCall:
    """A call to change a lead. An ASGI endpoint rather than a function of a request, so that faults reach the
    connection.
    """

    def __init__(self, dialer: PracticeDialer, name: CallName) -> None:
        self._dialer = dialer
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        query = _query(scope)
        # Before the body is read: such a fault strikes while the client is still sending.
        if fault := self._pick(Phase.HEADERS, query.get(EXTERNAL_ID, "")):
            self._dialer.ledger.receive(self._name, query.get(EXTERNAL_ID, ""), {}, fault.kind, query)
            await exchange.answer_with(fault, self._code(0))
            return
        body = await exchange.body()
        if body is not None:
            await self._answer(exchange, query, _fields(body))

    async def _answer(self, exchange: Exchange, query: Mapping[str, str], fields: Mapping[str, str] | None) -> None:
        dialer = self._dialer
        call = Call(self._name, query, fields or {})
        fault = self._pick(Phase.BODY, call.external_id)
        kind = fault.kind if fault else ""
        received = dialer.ledger.receive(call.name, call.external_id, call.fields, kind, query)
        if fault is not None and not fault.worked_on:
            answer = self._code(0)
        elif call.query.get("apiKey") != dialer.api_key:
            # The key is checked before any work: the answer is the plain refusal.
            answer, fault = _WRONG_KEY, None
        elif not _is_json(exchange.scope):
            answer, fault = _NOT_JSON, None
        elif fields is None:
            answer, fault = _NO_OBJECT, None
        else:
            code = await dialer.call(call, received, fault)
            answer = self._code(code, fault.message if fault else "")
        await (exchange.answer_with(fault, answer) if fault else exchange.answer(answer))

    def _pick(self, phase: Phase, lead: str) -> FaultRule | None:
        return self._dialer.faults.pick(phase, lead, asyncio.get_running_loop().time())

    def _code(self, code: int, message: str = "") -> Answer:
        return code_answer(code, self._dialer.answer_shape, message)


class ListCall:
    """A list of ids and names; an unknown id in its query gives an empty list."""

    def __init__(self, dialer: PracticeDialer, name: str) -> None:
        self._dialer = dialer
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send)
        now = asyncio.get_running_loop().time()
        faults = self._dialer.faults
        fault = faults.pick(Phase.HEADERS, "", now) or faults.pick(Phase.BODY, "", now)
        answer = self._list(_query(scope))
        if fault is None:
            await exchange.answer(answer)
            return
        if fault.code is not None:
            answer = code_answer(fault.code, self._dialer.answer_shape, fault.message)
        await asyncio.sleep(fault.extra_work_seconds)
        await exchange.answer_with(fault, answer)

    def _list(self, query: Mapping[str, str]) -> Answer:
        if query.get("apiKey") != self._dialer.api_key:
            return _WRONG_KEY
        entries = _entries(self._name, self._dialer.campaign.directory, query)
        return as_json(200, {"entities": [{"id": number, "name": name} for number, name in entries.items()]})


_TEMPLATES, _CAMPAIGNS, _ALLOCATIONS = _LISTS = ("getCampaignTemplateList", "getCampaignList", "getAllocationList")


def _entries(name: str, directory: Directory, query: Mapping[str, str]) -> Mapping[int, str]:
    if name == _TEMPLATES:
        return directory.templates
    tree, argument = (
        (directory.campaigns, "fTemplateId") if name == _CAMPAIGNS else (directory.allocations, "fCampaignId")
    )
    wanted = query.get(argument, "")
    return next((below for number, below in tree.items() if str(number) == wanted), {})


def _query(scope: Scope) -> dict[str, str]:
    # ASGI gives bytes, of which percent-encoding leaves ASCII; latin-1 cannot fail on any.
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))


def _is_json(scope: Scope) -> bool:
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return bool(content_type.split(b";")[0].strip().lower() == b"application/json")


def _fields(body: bytes) -> dict[str, str] | None:
    """The body's fields as text, null as if absent; None for anything but an object of texts and numbers."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    given = {name: field for name, field in value.items() if field is not None}
    # bool is a subclass of int; a lead's field is never true or false.
    if any(isinstance(field, bool) or not isinstance(field, str | int | float) for field in given.values()):
        return None
    return {name: str(field) for name, field in given.items()}


def _practice_pages(dialer: PracticeDialer) -> list[Route]:
    """The dialer's counts (`stats`), its record (`ledger`), and the faults in force: GET them, POST more as
    `{"faults": [...]}`, DELETE them all.
    """

    def stats(_request: Request) -> Response:
        return JSONResponse(dialer.stats())

    def ledger(_request: Request) -> Response:
        return JSONResponse(dialer.ledger.as_json())

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                dialer.faults.add(read_rules(await request.json(), "The request's body"))
            except SettingsError as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        elif request.method == "DELETE":
            dialer.faults.clear()
        return JSONResponse({"faults": dialer.faults.as_json()})

    return [
        Route("/practice/stats", stats),
        Route("/practice/ledger", ledger),
        Route("/practice/faults", faults, methods=["GET", "POST", "DELETE"]),
    ]
