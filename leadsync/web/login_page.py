"""Login, logout, and the sign of life for monitors."""

from math import ceil
from urllib.parse import unquote, urlencode

import anyio.to_thread
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from leadsync.plurals import counted
from leadsync.terminal import visible
from leadsync.web.sessions import Person
from leadsync.web.site import Site, site_of
from leadsync.web.templates import render
from leadsync.web.users import Gate

_WRONG = "That is not the right name and password."
_LONGEST_KEPT = 60
_LONGEST_NEXT = 1_000
_VOID = "This address was used already, or is of an earlier start; `leadsync web` prints a new one."


def address_for(request: Request) -> str:
    """The login's address, which leads back to the page that was asked for."""
    asked = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    return f"/login?{urlencode({'next': asked})}" if _own_path(asked) not in ("", "/") else "/login"


def _own_path(text: str) -> str:
    """An address of this server, from a text that anybody may have written; empty for another."""
    # Browsers take `/\host`, and blanks or controls between two slashes, for another server.
    is_own = text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if is_own and text.isprintable() and " " not in text and len(text) <= _LONGEST_NEXT else ""


def page_path(request: Request, text: object) -> str:
    """An address of this server that shows a page; empty for any other."""
    asked = _own_path(str(text))
    scope = {"type": "http", "method": "GET", "path": unquote(asked.partition("?")[0]), "root_path": "", "headers": []}
    pages = (route for route in request.app.routes if isinstance(route, Route))
    return asked if any(route.matches(scope)[0] is Match.FULL for route in pages) else ""


async def login(request: Request) -> Response:
    """The way in: by the one-time token, or with name and password."""
    sessions = site_of(request).sessions
    if sessions.gate is None:
        token = request.query_params.get("token", "")
        if person := sessions.take_token(token):
            try:
                return await _entered(request, person)
            except BaseException:
                # Else the next visit hears of a used address, and not why nobody comes in.
                sessions.give_back(token)
                raise
        if request.state.person:
            return RedirectResponse("/", status_code=303)
        return render(request, "login.html", status=403, users=False, words=_VOID if token else "", name="", to="")
    if request.method == "GET":
        return login_form(request, to=page_path(request, request.query_params.get("next", "")))
    form = await request.form(max_files=0, max_fields=4, max_part_size=4096)
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    gate, to = sessions.gate, page_path(request, form.get("next", ""))
    if (wait := gate.wait(name).total_seconds()) > 0:
        words = f"Too many wrong passwords; try again in {counted(ceil(wait), 'second')}."
        return login_form(request, 429, words=words, name=name, to=to)
    user = await anyio.to_thread.run_sync(gate.check, name, password)
    if user is None:
        answer = login_form(request, 403, words=_WRONG, name=name, to=to)
        # Behind the answer: its time does not tell known names from unknown ones.
        answer.background = BackgroundTask(_keep_failure, site_of(request), gate, name)
        return answer
    return await _entered(request, Person(user.name, user.role), to)


def login_form(request: Request, status: int = 200, *, words: str = "", name: str = "", to: str = "") -> Response:
    """The form for name and password, with the way to the provider of logins if there is one."""
    provider = site_of(request).provider
    by = provider.oidc.name if provider else ""
    return render(request, "login.html", status=status, users=True, words=words, name=name, to=to, by=by)


async def _keep_failure(site: Site, gate: Gate, name: str) -> None:
    if gate.tells(name):
        await site.read(lambda journal: journal.add_audit("failed login", visible(name)[:_LONGEST_KEPT]))


async def _entered(request: Request, person: Person, to: str = "") -> Response:
    await site_of(request).read(lambda journal: journal.add_audit("login", person.name))
    response = RedirectResponse(to or "/", status_code=303)
    site_of(request).sessions.begin(response, person)
    return response


async def logout(request: Request) -> Response:
    """End the session."""
    response = RedirectResponse("/login", status_code=303)
    site_of(request).sessions.end(request, response)
    return response


async def healthz(_request: Request) -> Response:
    """Say that the server answers."""
    return PlainTextResponse("ok\n")


ROUTES = [
    Route("/login", login, name="login"),
    Route("/logout", logout, name="logout"),
    Route("/healthz", healthz, name="healthz"),
]
