"""The values of a run's page."""

import pytest

from leadsync.journal import Changes, SentAgain
from leadsync.models import NO_CHANGE, Status
from leadsync.reasons import FaultKind, SkipKind
from leadsync.tallies import Tally
from leadsync.web.run_view import Share, changes_lines, headline, kind_words, sent_words, shares

S = Status


@pytest.mark.parametrize(
    ("statuses", "codes", "to_correct", "words"),
    [
        ({}, {}, 0, "It has no rows."),
        ({S.SUCCEEDED: 1}, {}, 0, "The only row went through."),
        ({S.SUCCEEDED: 1200}, {}, 0, "All 1,200 rows went through."),
        ({S.FAILED: 1}, {106: 1}, 1, "None of 1 row went through; 1 to correct."),
        ({S.SUCCEEDED: 1, S.SKIPPED: 2}, {}, 0, "1 of 3 rows went through; 2 skipped on purpose."),
        (
            {S.SUCCEEDED: 41, S.FAILED: 4, S.CONFLICT: 1, S.UNKNOWN: 1, S.UNSENT: 3},
            {106: 3, 104: 1},
            3,
            "41 of 50 rows went through; 3 to correct, 2 to decide, 1 on the do-not-call list, 3 not sent yet.",
        ),
    ],
)
def test_the_headline_is_one_sentence(
    statuses: dict[Status, int], codes: dict[int, int], to_correct: int, words: str
) -> None:
    assert headline(Tally(sum(statuses.values()), statuses, codes), to_correct) == words


def test_the_headline_tells_of_corrected_rows() -> None:
    tally = Tally(3, {S.SUCCEEDED: 1, S.FAILED: 2}, {106: 2})
    words = "1 of 3 rows went through; 1 to correct, 1 corrected but not sent yet."
    assert headline(tally, to_correct=1, corrected=1) == words


def test_rows_sent_again_are_told_with_what_came_of_them() -> None:
    tally = Tally(52, {Status.SUCCEEDED: 12, Status.FAILED: 40}, {0: 12, 106: 40})
    sent = {"r2": SentAgain(38, 36)}
    words = "12 of 52 rows went through; 2 to correct, 38 sent again (36 went through)."
    assert headline(tally, 2, sent=sent) == words
    assert sent_words({"r2": SentAgain(2, 2), "r3": SentAgain(1, 1)}) == "sent again"
    assert sent_words({"r2": SentAgain(2, 0)}) == "sent again (none went through)"
    words = "12 of 52 rows went through; 2 to correct, 37 sent again (36 went through), 1 to correct in a later run."
    assert headline(tally, 2, sent={"r2": SentAgain(38, 36, faulty=1)}) == words


def test_the_parts_of_a_bar_lie_side_by_side_in_the_order_of_the_statuses() -> None:
    parts = shares({S.FAILED: 1, S.SUCCEEDED: 2, S.UNSENT: 0}, 4)
    assert parts == [Share("succeeded", 0.0, 50.0), Share("failed", 50.0, 25.0)]
    assert shares({}, 0) == []


def test_many_dispositions_are_summed_up() -> None:
    dispositions = {f"D{n}": 20 - n for n in range(14)} | {NO_CHANGE: 5}
    lines = changes_lines(Changes(dispositions, callbacks=3, new_leads=0))
    assert lines[:2] == [("Disposition set", "D0", 20), ("Disposition set", "D1", 19)]
    assert lines[12:] == [
        ("Disposition set", "2 others", 8 + 7),
        ("Disposition kept", "as it was", 5),
        ("Callback moved", "to the date given", 3),
    ]
    assert changes_lines(Changes({}, 0, 0)) == []


@pytest.mark.parametrize("kind", [*FaultKind, *SkipKind])
def test_every_kind_of_reason_has_words(kind: FaultKind | SkipKind) -> None:
    assert kind_words(kind.name).casefold() == str(kind.value).casefold()
