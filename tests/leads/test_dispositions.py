"""Dispositions are sent as the campaign spells them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads.dispositions import alike, clean_disposition, slips
from leadsync.leads.text import Cleaned, Refused
from leadsync.reasons import FaultKind
from leadsync.report import problem, remedy

LISTED = ("Sale", "Call Back", "Don’t Call", "Café", "Wrong No - Business")
SPELT = "disposition spelt as in the settings"


@pytest.mark.parametrize(
    ("cell", "sent"),
    [
        ("sale", "Sale"),
        ("ＳＡＬＥ", "Sale"),
        ("Call\u00a0Back", "Call Back"),
        ("CALL  BACK", "Call Back"),
        ("don't call", "Don’t Call"),
        ("Cafe\u0301", "Café"),
        ("Wrong No – Business", "Wrong No - Business"),
    ],
)
def test_the_settings_spelling_is_sent(cell: str, sent: str) -> None:
    assert clean_disposition(cell, LISTED) == Cleaned(sent, (SPELT,))


@pytest.mark.parametrize("cell", ["Callback", "Salé", "Sale.", "cafe", "Sales"])
def test_what_is_not_in_the_list_is_sent_back_naming_one_that_is(cell: str) -> None:
    refused = clean_disposition(cell, LISTED)
    assert isinstance(refused, Refused)
    assert problem(refused) == "is none of the campaign's dispositions"
    assert any(listed in remedy(refused) for listed in LISTED)


@pytest.mark.parametrize(
    ("cell", "sent", "repair"),
    [
        ("sALE", "sALE", ""),
        ("Don’t Call", "Don’t Call", ""),
        ("Call\u00a0Back", "Call Back", "blanks and accents written plainly"),
        ("Cafe\u0301", "Café", "blanks and accents written plainly"),
        ("Sa\u200ble", "Sale", "invisible characters removed"),
    ],
)
def test_without_a_list_a_disposition_goes_out_as_a_person_sees_it(cell: str, sent: str, repair: str) -> None:
    assert clean_disposition(cell, ()) == Cleaned(sent, (repair,) if repair else ())


_PART = st.sampled_from(
    ["Sale", "sale", "CALL", "back", "Don't", "Don’t", "call", " ", "\u00a0", "\u200b", "é", "e\u0301"]
)


@given(cell=st.lists(_PART, min_size=1, max_size=4).map("".join) | st.text(min_size=1, max_size=12))
def test_nothing_outside_the_list_is_sent_and_every_change_is_said(cell: str) -> None:
    listed = clean_disposition(cell, LISTED)
    if isinstance(listed, Cleaned) and listed.value != "<No Change>":
        assert listed.value in LISTED
        assert listed.repairs or listed.value == cell
    alone = clean_disposition(cell, ())
    if isinstance(alone, Cleaned):
        assert alone.repairs or alone.value == cell
        assert unicodedata.is_normalized("NFC", alone.value)


@given(listed=st.sampled_from(LISTED), upper=st.lists(st.booleans(), min_size=20, max_size=20))
def test_letter_case_does_not_count(listed: str, upper: list[bool]) -> None:
    cell = "".join(letter.upper() if big else letter.lower() for letter, big in zip(listed, upper, strict=False))
    cleaned = clean_disposition(cell, LISTED)
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == listed


def test_spellings_that_differ_by_letter_case_or_blanks_are_found() -> None:
    assert alike(["Sale", "No Answer", "sale", "Busy", "No  answer", "NoAnswer"]) == [
        ["Sale", "sale"],
        ["No Answer", "No  answer", "NoAnswer"],
    ]
    assert alike(["Sale", "Sold"]) == []


@pytest.mark.parametrize(
    ("rare", "frequent", "is_slip"),
    [
        ("Slae", "Sale", True),
        ("Sal", "Sale", False),
        ("Sales", "Sale", True),
        ("No anser", "No Answer", True),
        ("sale", "Sale", True),
        ("Sold", "Sale", False),
        ("Interested", "Not interested", False),
        ("Round 1", "Round 2", False),
    ],
)
def test_a_slip_of_the_keyboard_beside_a_frequent_disposition(rare: str, frequent: str, is_slip: bool) -> None:
    assert slips({frequent: 6, rare: 2, "Other": 9}) == ({rare: frequent} if is_slip else {})
    assert slips({"Sale": 5, "Slae": 2}) == {}, "it is not rare"


@given(word=st.text(min_size=1, max_size=8), others=st.lists(st.text(max_size=8), max_size=5))
def test_a_group_has_at_least_two_spellings_of_one_word(word: str, others: list[str]) -> None:
    groups = alike(dict.fromkeys([word, f" {word}", *others]))
    assert any({word, f" {word}"} <= set(group) for group in groups)
    assert all(len({"".join(one.casefold().split()) for one in group}) == 1 for group in groups)


@pytest.mark.parametrize("cell", ["TRUE", "FALSE", "☐", "☑", "✓", "[x]", "[ ]"])
def test_a_tick_box_is_no_disposition_unless_it_is_listed(cell: str) -> None:
    assert clean_disposition(cell, ()) == Refused(FaultKind.DISPOSITION_IS_TRUTH)
    assert clean_disposition(cell, ("Sale",)) == Refused(FaultKind.DISPOSITION_IS_TRUTH)
    assert clean_disposition(cell, (cell,)) == Cleaned(cell)
    assert clean_disposition("True", ()) == Cleaned("True")
