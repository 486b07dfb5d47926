"""Where headings are missing or doubtful, the sentence proposes the line that fits."""

import pytest

from leadsync.errors import SheetError
from leadsync.sheets import open_table
from leadsync.spreadsheet import HeadingNames, SheetRules

IDS = frozenset({"leadid", "customerno"})
RULES = SheetRules(HeadingNames(IDS, frozenset({"phone"}), IDS | {"phone", "disposition"}))


@pytest.mark.parametrize(
    ("text", "row", "end"),
    [
        ("Leads of May\nKunde,Ort\nA1,Bonn\n", None, "above the headings, or set headings_row = 2 in [input]."),
        ("Leads\nKunde,Phone 1\nA1,7\n", None, "above the headings, or set headings_row = 2 in [input]."),
        ("Leads of May\nA1,Bonn\nA2,Ulm\n", None, "above the headings, or set headings_row in [input]."),
        ("0383218199,7\nKunde,Ort\nA1,2\n", None, "put headings above it, or set headings_row = 2 in [input]."),
        ("0383218199,7\nKunde,Ort\nAnn,Bonn\n", None, "put headings above it."),  # two lines of words
        ("0383218199,7\nKunde,Kunde\n", None, "put headings above it."),
        ("Ku\0nde,Ort\nNummer,Stadt\nA1,2\n", None, "correct that cell, or set headings_row = 2 in [input]."),
        ("{}\nLeads\nKunde,Ort\nA1,Bonn\nA2,Ulm\n", None, "above the headings, or set headings_row = 3 in [input]."),
        ("Note\n" * 30, 45, "line 45 is none of the first 30 lines with text; correct headings_row in [input]."),
        ("Ku\0nde,Ort\nA1,2\n", None, "correct that cell."),
        ("Kunde,Ort\nA1,2\n", 9, "lines with text; set headings_row = 1 in [input]."),
        ("A1,2\nA2,3\n", 9, "lines with text; correct headings_row in [input]."),
    ],
)
def test_the_line_of_headings_is_proposed(text_file, rows_of, text, row, end):
    with pytest.raises(SheetError) as caught:
        rows_of(text_file(text), rules=SheetRules(headings_row=row))
    assert str(caught.value).endswith(end)


HEADINGS = "Lead Id,Name,Phone,Disposition"


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Lead Id,1042\nOwner,Ann\n\n", 4),
        ("Lead Id,ABC-1042\nCustomer No,77\n", 3),
        ("Campaign,7\nLead Id,24/11/2026\n", 3),
    ],
)
def test_a_parameter_above_the_headings_is_none_of_them(text_file, above, line):
    with open_table(text_file(f"{above}{HEADINGS}\nA1,Ann,0412345678,Sale\n"), rules=RULES) as table:
        assert (table.headings_line, table.headings) == (line, tuple(HEADINGS.split(",")))


def test_the_line_of_words_below_parameters_is_named(text_file, rows_of):
    with pytest.raises(SheetError, match=r"headings on line 4 .* set headings_row = 4 in \[input\]"):
        rows_of(text_file("Campaign Id,77\nLead Id,5\n\nCustomer No,Disposition\nA1,Sale\n"), rules=RULES)


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("Please read before calling\n" * 23, 24),
        ("Please read before calling\n" * 199, 200),
        ("Please read before calling\n" * 200, 1),
        ("Phone,Disposition\n0412345678,Sale\n" + "a,b\n" * 30, 1),  # another table
    ],
)
def test_headings_below_a_long_text_are_found_if_they_are_certain(text_file, above, line):
    with open_table(text_file(f"{above}{HEADINGS}\nA1,Ann,0412345678,Sale\n"), rules=RULES) as table:
        assert table.headings_line == line
        remark = f"The headings are on line {line}; the lines 1 to {line - 1} above them are not read."
        assert list(map(str, table.remarks)) == [remark] * (line > 1)


@pytest.mark.parametrize("above", ["{}", "---", "***\n==="])
def test_a_line_of_signs_is_no_heading(text_file, above):
    with open_table(text_file(f"{above}\nKunde,Ort\nA1,Bonn\n"), rules=RULES) as table:
        assert table.headings == ("Kunde", "Ort")


def test_headings_row_may_be_far_below(text_file):
    file = text_file("Please read before calling\n" * 30 + "Kunde,Ort\nA1,Bonn\n")
    with open_table(file, rules=SheetRules(headings_row=31)) as table:
        assert (table.headings, [row.cells for row in table.rows()]) == (("Kunde", "Ort"), [("A1", "Bonn")])


@pytest.mark.parametrize(
    "text",
    [
        "Lead Id,1042\nA1,2\n",
        f"Lead Id,Phone 1\nA1,0412345678\n{HEADINGS}\nA1,B,C,D\n",
        f"Lead Id,12\nA1,5\n{HEADINGS}\n",
    ],
)
def test_two_headings_are_no_parameter(text_file, text):
    with open_table(text_file(text), rules=RULES) as table:
        assert table.headings_line == 1


@pytest.mark.parametrize(
    ("row", "cells", "fault"),
    [
        ("A2,Bob,note,", ("A2", "Bob", "note", ""), ""),
        ("A2,Bob,,note", ("A2", "Bob", "", "note"), ""),
        ("A2,Bob", ("A2", "Bob", "", ""), ""),
        ("A2,Bob,,,", ("A2", "Bob", "", ""), ""),
        ("A2", ("A2", "", "", ""), "TOO_FEW_CELLS"),
        ("A2,Lee,Bob,,", ("A2", "Lee", "Bob", ","), "TOO_MANY_CELLS"),  # a cell has slipped
        ("A2,Lee, Bob,", ("A2", "Lee", " Bob", ""), "TOO_MANY_CELLS"),  # `Lee, Bob` without its quotes
        ("A2, Bob, note,", ("A2", " Bob", " note", ""), ""),
    ],
)
def test_blank_headings_at_the_end_reject_no_row(text_file, rows_of, row, cells, fault):
    # Most lines have as many cells as the headings.
    text = f"Id,Name,,\nA1,Ann,,\n{row}\nA3,Cy,,\nA4,Di,,\n"
    found = rows_of(text_file(text))[1]
    assert found.cells[:3] == cells[:3]
    assert [one.kind.name for one in found.faults] == [fault] * bool(fault)


def test_values_behind_the_headings_of_a_ragged_text_reject_their_row(text_file, rows_of):
    found = rows_of(text_file("Id,Name,,\nA1,Ann\nA2,Bob,note\nA3,Cy\n"))[1]
    assert [one.kind.name for one in found.faults] == ["TOO_MANY_CELLS"]


@pytest.mark.parametrize(
    ("written", "heading"),
    [
        ('="Name"', "Name"),
        ("'Name", "Name"),
        ("'t Hooft", "'t Hooft"),
        ("'Name'", "'Name'"),
        ("=Name", "=Name"),
        ('=""', ""),
        ("Owner's name", "Owner's name"),
    ],
)
def test_marks_of_a_text_are_no_part_of_a_heading(text_file, written, heading):
    with open_table(text_file(f"Lead Id,{written},City\nA1,x,y\n")) as table:
        assert table.headings == ("Lead Id", heading, "City")
