"""Other tables among the leads, told by their lines: headings once more, other headings, titles, a bare count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.other_tables import told_apart
from leadsync.sheets.source_lines import SourceLine, line_fault
from leadsync.spreadsheet import HeadingNames

HEADINGS = ["External Id", "Name", "Disposition"]
NAMES = HeadingNames(
    frozenset({"externalid", "leadid"}), frozenset(), frozenset({"externalid", "leadid", "disposition", "priority"})
)
TOTAL = line_fault(FaultKind.NO_LEAD)


def faults(lines: list[tuple[int, list[str]]], size: int = 9, headings: list[str] = HEADINGS) -> list[str]:
    rows = [SourceLine(number, cells, faults=(TOTAL,) * (cells[0] == "EOF")) for number, cells in lines]
    chunks = iter([rows[start : start + size] for start in range(0, len(rows), size)])
    found = [line for chunk in told_apart(chunks, headings, 1, NAMES) for line in chunk]
    assert [line.number for line in found] == [number for number, _ in lines]
    return [line.faults[0][0] if line.faults else "" for line in found]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_headings_once_more_are_no_lead_wherever_they_stand(size):
    ann, bob, again = ["A1", "Ann", "Sale"], ["A2", "Bob", "Sale"], [" EXTERNAL ID", "name", "Disposition "]
    assert faults([(2, ann), (3, again), (4, bob)], size) == ["", "NO_LEAD", ""]
    assert faults([(2, ann), (3, again)], size) == ["", "NO_LEAD"]
    assert faults([(2, again), (3, ann)], size) == ["NO_LEAD", ""]
    assert faults([(2, ann), (3, ["External Id", "Ann", "Sale"])], size) == ["", ""]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_table_below_a_blank_line_is_no_leads(size):
    leads = [(2, ["A1", "Ann", "Sale"]), (3, ["A2", "Bob", "Callback"])]
    table = [(5, ["Agent", "Calls", "Sales"]), (6, ["Bob", "12", "3"]), (8, ["S7", "4", "1"])]
    assert faults(leads + table, size) == ["", "", *["OTHER_TABLE"] * 3]
    again = [(9, HEADINGS), (10, ["A3", "Cy", "Sale"])]
    assert faults(leads + table + again, size) == ["", "", *["OTHER_TABLE"] * 3, "NO_LEAD", ""]
    titled = [(5, ["By agent", "", ""]), (6, ["Agent", "Calls", ""]), (7, ["Bob", "12", ""])]
    assert faults(leads + titled, size) == ["", "", "TOTAL_BETWEEN", "OTHER_TABLE", "OTHER_TABLE"]
    assert faults([*leads, (5, ["EOF", "", ""]), *titled[1:]], size)[3:] == ["OTHER_TABLE", "OTHER_TABLE"]


def test_known_headings_in_another_order_begin_a_table_without_a_blank_line():
    lines = [(2, ["A1", "Ann", "Sale"]), (3, ["Lead Id", "Disposition", "Name"]), (4, ["B1", "Sale", "Bob"])]
    assert faults(lines) == ["", "OTHER_TABLE", "OTHER_TABLE"]


PHONES = ["External Id", "First Name", "Phone 1", "Disposition", "Callback Date"]


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize(
    "other",
    [
        ["Cust", "Name", "Phone 1", "Disposition", "Callback Date"],
        ["Kunde", "First Name", "Telefon", "Disposition", "Rückruf"],
        ["External Id", "Name", "Mobile", "Outcome", "Recall"],
        ["Phone 1", "External Id", "First Name", "", ""],
        ["Invoice", "Amount", "Account", "Status", "Due"],
        ["FIRST NAME", "external_id", "Callback Date", "", ""],
    ],
)
def test_other_headings_begin_a_table_right_below_the_leads(other, size):
    leads = [
        (2, ["A1", "Ann", "0412345678", "Sale", "24/12/2026"]),
        (3, ["A2", "Bob", "0412345679", "Sale", "25/12/2026"]),
    ]
    lines = [*leads, (4, other), (5, ["X1", "Cy", "0412345670", "Sale", ""])]
    assert faults(lines, size, PHONES) == ["", "", "OTHER_TABLE", "OTHER_TABLE"]


@pytest.mark.parametrize(
    "line",
    [
        ["ANN", "Bob", "0412345678", "Callback", ""],
        ["ANN", "Priority", "", "Callback", ""],  # values with names of fields, in other columns
        ["ANN", "Bob", "unknown", "Sale", "later"],  # a known disposition
        ["ANN", "Bob", "unknown", "", "later"],
        ["Phone 1", "Bob", "0412345678", "Disposition", ""],
    ],
)
def test_words_below_leads_are_a_lead(line):
    leads = [
        (2, ["A1", "Ann", "0412345678", "Sale", "24/12/2026"]),
        (3, ["A2", "Bob", "0412345679", "Sale", "25/12/2026"]),
    ]
    assert faults([*leads, (4, line), (5, ["A3", "Cy", "0412345670", "Sale", ""])], 9, PHONES) == [""] * 4


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize(
    ("odd", "apart"),
    [
        ("VIP,Cy,unknown,Callback,later", 1),
        ("VIP,Cy,Gamma,Callback,TBA", 2),
        ("smith,Cy,,Busy,", 2),
    ],
)
def test_one_line_of_words_among_leads_is_rejected_alone(odd: str, apart: int, size: int) -> None:
    leads = [
        (2, ["A1", "Ann", "0412345678", "Sale", "24/12/2026"]),
        (3, ["A2", "Bob", "0412345679", "No Sale", "25/12/2026"]),
    ]
    more = [(4 + apart, ["A3", "Di", "0412345670", "Sale", ""]), (5 + apart, ["A4", "Ed", "", "Wrong Number", ""])]
    lines = [*leads, (3 + apart, odd.split(",")), *more]
    assert faults(lines, size, PHONES) == ["", "", "WORDS_ALONE", "", ""]
    assert faults([*lines[:3]], size, PHONES) == ["", "", "WORDS_ALONE"]


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize("apart", [1, 2])
@pytest.mark.parametrize(
    ("words", "below", "is_alone"),
    [
        ("Nr,Kunde,Strasse,Ort,PLZ", ["10236,Di,Hay St,Perth,6000", "10237,Ed,King St,Perth,6001"], False),
        ("Ref,Firm,Client,Status,Value", ["10236,Delta,Di,Busy,8", "10237,Echo,Ed,Sale,9"], False),
        ("Agent,Name,Team,Result,Calls", ["20001,Red,Perth,Sale,3", "20002,Blue,Perth,Sale,4"], False),
        ("Agent,Group,Office,Outcome text,Calls", ["20001,Red,Perth,Sale,3", "20002,Blue,Perth,Sale,4"], True),
        ("walkin,Cy,Gamma,Callback,TBA", ["10236,Di,Delta,Sale,8", "10237,Ed,Echo,Busy,9"], True),
    ],
)
def test_words_with_names_of_columns_or_above_new_values_alone_begin_a_table(
    words: str, below: list[str], apart: int, size: int, *, is_alone: bool
) -> None:
    headings = ["External Id", "Name", "Company", "Disposition", "Amount"]
    leads = [(2, ["10234", "Ann", "Acme", "Sale", "5"]), (3, ["10235", "Bob", "Beta", "No Sale", "6"])]
    lines = [*leads, *enumerate((line.split(",") for line in [words, *below]), 3 + apart)]
    expected = ["WORDS_ALONE", "", ""] if is_alone else ["OTHER_TABLE"] * 3
    assert faults(lines, size, headings) == ["", "", *expected]


def test_columns_of_new_values_in_each_lead_tell_no_table() -> None:
    leads = ["A1,Ann,x1", "A2,Bob,x2", "A3,Cy,x3", "VIP,Di,none", "A4,Ed,x4", "A5,Fi,x5"]
    lines = list(enumerate((line.split(",") for line in leads), 2))
    assert faults(lines, headings=["External Id", "Name", "Ticket"]) == ["", "", "", "WORDS_ALONE", "", ""]


@pytest.mark.parametrize("line", ["%id%,%name%,%outcome%", "{{External Id}},{{Name}},", "$name,$id,$disposition"])
def test_a_line_of_a_template_is_rejected_alone(line: str) -> None:
    cells = [line.split(","), ["A1", "Ann", "Sale"], line.split(","), ["A2", "Bob", "Busy"]]
    told = faults(list(enumerate(cells, 2)))
    assert told[1::2] == ["", ""]
    assert set(told[::2]) <= {"TEMPLATE", "SECOND_HEADINGS"}


def test_ids_with_a_sign_are_no_template() -> None:
    cells = [["#ann", "#red", ""], ["#bob", "#blue", ""], ["A1", "Ann", "Sale"], ["#REF!", "#REF!", "#REF!"]]
    assert "TEMPLATE" not in faults(list(enumerate(cells, 2)))


def test_a_text_over_all_columns_is_a_title_wherever_it_stands() -> None:
    lines = [["A1", "Ann", "Sale"], ["South", "South", "South"], ["A2", "Bob", "Busy"]]
    assert faults(list(enumerate(lines, 2))) == ["", "TOTAL_BETWEEN", ""]


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize("apart", [1, 2])
def test_a_table_below_a_single_lead_is_no_leads(size, apart):
    lead = (2, ["A1", "Ann", "0412345678", "Sale", "24/12/2026"])
    other = ["Kunde", "Vorname", "Telefon", "Ergebnis", "Termin"]
    lines = [lead, (2 + apart, other), (3 + apart, ["X1", "Cy", "0412345670", "Sale", ""])]
    assert faults(lines, size, PHONES) == ["", "OTHER_TABLE", "OTHER_TABLE"]


@pytest.mark.parametrize(
    ("band", "lead", "is_band"),
    [
        ("North", "A1", True),
        ("Group 1", "A1", True),
        ("North", "ann", False),  # ids without digits
        ("Group 1", "A 1", False),
        ("A7", "A1", False),
    ],
)
def test_a_band_above_leads_is_no_lead(band, lead, is_band):
    told = "TOTAL_BETWEEN" if is_band else ""
    first, second = [lead, "Ann", "Sale"], [f"{lead}2", "Bob", "Sale"]
    lines = [[band, "", ""], first, second, [f"{band}b", "", ""], [f"{lead}3", "Cy", "Sale"]]
    assert faults(list(enumerate(lines, 2))) == [told, "", "", told, ""]
    assert faults(list(enumerate(lines, 2)), 2) == [told, "", "", told, ""]


def test_a_title_of_a_group_is_no_lead_and_its_leads_are():
    lines = [(2, ["A1", "Ann", "Sale"]), (4, ["Melbourne", "", ""]), (5, ["A2", "Bob", "Sale"])]
    assert faults(lines) == ["", "TOTAL_BETWEEN", ""]


@pytest.mark.parametrize(
    ("above", "line"),
    [
        (["A1", "Ann", "Sale"], ["ANN-VIP", "Cy", "Sale"]),  # a known disposition
        (["A1", "Ann", "Sale"], ["ANN-VIP", "0412345678", "Busy"]),  # a number
        (["ann", "Ann", "Sale"], ["bob", "Bob", "Busy"]),  # ids without digits
        (["A1", "Ann", "Sale"], ["A2", "Bob", "Busy"]),  # an id like the others
        (["A1", "Ann", "Sale"], ["", "Bob", "Busy"]),
    ],
)
def test_a_lead_below_a_blank_line_stays_one(above, line):
    assert faults([(2, above), (4, line), (5, ["A9", "Di", "Sale"])]) == ["", "", ""]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 10**6), st.sampled_from(["Sale", "Busy", ""])), min_size=1))
def test_groups_of_leads_with_digits_in_their_ids_are_leads_all(leads):
    number, lines = 1, []
    for step, lead, disposition in leads:
        number += step
        lines.append((number, [f"A{lead}", "Ann", disposition]))
    assert set(faults(lines, 3)) == {""}


@pytest.mark.parametrize("size", [1, 2, 9])
def test_the_number_of_the_leads_on_the_last_line_is_no_lead(size):
    leads = [(2, ["A1", "Ann", "Sale"]), (3, ["A2", "Bob", "Sale"])]
    assert faults([*leads, (4, ["2", "", ""])], size) == ["", "", "NO_LEAD"]
    assert faults([*leads, (6, ["2", "", ""]), (7, ["EOF", "", ""])], 2) == ["", "", "NO_LEAD", "NO_LEAD"]
    assert faults([*leads, (4, ["3", "", ""])], size) == ["", "", "TOTAL_BETWEEN"]
    assert faults([*leads, (4, ["2", "", "Sale"])], size) == ["", "", ""]
    assert faults([*leads, (4, ["2", "", ""]), (5, ["A3", "", "Sale"])], size) == ["", "", "TOTAL_BETWEEN", ""]
    assert faults([(2, ["1", "Ann", "Sale"]), (3, ["1", "", ""])], size) == ["", ""]
    assert faults([(2, ["10001", "Ann", "Sale"]), (3, ["1", "", ""])], size) == ["", "NO_LEAD"]


def ids_alone(ids: str, others: list[str]) -> str:
    """The ids of the rejected lines: those with an asterisk are full, the others stand alone."""
    cells = [[name.strip("*"), *(others if "*" in name else ["", ""])] for name in ids.split()]
    told = faults(list(enumerate(cells, 2)))
    return " ".join(line[0] for line, fault in zip(cells, told, strict=True) if fault)


@pytest.mark.parametrize(
    ("ids", "rejected"),
    [
        ("3000 10234* 10235* 2000 10236* 10237*", "3000 2000"),
        ("Q4-2027 C-101* 24/11/2027 C-102* C-103* C-104* C-105* C-106*", "Q4-2027 24/11/2027"),
        ("10234* 10235* 10237 10236*", ""),  # an id like the others
        ("North 10234* 10235* 10237 10236*", "North 10237"),  # a sheet with titles
        ("3000 2000 10234* 10235*", ""),  # as many as full lines
        ("10234 77 10235", ""),  # a list of ids
        ("ann.lee@x* b.c@yy* 77* a2@z* Q4*", ""),
        ("ann.lee@x* 8b.c@yy* 77* q8", ""),  # ids of all shapes
        ("10234* 10235* 20469", "20469"),
    ],
)
def test_an_id_alone_among_full_lines_is_a_title_by_its_shape(ids, rejected):
    assert ids_alone(ids, ["Ann", "Sale"]) == rejected


def test_an_id_alone_changes_nothing_for_the_lines_beside_it():
    lines = [["7", "Name", "Disposition"], ["8", "Ann", "Sale"], ["9", "Bob", "Sale"]]
    assert faults(list(enumerate(lines, 2))) == ["", "", ""]
    assert faults(list(enumerate([*lines, ["3000", "", ""], ["6", "Cy", "Sale"]], 2))) == [
        "",
        "",
        "",
        "TOTAL_BETWEEN",
        "",
    ]


@pytest.mark.parametrize("size", [2, 9])
@pytest.mark.parametrize(
    ("last", "fault"),
    [
        (["20469", "", ""], "TOTAL_BETWEEN"),
        (["20469", "11", ""], "TOTAL_BETWEEN"),
        (["20469", "0412345678", ""], ""),
        (["20468", "11", ""], ""),
    ],
)
def test_a_sum_of_the_ids_is_no_lead(last, fault, size):
    leads = [(2, ["10234", "Ann", "Sale"]), (3, ["10235", "Bob", "Sale"])]
    assert faults([*leads, (4, last)], size) == ["", "", fault]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("1,Ann,Sale|2,Bob,Sale|3,Cy,Sale|4,Total,3", "TOTAL_BETWEEN"),
        ("10234,Ann,Sale|10235,Bob,Sale|10236,,Total", "TOTAL_BETWEEN"),
        ("11,Ann,5|12,Bob,6|13,Cy,9|36,3,20", "TOTAL_BETWEEN"),
        ("1,Ann,5|2,Bob,6|3,Cy,9|3,,20", "?"),
        ("5,1,|2,10,|2,11,", "?"),
        ("1,5,Sale|2,6,Sale|3,11,", "?"),  # both the next id and the sums
        ("10234,5,Sale|10235,6,Sale|10236,11,", ""),
        ("10,5,2,Sale|11,6,3,Sale|12,1,1,Sale|13,12,6,", "?"),  # two sums
        ("1042,1,2,Sale|1043,3,4,Sale|1044,4,6,", ""),
        ("10234,Ann,5|10235,Total,7", ""),
        ("1,Ann,5|2,Bob,6|3,Cy,9|4,Di,20", ""),
        ("100,1,|200,2,|300,3,", ""),
        ("1042,1,2|1043,3,4|1044,4,6", ""),
        ("10234,100,|10235,50,|10236,150,", "?"),  # too large for a chance
        ("10234,50,|10235,50,|10236,100,", ""),
        ("10234,12.50,|10235,7.50,|10236,20.00,", "?"),
        ("10234,100,|10235,50,|10236,151,", ""),
        ("5,,|4,,|2,,|3,,", ""),
    ],
)
def test_sums_and_counts_on_the_last_line_are_a_total_s(lines, told):
    rows = [SourceLine(number, line.split(",")) for number, line in enumerate(lines.split("|"), 2)]
    headings = [*HEADINGS, "Amount"][: len(rows[0].cells)]
    *leads, last = [line for chunk in told_apart(iter([rows]), headings, 1, NAMES) for line in chunk]
    assert not any(line.faults or line.doubted for line in leads)
    assert (last.faults[0][0] if last.faults else "?" * last.doubted) == told


def test_small_ids_and_texts_are_no_sum():
    assert faults([(2, ["1", "Ann", ""]), (3, ["2", "Bob", ""]), (4, ["3", "5", ""])]) == ["", "", ""]
    assert faults([(2, ["A1", "Ann", ""]), (3, ["1002", "Bob", ""]), (4, ["1002", "5", ""])]) == ["", "", ""]
    assert faults([(2, ["9" * 5000, "Ann", ""]), (3, ["1002", "5", ""])]) == ["", ""]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_total_in_an_unknown_language_on_the_last_line_is_no_lead(size):
    leads = [(2, ["A1", "Ann", "Sale"]), (3, ["A2", "Bob", "Sale"])]
    assert faults([*leads, (4, ["Jumla", "2", ""])], size) == ["", "", "NO_LEAD"]
    assert faults([*leads, (4, ["Jumla ya wateja: 2", "", ""])], size) == ["", "", "NO_LEAD"]
    assert faults([*leads, (4, ["Jumla", "", "1,234.50"])], size) == ["", "", "TOTAL_BETWEEN"]
    assert faults([*leads, (4, ["Melbourne Pty Ltd", "", ""])], size) == ["", "", "TOTAL_BETWEEN"]
    assert faults([*leads, (4, ["Tarehe 12.11.2026", "", ""])], size) == ["", "", "TOTAL_BETWEEN"]


def test_several_totals_stand_below_the_leads():
    leads = [(2, ["A1", "Ann", "Sale"]), (3, ["A2", "Bob", "Sale"])]
    assert faults([*leads, (4, ["Jumla", "2", "2"]), (5, ["Wastani", "", "3.5"])]) == [
        *["", "", "NO_LEAD", "TOTAL_BETWEEN"]
    ]


@pytest.mark.parametrize(
    "line",
    [
        ["VIP", "Cy", ""],
        ["VIP", "0412 345 678", ""],
        ["VIP", "412 345 678", ""],
        ["VIP", "24/12/2026", ""],
        ["A 3", "3", "Sale"],
        ["A3", "2", ""],
        ["", "2", "Sale"],
    ],
)
def test_a_lead_on_the_last_line_stays_one(line):
    leads = [(2, ["A1", "Ann", "Sale"]), (3, ["A2", "Bob", "Sale"])]
    assert faults([*leads, (4, line)]) == ["", "", ""]


def test_ids_of_the_last_line_s_kind_above_make_it_a_lead():
    assert faults([(2, ["ANN", "Ann", "Sale"]), (3, ["A2", "Bob", "Sale"]), (4, ["VIP", "2", ""])]) == ["", "", ""]
    assert faults([(2, ["A 1", "Ann", "Sale"]), (3, ["A 2", "Bob", "Sale"]), (4, ["A 3", "2", ""])]) == ["", "", ""]
    assert faults([(2, ["Total A", "2", ""])]) == [""]
