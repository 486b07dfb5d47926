"""The users, for admins: shown, given other roles and removed; the command line adds them."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import UsageError
from leadsync.web.roles import ROLES
from leadsync.web.site import site_of
from leadsync.web.templates import render


async def users(request: Request) -> Response:
    """All users; forms change the role of one, or remove one with the sessions."""
    if request.method == "POST":
        return await _change(request)
    return await _shown(request)


async def _shown(request: Request, status: int = 200, wrong: str = "") -> Response:
    site = site_of(request)
    known = site.sessions.users
    found = await anyio.to_thread.run_sync(known.all) if known else None
    logins = await site.read(lambda journal: journal.last_logins())
    return render(request, "users.html", status=status, wrong=wrong, users=found, logins=logins, roles=list(ROLES))


async def _change(request: Request) -> Response:
    site, admin = site_of(request), request.state.person.name
    form = await request.form(max_files=0)
    name, role = str(form.get("name") or form.get("remove") or ""), ROLES.get(str(form.get("role", "")))
    known = site.sessions.users
    if known is None or name == admin:
        raise UsageError("You cannot change or remove yourself; another admin can, or `leadsync users`.")
    if "remove" in form:
        await anyio.to_thread.run_sync(known.remove, name)
        await site.read(lambda journal: journal.add_audit("remove user", admin, removed=name))
    elif role is None:
        wrong = f"There is no role {form.get('role', '')!s}; choose {', '.join(ROLES)}. Nothing was changed."
        return await _shown(request, 422, wrong)
    else:
        await anyio.to_thread.run_sync(known.set_role, name, role)
        await site.read(lambda journal: journal.add_audit("change role", admin, of=name, role=role.word))
    return RedirectResponse("/users", status_code=303)


ROUTES = [Route("/users", users, methods=["GET", "POST"], name="users")]
