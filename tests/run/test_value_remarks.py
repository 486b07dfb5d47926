"""Remarks about values: without any value of a lead."""

import pytest

from leadsync.leads import DECIMAL_ID, LOST_AT_END, PERHAPS_ROUNDED
from leadsync.leads.encoded_texts import writing_of
from leadsync.models import Lead, Note, NoteKind
from leadsync.run import Survey, doubtful_values
from leadsync.run.value_remarks import encoded_values, null_words, odd_ids, shared_words, spellings


def test_words_for_no_value_are_counted_the_most_frequent_first() -> None:
    remarks = list(null_words({"NULL": {"Name": 1}, "nan": {"Name": 4, "City": 3}, "None": {"A": 2}, "nil": {"A": 2}}))
    counts = ("7 cells say nan in Name, City:", "2 cells say None in A:", "2 cells say nil in A:")
    assert len(remarks) == 3, "of the rarest nothing is said"
    assert all(words in str(remark) for words, remark in zip(counts, remarks, strict=True))
    assert 'write blank_words = ["nan"] in [input]' in str(remarks[0])
    assert all(remark.doubt and remark.loud for remark in remarks)


def test_spellings_are_named_by_their_rows_alone() -> None:
    survey = Survey()
    for number, disposition in ((2, "Sale"), (3, "sale "), (4, "Busy"), (5, "SALE")):
        survey.accept(number, Lead(f"L{number}", {"njDisposition": disposition}))
    [remark] = spellings(survey)
    assert "3 spellings of a disposition differ by letter case or blanks alone (rows 2 and 3 and 5)" in str(remark)
    assert "sale" not in str(remark).replace("disposition", "").casefold()


FULL = {"njDisposition": "Sale", "FirstPhone": "0383218191", "Name": "Ann"}
BLANK = {"njDisposition": "<No Change>", "FirstPhone": "<No Change>", "Name": ""}


def surveyed(*leads: Lead) -> Survey:
    survey = Survey()
    for number, lead in enumerate(leads, 2):
        survey.accept(number, lead)
    return survey


def test_ids_alone_between_full_rows_are_a_doubt() -> None:
    full = [Lead(f"1023{n}", FULL) for n in range(3)]
    [remark] = odd_ids(surveyed(Lead("3000", BLANK), *full, Lead("2000", {})))
    assert "An id stands alone among full rows (2 rows: 2, 6), as a title of a group does" in str(remark)
    assert remark.doubt


@pytest.mark.parametrize(
    "leads",
    [
        [Lead("3000", BLANK), Lead("2000", BLANK)],  # a list of ids
        [Lead("1", {"njDisposition": "Sale"}), Lead("2", {"njDisposition": "<No Change>"}), Lead("4", {})],
        [Lead("1", FULL), Lead("2", FULL | BLANK | {"Name": "Bob"}), Lead("4", FULL)],
        [Lead("1", FULL), Lead("3", FULL)],
        [Lead("A1", FULL), Lead("1", FULL), Lead("1", FULL)],
        [Lead("1", FULL), Lead("2", FULL), Lead("4", FULL)],
    ],
)
def test_honest_ids_are_none(leads: list[Lead]) -> None:
    assert list(odd_ids(surveyed(*leads))) == []


def test_doubtful_values_are_counted_the_most_frequent_first() -> None:
    survey = Survey()
    for number in range(2, 7):
        past = Note(NoteKind.WARNING, "in the past", "When", "x", "x")
        notes = (past, Note(NoteKind.WARNING, "odd", "Id", "x")) if number == 2 else (past,)
        survey.accept(number, Lead(f"L{number}", {}, notes))
    assert [str(remark) for remark in doubtful_values(survey)] == [
        "When: in the past (5 rows: 2, 3, 4, …).",
        "Id: odd (row 2).",
    ]


@pytest.mark.parametrize(
    ("what", "loud", "rows", "is_doubt"),
    [
        (DECIMAL_ID, 1, 1, True),
        (DECIMAL_ID, 1, 2, False),
        (PERHAPS_ROUNDED, 3, 4, True),
        (PERHAPS_ROUNDED, 3, 5, False),
        (PERHAPS_ROUNDED, 2, 2, False),
        (LOST_AT_END, 2, 9, True),
        (LOST_AT_END, 1, 9, False),
        ("in the past", 9, 9, False),
    ],
)
def test_some_warnings_are_doubts_in_several_rows(what: str, loud: int, rows: int, *, is_doubt: bool) -> None:
    survey = Survey()
    for number in range(rows):
        notes = (Note(NoteKind.WARNING, what, "Id", "x"),) if number < loud else ()
        survey.accept(number, Lead(f"L{number}", {}, notes))
    assert [remark.doubt for remark in encoded_values(survey)] == [True] * is_doubt
    assert len(list(doubtful_values(survey))) == 1 - is_doubt


def test_letters_in_another_writing_are_a_doubt_with_their_rows() -> None:
    survey = Survey()
    note = Note(NoteKind.WARNING, writing_of("Ren&eacute;"), "Name", "Ren&eacute;", "Ren&eacute;")
    survey.accept(3, Lead("L3", {}, (note,)))
    [remark] = encoded_values(survey)
    assert (remark.loud, remark.doubt) == (True, True)
    assert str(remark).startswith(
        "! Name has letters as in a web page, such as &amp; or &#233;; export it as plain text (row 3)"
    )
    assert list(doubtful_values(survey)) == []


def word(name: str, phone: str, **others: str) -> Lead:
    return Lead(name, {"FirstPhone": phone, "City": "Perth", "njCallBackDate": f"2027/11/24 {phone[-2:]}:30", **others})


ANN, BOB = "0383218191", "0383218192"


@pytest.mark.parametrize(
    ("leads", "rows"),
    [
        ([word("New customer", ANN), word("new customer", BOB), word("New customer", BOB)], "2 rows: 3, 4"),
        ([word("n.v.t", "", Mail="ann@example.com"), word("n.v.t", BOB)], "row 3"),
        ([word("ann", ANN), word("ann", ANN, njDisposition="Sale")], ""),
        ([word("ann", ANN), word("ann", "<No Change>")], ""),
        ([word("ann", ANN), word("bob", BOB)], ""),
        ([word("A1", ANN), word("A1", BOB), word("1A", ANN), word("1A", BOB)], ""),
    ],
)
def test_a_word_that_is_the_id_of_several_people_is_a_doubt(leads: list[Lead], rows: str) -> None:
    told = [str(remark) for remark in shared_words(surveyed(*leads)) if remark.doubt]
    assert [f"person above ({rows})," in words for words in told] == [True] * bool(rows)
