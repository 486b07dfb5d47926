"""The page for corrections: reasons first, then the rows with the cells at fault as fields."""

import hashlib
import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.plurals import counted
from leadsync.web.correct_data import READY, CorrectPage, Wanted, page_of
from leadsync.web.draft_successors import successor_of
from leadsync.web.site import site_of
from leadsync.web.templates import names_of, render

_LONGEST_KEY = 80
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


async def correct(request: Request) -> Response:
    """The page."""
    asked = request.query_params
    put, left, said = (number_in(asked.get(name, "")) for name in ("put", "left", "said"))
    done: dict[str, Any] = {
        "put": put if "put" in asked else None,
        "taken_back": number_in(asked["back"]) if "back" in asked else None,
        "times": [seconds_in(asked.get(name, "")) for name in ("since", "until")],
        "left": left,
        "other": said if said not in (0, put + left) else 0,
    }
    run_id, saved = request.path_params["run"], number_in(asked.get("saved", ""))
    try:
        return await show(request, run_id, wanted_in(asked), saved, **done)
    except HTTPException as error:
        return await at_successor(request, run_id, error)


async def at_successor(request: Request, draft: str, error: HTTPException) -> Response:
    """Lead on from a page of a draft that was sent or read again since; raises the error if nobody knows the draft."""
    now = await anyio.to_thread.run_sync(successor_of, site_of(request).state, draft)
    if now is None or now.run == draft:
        raise error
    there = f"/runs/{now.run}/correct" if now.run else f"/drafts/{now.upload.id}"
    return RedirectResponse(f"/runs/{now.run}" if now.is_sent else there, status_code=303)


async def show(
    request: Request, run_id: str, wanted: Wanted, saved: int = 0, *, status: int = 200, **values: Any
) -> Response:
    """The page, with what a form has to say."""
    site = site_of(request)
    page = await site.read(partial(page_of, site=site, run_id=run_id, wanted=wanted, saved=saved))
    return render(
        request,
        "correct.html",
        status=status,
        **{"put": None, "left": 0, "other": 0, "wrong": "", "card": None, "typed": (), "taken_back": None, **values},
        **page_values(page),
    )


def page_values(page: CorrectPage) -> dict[str, Any]:
    """The values for the template."""
    here = f"/runs/{page.run.id}/correct"
    back = address_of(page.wanted)
    more = address_of(Wanted(page.rows[-1].number, page.wanted.reason)) if page.has_more else ""
    return {
        "page": page,
        "run": page.run,
        "here": here,
        "back": back,
        "headings_digest": digest_of(page.run.headings),
        "more": f"{here}?{more}" if more else "",
        "ready_rows": page.wanted.reason == READY,
        "place": names_of(page.run.dialer, page.run.ids),
        "in_address": lambda key: urlencode({"reason": key}),
        "reasons_left": {key: counted(rows, "row") for key, rows in page.left.items()},
    }


def digest_of(headings: Sequence[str]) -> str:
    """A word for the columns of a form: a later reading of the sheet may have others."""
    return hashlib.sha256(json.dumps(headings).encode()).hexdigest()[:12]


def wanted_in(asked: Any) -> Wanted:
    """The part of the page in an address or a form."""
    return Wanted(number_in(asked.get("after", "")), str(asked.get("reason", ""))[:_LONGEST_KEY])


def address_of(wanted: Wanted) -> str:
    """The same, for an address."""
    values = {"after": wanted.after, "reason": wanted.reason}
    return urlencode({name: value for name, value in values.items() if value})


def seconds_in(text: object) -> float:
    """A time in a form, in seconds since 1970; 0 if it is none."""
    return float(text) if isinstance(text, str) and _SECONDS.fullmatch(text) else 0.0


def number_in(text: object) -> int:
    """A number in a form; 0 if it is none."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


ROUTES = [Route("/runs/{run}/correct", correct, name="correct")]
