"""Rules that hide values or show others, as Excel applies them."""

from datetime import datetime, time

import pytest

from leadsync.sheets.formats.cell_text import text_of
from leadsync.sheets.formats.conditional_formats import Veil, altering, areas_of, may_show_others, opendocument_veil

AREAS = areas_of("D2:D4")


def is_altered(veil, value, own=None):
    return veil.judge()(value, lambda value: text_of(value)[0] if own is None else own)


@pytest.mark.parametrize(
    ("kind", "comparison", "operands", "value", "is_hidden"),
    [
        ("cellIs", "equal", ("0",), 0, True),
        ("cellIs", "equal", ("0",), 5, False),
        ("cellIs", "equal", ("0",), "0", False),
        ("cellIs", "equal", ('"busy"',), "Busy", True),
        ("cellIs", "equal", ('"say ""no"""',), 'say "no"', True),
        ("cellIs", "notEqual", ("0",), "Ann", True),
        ("cellIs", "greaterThan", ("9",), "Ann", True),  # a text stands behind every number
        ("cellIs", "lessThan", ("9",), "Ann", False),
        ("cellIs", "lessThanOrEqual", ("-1.5",), -1.5, True),
        ("cellIs", "greaterThanOrEqual", ("46350",), datetime(2026, 11, 24), True),
        ("cellIs", "lessThan", (".5",), time(11), True),
        ("cellIs", "greaterThan", ('"zz"',), True, True),  # a truth stands behind every text
        ("cellIs", "between", ("9", "1"), 5, True),
        ("cellIs", "between", ("1", "9"), "5", False),
        ("cellIs", "notBetween", ("1", "9"), 5, False),
        ("cellIs", "notBetween", ("1", "9"), 10, True),
        ("cellIs", "equal", ("$A$1",), 5, True),  # not worked out
        ("cellIs", "equal", (), 5, True),
        ("cellIs", "like", ("1",), 5, True),
        ("expression", "", ("$D2=0",), 5, False),
        ("expression", "", ("D2<=5",), 5, True),
        ("expression", "", ("$D$2=0",), 5, True),
        ("expression", "", ("C2=0",), 5, True),
        ("expression", "", ("D2=C2",), 5, True),
        ("expression", "", (), 5, True),
        ("top10", "", (), 5, True),
        ("containsBlanks", "", ("LEN(TRIM(D2))=0",), 5, False),
    ],
)
def test_a_value_is_hidden_if_it_meets_the_rule(kind, comparison, operands, value, is_hidden):
    assert is_altered(Veil(AREAS, ";;;", kind, comparison, operands), value) == is_hidden


@pytest.mark.parametrize(
    ("areas", "formula", "is_hidden"),
    [("D2:E4", "D2=0", False), ("D2:E4", "$D2=0", True), ("D2:D4 F2:F4", "$D2=0", True), ("", "D2=0", True)],
)
def test_a_formula_that_names_a_column_for_all_cells_is_not_that_of_each(areas, formula, is_hidden):
    assert is_altered(Veil(areas_of(areas), ";;;", "expression", "", (formula,)), 5) == is_hidden


@pytest.mark.parametrize(
    ("code", "hidden"),
    [(";;;", [0, 5, "x"]), (";;", [0, 5]), ("0;-0;", [0]), ("0;-0;0;", ["x"]), ('"-"', [0, 5]), ("0", []), ("@", [])],
)
def test_the_values_that_a_format_hides(code, hidden):
    assert [value for value in (0, 5, "x") if is_altered(Veil(AREAS, code), value)] == hidden
    assert may_show_others(code) == bool(hidden)


@pytest.mark.parametrize(
    ("code", "value", "own", "is_told"),
    [
        ('"C-"0', 4823, "4823", True),
        ('"C-"0', 4823, "C-4823", False),  # by the cell's own format
        ("00000", 4823, "4823", True),
        ("00000", 48231, "48231", False),
        ("+61 0", 412, "412", True),
        ("0%", 0.25, "0.25", True),
        ("0.0%", 0.25, "25%", False),
        ("0,", 4823, "4823", True),
        ('0.0,"k"', 0.25, "25%", True),
        ('0" pts"', 5, "5", True),
        ('0;0;"nil"', 0, "0", True),
        ('0;0;"nil"', 5, "5", False),
        ('[<9]"few";0', 5, "5", True),
        ('[<9]"few";0', 12, "12", False),
        ('[>9]"-";0', 12, "12", True),
        ('0;-0;"-"', 0, "0", False),
        (";;;", 0, "", False),  # blank by the cell's own format
        ("#,##0.00", 4823.5, "4823.5", False),
        ("#.0##", 0.25, "0.25", False),
        ("0", 4823.5, "4823.5", False),
        ("[Red](0.0)", -2, "-2", False),
        ("$#,##0", 4823, "4823", False),
        ("\u25b2 0", 5, "5", False),
        ("General", 5, "5", False),
        ("# ?/?", 0.5, "0.5", False),
        ("mmm yyyy", datetime(2027, 11, 24), "2027-11-24", False),
        ('@" (VIP)"', "Ann", "Ann", True),
        ('"\u2022 "@', "Ann", "Ann", False),
        ('0;0;0;"DNC"', "Ann", "Ann", True),
    ],
)
def test_a_format_alters_a_value_with_other_digits_or_letters(code, value, own, is_told):
    assert is_altered(Veil(AREAS, code), value, own) == is_told
    assert may_show_others(code) or not is_told


@pytest.mark.parametrize("code", ["#,##0.00", "[Red]0.0", "$#,##0", "General", "dd/mm/yyyy", "[<0](0.0)", "0;-0;0;@"])
def test_formats_that_alter_nothing_are_not_asked(code):
    assert not may_show_others(code)


def test_the_areas_of_a_rule():
    areas = (((1, 1), (8, 1)), ((0, 27), (0, 27)))
    assert areas_of("$B$2:$B$9 AB1 Names") == areas
    assert Veil(areas, "").names == "B2:B9 AB1"


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("=0", ("cellIs", "equal", ("0",))),
        ('!="busy"', ("cellIs", "notEqual", ('"busy"',))),
        ("<=-1.5", ("cellIs", "lessThanOrEqual", ("-1.5",))),
        ("between(1,5)", ("cellIs", "between", ("1", "5"))),
        ("not-between(1,5)", ("cellIs", "notBetween", ("1", "5"))),
        ("formula-is([.$D2]=0)", ("expression", "", ("$D2=0",))),
        ("duplicate", ("", "", ())),
        ("between(MAX(1,2),5)", ("", "", ())),
    ],
)
def test_a_rule_of_libreoffice(condition, rule):
    ranges = "'My.Sheet 1'.D2:'My.Sheet 1'.F4 Sheet1.H1"
    assert opendocument_veil(ranges, ";;;", condition) == (areas_of("D2:F4 H1"), ";;;", *rule)


def test_the_rules_that_alter_values_below_the_headings():
    rows = [["", ""], [0, "Score"], ["Ann", 0], ["Bob", 3]]
    areas = ("C1:C9 C3", "B3", "C4", "A1:A9", "B1:B2", "A3:D3")
    veils = [Veil(areas_of(area), ";;;", "cellIs", "equal", ("0",)) for area in areas]
    assert [veil.names for veil in altering(rows, 1, veils)] == ["C1:C9 C3", "A3:D3"]
    assert list(altering(rows, 1, veils, unsent=frozenset({2}))) == []
    assert list(altering(rows, 1, veils, lambda row, column, _: "0" * ((row, column) != (2, 2)))) == []
