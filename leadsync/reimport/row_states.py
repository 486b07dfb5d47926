"""A row of a sheet as its runs have it, one after the other. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from leadsync.journal import Origin, State
from leadsync.models import Lead
from leadsync.reasons import TAKEN_OVER, Skip, SkipKind
from leadsync.reimport.unchanged import same_fields


class RowState(NamedTuple):
    """A row as one run has it."""

    number: int
    origin: Origin
    is_own: bool
    """Whether the followed run has it, or one before that."""

    place: int | None = None
    """Its place in the sheet, see `SheetRows`; None for a row added elsewhere."""

    since: str | None = None
    """The later run in which it went through."""

    waits: bool = False
    """Whether it waits there for a row of another run, with a text that is not the sheet's own."""

    of_copy: bool = False
    """Whether the run has read a copy by `check`."""

    @property
    def through(self) -> str | None:
        """The run in which it went through, as one left out may have done before; None if it did not."""
        if self.origin.state is State.SUCCEEDED:
            return self.origin.run_id
        reason = self.origin.reason if self.origin.state is State.SKIPPED else None
        return self.since or (reason.sent_by if isinstance(reason, Skip) else None)

    @property
    def later_row(self) -> Skip | None:
        """The reason if it was left out because a later row of its lead had gone."""
        reason = self.origin.reason if self.origin.state is State.SKIPPED else None
        if not isinstance(reason, Skip) or reason.kind not in (SkipKind.LATER_ROW, SkipKind.LATER_ROW_OF_TRIAL):
            return None
        return Skip(SkipKind.LATER_ROW_OF_TRIAL, reason.run, reason.row)

    def says(self, lead: Lead) -> bool:
        """Whether it says the same to the same lead."""
        return self.origin.lead == lead.external_id and same_fields(self.origin.fields, lead.fields)


def went_at(states: Sequence[RowState], run_id: str) -> int:
    """The place among a row's states of the one that went through in a run, or of the first that tells of it."""
    sent = [at for at, one in enumerate(states) if one.origin.run_id == run_id]
    return sent[-1] if sent else next(at for at, one in enumerate(states) if one.through == run_id)


def is_over(states: Sequence[RowState], at: int, last: int) -> bool:
    """Whether the text of one of a row's states is over, because the row went through in the `last` such one.

    A correction in a copy that was never sent is not over by the sheet's own text.
    """
    one = states[at]
    is_left_out = one.origin.state is State.SKIPPED
    if at > last:
        # A row that another run has taken over unsent may go still.
        reason = one.origin.reason
        is_taken_over = isinstance(reason, Skip) and reason.kind in TAKEN_OVER
        return is_left_out and not one.waits and not is_taken_over
    return not (one.of_copy and is_left_out and one.through is None and not states[last].of_copy)


def left_to_another(state: RowState) -> Skip | None:
    """The reason to leave a row to the run that is to send it, or to a person who has to decide."""
    origin = state.origin
    if origin.state is State.PENDING or _is_in_doubt(origin):
        return Skip(SkipKind.LEFT_TO_RUN, origin.run_id, state.number)
    if origin.state in (State.UNKNOWN, State.CONFLICT):
        return Skip(SkipKind.UNDECIDED_SINCE, origin.run_id, state.number, status=origin.state.status)
    return None


def is_corrected_failure(states: Sequence[RowState]) -> bool:
    """Whether a row failed when the sheet last sent it, and a correction went through: the first one counts."""
    tried = (one for one in reversed(states) if one.is_own and one.origin.state is not State.SKIPPED)
    last = next(tried, None)
    return last is not None and last.since is not None and last.origin.state in (State.FAILED, State.REJECTED)


def _is_in_doubt(origin: Origin) -> bool:
    """Whether the row is in doubt, and idempotent: it is sent again."""
    return origin.state is State.UNKNOWN and Lead(origin.lead, origin.fields).harmless
