"""What came of a draft that is gone: the run that it was sent as, or the draft of another reading of its sheet."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from leadsync.journal import AuditFilter
from leadsync.models import RunRecord
from leadsync.web.draft_jobs import preview_name
from leadsync.web.jobs import jobs_of
from leadsync.web.site import Site, site_of
from leadsync.web.uploads import Upload, Uploads

if TYPE_CHECKING:
    from leadsync.journal import Journal


class Successor(NamedTuple):
    """A run, or another draft; `run` is empty while there is none."""

    run: str
    upload: Upload
    is_sent: bool


def successor_of(state: Path, draft: str) -> Successor | None:
    """The successor of a draft; None if nobody knows the draft."""
    for upload in Uploads(state).all():
        sends, reads = (jobs_of(state, upload, kind).all() for kind in ("send", "read"))
        own = [job for job in sends if job.asked.get("base") == draft]
        if run := next((str(job.noted["run"]) for job in own if job.noted.get("run")), ""):
            return Successor(run, upload, True)
        if own or any(job.noted.get("base") == draft for job in (*sends, *reads)):
            preview = upload.values.load(preview_name(upload.reading())) or {}
            return Successor(str(preview.get("base", "")), upload, False)
    return None


async def at_successor(request: Request, draft: str, error: HTTPException, page: str = "") -> Response:
    """Lead on from a page of a draft that was sent or read again since, to the same page of its successor.

    Raises the error if nobody knows the draft.
    """
    now = await anyio.to_thread.run_sync(successor_of, site_of(request).state, draft)
    if now is None or now.run == draft:
        raise error
    there = f"/runs/{now.run}{'' if now.is_sent else page}" if now.run else f"/drafts/{now.upload.id}"
    return RedirectResponse(there, status_code=303)


def discarded_by(journal: "Journal", *, run_id: str = "", upload: str = "") -> str:
    """The words about a draft that somebody has discarded, known by its run or its upload; empty for any other."""
    entries = journal.audit_page(AuditFilter(run_id, action="discard"))
    user = next((one.user for one in entries if not upload or one.detail.get("upload") == upload), "")
    return f"{user} has discarded this sheet: no more of it is sent, and nothing of it can be changed." if user else ""


async def moved(
    site: Site, draft: str, error: Exception, typed: Callable[["Journal", RunRecord | None], str]
) -> tuple[str, str]:
    """The successor of a draft, by its id, and the words about a change that came too late for the draft.

    `typed` has the words about what was typed. Raises the error if nobody knows the draft, and HTTPException 409 while
    there is no successor.
    """
    now = await anyio.to_thread.run_sync(successor_of, site.state, draft)
    if now is None:
        raise error

    def look(journal: "Journal") -> tuple[bool, str]:
        run = journal.find(now.run) if now.run else None
        return run is not None, typed(journal, run)

    is_there, kept = await site.read(look)
    if not is_there:
        words = "The sheet is being read again, or cannot be read as it was: nothing was changed."
        raise HTTPException(409, f"{words}{kept} Correct it from the sheet's page.") from error
    if now.is_sent:
        words = f"The sheet was sent as run {now.run} before your change came: nothing was changed.{kept}"
        return now.run, f"{words} If the row did not go through, correct it here."
    if now.run == draft:
        return draft, f"{error} Nothing was changed.{kept}"
    words = f"The sheet was read again since you saw it: nothing was changed.{kept}"
    return now.run, f"{words} These are its rows as they are now; correct it here."
