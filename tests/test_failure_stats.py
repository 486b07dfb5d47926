"""Figures of failures: the cause of a row, and shares."""

import pytest

from leadsync.failure_stats import NOTHING, Count, cause_of


@pytest.mark.parametrize(
    ("status", "code", "fault", "cause"),
    [
        ("failed", 101, None, "101"),
        ("conflict", 110, None, "110"),
        ("unknown", None, None, "unknown"),
        ("rejected", None, "BLANK_ID", "BLANK_ID"),
        ("rejected", None, None, "rejected"),
        ("rejected", 101, "BLANK_ID", "BLANK_ID"),
        ("failed", 0, None, "0"),
    ],
)
def test_the_cause_is_the_code_or_the_first_fault(status: str, code: int | None, fault: str | None, cause: str) -> None:
    assert cause_of(status, code, fault) == cause


def test_the_share_of_no_rows_is_none() -> None:
    assert NOTHING.share is None
    assert Count(8, 2).share == 0.25
    assert Count(8, 0).share == 0.0
