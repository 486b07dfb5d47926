"""Backslashes as escapes, where the whole text says so."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.sheets.formats.backslashes import Misfit, doubled, fits, has_escapes, numbered_rows, unescaped


@pytest.mark.parametrize(
    ("lines", "escaped"),
    [
        (['A1,"the \\"best\\" one"\n'], True),
        (["A1,\\N\n"], True),
        (['"A1","\\N"\n'], True),
        (["A1,D\\'Arcy\n", "A2,x\n"], True),
        (["A1,D\\'Arcy\n", "A2,C:\\Users\n"], False),
        (["A1,C:\\new\n"], False),
        (['A1,"C:\\"\n'], False),  # a cell that ends with a backslash
        (['A1,"C:\\","x"\n'], False),
        (["A1,N\\N\n"], False),
        (["A1,x\n"], False),
        (["Id,Name,Note\n", "A1,Ann,one\\\n", "two\n"], True),  # a line break as MySQL writes it
        (["Id,Name,Note\n", "A1,one\\\r\n", "two\\\r\n", "three,x\r\n"], True),
        (["Id,Path\n", "A1,C:\\\n", "A2,D:\\\n", "A3,E\n"], False),
        (["Id,Path\n", "A1,C:\\\n", "Total\n"], False),
        (["Id,Path\n", "A1,D:\\Leads\\\n", "Total\n"], False),
        (["Id,Note\n", "A1,x\\\n", "\n"], False),
        (["Id,Note\n", "A1,x\\\n"], False),
        (["Id,Path\n", "A1,C:\\\\\n", "Total\n"], False),
    ],
)
def test_backslashes_are_escapes_where_only_that_fits(lines, escaped):
    assert has_escapes(lines, ",") is escaped


@pytest.mark.parametrize("second", ["A2,C:\\Users\n", "A2,x\\\n", '"say \\"hi" there",x\n'])
def test_a_line_whose_backslashes_are_no_escapes_is_named(second):
    with pytest.raises(Misfit) as caught:
        has_escapes(["A1,\\N\n", second], ",")
    assert caught.value.line == 2


@given(st.lists(st.text(st.sampled_from('ab\\",;\tN\n'), max_size=8), min_size=1, max_size=4))
def test_cells_escaped_as_mysql_does_are_read_back(cells):
    def escaped(cell: str) -> str:
        return cell.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

    line = ",".join(f'"{escaped(cell)}"' for cell in cells)
    (found,) = csv.reader([doubled(line, ",")], strict=True)
    assert fits(line, ",")
    assert [unescaped(cell, ",") for cell in found] == cells


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("A1\tSmith\\\tJohn\t\\N\n", ["A1", "Smith\tJohn", ""]),
        ("A1\tback\\\\slash\ttwo\\nlines\n", ["A1", "back\\slash", "two\nlines"]),
    ],
)
def test_escapes_without_quotes(line, cells):
    (found,) = csv.reader([doubled(line, "\t")], delimiter="\t", strict=True)
    assert [unescaped(cell, "\t") for cell in found] == cells


def test_an_escaped_line_break_joins_its_lines():
    lines = ["Id,Name,Note\n", "A1,Ann,one\\\n", "two\n", "A2,Bob,x\n"]
    rows = list(numbered_rows(lines, ","))
    assert [number for number, _ in rows] == [1, 2, 4]
    assert [unescaped(cell, ",") for cell in rows[1][1].rstrip("\n").split(",")] == ["A1", "Ann", "one\ntwo"]
