"""Headings of several lines, joined where their cells are merged downwards."""

import pytest

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.joined_headings import joined_headings
from leadsync.sheets.source_lines import Merged, SourceLine, line_fault
from leadsync.spreadsheet import HeadingNames

NAMES = HeadingNames(frozenset({"leadid"}), frozenset(), frozenset({"leadid", "disposition", "phone"}))
MERGED = line_fault(FaultKind.MERGED_CELL, 0)
LEAD = SourceLine(3, ["A1", "0412345678", "0412345679"])


def names_of(lines: list[list[str]], merged: list[str], place: int = 0) -> list[str] | None:
    """The joined headings; `merged` are ranges such as `A1:A2`."""
    found = joined_headings([*(SourceLine(*line) for line in enumerate(lines, 1)), LEAD], place, ranges(merged), NAMES)
    return found and found[0][found[1]].cells


def ranges(merged: list[str]) -> list[Merged]:
    places = [[(int(cell[1:]) - 1, ord(cell[0]) - ord("A")) for cell in one.split(":")] for one in merged]
    return [(first, last) for first, last in places]


@pytest.mark.parametrize(
    ("upper", "lower", "merged", "names"),
    [
        ("Lead Id,Contact,", ",Name,Phone", "A1:A2 B1:C1", "Lead Id,Name,Phone"),
        ("Lead Id,Name,Phone", ",,", "A1:A2 B1:B2 C1:C2", "Lead Id,Name,Phone"),
        ("Lead Id,Home,", ",Phone,Mobile", "A1:A2 B1:C1", "Lead Id,Phone,Mobile"),
        ("Lead Id,Home,,Work,", ",Phone,City,Phone,Bay", "A1:A2 B1:C1 D1:E1", "Lead Id,Home Phone,City,Work Phone,Bay"),
        ("Lead Id,Call back,Owner", ",date,Disposition", "A1:A2", "Lead Id,Call back date,Disposition"),
        ("Lead Id,Contact,", ",Name,", "A1:A2 B1:C1", "Lead Id,Name,"),
        ("Lead Id,Phone,Due", ",(ten digits),[dd/mm]", "A1:A2", "Lead Id,Phone,Due"),
        ("Lead Id,Sum,Sum", ",(EUR),(USD)", "A1:A2", "Lead Id,Sum (EUR),Sum (USD)"),
        ("Lead Id,Sum,", ",(EUR),(USD)", "A1:A2 B1:C1", "Lead Id,(EUR),(USD)"),
    ],
)  # fmt: skip
def test_a_group_s_title_is_no_part_of_its_columns_names(upper, lower, merged, names):
    assert names_of([upper.split(","), lower.split(",")], merged.split()) == names.split(",")


def test_the_known_heading_may_stand_on_the_lower_line():
    lines = [["Contact", "", "Disposition"], ["Lead Id", "Name", ""]]
    assert names_of(lines, ["A1:B1", "C1:C2"], place=1) == ["Lead Id", "Name", "Disposition"]


def test_three_lines_are_joined_below_a_title():
    lines = [["Leads", "", ""], ["Lead Id", "Contact", ""], ["", "Private", ""], ["", "Name", "Phone"]]
    sheet = [SourceLine(*line) for line in enumerate(lines, 1)]
    found = joined_headings(sheet, 1, ranges(["A1:C1", "A2:A4", "B2:C2", "B3:C3"]), NAMES)
    assert found is not None
    assert (found[0], found[1]) == ([sheet[0], SourceLine(4, ["Lead Id", "Name", "Phone"])], 1)
    assert found[2] == "The headings stand on the lines 2 to 4, joined where their cells are merged."


@pytest.mark.parametrize(
    ("lines", "merged"),
    [
        ([["Lead Id", "Name"], ["A0", "Ann"]], []),
        ([["Lead Id", "Contact", ""], ["A0", "Ann", "Bob"]], ["B1:C1"]),  # nothing is merged downwards
        ([["Lead Id", "Contact", ""], ["", "", ""]], ["A1:A2", "B1:C2"]),  # a title of two columns
        ([["Lead Id", "Name"], ["", "7"]], ["A1:A2"]),  # a lead's figure
        ([["Lead Id", "Name"], ["", "x"]], ["A1:A5"]),  # too many lines for headings
    ],
)
def test_other_lines_are_not_joined(lines, merged):
    assert names_of(lines, merged) is None


def test_another_fault_in_the_headings_joins_nothing():
    lines = [["Lead Id", "Name"], ["", "Phone"]]
    for faults in [(line_fault(FaultKind.STRUCK_TEXT, 1),), (MERGED, MERGED)]:
        sheet = [SourceLine(1, lines[0], faults=faults), SourceLine(2, lines[1], faults=(MERGED,))]
        assert joined_headings(sheet, 0, ranges(["A1:A2"]), NAMES) is None
