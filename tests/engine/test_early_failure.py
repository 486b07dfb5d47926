"""The first rows of a run as a phase: at least 45 of the first 50 refused alike end the run (docs/how-to/resume.md)."""

from leadsync.engine.early_failure import EarlyFailureCheck
from leadsync.models import Effect, Outcome

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
MISSING = Outcome(Effect.ANSWERED, 101, "COULDNT_FIND_THE_LEAD", "", 400)


def after(*outcomes: Outcome, begun: int = 50) -> EarlyFailureCheck:
    check = EarlyFailureCheck()
    for _ in range(begun):
        check.begin()
    for outcome in outcomes:
        check.record(outcome)
    return check


def test_forty_five_of_fifty_alike_are_almost_all() -> None:
    check = after(*[OK] * 5, *[MISSING] * 45)
    assert check.undecided
    assert "45 of the first 50 rows were answered 101 COULDNT_FIND_THE_LEAD" in check.verdict()
    assert "another campaign" in check.verdict()
    assert check.cause == "the first rows were answered 101"


def test_forty_four_are_not() -> None:
    check = after(*[OK] * 6, *[MISSING] * 44)
    assert check.verdict() == ""
    assert not check.undecided


def test_it_is_known_early_that_a_run_begins_well() -> None:
    assert after(*[OK] * 5).undecided
    assert not after(*[OK] * 6).undecided, "the other 44 could all fail and would not be almost all"


def test_it_is_known_early_that_a_run_begins_badly() -> None:
    """The other five wait for their next attempt, and cannot change it."""
    assert "45 of the first 45 rows" in after(*[MISSING] * 45).verdict()


def test_a_sheet_of_fewer_rows_is_sent_whatever_comes_of_it() -> None:
    assert after(*[MISSING] * 49, begun=49).verdict() == ""


def test_different_refusals_are_the_rows_own() -> None:
    others = [Outcome(Effect.ANSWERED, 105, "DUPLICATE", "", 400)] * 25
    assert after(*[MISSING] * 25, *others).verdict() == ""


def test_fifty_rows_may_begin_until_more_is_known() -> None:
    assert after(begun=49).may_begin
    assert not after(begun=50).may_begin
    assert not after(*[OK] * 5).may_begin
    assert after(*[OK] * 6).may_begin


def test_the_fifty_first_is_none_of_the_first() -> None:
    check = after(begun=49)
    assert check.begin()
    assert not check.begin()


def test_a_row_that_turned_out_not_to_be_new_makes_room_for_another() -> None:
    check = after(begun=50)
    check.take_back()
    assert check.may_begin
