"""Records of delimited text, wherever the blocks end in which the text is read."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.sheets.formats import csv_records
from leadsync.sheets.source_lines import SourceLine

cells = st.text(st.sampled_from('ab",\r\n é'), max_size=6)


def lines_of(text: str) -> list[SourceLine]:
    chunks = csv_records.Records(io.StringIO(text, newline=""), "leads.csv", ",", first=1).chunks()
    return [line for chunk in chunks for line in chunk]


@pytest.mark.parametrize(
    ("line", "cells_of_line"),
    [
        ("1,Bo,Sale", ["1", "Bo", "Sale"]),
        ("1,,", ["1", "", ""]),
        ('1,"Lee, Ann",x', ["1", "Lee, Ann", "x"]),
        ('1,"Ann ""Annie"" Lee",x', ["1", 'Ann "Annie" Lee', "x"]),
        ('1,"Ann\nLee",x', ["1", "Ann\nLee", "x"]),
        ("1;2,Bo|Di,x", ["1;2", "Bo|Di", "x"]),
    ],
)
def test_a_line_is_split_into_fields_at_its_delimiter(line: str, cells_of_line: list[str]) -> None:
    assert lines_of(f"Id,Name,Note\n{line}\n2,Di,y\n") == [
        SourceLine(1, ["Id", "Name", "Note"]),
        SourceLine(2, cells_of_line),
        SourceLine(3, ["2", "Di", "y"]),
    ]


@pytest.mark.parametrize("block", [1, 2, 7, 1 << 18])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.tuples(cells, cells), max_size=6))
def test_wherever_a_block_ends_the_cells_are_the_same(monkeypatch, block, table):
    monkeypatch.setattr(csv_records, "_BLOCK", block)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("Id", "Name", "Note"), *(("x", *row) for row in table)])
    assert lines_of(text.getvalue())[1:] == [SourceLine(number, ["x", *row]) for number, row in enumerate(table, 2)]


SWALLOWED = "Id,Name,Phone\n1,Ann,0412\n{}\n4,Ed,0415\n"


@pytest.mark.parametrize(
    "lines",
    [
        '2,"Bo,0413\n3,Cy",0414',
        '2,"Bo,\n3,Cy",',  # no phones
        '2,"Bo Lee,0413 1\n\n3,Cy",0414'.replace("\n\n", "\n"),
        '2,"Bo,0413\n3,Cy,0414\n5,Di",0415',
        '"2,Bo,0413\n3,Cy,0414",,',
        '2,"Bo,0413\n3,7 Cy",0414',  # a name with a digit, in a text without other cells of several lines
    ],
)
def test_a_quotation_mark_that_has_swallowed_a_lead_is_named_by_its_line(lines: str) -> None:
    with pytest.raises(SheetError, match=r"opens on line 3 .* each with the look of a lead; close it on its line"):
        lines_of(SWALLOWED.format(lines))


@pytest.mark.parametrize(
    "lines",
    [
        '2,"12 High St\nSydney, NSW",0414',
        '2,Bo,"rang at 5,\nthen 6, no answer"',
        '2,Bo,"Hello\nSo, I said, no"',
        '2,Bo,"rang 3, busy\nrang 4, 5, 6, 7, no"',
        '2,"Bo,\nCy, Di",0414',
        '2,"Bo,0413\n3,7 Cy",0414\n5,"Di\nEd",0415',
    ],
)
def test_a_cell_of_several_lines_stays(lines: str) -> None:
    assert lines_of(SWALLOWED.format(lines))[-1].cells == ["4", "Ed", "0415"]


def test_in_two_columns_an_address_is_one() -> None:
    assert lines_of('Id,Address\n1,"12 High St\n3000, Melbourne"\n2,x\n')[2].cells == ["2", "x"]
    with pytest.raises(SheetError, match="opens on line 2 makes one row"):
        lines_of('Id,Phone\n1,"0412\n2,0413"\n3,0414\n')


def test_a_note_of_a_wider_sheet_may_have_as_many_commas_as_a_line() -> None:
    text = 'Id,Name,Phone,Note\nA1,Ann,0412,"rang 3, busy\nrang 4, 5, 6, no"\nA2,Bo,0413,\n'
    assert lines_of(text)[1].cells[3] == "rang 3, busy\nrang 4, 5, 6, no"
    with pytest.raises(SheetError, match="opens on line 2 is not closed"):
        lines_of('Id,Name,Phone,Note\nA1,Ann,0412,"busy\nA2,Bo,0413,\nA3,Cy,0414,"\n')


def test_a_line_without_an_end_gets_one_sentence(monkeypatch):
    monkeypatch.setattr(csv_records, "_LONGEST_LINE", 1 << 19)
    long, longer = "x" * (1 << 18), "x" * (1 << 20)
    assert lines_of(f"a,b\n1,2\n3,{long}\n5,6\n")[3] == SourceLine(4, ["5", "6"])
    with pytest.raises(SheetError, match="line 3 is over 524,288 characters long; this is not a table with one lead"):
        lines_of(f"a,b\n1,2\n3,{longer}\n5,6\n")
