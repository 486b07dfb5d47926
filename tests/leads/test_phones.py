"""Phone numbers become the national digits that the dialer dials, or the row goes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata

from leadsync.leads.phones import _quick_australian, clean_phone, read_phone
from leadsync.leads.text import Cleaned, Refused


@pytest.mark.parametrize(
    ("cell", "dialed", "repair"),
    [
        ("0383218199", "0383218199", ""),
        ("(03) 8321 8199", "0383218199", "separators removed"),
        ("03-8321-8199", "0383218199", "separators removed"),
        ("03.8321.8199", "0383218199", "separators removed"),
        ("03/83218199", "0383218199", "separators removed"),
        ("03\u00a08321\u00a08199", "0383218199", "unusual characters replaced"),
        ("03–8321–8199", "0383218199", "unusual characters replaced"),
        ("\u202a0383218199\u202c", "0383218199", "invisible characters removed"),
        ("'0383218199", "0383218199", "apostrophe removed"),
        ("+61 3 8321 8199", "0383218199", "country code removed"),
        ("+61 (0)3 8321 8199", "0383218199", "country code removed"),
        ("(+61) 412 345 678", "0412345678", "country code removed"),
        ("0011 61 3 8321 8199", "0383218199", "country code removed"),
        ("0061 3 8321 8199", "0383218199", "country code removed"),
        ("61383218199", "0383218199", "country code removed"),
        ("383218199", "0383218199", "leading zero restored"),
        ("412345678", "0412345678", "leading zero restored"),
        ("383218199.0", "0383218199", "leading zero restored"),
        ("0383218199.0", "0383218199", "decimal zero removed"),
        ("３８３２１８１９９", "0383218199", "leading zero restored"),
        ("1300 975 707", "1300975707", "separators removed"),
        ("+61 1300 975 707", "1300975707", "country code removed"),
        ("1800 160 401", "1800160401", "separators removed"),
        ("13 12 34", "131234", "separators removed"),
        ("<No Change>", "<No Change>", ""),
        ("<no change>", "<No Change>", "spelt <No Change>"),
        ("<NO CHANGE>", "<No Change>", "spelt <No Change>"),
        ("< No  Change >", "<No Change>", "spelt <No Change>"),
    ],
)
def test_a_number_that_can_be_dialed(cell: str, dialed: str, repair: str) -> None:
    assert clean_phone(cell, "AU") == Cleaned(dialed, (repair,) if repair else ())


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("8321 8199", "has no area code"),
        ("6113 1234", "has no area code"),  # Canberra's, and not 61 before 13 12 34
        ("61131234", "has no area code"),
        ("03 8321 819", "is too short, with 9 where 10 digits are usual"),
        ("03 8321 81999", "is too long, with 11 where 10 digits are usual"),
        ("000", "is too short, with 3 where 10 digits are usual"),
        ("06 1234 5678", "is not a valid phone number in AU"),
        ("01300975707", "is too long, with 11 where 10 digits are usual"),
        ("18310383218199", "is not a valid phone number in AU"),
        ("+64 9 373 7599", "is a number of NZ, not of AU"),
        ("0011 1 650 253 0000", "is a number of US, not of AU"),
        ("0383218199 / 0412345678", "holds more than one number, 0383218199 and 0412345678"),
        ("0383218199 or 0412345678", "holds more than one number, 0383218199 and 0412345678"),
        ("0383218199\n0412345678", "holds more than one number, 0383218199 and 0412345678"),
        ("03 8321 8199 0412 345 678", "holds more than one number, 03 8321 8199 and 0412 345 678"),
        ("03 8321 8199/8200", "holds more than one number, 03 8321 8199 and 8200"),
        ("03 8321 8199 ext 12", "has the extension 12, which a dialer cannot dial"),
        ("03 8321 8199 x12", "has the extension 12, which a dialer cannot dial"),
        ("03 8321 8199 #12", "has the extension 12, which a dialer cannot dial"),
        ("3.83E+08", "was turned into a rounded number by a spreadsheet, so that digits are lost"),
        ("1234567890123456", "has 16 digits, more than a phone number has"),
        ("38321819.9", "is a decimal number or has a mark where a phone number has none"),
        ("-383218199", "is not written as a phone number"),
        ("++61383218199", "is not written as a phone number"),
        ("O383218199", "has letters in it"),
        ("1800 FLOWERS", "has letters in it"),
        ("383,218,199", "has ',' in it"),
        ("-", "has no digits"),
    ],
)
def test_a_number_that_is_sent_back(cell: str, problem: str) -> None:
    refused = clean_phone(cell, "AU")
    assert isinstance(refused, Refused)
    assert refused.problem == problem


def test_the_remedy_of_an_extension_is_the_number_without_it() -> None:
    refused = clean_phone("03 8321 8199 ext. 12", "AU")
    assert isinstance(refused, Refused)
    assert refused.remedy == "write 03 8321 8199 alone"


@pytest.mark.parametrize(
    ("cell", "region", "dialed"),
    [
        ("+64 21 123 4567", "NZ", "0211234567"),
        ("09 373 7599", "NZ", "093737599"),
        ("+44 (0)20 7031 3000", "GB", "02070313000"),
        ("2070313000", "GB", "02070313000"),
        ("+1 650-253-0000", "US", "6502530000"),
        ("(650) 253-0000", "US", "6502530000"),
    ],
)
def test_numbers_of_another_configured_region(cell: str, region: str, dialed: str) -> None:
    cleaned = clean_phone(cell, region)
    assert isinstance(cleaned, Cleaned)
    assert cleaned.value == dialed


_FIXED_AND_MOBILE = st.one_of(
    st.from_regex(PhoneMetadata.metadata_for_region("AU").fixed_line.national_number_pattern, fullmatch=True),
    st.from_regex(PhoneMetadata.metadata_for_region("AU").mobile.national_number_pattern, fullmatch=True),
    st.from_regex("[0-9]{9}", fullmatch=True),
)
_SPELLINGS = st.sampled_from(
    ["{}", "0{}", "+61{}", "+61 {}", "(0{0[0]}) {0[1]}", "+61 {0[0]}-{0[1]}", "0{0[0]}-{0[1]}"]
)


@given(digits=_FIXED_AND_MOBILE.filter(str.isascii), spelling=_SPELLINGS)
def test_the_quick_way_agrees_with_phonenumbers(digits: str, spelling: str) -> None:
    parts = (digits[0], digits[1:])
    cell = spelling.format(digits if "[" not in spelling else parts)
    quick = _quick_australian(cell)
    assert quick is None or quick == read_phone(cell, "AU")


@given(cell=st.text(alphabet="0123456789+()-. /", min_size=1, max_size=16))
def test_the_quick_way_knows_no_number_that_phonenumbers_does_not(cell: str) -> None:
    quick = _quick_australian(cell)
    assert quick is None or quick == read_phone(cell, "AU")


@given(cell=st.text(min_size=1, max_size=40) | st.from_regex(r"\+?[0-9(). /x-]{4,24}", fullmatch=True))
def test_whatever_is_sent_is_digits_and_cleans_to_itself(cell: str) -> None:
    cleaned = clean_phone(cell, "AU")
    if isinstance(cleaned, Cleaned):
        assert cleaned.value.isascii()
        assert cleaned.value.isdigit()
        assert clean_phone(cleaned.value, "AU") == Cleaned(cleaned.value)
