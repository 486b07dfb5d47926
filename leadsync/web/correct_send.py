"""The corrected rows as a draft: the page writes the file that a person would give back, and takes it as an upload."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.config import OWN_FILE, SheetChoices
from leadsync.models import RunRecord
from leadsync.plurals import agreeing, counted
from leadsync.run import CorrectedRow, versions_of, with_edits, write_corrected
from leadsync.temporary_files import temporary_folder
from leadsync.web.correct_checks import open_rows_of
from leadsync.web.correct_data import MOST_ROWS, rules_of
from leadsync.web.correct_page import show, wanted_in
from leadsync.web.corrections import corrections_run, holds, keep_corrections
from leadsync.web.draft_page import read_anew, wait_for_end
from leadsync.web.draft_successors import at_successor
from leadsync.web.draft_view import Stage, look_at
from leadsync.web.run_page import run_of
from leadsync.web.site import Site, site_of
from leadsync.web.uploads import Upload, Uploads

if TYPE_CHECKING:
    from leadsync.journal import Journal

_BLOCK = 1 << 20
_NONE_READY = "No corrected row is ready to be sent."


async def send_edits(request: Request) -> Response:
    """Make a draft of exactly the rows that are ready, in place of an earlier one that nobody has sent.

    The corrections of a draft are read with its sheet.
    """
    site, run_id, user = site_of(request), request.path_params["run"], request.state.person.name
    try:
        upload = await site.read(partial(_draft, site=site, run_id=run_id, user=user))
    except HTTPException as error:
        return await at_successor(request, run_id, error)
    if isinstance(upload, str):
        return await show(request, run_id, wanted_in({}), status=409, wrong=upload)
    job = await anyio.to_thread.run_sync(read_anew, site, upload, user)
    await wait_for_end(job)
    return RedirectResponse(f"/drafts/{upload.id}", status_code=303)


def _draft(journal: "Journal", site: Site, run_id: str, user: str) -> Upload | str:
    """The draft, or why there is none."""
    run = run_of(journal, run_id)
    if not run.complete:
        return Uploads(site.state).of_run(run.file) or _NONE_READY
    rules = rules_of(journal, site, run)
    before = journal.correctable_counts(run_id).ready
    if (lost := before - open_rows_of(journal, rules).ready) > 0:
        return _lost(lost)
    records = journal.ready_page(run_id, 0, MOST_ROWS)
    rows = with_edits(records, journal.edits(run_id, [record.number for record in records]))
    if not rows:
        return _NONE_READY
    versions, kept = versions_of(rows), Uploads(site.state)
    for earlier in _unsent(site, kept, run):
        if holds(earlier, run.id, versions):
            return earlier
        kept.discard(earlier)
        journal.add_audit("discard", user, run.id, upload=earlier.id)
    upload = _received(site, kept, run, rows, user)
    keep_corrections(upload, run.id, versions)
    settings = site.settings().at_address(run.dialer)
    campaign = settings.campaign_of(run.ids) or ""
    upload.choose(SheetChoices.of_run(run.reading, dialer=settings.dialer, campaign=campaign, input=dict(OWN_FILE)))
    journal.add_audit("upload", user, run.id, rows=len(rows), upload=upload.id)
    return upload


def _lost(rows: int) -> str:
    return (
        f"{counted(rows, 'corrected row is', 'corrected rows are')} not ready any more: the settings have changed. "
        f"See the {agreeing(rows, 'reason', 'reasons')} below; correct {agreeing(rows, 'it', 'them')}, or send the "
        "others. Nothing was sent."
    )


def _unsent(site: Site, kept: Uploads, run: RunRecord) -> list[Upload]:
    """The drafts of corrections of this run that nobody has sent."""
    drafts = [upload for upload in kept.all() if corrections_run(upload) == run.id]
    return [upload for upload in drafts if look_at(site.state, upload).stage in (Stage.SHOWN, Stage.BROKEN)]


def _received(site: Site, kept: Uploads, run: RunRecord, rows: Sequence[CorrectedRow], user: str) -> Upload:
    with temporary_folder("report") as folder:
        path = write_corrected(folder, run, rows)
        with kept.receive(path.name, path.stat().st_size, user, site.now()) as incoming, path.open("rb") as stream:
            incoming.name = path.name
            while block := stream.read(_BLOCK):
                incoming.write(block)
    assert incoming.upload is not None  # noqa: S101 - it was complete at the end of the context
    return incoming.upload


ROUTES = [Route("/runs/{run}/edits/send", send_edits, methods=["POST"], name="send_edits")]
