"""Priorities are whole numbers from 0 to 100, or go back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.priorities import clean_priority
from leadsync.leads.text import Cleaned, Refused

WHOLE = "priority written as a whole number"


@pytest.mark.parametrize(
    ("cell", "sent"), [("010", "10"), ("10.0", "10"), ("100.000", "100"), ("１０", "10"), ("00", "0")]
)
def test_a_priority_written_otherwise(cell: str, sent: str) -> None:
    assert clean_priority(cell) == Cleaned(sent, (WHOLE,))


@given(priority=st.integers(min_value=0, max_value=100), zeros=st.integers(0, 3), decimals=st.integers(0, 3))
def test_every_priority_is_read(priority: int, zeros: int, decimals: int) -> None:
    assert clean_priority(str(priority)) == Cleaned(str(priority))
    cleaned = clean_priority("0" * zeros + str(priority) + ("." + "0" * decimals if decimals else ""))
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == str(priority)


@given(number=st.integers().filter(lambda number: not 0 <= number <= 100) | st.floats(0.01, 0.99))
def test_no_other_number_is(number: float) -> None:
    assert isinstance(clean_priority(str(number)), Refused)


@given(cell=st.text(min_size=1, max_size=8))
def test_whatever_is_sent_is_a_priority_and_said(cell: str) -> None:
    cleaned = clean_priority(cell)
    if isinstance(cleaned, Cleaned):
        assert 0 <= int(cleaned.value) <= 100
        assert cleaned.value == cell or cleaned.repairs == (WHOLE,)
