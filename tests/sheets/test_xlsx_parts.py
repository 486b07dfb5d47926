"""The XML inside an .xlsx: errors, formulas without a value, rows and cells with two entries."""

import zipfile

import pytest
import xlsxwriter

from leadsync.errors import SheetError
from leadsync.models import Row
from tests.sheets.handmade import SHEET, altered, error_fault, fault_words


def test_an_error_cell_is_its_text_and_the_rows_fault(workbook, rows_of):
    bad, good = rows_of(workbook([["Id", "Name"], ["x", "#N/A"], ["y", "Bo"]]))
    assert bad == Row(2, ("x", "#N/A"), faults=(error_fault("#N/A"),))
    assert good == Row(3, ("y", "Bo"))


def test_a_formula_that_was_never_worked_out_does_not_read_as_blank(workbook, rows_of):
    (row,) = rows_of(workbook([["Id", "Name"], ["x", "=A2"]]))
    assert row.cells == ("x", "=A2")
    assert fault_words(row).startswith("has a formula without a stored value in column B; open the workbook in")


def test_a_formula_is_its_stored_value_blank_texts_included(workbook, rows_of):
    def stored(name, data):
        if name != SHEET:
            return data
        data = data.replace(b"<v />", b"<v></v>")  # openpyxl writes it so if lxml is there
        data = data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
        return data.replace(b'<c r="C2"><f>A9</f>', b'<c r="C2" t="str"><f>A9</f>')

    path = altered(workbook([["Id", "Sum", "Note"], ["x", "=1+1", "=A9"]]), stored)
    assert rows_of(path) == [Row(2, ("x", "2", ""))]


def test_the_0_that_stands_for_a_formula_not_worked_out_is_no_value(tmp_path, rows_of):
    """XlsxWriter gives each formula the value 0, and asks for them all to be worked out on loading."""
    with xlsxwriter.Workbook(tmp_path / "leads.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "Sum"])
        sheet.write_row(1, 0, ["x", "=1+1"])
        sheet.write_string(2, 0, "y")
        sheet.write_formula(2, 1, "=1+1", value=2)
    unworked, worked = rows_of(tmp_path / "leads.xlsx")
    assert unworked.cells == ("x", "=1+1")
    assert fault_words(unworked).startswith("has a formula without a stored value in column B")
    assert worked == Row(3, ("y", "2"))


def test_document_types_in_parts_that_hold_no_cells_do_no_harm(workbook, cells_of):
    """Macros of OpenDocument sheets and their old manifests begin with one."""
    path = workbook([["Id"], ["x"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "Basic/script-lc.xml", '<!DOCTYPE library PUBLIC "-//OpenOffice.org//DTD" "libraries.dtd"><x/>'
        )
    assert cells_of(path) == [("x",)]


@pytest.mark.parametrize(
    ("at", "more", "named"),
    [
        (b"</row></sheetData>", b'<c r="A3" t="n"><v>7</v></c>', "cell A3"),
        (b"</sheetData>", b'<row r="2"><c r="A2"><v>7</v></c></row>', "row 2"),
        (b"</sheetData>", b"<row r='3'><c r='A3'><v>7</v></c></row>", "row 3"),
        (b"</sheetData>", b"<row><c r='A3'><v>7</v></c></row>", "row 3"),
    ],
)
def test_a_row_or_cell_that_stands_there_twice_gets_one_sentence(workbook, rows_of, at, more, named):
    path = altered(workbook([["Id"], ["x"], ["y"]]), lambda name, data: data.replace(at, more + at))
    with pytest.raises(SheetError, match=rf"the workbook is damaged \({named} stands in it twice, .*; get it anew"):
        rows_of(path)


def test_a_row_that_comes_again_far_below_is_found_and_rows_out_of_order_are_read(workbook, rows_of):
    path = workbook([["Id"]] + [["x" * 100 + str(number)] for number in range(10_000)])
    late = b'<row r="2"><c r="A2"><v>7</v></c></row></sheetData>'
    with pytest.raises(SheetError, match="row 2 stands in it twice"):
        rows_of(altered(path, lambda _, data: data.replace(b"</sheetData>", late)))
    first = b'<row r="11000"><c r="A11000"><v>7</v></c></row>'
    rows = rows_of(altered(path, lambda _, data: data.replace(b"<sheetData>", b"<sheetData>" + first)))
    assert (len(rows), rows[-1]) == (10_001, Row(11_000, ("7",)))


def test_a_text_that_looks_like_a_cells_place_is_no_second_cell(workbook, cells_of):
    path = workbook([["Id", "Name"], ["x", "Bo"]])
    path = altered(path, lambda _, data: data.replace(b"<t>Bo<", b'<t>Bo r="A2" r="2" r="A2"<'))
    assert cells_of(path) == [("x", 'Bo r="A2" r="2" r="A2"')]
