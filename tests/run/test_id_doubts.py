"""Ids that are no lead's, perhaps."""

import pytest

from leadsync.models import Lead
from leadsync.run.id_doubts import IdDoubts

ANN, BOB, CY = "0383218191", "0383218192", "0383218193"


def doubts(*leads: Lead) -> IdDoubts:
    found = IdDoubts({"name", "disposition"})
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
        ("10234|10235|10236|10234-10236", "10234-10236"),
        ("10234|10235|10236|51824753556", "51824753556"),
        ("10234|10235|10236|10237|2 leads|2 leads", "2 leads|2 leads"),
        ("A-1|A-2|24/11/2027", "24/11/2027"),
        ("10234|10235|2027-11-24 14:30", "2027-11-24 14:30"),
        ("ann|bob|24-Nov-2027", "24-Nov-2027"),
        ("10234|10235|1/1", "1/1"),
        ("Name|Disposition:|10234", "Name|Disposition:"),
        # leads
        ("{6fa459ea}|{6fa459eb}|{6fa459ec}", ""),
        ("[A1]|[A2]|A3", ""),
        ("24/11/2027|25/11/2027|10234", ""),
        ("1|22|333|4444", ""),
        ("123|456|789|12|1234567", ""),
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
    found = list(dict.fromkeys(found))
    assert "|".join(names[number - 2] for number in found) == odd


def person(name: str, phone: str, **others: str) -> Lead:
    return Lead(name, {"FirstPhone": phone, "City": "Perth", "njCallBackDate": f"2027/11/24 {phone[-2:]}:30", **others})


@pytest.mark.parametrize(
    ("leads", "rows"),
    [
        ([person("New customer", ANN), person("new customer", BOB), person("New customer", BOB)], [3, 4]),
        ([person("n.v.t", "", Mail="ann@example.com"), person("n.v.t", BOB)], [3]),
        ([person("99999", ANN), person("99999", BOB)], [3]),
        ([person("WEB1", ANN, Name="Ann"), person("WEB1", BOB, Name="Bob"), person("WEB1", CY, Name="Cy")], [4]),
        ([person("12", ANN, Name="Ann"), person("12", BOB, Name="Bob"), person("12", CY, Name="Cy")], [4]),
        ([Lead("offen", {"Kontakt": "Ann"}), Lead("offen", {"Kontakt": "Bob"})], [3]),
        ([Lead("offen", {"First": "Ann", "Last": "Lee"}), Lead("offen", {"First": "Bob", "Last": "Ray"})], [3]),
        # one person
        ([Lead("offen", {"First": "Ann", "Last": "Lee"}), Lead("offen", {"First": "Anna", "Last": "Lee"})], []),
        ([Lead("ann", {"Notes": "Called"}), Lead("ann", {"Notes": "Mailed"}), Lead("bob", {})], []),  # users
        ([Lead("smith", {"Agent": "Jane"}), Lead("smith", {"Agent": "Joe", "njDisposition": "Sale"})], []),
        ([Lead("bob", {"Kontakt": "Bob"}), Lead("bob", {"Kontakt": "Robert"})], []),
        ([Lead("ann", {"Notes": "called"}), Lead("ann", {"Notes": "mailed"})], []),
        ([Lead("ann", {"Notes": "Called 3 times"}), Lead("ann", {"Notes": "Mailed 2"})], []),
        ([person("smith", ANN, Name="Ann Smith"), person("smith", BOB, Name="ANN SMITH")], []),
        ([person("12", ANN, Name="Ann"), person("12", BOB, Name="Ann"), person("12", CY, Name="Ann")], []),
        ([person("12", ANN), person("12", BOB), person("12", ANN)], []),
        ([person("1", ANN), person("1", BOB), person("1", CY)], []),
        ([person("A1", ANN, Name="Ann"), person("A1", BOB), person("A1", CY)], []),
        ([person("smith", ANN, Name="Lee Ann"), person("smith", BOB, Name="Ann, Lee")], []),
        ([person("ann", ANN), person("ann", ANN, njDisposition="Sale")], []),
        ([person("ann", ANN), person("ann", "<No Change>")], []),
        ([person("ann", ANN), person("bob", BOB)], []),
        ([person("A1", ANN), person("A1", BOB), person("1A", ANN), person("1A", BOB)], []),
    ],
)
def test_an_id_of_several_people_is_doubted(leads: list[Lead], rows: list[int]) -> None:
    assert doubts(*leads).shared == rows


