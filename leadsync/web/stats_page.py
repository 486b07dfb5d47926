"""The page of failures over many runs: by code, day, file, campaign, or a column of the sheets."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadsync.errors import UsageError
from leadsync.report.charts import bars, columns, spark
from leadsync.stats_summary import CellKind, cell_text
from leadsync.web.site import site_of
from leadsync.web.stats_counts import Question
from leadsync.web.templates import render

if TYPE_CHECKING:
    from leadsync.journal import Journal

_PATIENCE_SECONDS = 3.0
COLUMN = "column:"
GROUPS: Mapping[str, str] = {
    "code": "the reason",
    "day": "day",
    "week": "week",
    "month": "month",
    "file": "file",
    "campaign": "campaign",
    "disposition": "outcome",
    "status": "status",
    "lead": "lead",
}
PERIODS: Mapping[str, int] = {"7": 7, "30": 30, "90": 90, "365": 365, "all": 0}
"""Days back from today; 0 for everything."""
_LOOKED_AT = 50
_MOST_HEADINGS = 60
_NUMBERS = (CellKind.COUNT, CellKind.SHARE, CellKind.DURATION)


def _headings(journal: "Journal") -> list[str]:
    """The headings of the newest runs' sheets; none before the first run."""
    found = dict.fromkeys(
        heading.strip()
        for run, _ in journal.recent(limit=_LOOKED_AT)
        for heading in run.headings
        if heading.strip() and not heading.lower().startswith("sync_")
    )
    return list(found)[:_MOST_HEADINGS]


def since_of(period: str, now: datetime) -> datetime | None:
    """The beginning of a period, at midnight of the server's zone; None for everything."""
    days = PERIODS[period]
    if not days:
        return None
    day = now.astimezone() - timedelta(days=days - 1)
    return datetime.combine(day.date(), time()).astimezone()


async def stats(request: Request) -> Response:
    """The figures, or a word that they are being counted."""
    site, asked = site_of(request), request.query_params
    period = asked.get("period", "30")
    by = asked.get("by", "code")[:200]
    period = period if period in PERIODS else "30"
    if by not in GROUPS and not by.startswith(COLUMN):
        by = "code"
    headings = await site.read(_headings)
    wrong, counted = "", None
    if headings:
        question = Question(by, since_of(period, site.now()))
        try:
            counted = await site.stats.get(
                site.state, question, site.now, _PATIENCE_SECONDS, anew=asked.get("anew") == "1"
            )
        except UsageError as error:
            wrong = str(error)
    summary = counted.summary if counted else None
    return render(
        request,
        "stats.html",
        status=422 if wrong else 200,
        by=by,
        period=period,
        groups=GROUPS,
        periods=PERIODS,
        headings=headings,
        wrong=wrong,
        counted=counted,
        summary=summary,
        columns=columns(summary.chart.periods, summary.chart.series) if summary else None,
        bars=bars(summary.bars) if summary else None,
        numbers=_NUMBERS,
        cell_text=cell_text,
        spark=spark,
        zip=zip,
        here=f"/stats?{urlencode({'by': by, 'period': period})}",
    )


ROUTES = [Route("/stats", stats, name="stats")]
