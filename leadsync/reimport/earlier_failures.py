"""A row's failure in an earlier run: whether it had one, and its first. Pure."""

from leadsync.journal import Origin, State
from leadsync.reasons import Rejected, Skip, SkipKind
from leadsync.reimport.context import Context


def root_of(context: Context) -> tuple[str, int] | None:
    """Run and number of this row's first failure."""
    origin, number = context.origin, context.claim.number
    if origin is None or number is None:
        return context.trial.root if context.trial is not None else None
    return first_failure(origin, number) if did_not_go(origin) else None


def first_failure(origin: Origin, number: int) -> tuple[str, int]:
    """Run and number of the first failure of a row that failed as this one."""
    reason = origin.reason
    # A later failure names the first one: a row given back three times keeps one root.
    if isinstance(reason, Rejected | Skip) and reason.run and reason.row is not None:
        return reason.run, reason.row
    return origin.run_id, number


def is_still_failing(origin: Origin | None) -> bool:
    """Whether the row was skipped because it was not corrected."""
    reason = origin.reason if origin is not None else None
    return isinstance(reason, Skip) and reason.kind is SkipKind.STILL_FAILING


def own_row_waits(origin: Origin | None) -> bool:
    """Whether the row waited in its run for another of its lead, and was no earlier run's: of a sheet, or added."""
    reason = origin.reason if origin is not None and origin.state is State.SKIPPED else None
    return isinstance(reason, Skip) and (reason.is_added or reason.waits_in_sheet)


def did_not_go(origin: Origin) -> bool:
    """Whether the row failed, or was not sent because of its values."""
    return origin.state in (State.FAILED, State.REJECTED) or is_still_failing(origin)
