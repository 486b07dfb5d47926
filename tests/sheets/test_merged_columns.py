"""Cells merged over a column and nameless neighbours, as report programs write them, are one column."""

import pytest

from leadsync.errors import SheetError
from leadsync.sheets import open_table
from leadsync.sheets.formats.merged_columns import headed, settled, without_gaps
from leadsync.sheets.source_lines import SourceLine, merged_fault
from leadsync.spreadsheet import HeadingNames, SheetRules

NAMES = HeadingNames(frozenset({"leadid"}), frozenset({"phone"}), frozenset({"leadid", "phone"}), unsent=frozenset("x"))
FOOTERS = (",Total,", ",3,")
MOVED = ["The heading of the columns B to D is that of C, where the values stand."]


@pytest.mark.parametrize(
    ("heading", "below", "names", "remarks"),
    [
        ("Name", ["Ann,,"], "Name,,", []),
        ("Name", [",,"], "Name,,", []),
        ("Name", [",Ann,"], ",Name,", MOVED),
        ("Name", [",Ann,", ",,Lee"], None, []),
        ("Name", ["Ann,,", ",Lee,"], None, []),
        ("Name", ["Ann,,", "Ben,,", ",Total,"], "Name,,", []),
        ("Name", ["Ann,,", "Ben,,", ",3,"], "Name,,", []),
        ("Name", ["Ann,,", ",Lee,", "Ben,,"], None, []),
        ("Name", ["Ann,,"] * 10 + [",Page 1 of 1,"], "Name,,", []),  # a footer, or told as a value under no heading
        ("Phone", [",0412345678,"], ",Phone,", MOVED),
        ("X", ["Ann,,", ",Lee,"], "X,X,", []),  # not sent
    ],
)
def test_a_merged_heading_is_that_of_the_column_with_values(heading, below, names, remarks):
    line = SourceLine(1, ["Lead Id", heading, "", ""], across=((1, 3),))
    rows = [SourceLine(number, ["1" * (row not in FOOTERS), *row.split(",")]) for number, row in enumerate(below, 2)]
    found, said = headed(line, rows, NAMES)
    if names is None:
        assert (found.faults, found.cells) == ((merged_fault(1, 3),), line.cells)
    else:
        assert (found.cells, found.faults, said) == (["Lead Id", *names.split(",")], (), remarks)


@pytest.mark.parametrize(("row", "is_title"), [(["1", "Ann"], True), (["1", ""], False), (["", "Ann"], False)])
def test_a_title_over_wider_lines_is_no_heading(row, is_title):
    found, _ = headed(SourceLine(1, ["Leads", ""], across=((0, 1),)), [SourceLine(2, row)], NAMES)
    assert bool(found.faults) == is_title


@pytest.mark.parametrize(
    ("names", "cells", "is_fault"),
    [
        (["Id", "Name", ""], ["1", "Ann", ""], False),
        (["Id", "Name"], ["1", "Ann", ""], False),
        (["Id", "Name", "City"], ["1", "Ann", ""], True),
        (["Id", "Name", ""], ["1", "Ann", "hidden below it"], True),
    ],
)
def test_a_merged_cell_of_a_row_covers_no_named_column(names, cells, is_fault):
    found = settled(SourceLine(2, cells, across=((1, 2),)), names)
    assert found.faults == ((merged_fault(1, 2),) if is_fault else ())


def test_columns_blank_below_are_no_part_of_merged_headings():
    lines = [SourceLine(1, ["Lead Id", "Name", "", "City"]), SourceLine(3, ["1", "Ann", "", "Bonn"])]
    merged = [((0, 1), (1, 2)), ((0, 2), (1, 3)), ((7, 0), (7, 2))]
    assert without_gaps(merged, lines, 3) == [((0, 1), (1, 1)), ((0, 2), (1, 3))]


ROWS = [["Lead Id", "Name", None, "Phone"], [1, "Ann", None, "0383218199"]]
ONE = ("Lead Id", "Name", "", "Phone")


@pytest.mark.parametrize(
    ("ranges", "headings"),
    [
        ("B1:C1 B2:C2 D1:E1 D2:E2", ONE),
        ("B1:C1", ONE),
        ("B2:C2 D2:E2", ONE),
        ("A1:A2 B1:C2 D1:E2", ONE),  # lines of headings
    ],
)
def test_report_programs_sheets_are_read(workbook, ranges, headings):
    is_double = "A1:A2" in ranges
    rows = [ROWS[0], *[[None] * 4] * is_double, ROWS[1]]
    file = workbook(rows, lambda sheet: list(map(sheet.merge_cells, ranges.split())))
    rules = SheetRules(NAMES)
    with open_table(file, rules=rules) as table:
        assert table.headings == headings
        assert [(row.cells, row.faults) for row in table.rows()] == [(("1", "Ann", "", "0383218199"), ())]


@pytest.mark.parametrize("headings", [["Lead Id", "Name"], ["Name", "Lead Id"]])
def test_a_heading_over_two_columns_with_values_is_refused(workbook, headings):
    file = workbook([headings, ["1", "Ann", "Lee"]], lambda sheet: sheet.merge_cells("B1:C1"))
    with pytest.raises(SheetError, match=r"the headings, but a cell is merged with others \(column B\)"):
        open_table(file, rules=SheetRules(NAMES)).__enter__()
