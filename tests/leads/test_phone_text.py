"""The number in a phone cell, without the text around it."""

import pytest

from leadsync.leads.phone_text import BareNumber, bare_number

AROUND = "words around the number removed"
UNUSUAL = "unusual characters replaced"


@pytest.mark.parametrize(
    ("cell", "number", "taken"),
    [
        ("03 8321 8199", "03 8321 8199", ""),
        ("Ph: 03 8321 8199", "03 8321 8199", AROUND),
        ("Mobile 0412 345 678", "0412 345 678", AROUND),
        ("M: 0412 345 678", "0412 345 678", AROUND),
        ("0412 345 678 (w)", "0412 345 678", AROUND),
        ("027 123 4567 (wk)", "027 123 4567", AROUND),
        ("AH: 03 9876 5432", "03 9876 5432", AROUND),
        ("0412 345 678 (fax)", "0412 345 678 (fax)", ""),
        ("0412 345 678 home", "0412 345 678", AROUND),
        ("Anna 0412 345 678", "Anna 0412 345 678", ""),
        ("0412 345 678 (w) 03 8321 8199", "0412 345 678 (w) 03 8321 8199", ""),
        ("[03] 8321_8199", "(03) 8321 8199", ""),
        ("03·8321·8199", "03-8321-8199", ""),
        ("03 8321 8199;", "03 8321 8199", ""),
        ("383218199.0", "383218199", "decimal zero removed"),
        ("383218199.5", "383218199.5", ""),
        ("383,218,199", "383218199", ""),
        ("383,21", "383,21", ""),
        ("0011 +61 3 8321 8199", "+61 3 8321 8199", ""),
        ("+61 3 8321 8199 00 +", "+61 3 8321 8199 +", ""),
        ("03\u20118321\u20118199", "03-8321-8199", UNUSUAL),
        ("03  8321 8199", "03 8321 8199", UNUSUAL),
        ("\u202a0383218199\u202c", "0383218199", "invisible characters removed"),
        ("\u202a03\u20118321\u20118199", "03-8321-8199", "invisible characters removed"),
        ("\u202aPh 0383218199", "0383218199", AROUND),
    ],
)
def test_the_text_around_a_number_is_taken_off(cell: str, number: str, taken: str) -> None:
    assert bare_number(cell) == BareNumber(number, taken)


@pytest.mark.parametrize("ending", [" ext 12", " x12", " #12", " Extn. 12", ", ext: 12"])
def test_an_extension_is_told(ending: str) -> None:
    assert bare_number(f"03 8321 8199{ending}") == BareNumber("03 8321 8199", "extension left out", extension=True)


def test_seven_digits_are_no_extension() -> None:
    assert not bare_number("03 8321 8199 x1234567").extension
