"""Failures over many runs for scripts. Pure; keys that were released stay."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from leadsync.failure_stats import Count, FailureStats, Group, Recovery
from leadsync.models import Status
from leadsync.report.stats_words import label
from leadsync.terminal import one_line


def stats_json(stats: FailureStats, file: Path | None = None) -> dict[str, Any]:
    """The object that `--json` prints; `file` is what was written beside it."""
    return {
        "by": stats.by.value,
        "column": stats.column or None,
        "since": _moment(stats.since),
        "first": stats.first.isoformat() if stats.first else None,
        "last": stats.last.isoformat() if stats.last else None,
        "runs": stats.runs,
        "runs_left_out": stats.left_out,
        **_count(stats.count),
        "statuses": {status.value: stats.statuses[status] for status in Status if stats.statuses.get(status)},
        "sent_again": _count(stats.again),
        "earlier_share": _share(stats.earlier),
        "later_share": _share(stats.later),
        "failed_leads": stats.failed_leads,
        "solved_leads": stats.solved_leads,
        **_recovery(stats.recovery),
        "groups": [_group(stats, group) for group in stats.groups],
        "other": {"values": stats.others, **_count(stats.others_count)} if stats.others else None,
        "unit": stats.unit.value,
        "periods": [{"begins": period.begins.isoformat(), **_count(period.count)} for period in stats.periods],
        "repeated_leads": stats.repeated_leads,
        "repeated": [
            {
                "lead": one.lead,
                "campaign": one.campaign,
                "failures": one.failures,
                "runs": one.runs,
                "first": _moment(one.first),
                "last": _moment(one.last),
                "cause": one.cause,
            }
            for one in stats.repeated
        ],
        "file": str(file) if file else None,
    }


def stats_csv(stats: FailureStats) -> tuple[list[str], list[list[str]]]:
    """The groups for a csv file, with the keys of that object as headings."""
    # An empty group, for its keys: a file without groups still has its headings.
    nothing = Group("", Count(), None, None, Recovery(), ())
    lines = [
        ["" if cell is None else one_line(str(cell)) for cell in _group(stats, one).values()] for one in stats.groups
    ]
    return list(_group(stats, nothing)), lines


def _group(stats: FailureStats, group: Group) -> dict[str, Any]:
    value = group.value.isoformat() if isinstance(group.value, date) else group.value
    total = stats.count.failures
    return {
        "value": value,
        "label": label(stats.by, group.value),
        **_count(group.count),
        # Six digits: enough for one row of a million.
        "share_of_failures": round(group.count.failures / total, 6) if total else None,
        "earlier_share": _share(group.earlier),
        "later_share": _share(group.later),
        **_recovery(group.recovery),
    }


def _count(count: Count) -> dict[str, Any]:
    return {"rows": count.rows, "failures": count.failures, "share": _share(count)}


def _recovery(recovery: Recovery) -> dict[str, Any]:
    return {
        "streaks": recovery.streaks,
        "solved": recovery.solved,
        "median_seconds": _seconds(recovery.median),
        "slow_seconds": _seconds(recovery.slow),
    }


def _share(count: Count | None) -> float | None:
    return None if count is None or count.share is None else round(count.share, 6)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
