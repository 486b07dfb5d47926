"""The claim of a row: the values of its own sync_* cells."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadsync.errors import SheetError
from leadsync.journal import State
from leadsync.models import Row, Status
from leadsync.report import DECISION_COLUMN
from leadsync.spreadsheet import CHECK_PREFIX, CHECKED_ID

DECISIONS = {"applied": State.SUCCEEDED, "not applied": State.FAILED, "send": State.PENDING}
"""What a person can decide about a row, and the state that the row gets."""

DONE = frozenset({Status.SUCCEEDED, Status.SKIPPED, Status.CONFLICT, Status.UNKNOWN})
"""The words in sync_status by which a row is not to be sent again."""

MOST_DIGITS = 9
"""A row's number has no more; a longer text is none."""

_COLUMNS = ("sync_status", "sync_code", "sync_run", "sync_row", DECISION_COLUMN, "sync_attempts")


@dataclass(frozen=True, slots=True)
class Claim:
    """The cells, trimmed and in small letters. `lead` is the external id that `check` has read, if it stands there."""

    status: str = ""
    code: str = ""
    run: str = ""
    row: str = ""
    decision: str = ""
    attempts: str = ""
    lead: str = ""

    @property
    def of_check(self) -> bool:
        """Whether the row is from a copy that `check` has written: no run has had it."""
        return self.run.startswith(CHECK_PREFIX)

    @property
    def number(self) -> int | None:
        """The row's number in the earlier run; None if there is no such number."""
        return int(self.row) if self.row.isdecimal() and len(self.row) <= MOST_DIGITS else None

    @property
    def result_code(self) -> int | None:
        """The dialer's result code, as far as the cell tells."""
        return int(self.code) if self.code.isdecimal() and len(self.code) <= MOST_DIGITS else None


NO_CLAIM = Claim()


def claim_of(row: Row, sync: Mapping[str, int]) -> Claim:
    """A row's claim; `sync` are the positions of the sync_* columns. The cells of a misread line decide
    nothing. Raises SheetError for an unknown decision: the row would be sent undecided."""
    values = (row.cells[sync[name]] if name in sync else "" for name in _COLUMNS)
    # Typed by hand or changed by a program: letter case and blanks decide nothing.
    status, code, run, number, decision, attempts = (" ".join(value.lower().split()) for value in values)
    lead = ""
    if run.startswith(CHECK_PREFIX):
        run, _, lead = run.partition(CHECKED_ID)
    # Without decision and attempts: in a shifted line they may be cells of other columns.
    if row.faults:
        return Claim(status, code, run, number)
    if decision and decision not in DECISIONS:
        raise SheetError(
            f"Row {row.number}: {DECISION_COLUMN} {decision!r} is no decision; write applied, not applied or send, "
            "or clear the cell to decide later. Nothing was sent."
        )
    return Claim(status, code, run, number, decision, attempts, lead)
