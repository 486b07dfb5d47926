"""Rules that hide values, as Excel applies them."""

from datetime import datetime, time

import pytest

from leadsync.sheets.formats.conditional_formats import Veil, areas_of, hiding, may_hide, opendocument_veil

AREAS = areas_of("D2:D4")


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
    assert Veil(AREAS, ";;;", kind, comparison, operands).judge()(value) == is_hidden


@pytest.mark.parametrize(
    ("areas", "formula", "is_hidden"),
    [("D2:E4", "D2=0", False), ("D2:E4", "$D2=0", True), ("D2:D4 F2:F4", "$D2=0", True), ("", "D2=0", True)],
)
def test_a_formula_that_names_a_column_for_all_cells_is_not_that_of_each(areas, formula, is_hidden):
    assert Veil(areas_of(areas), ";;;", "expression", "", (formula,)).judge()(5) == is_hidden


@pytest.mark.parametrize(
    ("code", "hidden"),
    [(";;;", [0, 5, "x"]), (";;", [0, 5]), ("0;-0;", [0]), ("0;-0;0;", ["x"]), ('"-"', [0, 5]), ("0", []), ("@", [])],
)
def test_the_values_that_a_format_hides(code, hidden):
    assert list(filter(Veil(AREAS, code).judge(), (0, 5, "x"))) == hidden
    assert may_hide(code) == bool(hidden)


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


def test_the_rules_that_hide_values_below_the_headings():
    rows = [["", ""], [0, "Score"], ["Ann", 0], ["Bob", 3]]
    areas = ("C1:C9 C3", "B3", "C4", "A1:A9", "B1:B2", "A3:D3")
    veils = [Veil(areas_of(area), ";;;", "cellIs", "equal", ("0",)) for area in areas]
    assert [veil.names for veil in hiding(rows, 1, veils, epoch_1904=False)] == ["C1:C9 C3", "A3:D3"]
