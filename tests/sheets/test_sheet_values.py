"""Workbooks held in memory as values."""

from python_calamine import SheetTypeEnum, SheetVisibleEnum

from leadsync.sheets.formats.sheet_values import ValueSheet, ValueWorkbook


def test_a_sheet_ends_at_its_last_row_and_its_widest_column() -> None:
    sheet = ValueSheet([["a"], ["b", "", "c"], ["d", "e"]], [])
    assert (sheet.start, sheet.end) == ((0, 0), (2, 2))
    assert list(sheet.iter_rows()) == [["a"], ["b", "", "c"], ["d", "e"]]
    assert ValueSheet([], []).end is None


def test_a_workbook_keeps_the_order_of_its_sheets_and_whether_they_are_hidden() -> None:
    workbook = ValueWorkbook()
    first, second = ValueSheet([["a"]], []), ValueSheet([], [])
    workbook.add("Z", first, SheetVisibleEnum.Hidden)
    workbook.add("A", second)
    assert workbook.sheet_names == ["Z", "A"]
    assert workbook.get_sheet_by_name("A") is second
    assert [(one.name, one.visible, one.typ) for one in workbook.sheets_metadata] == [
        ("Z", SheetVisibleEnum.Hidden, SheetTypeEnum.WorkSheet),
        ("A", SheetVisibleEnum.Visible, SheetTypeEnum.WorkSheet),
    ]
