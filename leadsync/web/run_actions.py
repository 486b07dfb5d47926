"""The buttons of a run: its rest is sent, or its failed rows are sent again."""

import time
from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import UsageError
from leadsync.web.children import start_child
from leadsync.web.draft_page import cancel_job, until_live
from leadsync.web.jobs import Job, JobState, run_jobs
from leadsync.web.run_page import view_of
from leadsync.web.site import Site, site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

_PATIENCE_SECONDS = 20.0
_POLL_SECONDS = 0.05


async def resume(request: Request) -> Response:
    """Send the rest of a run. Pressed twice, it goes on once."""
    return await _ask(request, "resume")


async def retry(request: Request) -> Response:
    """Send the failed rows of a run again, as a new run. Pressed twice, there is one."""
    return await _ask(request, "retry")


async def cancel(request: Request) -> Response:
    """Take a run's job back from the queue; one with its turn goes on, and can be stopped."""
    run_id = request.path_params["run"]
    job = await anyio.to_thread.run_sync(lambda: run_jobs(site_of(request).state, run_id).newest())
    late = "" if job is None or await cancel_job(request, job, run_id) else "?late=1"
    return RedirectResponse(f"/runs/{run_id}{late}", status_code=303)


async def _ask(request: Request, verb: str) -> Response:
    site, run_id = site_of(request), request.path_params["run"]
    is_open = partial(_is_open, run_id=run_id, verb=verb)
    if not await site.read(is_open):
        # Pressed once more, or by a second person: its page tells how it stands.
        return RedirectResponse(f"/runs/{run_id}", status_code=303)
    asked = {"verb": verb, "user": request.state.person.name, "seen": str((await request.form()).get("seen", ""))}
    job = await anyio.to_thread.run_sync(_claim_and_start, site, run_id, asked)
    if job is None:
        return RedirectResponse(f"/runs/{run_id}", status_code=303)
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        state = await anyio.to_thread.run_sync(lambda: job.state)
        if state not in (JobState.STARTING, JobState.READING):
            break
        await anyio.sleep(_POLL_SECONDS)
    noted = job.noted
    if noted.get("state") == JobState.STALE:
        run = await site.read(lambda journal: journal.run(run_id))
        return render(request, "go_on.html", status=409, run=run, verb=verb, noted=noted)
    if noted.get("state") == JobState.REFUSED and not noted.get("run") and await site.read(is_open):
        raise UsageError(noted["error"])
    if noted.get("run"):
        await until_live(site, noted["run"])
    return RedirectResponse(f"/runs/{noted.get('run') or run_id}", status_code=303)


def _is_open(journal: "Journal", run_id: str, verb: str) -> bool:
    """Whether a run has rows for this. Raises 404 for an unknown run."""
    view = view_of(journal, run_id)
    return bool(view.standing.can_go_on and view.unsent) if verb == "resume" else bool(view.to_retry)


def _claim_and_start(site: Site, run_id: str, asked: dict[str, str]) -> Job | None:
    job = run_jobs(site.state, run_id).claim(asked)
    if job is not None:
        try:
            start_child(site.state, site.config, asked["verb"], run_id, job)
        except BaseException:
            job.note(JobState.REFUSED, error="No process could be started for this; nothing was sent.")
            raise
    return job


ROUTES = [
    Route("/runs/{run}/resume", resume, methods=["POST"], name="resume"),
    Route("/runs/{run}/retry", retry, methods=["POST"], name="retry"),
    Route("/runs/{run}/cancel", cancel, methods=["POST"], name="cancel"),
]
