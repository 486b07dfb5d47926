"""Failures over many runs, counted with pandas: its frames stay within this package."""

from datetime import datetime
from typing import TYPE_CHECKING

from leadsync.failure_stats import FailureStats

if TYPE_CHECKING:
    from leadsync.journal import Journal

__all__ = ["failure_stats"]


def failure_stats(journal: "Journal", by: str, *, since: datetime | None = None, top: int = 20) -> FailureStats:
    """The failures of all confirmed runs, grouped by a name of `By` or by a column's heading.

    `top` limits groups and repeated leads. Loads pandas. Raises UsageError for an unknown column.
    """
    from leadsync.stats.failures import counted_failures

    return counted_failures(journal, by, since=since, top=top)
