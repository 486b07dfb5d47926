"""Answers from the form's fields."""

from datetime import UTC, datetime

import pytest

from leadsync.journal import Decision
from leadsync.models import RowRecord, Status
from leadsync.web.decide_form import Answer, answers_of, mark_of

CARDS = {"mark-2": "conflict 1", "note-2": "", "mark-7": "unknown 2", "note-7": ""}


def test_each_row_has_its_own_answer() -> None:
    found = answers_of({**CARDS, "row-2": "applied", "note-2": " rang \t Ann ", "row-7": "send"})
    assert (found.given, found.wrong) == (
        {2: Answer("applied", "rang Ann", "conflict 1"), 7: Answer("send", "", "unknown 2")},
        "",
    )


def test_rows_without_an_answer_stay_open() -> None:
    assert answers_of({**CARDS, "row-7": "send", "everywhere": ""}).given == {7: Answer("send", "", "unknown 2")}


def test_one_answer_for_the_other_rows() -> None:
    found = answers_of({**CARDS, "row-7": "applied", "everywhere": "send"})
    assert {number: answer.decision for number, answer in found.given.items()} == {2: "send", 7: "applied"}


def test_a_decision_is_taken_back_by_its_row_and_mark() -> None:
    assert answers_of({"back": "7:succeeded 1 applied: x"}).given == {
        7: Answer("taken back", "", "succeeded 1 applied: x")
    }


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (CARDS, "Nothing was decided"),
        ({}, "Nothing was decided"),
        ({**CARDS, "row-2": "perhaps"}, "no decision of this page"),
        ({**CARDS, "row-2": "taken back"}, "no decision of this page"),
        ({**CARDS, "note-7": "asked Ben"}, "Row 7 has a note and no decision"),
        ({**CARDS, "row-7": "send", "note-7": "x" * 501}, "row 7 has more than 500 characters"),
        ({"back": "x:y"}, "no row of this page"),
        ({"mark-x": "", "row-x": "send"}, "Nothing was decided"),
    ],
)
def test_a_wrong_form_says_why(form: dict[str, str], words: str) -> None:
    assert words in answers_of(form).wrong


def test_what_was_typed_survives_a_wrong_form() -> None:
    found = answers_of({**CARDS, "row-2": "send", "note-7": "asked Ben"})
    assert found.given == {2: Answer("send", "", "conflict 1"), 7: Answer("", "asked Ben", "unknown 2")}


def test_a_mark_changes_with_each_decision_and_attempt() -> None:
    record = RowRecord(2, (), (), "A", {}, Status.UNKNOWN, attempts=1)
    again = RowRecord(2, (), (), "A", {}, Status.UNKNOWN, attempts=2)
    one, other = (Decision("send", "ann", "", datetime(2026, 11, 23, 21, 4, second, tzinfo=UTC)) for second in (1, 2))
    assert len({mark_of(record, None), mark_of(again, None), mark_of(record, one), mark_of(record, other)}) == 4
