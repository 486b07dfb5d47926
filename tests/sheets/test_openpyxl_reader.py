"""The second reader: workbooks refused by python-calamine read the same."""

import datetime as dt
import re
import zipfile

import openpyxl
import pytest
from python_calamine import CalamineError, CalamineWorkbook

from leadsync.errors import SheetError
from leadsync.sheets import open_table
from tests.sheets.handmade import (
    fault_words,
)

pytestmark = pytest.mark.usefixtures("real_processes")
"""A process that Python started has loaded only what it loads itself."""


def with_odd_dimension(path, target):
    """The same workbook, but for the sheet's size, which python-calamine stumbles over."""
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(target, "w") as odd:
        for name in whole.namelist():
            part = whole.read(name)
            odd.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A:E"', part))
    return target


def test_a_workbook_that_the_first_reader_refuses_is_read_the_same_by_the_second(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Id", "Phone", "When", "Rate", "Note"],
        ["007", 383218199, dt.datetime(2031, 11, 24, 14, 30), 0.125, "NA"],
        ["008", 383218200, dt.date(2031, 11, 25), 12, None],
        [9, "0412345678", None, 1e15, "#N/A"],
        ["010", "=1+1", dt.time(9, 30), True, ""],
        ["011", "0412345679", None, None, "both"],
        ["012", "0412345680", None, None, None],
    ):
        sheet.append(row)
    sheet["B2"].number_format = sheet["B3"].number_format = "0000000000"
    sheet["D2"].number_format = "0.0%"
    sheet.merge_cells("E6:E7")
    sheet.row_dimensions[3].hidden = True
    book.create_sheet("Old").append(["Id", "Phone"])
    book["Old"].append(["1", "2"])
    book["Old"].sheet_state = "hidden"
    book.save(tmp_path / "leads.xlsx")
    odd = with_odd_dimension(tmp_path / "leads.xlsx", tmp_path / "odd.xlsx")
    with pytest.raises(CalamineError):
        CalamineWorkbook.from_path(str(odd)).get_sheet_by_name("Sheet")
    with open_table(tmp_path / "leads.xlsx") as first, open_table(odd) as second:
        assert second.remarks == first.remarks
        rows = list(second.rows())
        assert rows == list(first.rows())
    assert rows[0].cells == ("007", "0383218199", "2031-11-24 14:30", "12.5%", "NA")
    assert [fault_words(row)[:16] for row in rows[:2]] == ["", ""]
    assert [fault_words(row)[:16] for row in rows[2:]] == [
        "has a number of ",
        "has a formula wi",
        *["has a merged cel"] * 2,
    ]


def test_several_sheets_of_it_are_asked_about(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("Other")
    for sheet in book:
        sheet.append(["Id"])
        sheet.append(["1"])
    book.save(tmp_path / "leads.xlsx")
    odd = with_odd_dimension(tmp_path / "leads.xlsx", tmp_path / "odd.xlsx")
    with pytest.raises(SheetError, match="more than one sheet with data: 'Sheet', 'Other'"), open_table(odd):
        pass
    with open_table(odd, sheet="Other") as table:
        assert [row.cells for row in table.rows()] == [("1",)]
