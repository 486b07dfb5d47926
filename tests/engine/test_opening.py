"""Whether a run begins well."""

from leadsync.engine.opening import Opening
from leadsync.models import Effect, Outcome

OK = Outcome(Effect.ANSWERED, 0, "OK", "OK", 200)
MISSING = Outcome(Effect.ANSWERED, 101, "COULDNT_FIND_THE_LEAD", "", 400)


def after(*outcomes: Outcome) -> Opening:
    opening = Opening()
    for outcome in outcomes:
        opening.record(outcome)
    return opening


def test_forty_five_of_fifty_alike_are_almost_all() -> None:
    opening = after(*[OK] * 5, *[MISSING] * 45)
    assert opening.over
    assert opening.in_doubt
    assert "45 of the first 50 rows were answered 101 COULDNT_FIND_THE_LEAD" in opening.verdict()
    assert "another campaign" in opening.verdict()


def test_forty_four_are_not() -> None:
    opening = after(*[OK] * 6, *[MISSING] * 44)
    assert opening.verdict() == ""
    assert not opening.in_doubt


def test_it_is_known_early_that_a_run_begins_well() -> None:
    assert after(*[OK] * 5).in_doubt
    assert not after(*[OK] * 6).in_doubt, "the other 44 could all fail and would not be almost all"


def test_different_refusals_are_the_rows_own() -> None:
    others = [Outcome(Effect.ANSWERED, 105, "DUPLICATE", "", 400)] * 25
    assert after(*[MISSING] * 25, *others).verdict() == ""
