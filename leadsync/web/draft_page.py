"""The page of a draft: from the file to the button."""

import re
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.durations import rough_duration
from leadsync.errors import SettingsError
from leadsync.journal import Journal, SavedMapping
from leadsync.leads import EXAMPLES, ORDER_WORDS
from leadsync.models import CampaignIds
from leadsync.web.children import start_child
from leadsync.web.corrections import changed_since, corrections_run
from leadsync.web.draft_jobs import preview_name
from leadsync.web.draft_successors import discarded_by
from leadsync.web.draft_view import DraftView, Stage, look_at
from leadsync.web.draft_words import size_words, skip_words, undecided_words
from leadsync.web.jobs import AT_WORK, Job, JobState, jobs_of
from leadsync.web.preview import GO_ON, SEND, Preview, can_be_sent, is_corrected_since, is_outdated
from leadsync.web.reading_form import fields_for, phones_of, reading_from
from leadsync.web.roles import allowed
from leadsync.web.saved_mappings import LONGEST_NAME, headings_of, is_changed, plain, with_choice
from leadsync.web.site import Site, site_of
from leadsync.web.target_choices import chosen_target, target_choices
from leadsync.web.templates import hue, names_of, render, target_of
from leadsync.web.uploads import Upload, Uploads

TRIAL_ROWS = 5
_PATIENCE_SECONDS = 5.0
"""So long an answer waits for a child, so that most people never see a page without an answer on it."""
_SEND_PATIENCE_SECONDS = 20.0
_LIVE_PATIENCE_SECONDS = 3.0
_POLL_SECONDS = 0.05
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


async def draft(request: Request) -> Response:
    """The draft as it stands; a sent one leads to its run."""
    site, upload = site_of(request), await upload_of(request)
    view = await _look(request, upload)
    # Without the script, too, nobody is to look at rows that were corrected or left out since.
    may_read = view.stage is Stage.SHOWN and allowed("reading", "POST", request.state.person.role)
    if may_read and view.preview and await site.read(partial(is_corrected_since, found=view.preview)):
        job = await anyio.to_thread.run_sync(read_anew, site, upload, request.state.person.name)
        await wait_for_end(job)
        view = await _look(request, upload)
    return await _page(request, view)


async def reading(request: Request) -> Response:
    """Read the sheet again with other choices; wrong ones are shown with the reason, as they were typed."""
    site, upload = site_of(request), await upload_of(request)
    form = {name: value for name, value in (await request.form(max_files=0)).items() if isinstance(value, str)}
    shown = _shown(upload, form.get("reading", ""))
    before = await anyio.to_thread.run_sync(upload.reading)
    try:
        settings = await anyio.to_thread.run_sync(site.settings)
        if form.get("saved", before.saved) != before.saved:
            before = with_choice(before, form["saved"], await _saved(site, shown), settings)
        chosen = reading_from(form, before, shown)
        chosen.applied_to(settings)
    except (SettingsError, ValidationError) as error:
        words = str(error) if isinstance(error, SettingsError) else "That is no choice of this page; choose anew."
        view = await _look(request, upload)
        return await _page(request, view, status=422, wrong=words, typed=form)
    upload.choose(chosen)
    job = await anyio.to_thread.run_sync(read_anew, site, upload, request.state.person.name)
    await wait_for_end(job)
    return RedirectResponse(f"/drafts/{upload.id}", status_code=303)


async def rest(request: Request) -> Response:
    """Read the sheet of a trial anew: what did not go yet is corrected and left out by the forms of any draft."""
    site, upload = site_of(request), await upload_of(request)
    view = await _look(request, upload)
    if view.stage is Stage.SHOWN and view.preview and view.preview["what"] == GO_ON:
        upload.choose(view.reading.model_copy(update={"rest": True}))
        await wait_for_end(await anyio.to_thread.run_sync(read_anew, site, upload, request.state.person.name))
    return RedirectResponse(f"/drafts/{upload.id}", status_code=303)


async def send_draft(request: Request) -> Response:
    """Send what was shown: all, or the first rows. Pressed twice, or by two people, it is sent once."""
    site, upload = site_of(request), await upload_of(request)
    form = await request.form(max_files=0)
    view = await _look(request, upload)
    if view.stage is not Stage.SHOWN or view.preview is None or not can_be_sent(view.preview):
        return RedirectResponse(f"/drafts/{upload.id}", status_code=303)
    if await site.read(partial(changed_since, upload=upload)):
        return await _page(request, view, status=409)
    if form.get("seen") != view.preview["digest"]:
        return await _page(request, view, status=409, changed=True)
    until = str(form.get("until", "")).strip()
    if until and not _TIME.fullmatch(until):
        return await _page(
            request, view, status=422, wrong=f"{until} is no time of day; write it like 18:30.", typed=form
        )
    asked = {
        "user": request.state.person.name,
        "reading": view.reading.model_dump(),
        "seen": view.preview["digest"],
        "base": view.preview.get("base", ""),
        "limit": TRIAL_ROWS if form.get("how") == "trial" else None,
        "order": "priority" if form.get("order") == "priority" else None,
        "until": until or None,
    }
    job = await anyio.to_thread.run_sync(_claim_and_start, site, upload, asked)
    if job is not None:
        await _wait(job, {JobState.STARTING, JobState.READING}, _SEND_PATIENCE_SECONDS)
    view = await _look(request, upload)
    if view.stage is Stage.SENT or (job is not None and job.noted.get("run")):
        await until_live(site, view.run)
        return RedirectResponse(f"/runs/{view.run}", status_code=303)
    if view.stale:
        return await _page(request, view, status=409)
    return RedirectResponse(f"/drafts/{upload.id}", status_code=303)


