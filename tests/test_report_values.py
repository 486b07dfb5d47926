"""Counts of answers as they are labelled."""

import pytest

from leadsync.report_values import CodeCount


@pytest.mark.parametrize(("code", "label"), [(101, "101"), (0, "0"), (None, "other")])
def test_several_codes_together_are_the_others(code: int | None, label: str) -> None:
    assert CodeCount(code, "", 1, "", "", "").label == label
