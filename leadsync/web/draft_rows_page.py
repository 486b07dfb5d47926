"""The page with the rows of a draft of one kind, or all; single rows are left out of the sending here."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import BusyError
from leadsync.journal import LEFT_OUT, Journal
from leadsync.web.correct_page import number_in
from leadsync.web.draft_lists import ALL, is_correctable, list_words
from leadsync.web.draft_page import upload_of
from leadsync.web.draft_rows import DraftRows, LeavingOut, all_rows, leaving_out, page_of
from leadsync.web.draft_view import DraftView, Stage, look_at
from leadsync.web.site import site_of
from leadsync.web.templates import render

_LONGEST_LEAD = 200
_SENDING = (Stage.QUEUED, Stage.PLANNING, Stage.SENT)
_CHANGED = "This row was changed since you saw it, or its sheet was read again or sent; see how it stands now."


async def draft_rows(request: Request) -> Response:
    """A page of the rows in a list; a draft without a preview leads back to its page. A form leaves a row out."""
    view = await anyio.to_thread.run_sync(look_at, site_of(request).state, await upload_of(request))
    asked: Any = request.query_params if request.method != "POST" else await request.form(max_files=0)
    if request.method == "POST" and view.stage in _SENDING:
        number = number_in(asked.get("number", ""))
        what = f"has sent this sheet as run {view.run}" if view.stage is Stage.SENT else "has asked to send this sheet"
        return _refused(request, view, 409, f"{view.sent_by} {what}: nothing was changed in row {number}.")
    if view.stage is not Stage.SHOWN or view.preview is None or view.preview["what"] != "send":
        return RedirectResponse(f"/drafts/{view.upload.id}", status_code=303)
    place = {name: str(asked.get(name, ""))[:_LONGEST_LEAD] for name in ("list", "lead", "after")}
    if request.method != "POST":
        return await _page(request, view, place)
    work = partial(
        _leave_out,
        draft=str(view.preview.get("base", "")),
        row=(number_in(asked.get("number", "")), number_in(asked.get("version", ""))),
        text="" if "back" in asked else "left out",
        user=request.state.person.name,
    )
    if not await site_of(request).read(work):
        return await _page(request, view, place, status=409, wrong=_CHANGED)
    address = urlencode({name: text for name, text in place.items() if text})
    return RedirectResponse(f"{request.url.path}?{address}#row-{number_in(asked.get('number', ''))}", status_code=303)


async def _page(
    request: Request, view: DraftView, place: dict[str, str], status: int = 200, wrong: str = ""
) -> Response:
    preview = view.preview or {}
    words = list_words(place["list"], preview)
    if not words:
        words = "The sheet has no such rows: it was read again since the link was made, or rows were corrected."
        return _refused(request, view, 404, words)
    page, states = await site_of(request).read(partial(_rows, view=view, place=place))
    address = partial(urlencode, {name: place[name] for name in ("list", "lead") if place[name]})
    path = request.url.path
    return render(
        request,
        "draft_rows.html",
        status=status,
        upload=view.upload,
        words=words,
        page=page,
        states=states,
        base=preview.get("base", ""),
        place=place,
        every=place["list"] == ALL,
        can_correct=is_correctable(place["list"]),
        wrong=wrong,
        first=f"{path}?{address()}" if place["after"] else "",
        more=f"{path}?{address()}&after={page.rows[-1].number}" if page and page.has_more else "",
    )


def _refused(request: Request, view: DraftView, status: int, words: str) -> Response:
    way = (f"/drafts/{view.upload.id}", "To the run" if view.stage is Stage.SENT else "To the sheet")
    return render(request, "error.html", status=status, words=words, way=way)


def _rows(journal: Journal, view: DraftView, place: dict[str, str]) -> tuple[DraftRows | None, dict[int, LeavingOut]]:
    preview, name, after = view.preview or {}, place["list"], number_in(place["after"])
    draft = str(preview.get("base", ""))
    if name == ALL:
        page = all_rows(journal, draft, place["lead"].strip(), after)
    else:
        page = page_of(view.upload, view.reading, preview, name, after)
    return page, leaving_out(journal, draft, [row.number for row in page.rows]) if page else {}


def _leave_out(journal: Journal, draft: str, row: tuple[int, int], text: str, user: str) -> bool:
    """Leave a row, given by its number and version, out of the sending, or take that back; False if it was changed."""
    number, version = row
    run = journal.find(draft)
    if run is None or run.complete or not journal.states(draft, [number]):
        return False
    try:
        if journal.edit(draft, number, {LEFT_OUT: text}, version=version, user=user) is None:
            return False
    except BusyError:
        return False
    journal.add_audit("leave out" if text else "take back", user, draft, row=number)
    return True


ROUTES = [Route("/drafts/{draft_id}/rows", draft_rows, methods=["GET", "POST"], name="draft_rows")]
