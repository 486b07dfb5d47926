"""The values of formulas, kept through openpyxl."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from leadsync.sheets.output.stored_values import MemoryArchive, StoredValue, stored_values


@pytest.fixture
def workbook() -> BytesIO:
    """Formulas with a number, a text, a truth and an error behind them, and a sheet without any."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet: Any = book.add_worksheet("Leads")
    for row, value in enumerate((7, "Zoë", True, "#N/A")):
        sheet.write_formula(row, 1, "=A1", None, value)
    sheet.write(0, 0, 3)
    book.add_worksheet("Plain").write(0, 0, "=x", None)
    book.close()
    return made


def test_each_formula_has_its_value_and_type(workbook: BytesIO) -> None:
    values = stored_values(workbook)
    assert values["Leads"] == {
        "B1": StoredValue("n", "7"),
        "B2": StoredValue("str", "Zoë"),
        "B3": StoredValue("b", "1"),
        "B4": StoredValue("e", "#N/A"),
    }


def changed(workbook: BytesIO, before: bytes, after: bytes) -> BytesIO:
    """The workbook with another text in its first sheet."""
    made = BytesIO()
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != "xl/worksheets/sheet1.xml" or before in content
            target.writestr(name, content.replace(before, after) if name == "xl/worksheets/sheet1.xml" else content)
    return made


def test_a_formula_without_a_value_has_none(workbook: BytesIO) -> None:
    assert "B1" not in stored_values(changed(workbook, b"<v>7</v>", b""))["Leads"]
    empty = changed(workbook, "<v>Zoë</v>".encode(), b"<v></v>")
    assert stored_values(empty)["Leads"]["B2"] == StoredValue("str", ""), "an empty text is a value"


def test_a_value_in_a_table_of_texts_is_left_out(workbook: BytesIO) -> None:
    assert "B2" not in stored_values(changed(workbook, b't="str"', b't="s"'))["Leads"]


def test_a_sign_across_two_blocks_is_found() -> None:
    made = BytesIO()
    book = xlsxwriter.Workbook(made)
    book.add_worksheet("Leads").write_formula(0, 1, "=A1", None, 7)
    book.close()
    with zipfile.ZipFile(made) as source:
        sheet = source.read("xl/worksheets/sheet1.xml")
    begin, rows = sheet.index(b"<f>"), sheet.index(b"<sheetData>")
    moved = sheet[:rows] + b" " * ((1 << 18) - 1 - begin) + sheet[rows:]
    assert moved.index(b"<f>") == (1 << 18) - 1
    assert stored_values(changed(made, sheet, moved))["Leads"]["B1"] == StoredValue("n", "7")


def test_a_part_from_memory_is_written() -> None:
    made = BytesIO()
    with MemoryArchive(made, "w") as archive:
        archive.write(BytesIO(b"<a/>"), "xl/a.xml")
    with zipfile.ZipFile(made) as written:
        assert written.read("xl/a.xml") == b"<a/>"
