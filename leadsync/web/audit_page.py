"""The audit, for admins: who did what, and when, without values of cells."""

from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.journal import AuditEntry, AuditFilter
from leadsync.web.decide_form import number_of
from leadsync.web.site import site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

ON_A_PAGE = 100
_LONGEST_WORD = 200


class _Page(NamedTuple):
    entries: list[AuditEntry]
    users: list[str]
    actions: list[str]


def _page(journal: "Journal", chosen: AuditFilter, before: int | None) -> _Page:
    return _Page(journal.audit_page(chosen, before, ON_A_PAGE + 1), *journal.audit_names())


async def audit(request: Request) -> Response:
    """A page of actions, the newest first."""
    asked = request.query_params
    words = (asked.get(name, "").strip()[:_LONGEST_WORD] for name in ("run", "user", "action"))
    chosen, before = AuditFilter(*words), number_of(asked.get("before", ""))
    page = await site_of(request).read(partial(_page, chosen=chosen, before=before))
    entries = page.entries[:ON_A_PAGE]
    same = {"run": chosen.run_id, "user": chosen.user, "action": chosen.action}
    same = {name: word for name, word in same.items() if word}
    older = f"/audit?{urlencode({**same, 'before': entries[-1].number})}" if len(page.entries) > ON_A_PAGE else ""
    return render(
        request,
        "audit.html",
        entries=entries,
        users=page.users,
        actions=page.actions,
        chosen=chosen,
        older=older,
        newest=f"/audit?{urlencode(same)}" if before else "",
    )


ROUTES = [Route("/audit", audit, name="audit")]
