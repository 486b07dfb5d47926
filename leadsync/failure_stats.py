"""The figures of failures over many runs, as `leadsync stats` gives them: values, without words.

A *failure* is a row that ended as failed, rejected, conflict or unknown. A *streak* is the failures of one lead up to
its next success.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from leadsync.models import Status


class By(StrEnum):
    """The ways to group failures."""

    CODE = "code"
    """As `cause_of` gives it."""
    STATUS = "status"
    DAY = "day"
    WEEK = "week"
    """Named by its Monday."""
    MONTH = "month"
    """Named by its first day."""
    FILE = "file"
    """The stem of the first sheet: corrected files count with it."""
    CAMPAIGN = "campaign"
    """Its id; a row's own one goes before that of its run."""
    DISPOSITION = "disposition"
    """As it was sent; of a row that was not, as it stands in the sheet."""
    LEAD = "lead"
    COLUMN = "column"
    """The cells of a column of the sheets."""


OF_TIME = (By.DAY, By.WEEK, By.MONTH)
"""These groups are kept in their order."""
OF_FAILURES = (By.CODE, By.STATUS)
"""A row has such a value by failing: shares are shares of all rows."""


def cause_of(status: str, code: int | None, fault: str | None) -> str:
    """Why a row failed: its result code, the name of its first FaultKind, or its status if it has neither."""
    if status == Status.REJECTED:
        return fault or status
    return status if code is None else str(code)


# Skipped and unsent rows are in neither number.
class Count(NamedTuple):
    """Failures among rows. Rows are those that succeeded or failed."""

    rows: int = 0
    failures: int = 0

    @property
    def share(self) -> float | None:
        """The failures' share of the rows; None without rows."""
        return self.failures / self.rows if self.rows else None


NOTHING = Count()


@dataclass(frozen=True, slots=True)
class Recovery:
    """Streaks of failures, those that ended in success, and the time from first failure to success."""

    streaks: int = 0
    solved: int = 0
    median: timedelta | None = None
    slow: timedelta | None = None
    """Nine of ten took no longer."""


NOT_RECOVERED = Recovery()


@dataclass(frozen=True, slots=True)
class Group:
    """The rows with one value. `earlier` and `later` are the halves of the days; None for a single day."""

    value: str | date
    """As `By` says; empty for a blank cell."""
    count: Count
    earlier: Count | None
    later: Count | None
    recovery: Recovery
    """Of the streaks with this value in their first failure."""
    series: tuple[int, ...]
    """Failures in each period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week or a month."""

    begins: date
    count: Count


class Repeated(NamedTuple):
    """A lead that failed in several runs and has not gone through since."""

    lead: str
    campaign: int
    failures: int
    runs: int
    first: datetime
    last: datetime
    cause: str
    """Of its last failure, as `cause_of` gives it."""


@dataclass(frozen=True, slots=True)
class FailureStats:
    """Failures over many runs."""

    by: By
    column: str = ""
    """The heading, for By.COLUMN."""
    since: datetime | None = None
    first: date | None = None
    last: date | None = None
    """The days of the first and the last row."""
    runs: int = 0
    """Runs with rows that count."""
    left_out: int = 0
    """Runs without the column."""
    count: Count = NOTHING
    again: Count = NOTHING
    """Of these, rows that an earlier run had first: sent once more as they were, or corrected."""
    earlier: Count | None = None
    later: Count | None = None
    """The halves of the days, as in a group."""
    statuses: Mapping[Status, int] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    others: int = 0
    """The number of further values, without a group of their own."""
    others_count: Count = NOTHING
    unit: By = By.DAY
    """The length of a period."""
    periods: tuple[Period, ...] = ()
    """Without gaps, the first one first."""
    repeated: tuple[Repeated, ...] = ()
    repeated_leads: int = 0
    """Their number, with those not listed."""
    recovery: Recovery = NOT_RECOVERED
    """Of all streaks."""
    failed_leads: int = 0
    solved_leads: int = 0
    """Those without a failure since their last success."""
