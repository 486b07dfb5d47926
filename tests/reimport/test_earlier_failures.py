"""Whether a row failed in an earlier run, and where it failed first."""

import pytest

from leadsync.journal import Origin, State
from leadsync.models import Lead, Row
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.reimport import SheetFacts
from leadsync.reimport.claims import Claim
from leadsync.reimport.context import Context
from leadsync.reimport.earlier_failures import did_not_go, is_still_failing, root_of

FIRST, SECOND = "20261121-080000-0000", "20261122-080000-0001"
STILL = Skip(SkipKind.STILL_FAILING, FIRST, 7)
FAULTS = (Fault("Phone", "1", FaultKind.NO_DIGITS),)


def origin(state: State, reason: Reason | None = None) -> Origin:
    return Origin(SECOND, state, "007", {}, reason=reason)


@pytest.mark.parametrize("state", State)
def test_a_row_did_not_go_if_it_failed_or_was_rejected(state: State) -> None:
    assert did_not_go(origin(state)) is (state in (State.FAILED, State.REJECTED))


def test_a_row_left_uncorrected_did_not_go_either() -> None:
    assert did_not_go(origin(State.SKIPPED, STILL))
    assert is_still_failing(origin(State.SKIPPED, STILL))
    assert not is_still_failing(origin(State.SKIPPED, Skip(SkipKind.UNCHANGED, FIRST)))
    assert not is_still_failing(origin(State.FAILED))
    assert not is_still_failing(None)


@pytest.mark.parametrize(
    ("given", "row", "root"),
    [
        (None, "2", None),
        (origin(State.SUCCEEDED), "2", None),
        (origin(State.FAILED), "two", None),
        (origin(State.FAILED), "2", (SECOND, 2)),
        (origin(State.REJECTED, Rejected(FAULTS)), "2", (SECOND, 2)),
        (origin(State.REJECTED, Rejected(FAULTS, run=FIRST, row=7)), "2", (FIRST, 7)),
        (origin(State.SKIPPED, STILL), "2", (FIRST, 7)),
    ],
)
def test_the_first_failure_is_named(given: Origin | None, row: str, root: tuple[str, int] | None) -> None:
    claim = Claim(run=SECOND, row=row)
    assert root_of(Context(SheetFacts(()), Row(5, ()), Lead("007", {}), claim, given)) == root
