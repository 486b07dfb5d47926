"""Skips: the run with an open decision, and rows in wait for it."""

import pytest

from leadsync.reasons import Skip, SkipKind


@pytest.mark.parametrize(
    ("kind", "status", "run"),
    [
        (SkipKind.BY_NOW, "unknown", "r1"),
        (SkipKind.BY_NOW, "conflict", "r1"),
        (SkipKind.CALLED, "conflict", "r1"),
        (SkipKind.UNDECIDED_SINCE, "unknown", "r1"),
        (SkipKind.BY_NOW, "succeeded", ""),
        (SkipKind.CALLED, "skipped", ""),
        (SkipKind.WAITS_FOR_DECISION, "", "r1"),
        (SkipKind.UNDECIDED_BEFORE, "conflict", "r1"),
        (SkipKind.WAITS_FOR_RESUME, "", ""),
        (SkipKind.SENT_SINCE, "unknown", ""),
    ],
)
def test_the_run_with_an_open_decision(kind: SkipKind, status: str, run: str) -> None:
    assert Skip(kind, "r1", status=status).undecided_run == run


def test_two_kinds_wait_for_a_persons_decision_on_an_earlier_row() -> None:
    waiting = {kind for kind in SkipKind if Skip(kind, "r1").waits}
    assert waiting == {SkipKind.WAITS_FOR_DECISION, SkipKind.UNDECIDED_BEFORE}
