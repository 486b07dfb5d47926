"""The facts about cells that all makes of workbook tell alike: the epoch of days, hidden rows."""

import struct

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from leadsync.remarks import Remark
from leadsync.sheets import open_table
from tests.sheets import handmade
from tests.sheets.handmade import HEADED, HEADINGS, cell, label, texts


@pytest.mark.parametrize("epoch_1904", [True, False])
@pytest.mark.parametrize("make", ["xlsx", "xlsb", "xls"])
def test_a_workbook_says_whether_it_counts_days_from_1904(tmp_path, make, epoch_1904):
    path = tmp_path / f"leads.{make}"
    if make == "xlsx":
        book = openpyxl.Workbook()
        book.epoch = CALENDAR_MAC_1904 if epoch_1904 else CALENDAR_WINDOWS_1900
        book.active.append(["Id", "Name"])
        book.save(path)
    elif make == "xlsb":
        handmade.xlsb(path, {0: HEADINGS}, epoch_1904=epoch_1904)
    else:
        handmade.xls(path, HEADED, shared=(texts("Id", "Name"),), epoch_1904=epoch_1904)
    with open_table(path) as table:
        assert table.epoch_1904 == epoch_1904


def hidden_rows(path):
    """A sheet of headings and four rows, of which the second and the third are hidden."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in ["Id", "a", "b", "c", "d"]:
            book.active.append([line])
        for row in (3, 4, 7):
            book.active.row_dimensions[row].hidden = True
        book.save(path)
    elif path.suffix == ".xlsb":
        handmade.xlsb(path, {row: [(6, handmade.wide("x"))] for row in range(5)}, hidden=(2, 3))
    elif path.suffix == ".xls":
        rows = b"".join(
            handmade.record(0x208, struct.pack("<HHHHHHI", row, 0, 1, 300, 0, 0, 0x100 | 0x20 * (row in (2, 3))))
            for row in range(5)
        )
        handmade.xls(path, rows + b"".join(label(row, 0, 0) for row in range(5)), shared=(texts("Id"),))
    else:
        row = f"<table:table-row{{}}>{cell('Id')}</table:table-row>"
        blank = '<table:table-row table:visibility="filter" table:number-rows-repeated="9000"><table:table-cell/>'
        handmade.ods(
            path,
            row.format("") * 2
            + row.format(' table:visibility="filter"')
            + row.format(' table:visibility="collapse"')
            + row.format("")
            + f"{blank}</table:table-row>",
        )
    return path


@pytest.mark.parametrize("make", ["xlsx", "xlsb", "xls", "ods"])
def test_rows_that_are_hidden_are_read_and_remarked_on(tmp_path, make):
    with open_table(hidden_rows(tmp_path / f"leads.{make}")) as table:
        hidden = '2 rows (3, 4) are hidden in the sheet and are sent; hidden_rows = "skip" in [input] skips such rows.'
        assert table.remarks == (Remark(hidden, loud=True, kept=True),)
        assert [row.number for row in table.rows()] == [2, 3, 4, 5]
