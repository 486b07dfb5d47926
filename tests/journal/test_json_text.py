"""Values come out of the journal as they went in."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from leadsync.journal.json_text import reason_json, reason_of, tally_json, tally_of
from leadsync.models import Status
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.tallies import Tally

TEXTS = st.text(max_size=20).filter(lambda text: text.isprintable())
DETAILS = st.dictionaries(
    st.sampled_from(["at", "rows", "example"]), st.integers() | TEXTS.filter(bool) | st.tuples(TEXTS), max_size=2
)
FAULTS = st.builds(Fault, TEXTS, TEXTS, st.sampled_from(FaultKind), TEXTS, DETAILS)
SKIPS = st.builds(
    Skip,
    st.sampled_from(SkipKind),
    TEXTS,
    st.none() | st.integers(min_value=0),
    st.none() | st.just(datetime(2026, 11, 23, 21, 5, 9, tzinfo=UTC)),
    TEXTS,
    st.none() | st.integers(),
    TEXTS,
)
REASONS = st.builds(Rejected, st.lists(FAULTS, max_size=3).map(tuple), inserts=st.booleans()) | SKIPS


@given(REASONS)
def test_a_reason_comes_back_as_it_was_stored(reason: Reason) -> None:
    assert reason_of(reason_json(reason)) == reason


def test_a_row_without_a_reason_stores_none() -> None:
    assert reason_of(reason_json(None)) is None


def test_a_kind_is_stored_by_its_name_and_defaults_not_at_all() -> None:
    assert reason_json(Skip(SkipKind.UNCHANGED, "r1")) == '{"skip":"UNCHANGED","run":"r1"}'
    assert reason_json(Rejected((Fault("Id", "", FaultKind.BLANK_ID),))) == (
        '{"faults":[{"column":"Id","kind":"BLANK_ID"}]}'
    )


COUNTS = st.integers(min_value=0, max_value=10**6)


@given(
    st.builds(
        Tally,
        COUNTS,
        st.dictionaries(st.sampled_from(Status), COUNTS),
        st.dictionaries(st.integers(), COUNTS),
        COUNTS,
        COUNTS,
        COUNTS,
    )
)
def test_a_tally_comes_back_as_it_was_stored(tally: Tally) -> None:
    assert tally_of(tally_json(tally)) == tally
