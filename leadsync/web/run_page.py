"""The page of a run: what is happening, what happened, what to do next."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.models import RunRecord, Status
from leadsync.web.draft_successors import at_successor, discarded_by
from leadsync.web.page_words import in_run_words, without_address
from leadsync.web.roles import allowed
from leadsync.web.run_jobs import unanswered
from leadsync.web.run_standings import RunStandings
from leadsync.web.run_view import RunView, changes_lines, shares
from leadsync.web.site import site_of
from leadsync.web.templates import hue, names_of, render
from leadsync.web.uploads import Uploads

if TYPE_CHECKING:
    from leadsync.journal import Changes, Journal

_FEW_ROWS = 20_000
"""Up to so many rows are counted while the page waits; larger runs are counted behind it."""
_MOST_COUNTED = 100
_RETRIES: dict[tuple[object, ...], int] = {}
_one_by_one = anyio.CapacityLimiter(1)
"""A million rows take seconds: other pages go on beside it."""


def run_of(journal: "Journal", run_id: str) -> RunRecord:
    """The run of exactly that id; raises HTTPException 404."""
    run = journal.find(run_id)
    if run is None:
        words = f"There is no run {run_id}: it may have been pruned, or as a draft it was sent or read again."
        raise HTTPException(404, discarded_by(journal, run_id=run_id) or words)
    return run


def _in_public(run: RunRecord) -> RunRecord:
    """The run as its page shows it: its warnings in the page's words, no address of the dialer in them and its end."""
    warnings = tuple(in_run_words(warning, run.dialer) for warning in run.warnings)
    return replace(run, warnings=warnings, stopped=without_address(run.stopped, run.dialer))


def _to_retry(journal: "Journal", run_id: str, *outcomes: object) -> int:
    """The rows that a retry would send, counted once for the same outcomes: a second for a million rows."""
    key = (str(journal.state), run_id, *outcomes)
    if key not in _RETRIES:
        while len(_RETRIES) >= _MOST_COUNTED:
            _RETRIES.pop(next(iter(_RETRIES)), None)
        _RETRIES[key] = journal.count_retry(run_id)
    return _RETRIES[key]


def view_of(journal: "Journal", run_id: str) -> RunView:
    """All about a run."""
    run = _in_public(run_of(journal, run_id))
    standings = RunStandings(journal)
    live, standing = standings.live.get(run.id), standings.of(run)
    if standing.is_live:
        by, holder = journal.senders([run.id]).get(run.id, ""), journal.holders().get(run.id)
        return RunView(run, standing, live, by=by, holder=holder)
    tally = journal.tally(run.id)
    standing = standings.of(run, tally.beyond)
    moved_to = journal.moved_to(run.id)
    sent_again, edited = journal.sent_again(run.id), journal.edited_counts(run.id)
    # Of a retry, skipped rows may wait for a later one.
    left = tally.statuses.get(Status.FAILED) or (run.retry_of and tally.statuses.get(Status.SKIPPED))
    can_retry = moved_to is None and left
    view = RunView(
        run,
        standing,
        live,
        tally,
        journal.changes(run.id) if tally.rows <= _FEW_ROWS else None,
        None if moved_to is None else tuple(moved_to),
        tuple(journal.takers(run.id)),
        tuple(journal.reason_counts(run.id)),
        sent_again,
        journal.senders([run.id]).get(run.id, ""),
        edited,
        _to_retry(journal, run.id, repr(tally), repr(sent_again), journal.edit_count(run.id)) if can_retry else 0,
        unanswered=unanswered(journal.state, run.id),
    )
    return _of_trial(journal, view) if run.finished and tally.beyond else view


def _of_trial(journal: "Journal", view: RunView) -> RunView:
    """The view of a trial with its sheet and the rows left out of it."""
    from leadsync.run import corrected_rest

    corrected = corrected_rest(journal, view.run)
    upload = Uploads(journal.state).of_run(journal.run(corrected).file if corrected else view.run.file)
    return replace(
        view,
        sheet=upload.id if upload else "",
        is_corrected_rest=bool(upload and (upload.reading().rest or corrected)),
        faulty_beyond=journal.faulty_beyond(view.run.id),
        left_out=tuple(journal.left_out(view.run.id)),
    )


async def run(request: Request) -> Response:
    """The page of one run; the draft of an upload has a page of its own."""
    site, run_id = site_of(request), request.path_params["run"]
    try:
        view = await site.read(partial(view_of, run_id=run_id))
    except HTTPException as error:
        return await at_successor(request, run_id, error)
    if not view.run.complete:
        upload = await anyio.to_thread.run_sync(Uploads(site.state).of_run, view.run.file)
        if upload and allowed("draft", "GET", request.state.person.role):
            return RedirectResponse(f"/drafts/{upload.id}", status_code=303)
        view = replace(view, by=upload.user if upload else "")
    return render(request, "run.html", **page_values(view))


def page_values(view: RunView) -> dict[str, Any]:
    """The values for the template of a run's page, and of its parts."""
    statuses = view.live.settled if view.standing.is_live and view.live else view.tally.statuses if view.tally else {}
    rows = view.live.rows if view.standing.is_live and view.live else view.tally.rows if view.tally else 0
    return {
        "view": view,
        "run": view.run,
        "shares": shares(statuses, rows),
        "done": changes_lines(view.changes) if view.changes else None,
        "place": names_of(view.run.dialer, view.run.ids),
        "hue": hue(view.run.dialer, view.run.ids),
    }


def _changes(journal: "Journal", run_id: str, counted: dict[tuple[str, str], "Changes"]) -> "Changes":
    """What a run changed, counted once for the same outcomes."""
    key = run_of(journal, run_id).id, repr(journal.tally(run_id))
    if key not in counted:
        while len(counted) >= _MOST_COUNTED:
            counted.pop(next(iter(counted)))
        counted[key] = journal.changes(run_id)
    return counted[key]


async def changes(request: Request) -> Response:
    """What a run changed on the dialer: a part of its page, or without the script a page of its own."""
    run_id = request.path_params["run"]
    site = site_of(request)
    async with _one_by_one:
        counted = await site.read(partial(_changes, run_id=run_id, counted=site.counted))
    template = "changes_table.html" if "hx-request" in request.headers else "changes.html"
    return render(request, template, done=changes_lines(counted), run_id=run_id)


def _stop(journal: "Journal", run_id: str, user: str) -> None:
    run = run_of(journal, run_id)
    # Asked twice, or after the end, nothing more happens.
    asked = not journal.settle_if_dead(run.id) and journal.ask_to_stop(run.id, user)
    # One that waits for a worker is sent by none any more.
    if journal.unqueue(run.id) or asked:
        journal.add_audit("stop", user, run.id)


async def stop(request: Request) -> Response:
    """Ask the sender of a run to stop; the page tells the rest."""
    run_id = request.path_params["run"]
    await site_of(request).read(partial(_stop, run_id=run_id, user=request.state.person.name))
    return RedirectResponse(request.url_for("run", run=run_id).path, status_code=303)


ROUTES = [
    Route("/runs/{run}", run, name="run"),
    Route("/runs/{run}/changes", changes, name="changes"),
    Route("/runs/{run}/stop", stop, name="stop"),
]
