"""The page with the rows of a draft of one kind: not sent for one reason, changed in one way, with one effect."""

from functools import partial
from urllib.parse import urlencode

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.web.correct_page import number_in
from leadsync.web.draft_page import upload_of
from leadsync.web.draft_rows import list_words, page_of
from leadsync.web.draft_view import look_at
from leadsync.web.site import site_of
from leadsync.web.templates import render


async def draft_rows(request: Request) -> Response:
    """A page of the rows in a list; a draft without a preview leads back to its page."""
    site, upload = site_of(request), await upload_of(request)
    view = await anyio.to_thread.run_sync(look_at, site.state, upload)
    if view.preview is None or view.preview["what"] != "send":
        return RedirectResponse(f"/drafts/{upload.id}", status_code=303)
    name, after = request.query_params.get("list", ""), number_in(request.query_params.get("after", ""))
    words = list_words(name, view.preview)
    if not words:
        raise HTTPException(404)
    page = await anyio.to_thread.run_sync(partial(page_of, upload, view.reading, view.preview, name, after))
    path = request.url.path
    return render(
        request,
        "draft_rows.html",
        upload=upload,
        words=words,
        page=page,
        first=f"{path}?{urlencode({'list': name})}" if after else "",
        more=f"{path}?{urlencode({'list': name, 'after': page.rows[-1].number})}" if page and page.has_more else "",
    )


ROUTES = [Route("/drafts/{draft_id}/rows", draft_rows, name="draft_rows")]
