"""The quick way by which plain rows pass XlsxWriter, held against XlsxWriter's own."""

import gc
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from leadsync.report_values import Line
from leadsync.sheets import SheetLayout, new_workbook
from leadsync.sheets.output.workbook_writer import _SheetWriter, open_workbook

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ROWS = [("A1", "x < y"), ("A2", ""), ("", "2026-11-24"), ("=1+1", "é中"), ("A5", "x & z"), ("A6", "plain")]


def sheet_xml(path: Path) -> bytes:
    """The XML of a workbook with these rows."""
    with new_workbook(path, [SheetLayout("Report", ("Id", "Note"), 2)]) as workbook:
        for row, cells in enumerate(ROWS):
            workbook.put([Line(cells, dates=(1,) if row == 2 else ())])
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_plain_rows_are_written_as_xlsxwriter_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = sheet_xml(tmp_path / "quick.xlsx")
    monkeypatch.setattr(_SheetWriter, "_plain_row", lambda *_: "")
    assert sheet_xml(tmp_path / "slow.xlsx") == quick


def test_the_private_attributes_of_xlsxwriter_mean_what_the_writer_takes_them_for() -> None:
    workbook = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet, look = workbook.add_worksheet(), workbook.add_format({"num_format": "@"})
    assert look.xf_index is None, "a format without a number before its first use"
    sheet.write_string(0, 0, "held", look)
    assert (sheet.previous_row, sheet.dim_rowmax, list(sheet.table)) == (0, 0, [0]), "the last row is held back"
    assert sheet.fh is sheet.row_data_fh, "the file of the rows"
    assert sheet.fh.tell() == 0
    sheet.write_blank(1, 0, None, look)
    sheet.fh.flush()
    assert sheet.fh.tell() > 0, "the next row sends it on"
    assert list(sheet.table) == [1]
    assert isinstance(look.xf_index, int)
    workbook.close()


class FullDisk(io.BytesIO):
    """A stream with room for the first thousand bytes."""

    def write(self, content: "ReadableBuffer") -> int:
        if self.tell() + len(memoryview(content)) > 1000:
            raise OSError(28, "No space left on device")
        return super().write(content)


def test_a_full_disk_is_an_oserror_and_leaves_nothing_that_complains_later() -> None:
    with FullDisk() as disk, pytest.raises(OSError, match="No space left"), open_workbook(disk) as workbook:
        workbook.add_worksheet().write(0, 0, "A1")
    gc.collect()
