"""Reasons come out of the journal as they went in, and each kind has its words."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from leadsync.journal.json_text import reason_json, reason_of
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.report.fault_words import FAULT_WORDS
from leadsync.report.wording import _SKIPPED, reason_words

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


def test_every_kind_has_words() -> None:
    assert FAULT_WORDS.keys() == set(FaultKind)
    assert _SKIPPED.keys() == set(SkipKind)


def test_the_faults_of_a_line_are_told_in_sentences_of_their_own() -> None:
    faults = (
        Fault("", "", FaultKind.ERROR_VALUE, details={"at": 0, "letter": "A", "error": "#N/A"}),
        Fault("", "", FaultKind.NUL_BYTE, details={"at": 1, "letter": "B"}),
        Fault("Phone", "1", FaultKind.TOO_MANY_DIGITS, details={"digits": 16, "example": "(02) 1234 5678"}),
    )
    assert reason_words(Rejected(faults)) == (
        "The row has the error #N/A in column A; correct its formula. It has a NUL byte in column B; delete it. "
        "Phone '1' has 16 digits, more than a phone number has; check it and write it in full, for example "
        "(02) 1234 5678."
    )


def test_braces_of_a_value_are_no_names() -> None:
    fault = Fault("{x}", "{0}", FaultKind.NO_SUCH_MONTH, details={"order": "dmy", "month": "{y}"})
    assert reason_words(Rejected((fault,))).startswith("{x} '{0}' names no month: '{y}'; write it as day/month/year")
