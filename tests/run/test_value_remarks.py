"""Remarks about values: without any value of a lead."""

import pytest

from leadsync.leads import DECIMAL_ID, LIST_MARK, LIST_NUMBER, LOST_AT_END, NEW_LEAD, PERHAPS_ROUNDED
from leadsync.leads.encoded_texts import TEMPLATE, writing_of
from leadsync.models import Lead, Note, NoteKind
from leadsync.run import Survey, doubtful_values
from leadsync.run.value_remarks import encoded_values, no_leads, null_words, shared_ids, spellings


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
FULL_ROWS = [Lead(f"1023{at}", FULL) for at in range(3)]
BLANK = {"njDisposition": "<No Change>", "FirstPhone": "<No Change>", "Name": ""}


def surveyed(*leads: Lead) -> Survey:
    survey = Survey()
    for number, lead in enumerate(leads, 2):
        survey.accept(number, lead)
    return survey


def test_ids_alone_between_full_rows_are_a_doubt() -> None:
    full = [Lead(f"1023{n}", FULL) for n in range(3)]
    [remark] = no_leads(surveyed(Lead("3000", BLANK), *full, Lead("2000", {})))
    assert "Perhaps no lead (2 rows: 2, 6): a title, a total, a word for no id, or an id in quotation marks" in str(
        remark
    )
    assert remark.doubt


def test_an_id_alone_like_the_others_is_a_lead_where_each_column_has_blanks() -> None:
    sparse = [FULL, FULL | {"Name": ""}, FULL | {"FirstPhone": "<No Change>"}, FULL | {"njDisposition": "<No Change>"}]
    leads = [Lead(f"1023{at}", fields) for at, fields in enumerate([*sparse, FULL])]
    assert list(no_leads(surveyed(*leads, Lead("10299", BLANK)))) == []
    [remark] = no_leads(surveyed(*leads, Lead("A-7", BLANK)))
    assert "(row 7)" in str(remark)


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
    assert list(no_leads(surveyed(*leads))) == []


def test_doubtful_values_are_counted_the_most_frequent_first() -> None:
    survey = Survey()
    for number in range(2, 7):
        past = Note(NoteKind.WARNING, "in the past", "When", "x", "x")
        # Added leads have a line of their own.
        odd = (Note(NoteKind.WARNING, "odd", "Id", "x"), Note(NoteKind.WARNING, NEW_LEAD, "Id", "x"))
        notes = (past, *odd) if number == 2 else (past,)
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
        (LIST_MARK, 1, 9, True),
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


@pytest.mark.parametrize(
    ("texts", "is_doubt"),
    [
        (["%Ann%", "%Bob%"], False),
        (["%name%", "%name%"], True),
        (["%name%"], True),
        (["Hi Ann {{day}}", "Hi Bob {{day}}"], True),
    ],
)
def test_signs_around_every_value_are_no_template_s_name(texts: list[str], *, is_doubt: bool) -> None:
    survey = Survey()
    for number, text in enumerate(texts):
        survey.accept(number, Lead(f"L{number}", {}, (Note(NoteKind.WARNING, TEMPLATE, "Name", text),)))
    assert [remark.doubt for remark in encoded_values(survey)] == [True] * is_doubt


@pytest.mark.parametrize(
    ("ids", "is_doubt"),
    [
        ("1. A17|2. A18|3. A29", True),
        ("1. A17||3. A29", True),  # a rejected row between
        ("7. A17||8. A29", True),  # a blank one
        ("a. 17|b. 18|c. 29", True),
        ("1: 17|2: 18", True),
        ("(1) 17|(2) 18", True),
        ("[1]17|[2]18", True),
        ("#1 17|#2 18", True),
        ("(03) 9876 5432|(03) 9876 5433", False),
        ("1. A17", False),
        ("1. Q26|1. Q27", False),
        ("4. Q26|1. Q27|2. Q27", False),
        ("3. A17|7. A18", False),
    ],
)
def test_numbers_in_front_of_ids_that_count_on_are_a_list_s(ids: str, *, is_doubt: bool) -> None:
    survey = Survey()
    for number, name in enumerate(ids.split("|"), 2):
        if name:
            survey.accept(number, Lead(name, {}, (Note(NoteKind.WARNING, LIST_NUMBER, "Id", name),)))
    assert [remark.doubt for remark in encoded_values(survey)] == [True] * is_doubt


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


@pytest.mark.parametrize(
    ("leads", "rows"),
    [
        ([*FULL_ROWS, Lead("3000", BLANK)], "(row 5)"),
        ([*FULL_ROWS, Lead("not yet", FULL)], "(row 5)"),
    ],
)
def test_rows_that_are_no_leads_perhaps_are_one_doubt(leads: list[Lead], rows: str) -> None:
    survey = surveyed(*leads)
    [remark] = no_leads(survey)
    assert rows in str(remark)
    survey.doubted.append(2)
    [remark] = no_leads(survey)
    assert "(2 rows: 2, 5)" in str(remark)


def test_an_id_of_several_people_is_a_doubt() -> None:
    phones = [{"FirstPhone": f"038321819{at}"} for at in range(2)]
    [remark] = shared_ids(surveyed(*(Lead("new", fields) for fields in phones)))
    assert remark.doubt
    assert "An id stands for several people (row 3). They are sent as one lead" in str(remark)
    assert list(shared_ids(surveyed(*(Lead(str(at), fields) for at, fields in enumerate(phones))))) == []
