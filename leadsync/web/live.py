"""The live state of a run, polled once a second: two small reads of the journal."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.report import standing_of
from leadsync.web.run_page import page_values, run_of
from leadsync.web.run_view import RunView
from leadsync.web.site import site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

_LATE = timedelta(seconds=5)
"""After so long without a word from a sender its lock is tried."""
STOP_POLLING = 286
"""htmx's status for the end of a poll."""


def _live_view(journal: "Journal", run_id: str) -> RunView:
    run = run_of(journal, run_id)
    live, now = journal.live().get(run.id), journal.now()
    if live is not None and live.at is not None and now - live.at > _LATE and not live.lost:
        journal.settle_if_dead(run.id)
        live = journal.live().get(run.id)
    return RunView(run, standing_of(run, live, now), live, holder=journal.holders().get(run.id))


async def live(request: Request) -> Response:
    """The progress of a run; once nobody sends it any more, the page is loaded anew."""
    view = await site_of(request).read(partial(_live_view, run_id=request.path_params["run"]))
    template = "live_line.html" if request.query_params.get("in") == "list" else "live.html"
    response = render(request, template, **page_values(view))
    if not view.standing.is_live:
        response.status_code = STOP_POLLING
        response.headers["hx-refresh"] = "true"
    return response


ROUTES = [Route("/runs/{run}/live", live, name="live")]
