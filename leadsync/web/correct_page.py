"""The page for corrections: reasons first, then the rows with the cells at fault as fields."""

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.plurals import counted
from leadsync.web.correct_data import READY, CorrectPage, Wanted, page_of
from leadsync.web.draft_successors import at_successor
from leadsync.web.site import site_of
from leadsync.web.templates import names_of, render

_LONGEST_KEY = 80


async def correct(request: Request) -> Response:
    """The page."""
    asked = request.query_params
    run_id, saved = request.path_params["run"], number_in(asked.get("saved", ""))
    put = site_of(request).sessions.unseal(asked.get("put", ""))
    done: dict[str, Any] = {"bulk": asked.get("put", ""), "left": number_in(asked.get("left", ""))}
    if "back" in asked:
        done["taken_back"] = number_in(asked["back"])
    if put.get("run") == run_id:
        done |= {"put": put["rows"], "left": put["left"]}
        done["other"] = put["said"] if put["said"] not in (0, put["rows"] + put["left"]) else 0
    try:
        return await show(request, run_id, wanted_in(asked), saved, **done)
    except HTTPException as error:
        return await at_successor(request, run_id, error, "/correct")


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


def number_in(text: object) -> int:
    """A number in a form; 0 if it is none."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


ROUTES = [Route("/runs/{run}/correct", correct, name="correct")]
