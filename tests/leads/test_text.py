"""What all cells share: outer blanks, what cannot be seen, and what cannot be sent."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.text import (
    Cleaned,
    Refused,
    clean_text,
    is_no_change,
    is_ordinary,
    plain,
    trim,
    unsendable,
    unwrap,
    visible,
    without_apostrophe,
)
from leadsync.reasons import FaultKind
from leadsync.spreadsheet import loose


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("０３-８３２１", "03-8321"),
        ("٠٣", "03"),
        ("a\u00a0b\u2003c", "a b c"),
        ("a  \t b", "a b"),
        ("03–83−21—8", "03-83-21-8"),
        ("‘a’ “b”", "'a' \"b\""),
        ("２４／１１", "24/11"),
        ("a\nb", "a\nb"),
    ],
)
def test_plain(text: str, plainly: str) -> None:
    assert plain(text) == plainly


@pytest.mark.parametrize("text", ["<No Change>", "<no change>", "<NO CHANGE>", "<NoChange>", "< no  change >"])
def test_no_change_in_any_letter_case(text: str) -> None:
    assert is_no_change(text)


@pytest.mark.parametrize("text", ["No Change", "<No Change", "(No Change)", "<No Changes>", "x<No Change>", ""])
def test_no_change_needs_its_brackets(text: str) -> None:
    assert not is_no_change(text)


@given(text=st.text(max_size=30))
def test_trimming_and_looking_at_a_text_twice_changes_nothing_more(text: str) -> None:
    assert trim(trim(text)) == trim(text)
    assert visible(visible(text)) == visible(text)
    assert plain(plain(text)) == plain(text)
    assert text.find(trim(text)) >= 0


@given(text=st.text(max_size=30))
def test_an_ordinary_text_is_one_that_nothing_else_has_to_say_about(text: str) -> None:
    if is_ordinary(text):
        assert text == trim(text) == visible(text) == unwrap(text) != ""
        assert unsendable(text) is None
        assert clean_text(text) == Cleaned(text)


@given(text=st.text(min_size=1, max_size=30))
def test_a_campaign_text_is_changed_by_composing_accents_alone(text: str) -> None:
    cleaned = clean_text(text)
    if isinstance(cleaned, Cleaned):
        assert cleaned.value == unicodedata.normalize("NFC", text)
        assert bool(cleaned.repairs) == (cleaned.value != text)


@given(text=st.text(max_size=30), control=st.characters(categories=["Cc", "Cs"]))
def test_control_characters_are_refused_but_for_breaks(text: str, control: str) -> None:
    assert isinstance(unsendable(text + control), Refused) == (control not in "\t\n\r" or unsendable(text) is not None)


@given(text=st.text(max_size=20), digits=st.from_regex(r"[0-9]{1,12}", fullmatch=True))
def test_an_apostrophe_in_front_of_a_text_is_taken_off_alone(text: str, digits: str) -> None:
    assert without_apostrophe(text) in (text, trim(text[1:]))
    assert text[:1] in ("'", "’", "‘") or without_apostrophe(text) == text
    assert without_apostrophe(f"'{digits}") == digits


@given(heading=st.text(max_size=20))
def test_a_heading_compares_without_case_blanks_and_punctuation(heading: str) -> None:
    assert loose(f" {heading}_ ") == loose(heading)
    assert loose(loose(heading)) == loose(heading)


@pytest.mark.parametrize(
    "text",
    [
        *("=A1", "=$B$12", "=Sheet1!A1", "='My leads'!A1", "=CONCAT(1)", "=if(a1=1;2;3)", "=SUM(A1)+1)"),
        *("=10235", "=+10235", '=HYPERLINK("a","10235")+1', '=HYPERLINK("a","10")&"x"', '="10"&"235"'),
    ],
)
def test_a_formula_is_no_value(text: str) -> None:
    assert unsendable(text) == Refused(FaultKind.FORMULA_TEXT)
    assert unsendable(text, formulas=True) is None, "a workbook's cell that shows it"


@pytest.mark.parametrize("text", ["=1+1", "=) nice", "=A", "=Ann", "A1", "=HYPERLINK", "=="])
def test_other_texts_behind_an_equals_sign_are_values(text: str) -> None:
    assert unsendable(text) is None
