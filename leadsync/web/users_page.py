"""The users, for admins: shown and removed; the command line adds them."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import UsageError
from leadsync.web.site import site_of
from leadsync.web.templates import render


async def users(request: Request) -> Response:
    """All users; a form removes one, whose sessions end at once."""
    site = site_of(request)
    known = site.sessions.users
    if request.method == "POST":
        name = str((await request.form(max_files=0)).get("remove", ""))
        if known is None or name == request.state.person.name:
            raise UsageError("You cannot remove yourself; another admin can, or `leadsync users remove`.")
        await anyio.to_thread.run_sync(known.remove, name)
        await site.read(lambda journal: journal.add_audit("remove user", request.state.person.name, removed=name))
        return RedirectResponse("/users", status_code=303)
    found = await anyio.to_thread.run_sync(known.all) if known else None
    logins = await site.read(lambda journal: journal.last_logins())
    return render(request, "users.html", users=found, logins=logins)


ROUTES = [Route("/users", users, methods=["GET", "POST"], name="users")]
