"""The page for a new upload, and its way to the disk."""

from contextlib import suppress
from pathlib import Path

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.config import SheetChoices
from leadsync.errors import LeadsyncError
from leadsync.web.draft_page import read_anew, wait_for_end
from leadsync.web.draft_view import DraftView, Stage, look_at
from leadsync.web.draft_words import size_words
from leadsync.web.setup import setup_of, unchanged
from leadsync.web.site import site_of
from leadsync.web.target_choices import FIELD as TARGET
from leadsync.web.target_choices import target_choices, target_of_field
from leadsync.web.templates import render
from leadsync.web.upload_form import UploadForm
from leadsync.web.uploads import MOST_BYTES, CutOffError, NoRoomError, TooLargeError, Upload, Uploads

_MOST_DRAFTS = 20
_OPEN = frozenset({Stage.READING, Stage.SHOWN, Stage.BROKEN, Stage.QUEUED, Stage.PLANNING})


async def new(request: Request) -> Response:
    """The form for a file, and the drafts that nobody has sent yet."""
    return await _form(request)


async def uploads(request: Request) -> Response:
    """Take a file to the disk, begin to read it, and show what was read; its address alone leads to the form."""
    if request.method != "POST":
        return RedirectResponse("/new", status_code=303)
    site = site_of(request)
    kept = Uploads(site.state)
    await anyio.to_thread.run_sync(kept.sweep, site.now())
    try:
        upload, fields = await _received(request, kept)
    except ClientDisconnect:
        return Response(status_code=400)
    except (TooLargeError, NoRoomError, CutOffError) as error:
        status = {TooLargeError: 413, NoRoomError: 507}.get(type(error), 400)
        return await _form(request, status=status, error=str(error))
    await site.read(lambda journal: journal.add_audit("upload", upload.user, file=upload.name, upload=upload.id))
    chosen = target_of_field(fields[TARGET]) if TARGET in fields else {"campaign": fields.get("campaign", "")}
    upload.choose(SheetChoices(**chosen))
    job = await anyio.to_thread.run_sync(read_anew, site, upload, request.state.person.name)
    await wait_for_end(job)
    view = await anyio.to_thread.run_sync(look_at, site.state, upload)
    if view.preview and view.preview.get("no_sheet"):
        # No choice of the draft's page could help.
        await anyio.to_thread.run_sync(kept.discard, upload)
        return await _form(request, status=422, error=f"{view.preview['error']} Nothing was kept.")
    return RedirectResponse(f"/drafts/{upload.id}", status_code=303)


async def _received(request: Request, kept: Uploads) -> tuple[Upload, dict[str, str]]:
    form = UploadForm(request.headers.get("content-type", ""))
    size = request.headers.get("content-length", "")
    expected = int(size) if size.isdecimal() and len(size) < 20 else 0
    with kept.receive("", expected, request.state.person.name, site_of(request).now()) as incoming:
        await form.receive(request.stream(), incoming)
    if incoming.upload is None:
        raise CutOffError("The upload ended before its end; send the file again. Nothing was kept.")
    return incoming.upload, form.fields


async def _form(request: Request, status: int = 200, error: str = "") -> Response:
    site, setup = site_of(request), await setup_of(request)
    if answer := unchanged(request, setup):
        return answer
    await anyio.to_thread.run_sync(site.fill_reserve)
    settings = None if setup else await anyio.to_thread.run_sync(site.settings)
    drafts = await anyio.to_thread.run_sync(_open_drafts, site.state)
    return render(
        request,
        "new.html",
        status=status,
        error=error,
        setup=setup,
        campaigns=list(settings.campaigns) if settings else [],
        targets=target_choices(settings) if settings else [],
        drafts=drafts,
        most=size_words(MOST_BYTES),
    )


def _open_drafts(state: Path) -> list[DraftView]:
    found: list[DraftView] = []
    for upload in Uploads(state).all():
        with suppress(LeadsyncError):
            view = look_at(state, upload)
            if view.stage in _OPEN:
                found.append(view)
        if len(found) == _MOST_DRAFTS:
            break
    return found


ROUTES = [
    Route("/new", new, name="new"),
    Route("/uploads", uploads, methods=["GET", "POST"], name="uploads"),
]
