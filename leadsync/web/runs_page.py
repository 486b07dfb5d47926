"""The list of runs, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.models import RunRecord, Status
from leadsync.tallies import Tally
from leadsync.web.site import site_of
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the list."""

    run: RunRecord
    tally: Tally

    @property
    def statuses(self) -> Mapping[Status, int]:
        return self.tally.statuses


def _lines(journal: "Journal") -> list[RunLine]:
    return [RunLine(run, tally) for run, tally in journal.tallies()]


async def runs(request: Request) -> Response:
    """All runs."""
    lines = await site_of(request).read(_lines)
    return render(request, "runs.html", lines=lines)


ROUTES = [Route("/", runs, name="runs")]
