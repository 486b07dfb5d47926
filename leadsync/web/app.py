"""The application: routes of all pages, each behind its role, and errors as sentences."""

import errno
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from leadsync.errors import LeadsyncError, UsageError, traceback_of
from leadsync.web import (
    audit_page,
    correct_bulk,
    correct_edits,
    correct_page,
    correct_send,
    decide_page,
    downloads,
    draft_page,
    draft_rows_page,
    lead_pages,
    live,
    login_page,
    mappings_page,
    oidc,
    rows_page,
    run_actions,
    run_page,
    runs_page,
    stats_page,
    upload_page,
    users_page,
)
from leadsync.web.roles import ROUTE_ROLES, allowed
from leadsync.web.security import Security
from leadsync.web.site import Site, site_of
from leadsync.web.templates import render

Endpoint = Callable[[Request], Awaitable[Response]]

MODULES = (
    *(login_page, oidc, runs_page, run_page, rows_page, live, downloads, lead_pages),
    *(upload_page, draft_page, draft_rows_page, run_actions),
    *(correct_page, correct_edits, correct_bulk, correct_send),
    *(decide_page, mappings_page, stats_page, users_page, audit_page),
)
"""Each has its routes in `ROUTES`."""
_NO_SPACE = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FULL = (
    "The server's disk is full, and this could not be done. Ask who looks after leadsync to make room; then see how "
    "it stands before you do it again."
)
_WORDS = {404: "There is no such page."}
_log = logging.getLogger(__name__)


def create_app(site: Site) -> ASGIApp:
    """The application over one site, behind the rules of `security` even where a page breaks."""
    routes = [_guarded(route) for module in MODULES for route in module.ROUTES]
    static = Mount("/static", StaticFiles(directory=str(files("leadsync.web") / "static")), name="static")
    app = Starlette(
        routes=[*routes, static],
        exception_handlers={HTTPException: _http_error, LeadsyncError: _failed},
    )
    app.state.site = site
    app.state.route_names = frozenset(route.name for route in routes)
    return Security(app, site)


def _guarded(route: Route) -> Route:
    """The route behind the roles of its methods; raises KeyError for one without an entry in the table."""
    roles = ROUTE_ROLES[route.name]
    endpoint: Endpoint = route.endpoint

    async def answer(request: Request) -> Response:
        sessions = site_of(request).sessions
        person = request.state.person = sessions.person(request)
        if not allowed(route.name, request.method, person.role if person else None):
            return _no_entry(request)
        try:
            response = await endpoint(request)
        except (HTTPException, LeadsyncError):
            raise
        except OSError as error:
            return error_page(request, 507, _FULL) if error.errno in _NO_SPACE else _broke(request, error)
        except Exception as error:  # answered here: the server would log its message, which may quote a sheet
            return _broke(request, error)
        if person:
            sessions.renew(request, response)
        return response

    return Route(route.path, answer, methods=list(roles), name=route.name)


def _no_entry(request: Request) -> Response:
    """The way to the login, or a word about the role."""
    if request.state.person is not None:
        words = f"{request.state.person.name} may look, but not do this: it needs another role."
        return error_page(request, 403, words)
    if request.method in ("GET", "HEAD") and "hx-request" not in request.headers:
        return RedirectResponse(login_page.address_for(request), status_code=303)
    return error_page(request, 401, "You are not logged in any more. Log in, and do it again: nothing was done.")


def error_page(request: Request, status: int, words: str) -> Response:
    """A page, or a fragment for a swap, with one sentence."""
    if not hasattr(request.state, "person"):
        request.state.person = site_of(request).sessions.person(request)
    name = "error_fragment.html" if "hx-request" in request.headers else "error.html"
    return render(request, name, status=status, words=words)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    if detail == HTTPStatus(status).phrase:
        detail = _WORDS.get(status, "That is no request for this page.")
    return error_page(request, status, detail)


async def _failed(request: Request, error: Exception) -> Response:
    """A sentence for the user, as on the command line."""
    return error_page(request, 400 if isinstance(error, UsageError) else 500, str(error))


def _broke(request: Request, error: Exception) -> Response:
    _log.error("A page failed\n%s", traceback_of(error))
    words = f"leadsync itself failed ({type(error).__name__}); the log of `leadsync web` shows where. Please report it."
    return error_page(request, 500, words)
