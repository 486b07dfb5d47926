"""From the journal to the figures of failures."""

from datetime import UTC, datetime

import pandas as pd

from leadsync.failure_stats import OF_FAILURES, OF_TIME, By, Count, FailureStats, Repeated
from leadsync.journal import Journal
from leadsync.models import Status
from leadsync.stats.dimensions import Dimension, dimension
from leadsync.stats.groups import counts, groups, halves, periods_of
from leadsync.stats.outcome_frame import outcome_frame
from leadsync.stats.periods import periods, unit_of
from leadsync.stats.streaks import recovery, repeated, streaks


def counted_failures(journal: Journal, by: str, *, since: datetime | None, top: int) -> FailureStats:
    """See `leadsync.stats.failure_stats`. The frame of all rows is held in memory."""
    # Streaks need the oldest run first.
    runs = {run.id: run for run in reversed(journal.runs()) if run.complete}
    # The newest first: an unknown heading is answered with today's headings.
    way = dimension(by, list(runs.values())[::-1])
    way = way._replace(columns={run_id: way.columns[run_id] for run_id in runs if run_id in way.columns})
    frame = outcome_frame(journal, runs, way, since)
    return stats_of(frame, way, since=since, left_out=len(runs) - len(way.columns), top=top)


def stats_of(
    frame: pd.DataFrame, way: Dimension, *, since: datetime | None = None, left_out: int = 0, top: int = 20
) -> FailureStats:
    """The figures of a frame of rows' ends. Pure."""
    if frame.empty:
        return FailureStats(way.by, way.heading, since, left_out=left_out)
    unit = unit_of(frame, way.by)
    frame = frame.assign(period=periods(frame["day"], unit))
    if way.by in OF_TIME:
        frame["value"] = frame["period"]
    of_leads = streaks(frame)
    table = counts(frame, way.by)
    shown, rest = (table, table[:0]) if way.by in OF_TIME else (table[:top], table[top:])
    earlier, later = halves(frame)
    again = repeated(of_leads)
    statuses = frame["status"].value_counts()
    return FailureStats(
        way.by,
        way.heading,
        since,
        # The categories are sorted, and all of them occur: the first and the last are the range.
        first=frame["day"].cat.categories[0].date(),
        last=frame["day"].cat.categories[-1].date(),
        runs=frame["run"].nunique(),
        left_out=left_out,
        count=Count(len(frame), int(frame["failed"].sum())),
        again=Count(int(frame["again"].sum()), int((frame["failed"] & frame["again"]).sum())),
        earlier=earlier,
        later=later,
        statuses={status: int(statuses[status]) for status in Status if statuses.get(status)},
        groups=groups(frame, shown, of_leads),
        others=len(rest),
        others_count=_others(rest, way.by, len(frame)),
        unit=unit,
        periods=periods_of(frame),
        repeated=_repeated(again[:top]),
        repeated_leads=len(again),
        recovery=recovery(of_leads),
        failed_leads=of_leads["who"].nunique(),
        solved_leads=of_leads["who"].nunique() - int((~of_leads["solved"]).sum()),
    )


def _others(rest: pd.DataFrame, by: By, rows: int) -> Count:
    return Count(rows if by in OF_FAILURES else int(rest["rows"].sum()), int(rest["failures"].sum()))


def _repeated(again: pd.DataFrame) -> tuple[Repeated, ...]:
    names = ("lead", "campaign", "failures", "runs", "first", "last", "cause")
    return tuple(
        Repeated(lead, campaign, failures, runs, _moment(first), _moment(last), cause)
        for lead, campaign, failures, runs, first, last, cause in zip(
            *(again[name].tolist() for name in names), strict=True
        )
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()
