"""External ids go out as they stand, or back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.external_ids import LIST_MARK, LIST_NUMBER, QUESTION, clean_external_id
from leadsync.leads.text import Cleaned, Refused
from leadsync.report import problem

BEYOND = "id has characters beyond the plain ones, kept as they are"


@pytest.mark.parametrize(
    "cell",
    [
        "00123",
        "123",
        "9856-0",
        "0061Q00000abcDE",
        "1E5",
        "a b",
        "True",
        "10",
        "1,234",
        "Samples",
        "Example1",
        "EG-1",
        "-5",
        "*7",
        "# 12",
        "+61412345678",
        "1. Q",
        "1.5 A",
        "1:23",
        "A. 17",
        "a.b 17",
        "[A1] 7",
        "A?17",
    ],
)
def test_an_id_is_kept_exact(cell: str) -> None:
    assert clean_external_id(cell) == Cleaned(cell)


@pytest.mark.parametrize(
    ("cell", "warning"),
    [
        ("9856.0", "a .0 at the end, as a program exports a number"),
        ("1234567890123450", "16 digits ending in 0: perhaps rounded by a spreadsheet"),
        ("１２３", BEYOND),
        ("AB–12", BEYOND),
        ("А123", BEYOND),  # a Cyrillic letter
        ("9\u00a0856", BEYOND),
        ("Zoe\u0308", BEYOND),
        *((cell, LIST_MARK) for cell in ("* 10234", "- [ ] A17", "| A17", "> > A17", ">10234", "- A1")),
        *((cell, LIST_MARK) for cell in ("1) A17", "a) A17", "[x] A17", "[ ] A18", "[] A19")),
        *(
            (cell, LIST_NUMBER)
            for cell in ("1. A17", "12.  10234", "a. 10234", "1: 10234", "(1) A17", "[2]10234", "#3 A17")
        ),
        *((cell, QUESTION) for cell in ("10240?", "10240 ??", "10240 (?)", "Ann?")),
    ],
)
def test_an_id_that_may_not_be_the_dialer_s_is_kept_and_warned_of(cell: str, warning: str) -> None:
    assert clean_external_id(cell) == Cleaned(cell, (), (warning,))


@pytest.mark.parametrize("mark", "✓✗⇒►▶➤☐•")
def test_a_sign_of_lists_is_a_mark(mark: str) -> None:
    assert clean_external_id(f"{mark} A1") == Cleaned(f"{mark} A1", (), (LIST_MARK, BEYOND))


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("1,23457E+11", "was turned into a rounded number by a spreadsheet, so that its last digits are lost"),
        ("1.23457E+14", "was turned into a rounded number by a spreadsheet, so that its last digits are lost"),
        ("1E+20", "was turned into a rounded number by a spreadsheet, so that its last digits are lost"),
        ("12345678901234500", "was turned into a rounded number by a spreadsheet, so that its last digits are lost"),
        ("98\n56", "holds a line break or a tab"),
        ("98\t56", "holds a line break or a tab"),
        ("<No Change>", "names no lead"),
        *(
            (date, "is a date, into which a spreadsheet turned the id")
            for date in ("12-Mar", "1-Dec", "Mar-12", "12. Mrz", "3.Mai")
        ),
        *(
            (word, "is a placeholder and names no lead")
            for word in (
                "Example",
                "EXAMPLE",
                "e.g. 12345",
                "ex. 10001",
                "z.B. 12345",
                "Beispiel: 12345",
                "Ejemplo",
                "Sample lead",
                "k.A.",
                "N/A",
                "n/a",
                "NULL",
                "(null)",
                "-",
                "?",
                "none",
                "Unknown",
                "0",
                "000",
                "TBA",
                "nan",
                "not known",
                "TRUE",
                "FALSE",
            )
        ),
    ],
)
def test_an_id_that_is_sent_back(cell: str, wrong: str) -> None:
    refused = clean_external_id(cell)
    assert isinstance(refused, Refused)
    assert problem(refused) == wrong


@given(cell=st.text(min_size=1, max_size=30) | st.from_regex(r"[0-9]{1,20}(\.0)?", fullmatch=True))
def test_an_id_is_changed_by_what_cannot_be_seen_alone(cell: str) -> None:
    cleaned = clean_external_id(cell)
    if isinstance(cleaned, Cleaned):
        assert cleaned.value == cell or cleaned.repairs == ("invisible characters removed",)
        assert clean_external_id(cleaned.value) == Cleaned(cleaned.value, (), cleaned.warnings)


@given(
    one=st.from_regex(r"[0-9A-Za-z_.-]{1,15}", fullmatch=True),
    other=st.from_regex(r"[0-9A-Za-z_.-]{1,15}", fullmatch=True),
)
def test_two_ids_never_become_one(one: str, other: str) -> None:
    first, second = clean_external_id(one), clean_external_id(other)
    if isinstance(first, Cleaned) and isinstance(second, Cleaned):
        assert (first.value == second.value) == (one == other)
