"""Counts over rows: of one run, of a sending under way, of a whole journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
class Live:
    """A sending under way, as its process told the journal about a second ago.

    `settled` are the rows at their end, of `rows` to send. `pace` is rows a second over the last minute. `words` say
    what it waits for and until when; empty while it sends as usual.
    """

    rows: int
    settled: Mapping[Status, int] = field(default_factory=dict)
    pace: float = 0.0
    words: str = ""
    pid: int = 0
    host: str = ""
    at: datetime | None = None
    """The time of this state; the journal sets it."""
    stop_wanted: str = ""
    """The user whose request to stop it follows."""
    lost: bool = False
    """Whether its process ended without a word."""

    @property
    def done(self) -> int:
        """The rows at their end."""
        return sum(self.settled.values())


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that sends or changes a run, on one of several machines."""

    host: str
    pid: int
    since: str
    """The time by the journal's clock, in words."""

    def __str__(self) -> str:
        return f"{self.host}, process {self.pid}"


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