FULL = {"Agent": "Jane", "Name": "Ann", "FirstPhone": ANN, "njDisposition": "Sale", "Amount": "6"}


@pytest.mark.parametrize(
    ("second", "is_total"),
    [
        ({"Name": "Average", "Amount": "41.92"}, True),
        ({"Name": "Maximum", "Amount": "100.50"}, True),
        ({"Name": "Ø", "Amount": "2"}, True),
        ({"Agent": "Jane Max", "FirstPhone": ANN, "Amount": "6"}, True),
        ({"Agent": "Last: Jane", "Amount": "6"}, True),
        ({"Agent": "Jane", "njDisposition": "Total", "Amount": "11"}, True),
        ({"Amount": "11"}, True),
        ({**FULL, "Agent": "Jane Max", "Amount": "9"}, True),
        ({**FULL, "Agent": "Grand Max"}, True),
        ({**FULL, "Agent": "Jane Total", "Amount": "11"}, True),
        ({**FULL, "njDisposition": "Max"}, True),
        ({**FULL, "Agent": "Max"}, False),
        ({**FULL, "njDisposition": "Balance"}, False),
        ({**FULL, "Agent": "Max Lee"}, False),
        ({**FULL, "Agent": "Janet"}, False),
        ({"njPriority": "11"}, False),
        ({"Agent": "Jane", "Amount": "11"}, False),
        ({"Name": "Ann Lee", "njDisposition": "Busy"}, False),
        ({"Amount": "7", "njCallBackDate": "2027/11/24 14:30"}, False),
        ({"FirstPhone": BOB}, False),
        ({**FULL, "Amount": "7"}, False),
    ],
)
def test_a_total_under_the_id_of_a_lead_is_doubted(second: dict[str, str], is_total: bool) -> None:
    leads = [Lead("10235", FULL), Lead("10235", second)]
    assert doubts(*leads).odd() == [3] * is_total
    assert doubts(*reversed(leads)).odd() == [2] * is_total


@pytest.mark.parametrize(
    ("name", "disposition", "is_odd"),
    [
        ("2", "Sale", True),
        ("3 leads", "Sale", True),
        ("24/11/2027", "Sale", True),
        ("Cy", "2", True),
        ("7 Eleven", "Sale", False),
        ("3rd Base", "<No Change>", False),
    ],
)
def test_a_figure_for_a_name_or_an_outcome_is_odd(name: str, disposition: str, is_odd: bool) -> None:
    values = [("Ann", "Sale"), ("Bob", "Sale"), (name, disposition)]
    leads = [Lead(f"a{at}", {"Name": one, "njDisposition": other}) for at, (one, other) in enumerate(values)]
    assert doubts(*leads).odd() == [4] * is_odd


@pytest.mark.parametrize(
    "fields", [{"njDisposition": "<No Change>", "Name": "2"}, {"njDisposition": "Sale", "Name": "2"}]
)
def test_a_figure_for_a_name_is_odd_below_many_leads(fields: dict[str, str]) -> None:
    leads = [Lead(f"a{at}", {"Name": "Ann", "njDisposition": "Sale", "City": "Perth"}) for at in range(2_001)]
    assert doubts(*leads, Lead("sale", fields)).odd() == [2_003]


def test_names_of_figures_alone_are_names() -> None:
    assert not doubts(*(Lead(f"a{at}", {"Name": str(at)}) for at in range(4))).odd()


def test_codes_of_outcomes_with_a_legend_are_the_leads_own() -> None:
    rows = [("10234", "1"), ("10235", "2"), ("10236", "1"), ("1", "Sale"), ("2", "Busy"), ("3", "No Sale")]
    leads = [Lead(name, {"njDisposition": outcome}) for name, outcome in rows]
    assert sorted(doubts(*leads).odd()) == [5, 6, 7]
