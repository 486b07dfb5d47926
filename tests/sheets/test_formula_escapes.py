"""No cell of a csv file is a formula for any program, and each comes back as it was."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leadsync.report_values import Line
from leadsync.sheets import new_table, open_table
from leadsync.sheets.formula_escapes import escape, escape_row, unescape

HEADINGS = ["Id", "Name", "sync_run"]
READERS = ",;\t|"
hostile = st.text(alphabet="=@+-＝5x;,|\t\n\r\"'~ (", max_size=12)
pieces = st.sampled_from(
    ["=1", "-5", "+61 3", "cmd|' /C calc'!A0", "SUM(1", "x", ";", ",", "|", "\t", "\n", '"', "'~", "'"]
)
cells = hostile | st.lists(pieces, max_size=5).map("".join) | st.text(max_size=8)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("x;=1+1", "x;'~=1+1"),
        ("x,=1+1", "x,'~=1+1"),
        ("x|@SUM(A1)", "x|'~@SUM(A1)"),
        ("x\t+1+cmd", "x\t'~+1+cmd"),
        ("x; =1", "x;'~ =1"),
        ('x;"=1"', 'x;\'~"=1"'),
        ("a\n=cmd\r\n-cmd", "a\n'~=cmd\r\n'~-cmd"),
        ("x;-5", "x;'~-5"),
        ("=1;=2", "'=1;'~=2"),
        ("\t=1", "'\t'~=1"),
        ("x;'~=1", "x;'~'~=1"),
        ("'~=1", "'~'~=1"),
        ("x;'=1", "x;'=1"),
        ("Smith; John, home|work", "Smith; John, home|work"),
        ("a=b;c", "a=b;c"),
    ],
)
def test_a_cell_inside_a_cell_gets_a_mark(value: str, written: str) -> None:
    assert escape(value) == written
    assert unescape(written) == value


@given(cells)
def test_marking_is_undone_exactly(value: str) -> None:
    assert unescape(escape(value)) == value


RELEASED = re.compile(r"'*(?:[\t\r\n]|\s*[=@＝＠]|\s*[+\-＋－](?![\d\s().]*\Z))")
"""What the first release put an apostrophe in front of."""


@given(cells.filter(lambda value: "'~" not in value))
@example("x;'=1")
@example("''=1")
def test_reports_of_the_first_release_are_read_right(value: str) -> None:
    assert unescape(f"'{value}" if RELEASED.match(value) else value) == value


def is_formula(cell: str) -> bool:
    """Whether a program would run the cell; a number with a sign does no harm, nor does one with words behind it."""
    begins = re.match(r"\s*([=@＝＠]|[+\-＋－])", cell)
    acts = r"[A-Za-z]\w*\s*\(|[-+*/^&=]\s*[A-Za-z]\w*\|"  # a function, or another program by DDE
    return begins is not None and (begins[1] in "=@＝＠" or re.search(acts, cell) is not None)


@pytest.mark.parametrize("delimiter", list(READERS))
@given(table=st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=3))
@example(table=[["x;=1+1", "y"]])
@example(table=[["-5", "1+cmd|' /C calc'!A0;"]])
@example(table=[["-", "cmd|' /C calc'!A0;"]])
@example(table=[["x;-5,1+cmd|' /C calc'!A0", "y"]])
@example(table=[["x", 'a;"=1+1"']])
@example(table=[["x", "a\n=1"]])
def test_no_program_finds_a_formula_whatever_separates_its_cells(delimiter: str, table: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in table:
        writer.writerow(escape_row([*row, "run"], delimiter))
    written = text.getvalue()
    lines = re.split(r"[\r\n]+", written)  # of a reader that knows no quoted line ends
    found = [
        cell
        for delimiter in READERS
        for records in (
            csv.reader(io.StringIO(written, ""), delimiter=delimiter),
            csv.reader(lines, delimiter=delimiter),
        )
        for record in records
        for cell in record
    ]
    assert [cell for cell in found if is_formula(cell)] == []


@given(table=st.lists(st.lists(cells.filter(lambda value: "\0" not in value), min_size=2, max_size=2), max_size=4))
@example(table=[["x;=1", "'~=1"], ["-5", "SUM(1"], ["'~-5", "SUM(1"]])
def test_a_report_comes_back_cell_by_cell(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("a") / "a.csv"
    with new_table(path, HEADINGS, kind="csv", delimiter=";", even_empty=True) as file:
        for row in table:
            file.put(Line([*row, "run"]))
    with open_table(path, delimiter=";") as read:
        assert [row.cells for row in read.rows()] == [(*row, "run") for row in table]


def test_a_sheet_of_the_users_own_keeps_its_marks(tmp_path: pytest.TempPathFactory) -> None:
    path = tmp_path / "a.csv"  # type: ignore[operator]
    path.write_text("Id,Name\r\n1,x;'~=1\r\n")
    with open_table(path) as read:
        assert [row.cells for row in read.rows()] == [("1", "x;'~=1")]
