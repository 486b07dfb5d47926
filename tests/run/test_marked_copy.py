"""The copy of the user's workbook before it is marked: its ending, its losses, its own columns, its size."""

import zipfile
from pathlib import Path
from typing import BinaryIO

import openpyxl
import pytest

from leadsync.cell_marks import Front
from leadsync.errors import UsageError
from leadsync.report import MarkedRows
from leadsync.run.marked_copy import (
    MOST_CELLS,
    check_ending,
    check_size,
    ending_of,
    look,
    losses,
    own_columns,
    refusal,
    write_copy,
)
from leadsync.sheets import Markable, NotMarkedError, open_table
from leadsync.spreadsheet import SheetRules

PLAIN, MACROS = Markable(False, ()), Markable(True, ("pictures", "charts"))


def test_a_workbook_is_looked_at_and_a_text_is_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "leads.xlsx")
    (tmp_path / "leads.csv").write_text("Lead Id\n1\n", "utf-8")
    assert look(tmp_path / "leads.xlsx") == PLAIN
    assert look(tmp_path / "leads.csv") is None


def test_the_ending_tells_whether_the_copy_has_macros() -> None:
    assert (ending_of(PLAIN), ending_of(MACROS)) == (".xlsx", ".xlsm")
    check_ending(Path("copy.XLSX"), PLAIN)
    with pytest.raises(UsageError, match=r"has to end in \.xlsm, because it has macros; name it copy\.xlsm\."):
        check_ending(Path("copy.xlsx"), MACROS)
    with pytest.raises(UsageError, match=r"has to end in \.xlsx, because it has no macros; name it copy\.xlsx\."):
        check_ending(Path("copy.xlsm"), PLAIN)


def test_lost_parts_are_one_loud_remark() -> None:
    assert losses(PLAIN, "leads.xlsx") == []
    [remark] = losses(MACROS, "leads.xlsm")
    assert remark.loud
    assert remark.text == "The marked copy loses or simplifies: pictures, charts. leads.xlsm keeps them."


def test_a_refusal_names_its_reason_and_what_there_is_instead() -> None:
    remark = refusal(NotMarkedError("it is protected"), "the report has every outcome")
    assert remark.text == "The workbook is not marked, because it is protected; the report has every outcome."


def test_own_columns_leave_out_those_of_leadsync() -> None:
    columns = own_columns(["sync_row", "Lead Id", "sync_status", "Name"], [0, 2], ["id", ""])
    assert (columns.headings, columns.roles, columns.positions) == (["Lead Id", "Name"], ["id", ""], [1, 3])


def test_the_largest_sheet_is_marked_and_a_row_more_is_not() -> None:
    check_size(MOST_CELLS // 8, 8)
    with pytest.raises(NotMarkedError, match="more than 50,000 rows of 8 columns"):
        check_size(MOST_CELLS // 8 + 1, 8)


def test_an_archive_that_is_no_workbook_is_not_looked_at(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    assert look(tmp_path / "other.zip") is None


@pytest.mark.parametrize(
    ("rows", "reads_alike"),
    [
        ([["1", "Ann"], ["2", "Bob"]], True),
        ([["1", "Ann"]], False),
        ([["1", "Ann"], ["2", "Bab"]], False),
        ([["2", "Bob"], ["1", "Ann"]], False),
    ],
)
def test_a_copy_that_reads_otherwise_does_not_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], reads_alike: bool
) -> None:
    def book(rows: list[list[str]], target: Path | BinaryIO) -> None:
        made = openpyxl.Workbook()
        for row in [["Lead Id", "Name"], *rows]:
            made.active.append(row)
        made.save(target)

    file, copy = tmp_path / "leads.xlsx", tmp_path / "copy.xlsx"
    book([["1", "Ann"], ["2", "Bob"]], file)
    monkeypatch.setattr(
        "leadsync.run.marked_copy.write_marked", lambda _source, _memory, _marks, target: book(rows, target)
    )
    with open_table(file) as table:
        given = (table, SheetRules(), (), 0, MarkedRows([]), Front("", "", (), ()), "")
        if reads_alike:
            write_copy(copy, file, *given)
        else:
            with pytest.raises(NotMarkedError, match="other rows in the copy"):
                write_copy(copy, file, *given)
    assert copy.exists() is reads_alike
