"""A table while its file is open: its rows in lists, other rows of the same file, and files that cannot be opened."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.sheets import open_table
from leadsync.sheets.table import Table

TextFile = Callable[..., Path]


def test_rows_come_in_lists_that_are_never_empty(text_file: TextFile) -> None:
    lines = "".join(f"{number},Bo\n" for number in range(1, 5_001))
    with open_table(text_file(f"Lead Id,Name\n\n{lines}")) as table:
        chunks = list(table.chunks())
    assert all(chunks)
    rows = [row for chunk in chunks for row in chunk]
    assert (len(rows), rows[0], rows[-1]) == (5_000, Row(3, ("1", "Bo")), Row(5_002, ("5000", "Bo")))


def test_rows_are_given_once(text_file: TextFile) -> None:
    with open_table(text_file("Lead Id,Name\n1,Bo\n")) as table:
        assert list(table.rows()) == [Row(2, ("1", "Bo"))]
        assert list(table.rows()) == []


def test_the_same_file_is_read_as_a_table_of_other_rows(text_file: TextFile) -> None:
    with open_table(text_file("Lead Id,Name\n1,Bo\n")) as table:
        rows = [Row(number, (str(number),)) for number in range(2, 4_503)]
        other = table.holding(("Id",), iter(rows))
        assert (other.headings, other.sheet, other.kind, other.delimiter) == (("Id",), "", "csv", ",")
        assert [len(chunk) for chunk in other.chunks()] == [2_000, 2_000, 501]


def test_a_table_of_several_sheets_has_the_name_of_none() -> None:
    report = Table("xlsx", "To correct", ("Id",), (), ",", bom=False, _chunks=iter([]), parts=("To correct", "Report"))
    other = report.holding(("Id", "Name"), iter([Row(2, ("1", "Bo"))]))
    assert (other.sheet, other.parts, list(other.rows())) == ("", ("To correct", "Report"), [Row(2, ("1", "Bo"))])


def test_the_headings_line_and_the_properties_of_a_text(text_file: TextFile) -> None:
    with open_table(text_file("\ufeffLead Id;Name\n1;Bo\n")) as table:
        assert (table.kind, table.sheet, table.delimiter, table.bom) == ("csv", "", ";", True)
        assert (table.headings_line, table.sheets, table.parts, table.epoch_1904) == (1, (), (), False)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "this is a folder; name the file in it."),
        (lambda path: None, "there is no such file; check its name and folder."),
        pytest.param(
            lambda path: os.mkfifo(path),
            "the file cannot be read (",
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's"),
        ),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, make: Callable[[Path], None], words: str) -> None:
    path = tmp_path / "leads.csv"
    make(path)
    with pytest.raises(SheetError) as told, open_table(path):
        pass
    assert str(told.value).startswith(f"{path}: {words}")
    assert told.value.names_file


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_without_the_right_to_read_it(text_file: TextFile) -> None:
    path = text_file("Lead Id\n1\n")
    path.chmod(0)
    with pytest.raises(SheetError, match="the file may not be read; check its permissions"), open_table(path):
        pass
