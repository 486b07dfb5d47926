"""Mappings saved for sheets with the same headings: kept from a draft, listed, shown and deleted."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.errors import UsageError
from leadsync.web.draft_jobs import preview_name
from leadsync.web.draft_page import read_anew, wait_for_end
from leadsync.web.preview import UNDECIDED
from leadsync.web.saved_mappings import LONGEST_NAME, columns_to_save, headings_of, shown_columns, with_mapping
from leadsync.web.site import Site, site_of
from leadsync.web.templates import render
from leadsync.web.uploads import Upload, Uploads


async def mappings(request: Request) -> Response:
    """The list; a form saves the columns of a draft, or deletes a mapping."""
    site = site_of(request)
    if request.method == "POST":
        form = {name: text for name, text in (await request.form(max_files=0)).items() if isinstance(text, str)}
        if "draft" in form:
            return await _save(site, form, request.state.person.name)
        return await anyio.to_thread.run_sync(_delete, site, form, request.state.person.name)
    found = await site.read(lambda journal: journal.all_mappings())
    return render(
        request,
        "mappings.html",
        mappings=[(one, json.dumps(one.headings), shown_columns(one.columns)) for one in found],
        deleted=request.query_params.get("deleted", "")[:LONGEST_NAME],
    )


async def _save(site: Site, form: Mapping[str, str], user: str) -> Response:
    """Save the columns of a draft, and read it by them."""
    name = " ".join(form.get("name", "").split())
    upload = await anyio.to_thread.run_sync(_saved, site, form, name, user)
    await wait_for_end(await anyio.to_thread.run_sync(read_anew, site, upload, user))
    return RedirectResponse(f"/drafts/{upload.id}?{urlencode({'saved': name})}", status_code=303)


def _saved(site: Site, form: Mapping[str, str], name: str, user: str) -> Upload:
    upload = Uploads(site.state).find(form["draft"])
    if upload is None:
        raise HTTPException(404)
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"A mapping's name has 1 to {LONGEST_NAME} characters; go back, and give it one.")
    reading = upload.reading()
    preview = upload.values.load(preview_name(reading))
    if form.get("reading") != reading.digest or preview is None:
        raise HTTPException(
            409, "The columns have been chosen otherwise since; look at the draft, and save them again."
        )
    if not headings_of(preview) or preview["what"] == UNDECIDED:
        raise UsageError("The columns of this sheet are not decided yet; choose them, then save the mapping.")
    columns = columns_to_save(preview, reading)
    with site.journal() as journal:
        journal.save_mapping(headings_of(preview), name, columns, user)
        journal.add_audit("save mapping", user, mapping=name)
        mapping = next(one for one in journal.saved_mappings(headings_of(preview)) if one.name == name)
    upload.choose(with_mapping(reading, mapping, site.settings()))
    return upload


def _delete(site: Site, form: Mapping[str, str], user: str) -> Response:
    name, headings = form.get("delete", ""), _headings(form.get("headings", ""))
    with site.journal() as journal:
        if any(one.name == name for one in journal.saved_mappings(headings)):
            journal.delete_mapping(headings, name)
            journal.add_audit("delete mapping", user, mapping=name)
    return RedirectResponse(f"/mappings?{urlencode({'deleted': name})}", status_code=303)


def _headings(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UsageError("That is no mapping of this page; nothing was deleted.")
    return found


ROUTES = [Route("/mappings", mappings, methods=["GET", "POST"], name="mappings")]