async def discard(request: Request) -> Response:
    """Delete the draft, unless it is being sent."""
    upload = await upload_of(request)
    view = await _look(request, upload)
    if view.stage in (Stage.QUEUED, Stage.PLANNING, Stage.SENT):
        return RedirectResponse(f"/drafts/{upload.id}", status_code=303)
    site, user = site_of(request), request.state.person.name
    await site.read(partial(_forget, upload=upload, user=user))
    return RedirectResponse("/new", status_code=303)


def _forget(journal: Journal, upload: Upload, user: str) -> None:
    """Delete an upload, and the drafts of its sheet with their corrections unless it was uploaded twice."""
    kept = Uploads(journal.state)
    kept.discard(upload)
    drafts = [] if kept.of_run(upload.file) else [run.id for run in journal.runs_of(upload.file) if not run.complete]
    ended = [draft for draft in drafts if journal.try_hold(draft)]
    for draft in ended:
        journal.delete_draft(draft)
    for draft in ended or [""]:
        journal.add_audit("discard", user, draft, upload=upload.id)


async def cancel_draft(request: Request) -> Response:
    """Take a draft back from the queue; one with its turn goes on, and its run can be stopped."""
    upload = await upload_of(request)
    job = await anyio.to_thread.run_sync(lambda: jobs_of(site_of(request).state, upload, "send").newest())
    if job is None:
        return RedirectResponse(f"/drafts/{upload.id}", status_code=303)
    if not await cancel_job(request, job, upload=upload.id):
        return RedirectResponse(f"/drafts/{upload.id}?late=1", status_code=303)
    # It has waited: what it would do may be another thing by now.
    again = await anyio.to_thread.run_sync(read_anew, site_of(request), upload, request.state.person.name)
    await wait_for_end(again)
    return RedirectResponse(f"/drafts/{upload.id}", status_code=303)


async def cancel_job(request: Request, job: Job, run_id: str = "", **detail: str) -> bool:
    """Take a queued job back, and wait a moment for its child to notice; return whether it was in time."""
    if await anyio.to_thread.run_sync(lambda: job.state) is JobState.QUEUED:
        await anyio.to_thread.run_sync(job.cancel, user := request.state.person.name)
        if await anyio.to_thread.run_sync(lambda: job.cancelled_by):
            await site_of(request).read(lambda journal: journal.add_audit("cancel", user, run_id, **detail))
            await _wait(job, AT_WORK, _PATIENCE_SECONDS)
    return bool(await anyio.to_thread.run_sync(lambda: job.cancelled_by))


def read_anew(site: Site, upload: Upload, user: str) -> Job | None:
    """Begin to read an upload by its present choices; None if it is being read already."""
    chosen = upload.reading()
    upload.values.drop(preview_name(chosen))
    job = jobs_of(site.state, upload, "read").claim({"user": user, "reading": chosen.model_dump()})
    if job is not None:
        _start(site, "read", upload, job)
    return job


async def until_live(site: Site, run_id: str) -> None:
    """Wait a moment for the first live line of a run: without it, its page would call the run stopped."""
    end = time.monotonic() + _LIVE_PATIENCE_SECONDS
    while time.monotonic() < end and not await site.read(partial(_is_live_or_finished, run_id=run_id)):
        await anyio.sleep(_POLL_SECONDS)


def _is_live_or_finished(journal: Journal, run_id: str) -> bool:
    run = journal.find(run_id)
    live = journal.live().get(run_id)
    # The line of a process that was killed before is there until the next one writes its own.
    is_live = live is not None and not live.lost
    return run is None or run.finished or is_live or journal.queued(run_id) is not None


async def wait_for_end(job: Job | None) -> None:
    """Wait a moment for a reading."""
    if job is not None:
        await _wait(job, AT_WORK, _PATIENCE_SECONDS)


