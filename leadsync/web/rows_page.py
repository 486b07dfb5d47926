"""The rows of a run, a hundred at a time, each with what was sent and what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.journal import RowFilter
from leadsync.models import RowRecord, RunRecord, Status
from leadsync.reasons import MAY_GO_LATER, FaultKind, Skip, SkipKind
from leadsync.report import Highlights, highlights
from leadsync.web.page_words import public_record, row_message
from leadsync.web.run_page import run_of
from leadsync.web.run_view import kind_words
from leadsync.web.site import site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

ON_A_PAGE = 100
_LONGEST_LEAD = 200


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row as the page shows it."""

    record: RowRecord
    marks: Highlights

    @property
    def message(self) -> str:
        return row_message(self.record)

    @property
    def why(self) -> dict[int, str]:
        """The cells at fault by position, each with its reason."""
        return {cell.position: cell.why for cell in self.marks.cells}


class _Page(NamedTuple):
    run: RunRecord
    lines: list[RowLine]
    has_more: bool


def present_rows(journal: "Journal", rows: Sequence[tuple[str, RowRecord]]) -> list[tuple[str, RowRecord]]:
    """Rows, each with the id of its run: those that waited in it with what became of them since."""
    if not any(isinstance(row.reason, Skip) and row.reason.kind in MAY_GO_LATER for _, row in rows):
        return [*rows]
    from leadsync.run import with_present_reasons

    return [*with_present_reasons(journal, rows, {row.lead for _, row in rows})]


def _page(journal: "Journal", run_id: str, after: int, chosen: RowFilter) -> _Page:
    run = run_of(journal, run_id)
    records = journal.page(run.id, after, ON_A_PAGE + 1, chosen)
    by_now = present_rows(journal, [(run.id, record) for record in records[:ON_A_PAGE]])
    shown = [public_record(record, run.dialer) for _, record in by_now]
    lines = [RowLine(record, highlights(record, run)) for record in shown]
    return _Page(run, lines, len(records) > ON_A_PAGE)


def filter_of(asked: QueryParams) -> RowFilter:
    """The filter of an address; unknown words in it choose nothing and are left out."""
    return RowFilter(
        frozenset(Status(word) for word in asked.getlist("status") if word in set(Status)),
        frozenset(int(word) for word in asked.getlist("code") if word.isascii() and word.isdigit() and len(word) < 10),
        frozenset(word for word in asked.getlist("kind") if word in FaultKind.__members__ | SkipKind.__members__),
        asked.get("lead", "").strip()[:_LONGEST_LEAD],
    )


async def rows(request: Request) -> Response:
    """A page of rows."""
    asked = request.query_params
    chosen = filter_of(asked)
    after = asked.get("after", "")
    begin = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    work = partial(_page, run_id=request.path_params["run"], after=begin, chosen=chosen)
    page = await site_of(request).read(work)
    same = [(name, word) for name, word in asked.multi_items() if name in ("status", "code", "kind", "lead") and word]
    path = request.url.path
    return render(
        request,
        "rows.html",
        run=page.run,
        lines=page.lines,
        chosen=chosen,
        kinds=[kind_words(kind) for kind in sorted(chosen.kinds)],
        statuses=list(Status),
        begin=begin,
        first=f"{path}?{urlencode(same)}" if begin else "",
        more=f"{path}?{urlencode([*same, ('after', page.lines[-1].record.number)])}" if page.has_more else "",
    )


ROUTES = [Route("/runs/{run}/rows", rows, name="rows")]
