"""Finding a lead, and everything that happened to it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leadsync.journal import LEFT_OUT, AttemptRecord, Decision, Edit, FoundLead
from leadsync.models import RowRecord, RunRecord
from leadsync.web.page_words import public_message, public_record, row_message
from leadsync.web.rows_page import present_rows
from leadsync.web.site import site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

_MOST_FOUND = 50
_MOST_ROWS = 200
_LONGEST_QUESTION = 200


class Found(NamedTuple):
    """The leads of a search; `by_text`: none of them by the id; `before`: where the search goes on in older rows."""

    leads: list[FoundLead]
    by_text: bool = False
    before: int | None = None


def _search(journal: "Journal", question: str, before: int | None) -> Found:
    history = journal.history()
    if before is None and (leads := history.leads_like(question, _MOST_FOUND)):
        return Found(leads)
    digits = "".join(filter(str.isdigit, question))
    # A phone as people write it; rows hold it as it was sent.
    is_phone = len(digits) >= 6 and not any(map(str.isalpha, question))
    texts = {question, digits} if is_phone else {question}
    found = history.leads_with(texts, _MOST_FOUND, before)
    return Found(found.leads, by_text=True, before=found.before)


async def leads(request: Request) -> Response:
    """The search, and the leads it found; a single one is shown at once. A script asks for the rest, part by part."""
    question = request.query_params.get("q", "").strip()[:_LONGEST_QUESTION]
    asked = request.query_params.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    found = await site_of(request).read(partial(_search, question=question, before=before)) if question else None
    if found and len(found.leads) == 1 and before is None and found.before is None:
        return RedirectResponse(f"/leads/{quote(found.leads[0].lead, safe='')}", status_code=303)
    more = f"/leads?{urlencode({'q': question, 'before': found.before})}" if found and found.before else ""
    template = "leads_part.html" if "hx-request" in request.headers else "leads.html"
    return render(request, template, question=question, found=found, most=_MOST_FOUND, before=before, more=more)


@dataclass(slots=True)
class LeadRow:
    """A row of the lead, with its run and its requests."""

    run: RunRecord
    record: RowRecord
    decision: Decision | None
    edits: list[tuple[str, Edit]]
    """Each with the heading of its cell."""
    attempts: list[AttemptRecord] = field(default_factory=list)

    @property
    def message(self) -> str:
        return row_message(self.record)


def _history(journal: "Journal", lead: str) -> list[LeadRow]:
    history = journal.history()
    rows: dict[tuple[str, int], LeadRow] = {}
    for run_id, record in present_rows(journal, [*islice(history.lead(lead), _MOST_ROWS)]):
        if run := journal.find(run_id):
            decision = journal.decisions(run_id, [record.number]).get(record.number)
            edits = [
                (run.headings[edit.position], edit)
                for edit in journal.edits(run_id, [record.number])
                if edit.position != LEFT_OUT
            ]
            rows[run_id, record.number] = LeadRow(run, public_record(record, run.dialer), decision, edits)
    for (run_id, number), shown in rows.items():
        shown.edits += _edits_under_another_id(journal, run_id, number, rows)
    for run_id, attempt in history.attempts(lead):
        if row := rows.get((run_id, attempt.number)):
            row.attempts.append(attempt._replace(message=public_message(attempt.message, row.run.dialer)))
    return list(rows.values())


def _edits_under_another_id(
    journal: "Journal", run_id: str, number: int, shown: Collection[tuple[str, int]]
) -> Iterator[tuple[str, Edit]]:
    """The corrections behind a row: a corrected id leaves the earlier row with another lead."""
    for before, edit in journal.edits_taken(run_id, number):
        if (before, edit.number) not in shown and (run := journal.find(before)):
            yield run.headings[edit.position], edit


async def lead(request: Request) -> Response:
    """The history of one lead, the newest first."""
    lead_id = request.path_params["lead"]
    rows = await site_of(request).read(partial(_history, lead=lead_id))
    if not rows:
        raise HTTPException(404, f"No run has a row of lead {lead_id}; ids are told apart by every character.")
    return render(request, "lead.html", lead=lead_id, rows=rows, most=_MOST_ROWS)


ROUTES = [
    Route("/leads", leads, name="leads"),
    Route("/leads/{lead:path}", lead, name="lead"),
]