async def _wait(job: Job, states: "frozenset[JobState] | set[JobState]", seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and await anyio.to_thread.run_sync(lambda: job.state) in states:
        await anyio.sleep(_POLL_SECONDS)


def _claim_and_start(site: Site, upload: Upload, asked: dict[str, Any]) -> Job | None:
    job = jobs_of(site.state, upload, "send").claim(asked)
    if job is not None:
        _start(site, "send", upload, job)
    return job


def _start(site: Site, verb: str, upload: Upload, job: Job) -> None:
    try:
        start_child(site.state, site.config, verb, upload.id, job, site.reserve)
    except BaseException:
        job.note(JobState.REFUSED, error="No process could be started for this; nothing was sent.")
        raise


async def _saved(site: Site, preview: Preview | None) -> list[SavedMapping]:
    """The saved mappings for the sheet's headings."""
    headings = headings_of(preview or {})
    return await site.read(lambda journal: journal.saved_mappings(headings)) if headings else []


async def upload_of(request: Request) -> Upload:
    """The upload of the address; raises 404."""
    site, draft = site_of(request), request.path_params["draft_id"]
    upload = await anyio.to_thread.run_sync(Uploads(site.state).find, draft)
    if upload is None:
        raise HTTPException(404, await site.read(partial(discarded_by, upload=draft)) or None)
    return upload


async def _look(request: Request, upload: Upload) -> DraftView:
    return await anyio.to_thread.run_sync(look_at, site_of(request).state, upload)


def _shown(upload: Upload, digest: str) -> Preview | None:
    """The preview that a form was made from."""
    if not re.fullmatch(r"[0-9a-f]{16}", digest):
        return None
    return upload.values.load(f"preview-{digest}.json")


async def _page(request: Request, view: DraftView, status: int = 200, **values: Any) -> Response:
    if view.stage is Stage.SENT:
        late = "?late=1" if request.query_params.get("late") else ""
        return _to(request, f"/runs/{view.run}{late}")
    await anyio.to_thread.run_sync(site_of(request).fill_reserve)
    is_swap = "hx-request" in request.headers
    site, preview = site_of(request), view.preview
    saved = await _saved(site, preview)
    taken = next((one for one in saved if one.name == view.reading.saved), None)
    try:
        settings = site.settings()
        targets, chosen = target_choices(settings), chosen_target(view.reading, settings)
        at_dialer = view.reading.at_dialer(settings)
        default, campaigns = target_of(at_dialer), list(at_dialer.campaigns)
        present = view.reading.applied_to(settings)
    except SettingsError:
        present, campaigns, targets, chosen, default = None, [], [], "", None
    shown = _of_preview(preview, site.now())
    outdated = preview is not None and await site.read(partial(is_outdated, found=preview))
    return render(
        request,
        "draft.html",
        target=shown["to"] or (target_of(present) if present else None),
        # htmx swaps in nothing but a success; the words on the page are the same.
        status=200 if is_swap else status,
        **{"wrong": "", "typed": {}, "changed": False, **values},
        view=view,
        preview=preview,
        ready=preview is not None and can_be_sent(preview),
        rules=present.input if present else None,
        campaigns=campaigns,
        targets=targets,
        chosen_target=chosen,
        usual=default[1] if default else "by the settings",
        saved=saved,
        taken=taken,
        just_saved=request.query_params.get("saved", "")[:LONGEST_NAME],
        as_saved={heading: plain(field) for heading, field in taken.columns.items()} if taken else {},
        is_changed=taken is not None and is_changed(view.reading, taken),
        orders={order: f"{words}, as in {EXAMPLES[order]}" for order, words in ORDER_WORDS.items()},
        trial_rows=TRIAL_ROWS,
        size=size_words(view.upload.size),
        corrected_run=corrections_run(view.upload),
        outdated=outdated,
        changed_run=await site.read(partial(changed_since, upload=view.upload)),
        **shown,
    )


def _of_preview(preview: Preview | None, now: datetime) -> dict[str, Any]:
    """The values that the template cannot make from a preview."""
    found: dict[str, Any] = {"to": None, "fields_for": fields_for, "phones_of": phones_of, "skip_words": skip_words}
    found |= {"undecided_words": undecided_words, "takes": "", "ends": None, "at": datetime.fromisoformat}
    if preview is None or preview["what"] not in (SEND, GO_ON):
        return found
    target = preview["target"]
    ids = CampaignIds(target["template"], target["campaign"], target["allocation"])
    host, campaign = names_of(target["dialer"], ids)
    found["to"] = (host, target["name"] or campaign, hue(target["dialer"], ids))
    if preview["pace"] and preview["waiting"]:
        seconds = preview["waiting"] / preview["pace"]
        found |= {"takes": rough_duration(seconds), "ends": now + timedelta(seconds=seconds)}
    return found


def _to(request: Request, path: str) -> Response:
    """The way to another page, also out of a swap."""
    if "hx-request" in request.headers:
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


ROUTES = [
    Route("/drafts/{draft_id}", draft, name="draft"),
    Route("/drafts/{draft_id}/reading", reading, methods=["POST"], name="reading"),
    Route("/drafts/{draft_id}/rest", rest, methods=["POST"], name="rest"),
    Route("/drafts/{draft_id}/send", send_draft, methods=["POST"], name="send_draft"),
    Route("/drafts/{draft_id}/cancel", cancel_draft, methods=["POST"], name="cancel_draft"),
    Route("/drafts/{draft_id}/discard", discard, methods=["POST"], name="discard"),
]
