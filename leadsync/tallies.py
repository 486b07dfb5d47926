"""Counts over rows: those of one run, and those of a whole journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadsync.models import Status


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over the rows of one run."""

    rows: int = 0
    statuses: Mapping[Status, int] = field(default_factory=dict)
    codes: Mapping[int, int] = field(default_factory=dict)
    attempts: int = 0
    beyond: int = 0
    """Pending rows beyond a trial's end, not counted above."""
    still_failing: int = 0
    """Skipped rows, failed in an earlier run and open to correction."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over every run of a journal: `rows` by status and code, `runs` by their standing."""

    runs: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[tuple[Status, int | None], int] = field(default_factory=dict)
    attempts: int = 0
    """Requests for rows."""
    seconds: float = 0.0
    """Time of sending."""
    last_finished: float | None = None
    """The end of the last finished run, in seconds since 1970."""
    last_success: float | None = None
    """The same for a run without a row to look at."""
