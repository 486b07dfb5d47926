"""The content of the files for people: lines, and the figures of a summary."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from leadsync.models import Status


class Line(NamedTuple):
    """A line of a written file: its cells, and the positions of the dates among them.

    A workbook colours the cell at `status_at` by `status`, and highlights the cells at `marked`; `notes` give the
    reason for each.
    """

    cells: Sequence[str]
    dates: Collection[int] = ()
    status: Status | None = None
    status_at: int = -1
    # `notes` may be shorter: a highlighted cell need not have one.
    marked: Sequence[int] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StatusCount:
    """The number of rows with a status, and its meaning."""

    status: Status
    rows: int
    meaning: str


@dataclass(frozen=True, slots=True)
class CodeCount:
    """The number of rows with a last answer, its meaning, its likely cause, and the next step."""

    code: int | None
    """None: several codes together."""
    name: str
    rows: int
    meaning: str
    cause: str
    step: str

    @property
    def label(self) -> str:
        """The code in words."""
        return "other" if self.code is None else str(self.code)


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a run at a glance."""

    title: str
    headline: str
    """The most important sentence."""
    ending: str
    facts: tuple[tuple[str, str], ...]
    rows: int
    """As read; the sum over the statuses."""
    statuses: tuple[StatusCount, ...]
    codes: tuple[CodeCount, ...]
    reasons: tuple[tuple[str, str, int], ...]
    """For rows not sent: the problem, the remedy, the number of rows."""
    effects: tuple[tuple[str, str, int], ...]
    """The changes on the dialer: the field, its new value, the number of rows."""
    steps: tuple[str, ...]
    """The next steps."""
    warnings: tuple[str, ...] = ()
    """The warnings of the run."""
