"""What people decide about the journal's rows and correct in them; see `leadsync.journal.protocol`."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from leadsync.journal.row_protocols import MOST_LOOKED_AT
from leadsync.journal.states import State
from leadsync.journal.values import (
    Decision,
    Edit,
    EditedCounts,
    OpenRows,
    ReasonCount,
    RowCheck,
    SentAgain,
    ValueCount,
)
from leadsync.models import RowRecord


class Decisions(Protocol):
    """A person's decisions about conflict and unknown rows."""

    def resolve(
        self, run_id: str, numbers: Iterable[int], state: State, decided: str, *, user: str = "", note: str = ""
    ) -> int:
        """Apply a user's decision to conflict and unknown rows, or in place of an earlier one; return their count.

        A run with a row to send is not finished any more.
        """
        ...

    def take_back(self, run_id: str, numbers: Iterable[int]) -> int:
        """Undo the decisions about these rows unless something was sent since; return their count."""
        ...

    def decision(self, run_id: str, number: int) -> str:
        """The last decision about a row; empty if there is none."""
        ...

    def decisions(self, run_id: str, numbers: Collection[int]) -> dict[int, Decision]:
        """The last decisions about these rows, with their users."""
        ...

    def last_decided(self, run_id: str, limit: int, before: int | None = None) -> list[int]:
        """The numbers of decided rows, the last decision first, from the one before that about row `before` on.

        Nothing comes behind a row without a decision.
        """
        ...

    def decided(self, run_id: str, numbers: Iterable[int]) -> dict[int, str]:
        """The decisions about these rows within reach of `take_back`."""
        ...


class CorrectableRows(Protocol):
    """Rows open to correction: failed or rejected, not refused for good, and in no later run; of a draft all that go.

    *Untouched* ones failed or were rejected, and have no change by a person yet.
    """

    def correctable_counts(self, run_id: str, rules: str = "") -> OpenRows:
        """How many there are; `rules` is a digest as in `EditedRows`."""
        ...

    def correctable_values(self, run_id: str, reason: ReasonCount, most: int = MOST_LOOKED_AT) -> list[ValueCount]:
        """The values at fault in the untouched rows with a reason; see `RowPages.reason_values`."""
        ...

    def correctable_page(
        self, run_id: str, after: int = 0, limit: int = 100, reason: ReasonCount | None = None
    ) -> list[RowRecord]:
        """The next untouched rows behind row `after`, all or those with a reason, in the sheet's order."""
        ...

    def open_rows(self, run_id: str, numbers: Collection[int]) -> list[RowRecord]:
        """The open rows among these, in the sheet's order."""
        ...

    def sent_again(self, run_id: str) -> dict[str, SentAgain]:
        """The last runs to take failed or rejected rows of this one, the newest first, each with their number."""
        ...


class EditedRows(Protocol):
    """The open rows with changes, each with the result of its last check; `rules` is a digest of the rules then."""

    def unchecked(self, run_id: str, rules: str, limit: int) -> list[int]:
        """The numbers of rows changed since their last check, or checked by other rules; so many at most."""
        ...

    def keep_checks(self, run_id: str, rules: str, checks: Mapping[int, RowCheck]) -> None:
        """Keep results, each unless its row has another version by now."""
        ...

    def fault_counts(self, run_id: str) -> dict[str, int]:
        """The rows that cannot be sent by the kind of their first fault, the most frequent first.

        Rows without a fault, the same as before, are left out.
        """
        ...

    def fault_values(self, run_id: str, fault: str, most: int) -> list[ValueCount]:
        """The values with this fault, the most frequent first."""
        ...

    def ready_page(self, run_id: str, after: int = 0, limit: int = 100) -> list[RowRecord]:
        """The next rows behind row `after` that can be sent, in the sheet's order."""
        ...

    def faulty_page(self, run_id: str, after: int = 0, limit: int = 100, fault: str = "") -> list[RowRecord]:
        """The next rows behind row `after` that cannot, all or those with a kind of fault, in the sheet's order."""
        ...

    def edited_counts(self, run_id: str) -> EditedCounts:
        """Their number by the result of their last check."""
        ...


class Edits(Protocol):
    """Corrections of cells, kept beside the cells as read."""

    def edit_rows(
        self, run_id: str, changes: Mapping[int, tuple[int, Mapping[int, str]]], *, user: str
    ) -> dict[int, int | None]:
        """Change rows in one transaction, each given by the version seen and its changes; see `edit`."""
        ...

    def edit(self, run_id: str, number: int, changes: Mapping[int, str], *, version: int, user: str) -> int | None:
        """Change cells of a row, by the positions of their columns; return the row's new version.

        `version` is the one that the user has seen; 0 for a row without changes. None if another change came in
        between: nothing is changed then. Raises UsageError for an unknown row or column, BusyError for a draft
        that was sent or read again.
        """
        ...

    def edits(self, run_id: str, numbers: Collection[int] | None = None) -> list[Edit]:
        """The changes of these rows, or of all, in the order of rows and versions."""
        ...

    def keep_edits(self, run_id: str, edits: Iterable[Edit]) -> None:
        """Keep changes made before the sending, of other text in the run's rows than in their sheet, as version 0."""
        ...

    def move_edits(self, run_id: str, target: str) -> None:
        """Give a draft's changes to a later draft of the same sheet, to be checked there; it takes no more of them."""
        ...

    def edit_count(self, run_id: str) -> int:
        """How many changes people have made in a run's rows since it was read."""
        ...

    def edits_taken(self, run_id: str, number: int) -> list[tuple[str, Edit]]:
        """The changes of the earlier rows sent as this one, each with its run's id."""
        ...
