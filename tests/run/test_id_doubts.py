"""Ids that are no lead's, perhaps."""

import pytest

from leadsync.models import Lead
from leadsync.run.id_doubts import IdDoubts

ANN, BOB, CY = "0383218191", "0383218192", "0383218193"


def doubts(*leads: Lead) -> IdDoubts:
    found = IdDoubts()
    for number, lead in enumerate(leads, 2):
        found.look_at(number, lead)
    return found


@pytest.mark.parametrize(
    ("ids", "odd"),
    [
        ("10234|10235|Branch: Perth", "Branch: Perth"),
        ("Hot leads|10234|10235|Cold leads|10236", "Hot leads|Cold leads"),
        ("10234|10235|k. A.", "k. A."),
        ("10234|10235|Fatal error: no answer in 30 s", "Fatal error: no answer in 30 s"),
        ("10234|10235|inget", "inget"),  # small letters
        ("10234|10235|NR", "NR"),  # another length
        ("10234|10235|未提供|待定", "未提供|待定"),
        ("C1|C2|Code|Sale|Other", "Code|Sale|Other"),  # the lines of a footer
        (f"{'A7|A88|' * 9}leer", "leer"),
        ("'A1'|'A2'", "'A1'|'A2'"),
        ("b'A1'|<ID>|[id]|{{id}}", "b'A1'|<ID>|[id]|{{id}}"),
        # leads
        ("A1 (old)|O'Neil|N.V.", ""),
        ("Q1ZV|QXZV|Z9TT|A7BC", ""),
        ("10234|10235|SMITH|10236", ""),
        ("A1|VIP|A10|A200", ""),
        ("ann|10234|X-1|7", ""),
        ("10234|Hot leads", ""),
        ("Hot leads|Cold leads|10234|10235|New leads", ""),
        ("ann@example.com|bob7@example.com|cy9@example.com", ""),
        ("ann7|bob9|d.lee", ""),
        ("ann|bob", ""),
    ],
)
def test_a_word_among_ids_with_digits_is_odd_by_its_form(ids: str, odd: str) -> None:
    names = ids.split("|")
    found = doubts(*(Lead(name, {}) for name in names)).odd()
    assert "|".join(names[number - 2] for number in found) == odd


def person(name: str, phone: str, **others: str) -> Lead:
    return Lead(name, {"FirstPhone": phone, "City": "Perth", "njCallBackDate": f"2027/11/24 {phone[-2:]}:30", **others})


@pytest.mark.parametrize(
    ("leads", "rows"),
    [
        ([person("New customer", ANN), person("new customer", BOB), person("New customer", BOB)], [3, 4]),
        ([person("n.v.t", "", Mail="ann@example.com"), person("n.v.t", BOB)], [3]),
        ([person("99999", ANN), person("99999", BOB)], [3]),
        ([person("WEB1", ANN), person("WEB1", BOB), person("WEB1", CY), person("WEB1", ANN)], [4]),
        ([person("12", ANN, Name="Ann"), person("12", BOB, Name="Bob"), person("12", CY, Name="Cy")], [4]),
        # one person
        ([person("smith", ANN, Name="Ann Smith"), person("smith", BOB, Name="ANN SMITH")], []),
        ([person("12", ANN, Name="Ann"), person("12", BOB, Name="Ann"), person("12", CY, Name="Ann")], []),
        ([person("12", ANN), person("12", BOB), person("12", ANN)], []),
        ([person("1", ANN), person("1", BOB)], []),
        ([person("ann", ANN), person("ann", ANN, njDisposition="Sale")], []),
        ([person("ann", ANN), person("ann", "<No Change>")], []),
        ([person("ann", ANN), person("bob", BOB)], []),
        ([person("A1", ANN), person("A1", BOB), person("1A", ANN), person("1A", BOB)], []),
    ],
)
def test_an_id_of_several_people_is_doubted(leads: list[Lead], rows: list[int]) -> None:
    assert doubts(*leads).shared == rows
