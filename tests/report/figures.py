"""Figures of failures, written by hand."""

from datetime import UTC, date, datetime, timedelta

from leadsync.failure_stats import By, Count, FailureStats, Group, Period, Recovery, Repeated
from leadsync.models import Status

FIRST, LAST = datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SOLVED = Recovery(2, 1, timedelta(hours=3), timedelta(hours=5))
STATS = FailureStats(
    By.CODE,
    first=date(2026, 11, 2),
    last=date(2026, 11, 3),
    runs=2,
    count=Count(200, 8),
    earlier=Count(100, 2),
    later=Count(100, 6),
    statuses={Status.SUCCEEDED: 192, Status.FAILED: 5, Status.REJECTED: 3},
    groups=(
        Group("101", Count(200, 5), Count(100, 1), Count(100, 4), SOLVED, (1, 4)),
        Group("BLANK_ID", Count(200, 2), Count(100, 1), Count(100, 1), Recovery(), (1, 1)),
    ),
    others=1,
    others_count=Count(200, 1),
    periods=(Period(date(2026, 11, 2), Count(100, 2)), Period(date(2026, 11, 3), Count(100, 6))),
    repeated=(Repeated("L1", 41, 3, 2, FIRST, LAST, "101"),),
    repeated_leads=4,
    recovery=SOLVED,
    failed_leads=7,
    solved_leads=1,
)
