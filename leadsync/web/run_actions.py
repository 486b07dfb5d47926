"""The buttons of a run: its rest is sent, or its failed rows are sent again."""

import time

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import UsageError
from leadsync.web.children import start_child
from leadsync.web.draft_page import until_live
from leadsync.web.jobs import Job, JobState
from leadsync.web.run_jobs import run_jobs
from leadsync.web.site import Site, site_of

_PATIENCE_SECONDS = 20.0
_POLL_SECONDS = 0.05


async def resume(request: Request) -> Response:
    """Send the rest of a run. Pressed twice, it goes on once."""
    return await _ask(request, "resume")


async def retry(request: Request) -> Response:
    """Send the failed rows of a run again, as a new run. Pressed twice, there is one."""
    return await _ask(request, "retry")


async def _ask(request: Request, verb: str) -> Response:
    site, run_id = site_of(request), request.path_params["run"]
    if await site.read(lambda journal: journal.find(run_id)) is None:
        raise HTTPException(404)
    job = await anyio.to_thread.run_sync(_claim_and_start, site, verb, run_id, request.state.person.name)
    if job is None:
        return RedirectResponse(f"/runs/{run_id}", status_code=303)
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        state = await anyio.to_thread.run_sync(lambda: job.state)
        if state not in (JobState.STARTING, JobState.READING):
            break
        await anyio.sleep(_POLL_SECONDS)
    noted = job.noted
    if noted.get("state") == JobState.REFUSED and not noted.get("run"):
        raise UsageError(noted["error"])
    if noted.get("run"):
        await until_live(site, noted["run"])
    return RedirectResponse(f"/runs/{noted.get('run') or run_id}", status_code=303)


def _claim_and_start(site: Site, verb: str, run_id: str, user: str) -> Job | None:
    jobs = run_jobs(site.state, run_id)
    job = jobs.claim({"verb": verb, "user": user})
    if job is not None:
        try:
            start_child(site.state, site.config, verb, run_id, job)
        except BaseException:
            job.note(JobState.REFUSED, error="No process could be started for this; nothing was sent.")
            raise
    return job


ROUTES = [
    Route("/runs/{run}/resume", resume, methods=["POST"], name="resume"),
    Route("/runs/{run}/retry", retry, methods=["POST"], name="retry"),
]
