"""The XML inside an .xlsx: errors, formulas without a value, rows and cells with two entries."""

import re
import zipfile

import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import FaultKind
from leadsync.sheets import open_table
from leadsync.spreadsheet import HeadingNames, SheetRules
from tests.sheets.handmade import SHEET, STRUCK, altered, error_fault, fault_words


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


def test_formulas_that_all_come_to_0_and_are_to_be_worked_out_on_loading_have_no_value(workbook, rows_of):
    def stored(name, data):
        data = re.sub(rb"<f>A9</f><v[^>]*>(?:</v>)?", b"<f>A9</f><v>0</v>", data)
        return re.sub(rb"<calcPr[^>]*>", b'<calcPr calcId="171027" fullCalcOnLoad="1"/>', data)

    for row in rows_of(altered(workbook([["Id", "Sum"], ["x", "=A9"], ["y", "=A9"]]), stored)):
        assert fault_words(row).startswith("has a formula without a stored value in column B")


WORKED = "<c r='C2'><f>1</f><v>1</v></c>"


@pytest.mark.parametrize(
    ("program", "asks", "others", "is_worked_out"),
    [
        ("SheetJS", b"", "", False),
        ("SheetJS", b"", WORKED, True),
        ("Microsoft Excel", b"", "", True),
        ("gnumeric", b"", "", False),
        ("", b"", "", True),
        ("Microsoft Excel", b'<calcPr fullCalcOnLoad="1"/>', WORKED, True),  # as Aspose.Cells and EPPlus do
        ("SheetJS", b'<calcPr calcId="171027" fullCalcOnLoad="1"/>', WORKED, True),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        't="str"><f>A9</f><v></v>',
        "><f>A9</f><v>0</v>",
        't="n"><f>A9</f><v>0.0</v>',  # as the streaming writer of Apache POI does
    ],
)
def test_a_library_that_gives_all_formulas_an_empty_text_or_0_works_none_out(
    workbook, rows_of, program, asks, others, is_worked_out, value
):
    def stored(name, data):
        if name == "docProps/app.xml":
            return f'<P xmlns="p"><Application>{program}</Application></P>'.encode()
        data = re.sub(rb'<c r="B2".*?</c>', f'<c r="B2" {value}</c>{others}'.encode(), data)
        return re.sub(rb"<calcPr[^>]*>", asks, data)

    (row,) = rows_of(altered(workbook([["Id", "Name"], ["x", "Ann"]]), stored))
    assert fault_words(row).startswith("has a formula without a stored value in column B") != is_worked_out


@pytest.mark.parametrize(
    ("formulas", "unsent", "is_told"),
    [
        ('<c r="B2"><f>A9</f><v>0</v></c>', "", True),
        ('<c r="B2"><f>A9</f><v>0</v></c><c r="C2" t="str"><f>A9</f><v></v></c>', "", True),
        ('<c r="B2"><f>A9</f><v>0</v></c><c r="C2"><f>A9+7</f><v>7</v></c>', "", True),
        (
            '<c r="B2"><f>A9</f><v>0</v></c></row><row r="3"><c r="A3"><v>1</v></c><c r="B3"><f>A9+7</f><v>7</v></c>',
            "",
            False,
        ),
        ('<c r="B2"><f>A9</f><v>0</v></c>', "net", False),
    ],
)
def test_zeros_alone_that_libre_office_may_have_kept_are_told(workbook, formulas, unsent, is_told):
    def stored(name, data):
        if name == "docProps/app.xml":
            return b'<P xmlns="p"><Application>LibreOffice/7.4.7.2$Linux_X86_64</Application></P>'
        return re.sub(rb"<calcPr[^>]*>", b"", re.sub(rb'<c r="B2".*?</c>', formulas.encode(), data))

    path = altered(workbook([["Id", "Net"], ["x", 5]]), stored)
    with open_table(path, rules=SheetRules(HeadingNames(unsent=frozenset({unsent})))) as table:
        assert next(iter(table.rows())).cells[:2] == ("x", "0")
        told = [str(remark) for remark in table.remarks if "in column B have the result 0" in str(remark)]
        assert [text.partition("All")[0] for text in told] == ["! "] * is_told


def test_a_formula_with_the_first_of_the_shared_texts_was_worked_out(tmp_path, rows_of):
    with xlsxwriter.Workbook(tmp_path / "leads.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Sale", "Net"])
        sheet.write_row(1, 0, ["=A1", "=A9"])

    def stored(name, data):
        data = data.replace(b'<c r="A2"><f>A1</f>', b'<c r="A2" t="s"><f>A1</f>').replace(
            b"Microsoft Excel", b"gnumeric"
        )
        return re.sub(rb"<calcPr[^>]*>", b"", data)

    assert rows_of(altered(tmp_path / "leads.xlsx", stored)) == [Row(2, ("Sale", "0"))]


@pytest.mark.parametrize(
    ("formula", "cells"),
    [
        ("IF(A9=1,7,8)", ("x", "0", "0")),
        ('IF(A9=1,"Busy","Sale")', ("x", "=", "=")),  # XlsxWriter's zeros, kept by LibreOffice and Gnumeric
    ],
)
def test_a_0_for_a_text_shows_that_no_formula_was_worked_out(workbook, rows_of, formula, cells):
    zeros = f'<c r="B2"><f>{formula}</f><v>0</v></c><c r="C2"><f>A9*2</f><v>0</v></c>'
    path = workbook([["Id", "Name", "Net"], ["x", "Ann", 7]])

    def stored(_: str, data: bytes) -> bytes:
        return re.sub(rb"<calcPr[^>]*>", b"", re.sub(rb'<c r="B2".*</c>', zeros.encode(), data))

    (row,) = rows_of(altered(path, stored))
    assert row.cells == cells


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


def test_a_sheet_that_shows_no_zeros_has_blanks_there(workbook, cells_of):
    def hide(sheet):
        sheet.sheet_view.showZeros = False

    assert cells_of(workbook([["Id", "Priority"], ["x", 0], ["y", "0"], ["z", 0.5]], hide)) == [
        ("x", ""),
        ("y", "0"),
        ("z", "0.5"),
    ]


@pytest.mark.parametrize(
    ("code", "number", "day"),
    [("dd/mm/yyyy", 0, "2019-11-24"), ("dd/mm/yyyy hh:mm", -5.25, "2019-11-24"), ("[h]:mm", -5, "1051032:00")],
)
def test_a_number_before_the_first_moment_of_a_format_is_at_fault(workbook, rows_of, code, number, day):
    def date(sheet):
        for at in ("B2", "B3"):
            sheet[at].number_format = code

    early, sound = rows_of(workbook([["Id", "Joined"], ["x", number], ["y", 43793]], date))
    assert [(fault.kind, fault.details["format"]) for fault in early.faults] == [(FaultKind.HIDDEN_VALUE, code)]
    assert (sound.cells, sound.faults) == (("y", day), ())


@pytest.mark.parametrize(
    ("code", "rule", "area", "is_told"),
    [
        (";;;", {"formula": ["0"]}, "B2:B3", True),
        ('"-"', {"formula": ["0"]}, "B2:B3", True),
        ("0.00", {"formula": ["0"]}, "B2:B3", False),
        ('0;-0;"-"', {"formula": ["0"]}, "B2:B3", False),
        (";;;", {"formula": ["99"]}, "B2:B3", False),
        (";;;", {"formula": ["0"]}, "A2:A3", False),  # texts alone
        (";;;", {"formula": ["0"]}, "D1:D9 E2", False),  # blanks alone
        (";;;", {"operator": "between", "formula": ["1", "5"]}, "A1 B1:B3", True),
        (";;;", {"type": "expression", "operator": None, "formula": ["B2=7"]}, "B2:B3", False),
        ('"C-"0', {"operator": "lessThan", "formula": ["1"]}, "B2:B3", True),
        ('"C-"0', {"operator": "greaterThan", "formula": ["1"]}, "B2:B3", False),
    ],
)
def test_a_conditional_format_is_told_if_it_hides_a_value_or_shows_another(workbook, code, rule, area, is_told):
    def hide(sheet):
        style = DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode=code))
        sheet.conditional_formatting.add(area, Rule(**{"type": "cellIs", "operator": "equal", **rule}, dxf=style))
        sheet["B3"].number_format = "0.0"

    with open_table(workbook([["Id", "Priority"], ["x", 0], ["y", 1]], hide)) as table:
        assert [row.cells for row in table.rows()] == [("x", "0"), ("y", "1")]
        told = f"! A conditional format hides values in {area}, or shows others in their place; "
        remedy = "the values themselves are sent: correct them, or delete the format."
        assert [str(remark) for remark in table.remarks] == [f"{told}{remedy}"] * is_told
        assert all(remark.doubt for remark in table.remarks)


@pytest.mark.parametrize(
    ("rule", "unsent", "is_told"),
    [
        ('<cfRule><iconSet showValue="0"/></cfRule>', "", True),
        ('<cfRule><dataBar showValue="false"/></cfRule>', "", True),
        ('<cfRule><iconSet showValue="1"/></cfRule>', "", False),
        ('<cfRule><iconSet showValue="0"/></cfRule>', "Priority", False),
    ],
)
@pytest.mark.parametrize("is_newer", [False, True])
def test_icons_or_bars_in_place_of_numbers_are_told(workbook, rule, unsent, is_told, is_newer):
    begin, end = "<conditionalFormatting", "</conditionalFormatting></worksheet>"
    area = f">{rule}<sqref>B2:B3</sqref>" if is_newer else f' sqref="B2:B3">{rule}'
    path = altered(
        workbook([["Id", "Priority"], ["x", 0], ["y", 1]]),
        lambda name, data: data.replace(b"</worksheet>", f"{begin}{area}{end}".encode()) if "sheet1" in name else data,
    )
    with open_table(path, rules=SheetRules(HeadingNames(unsent=frozenset({unsent.lower()})))) as table:
        remarks = [str(remark) for remark in table.remarks if "conditional" in str(remark)]
        assert [remark.partition(",")[0] for remark in remarks] == [
            "! A conditional format hides values in B2:B3"
        ] * is_told


def test_struck_texts_of_an_xlsx(workbook, rows_of):
    def strike(sheet):
        for place in ("B2", "B3", "B5"):
            sheet[place].font = Font(strike=place != "B3")
        line, plain = InlineFont(strike=True), InlineFont(b=True)
        sheet["B4"] = CellRichText(TextBlock(line, "Busy"), TextBlock(plain, " DNC"))

    lines = [["Id", "Name"], ["a", "x"], ["b", "x"], ["c", ""], ["d", ""], ["e", "x"]]
    path = workbook(lines, strike)
    found = [
        Row(2, ("a", "x"), faults=(STRUCK,)),
        Row(3, ("b", "x")),
        Row(4, ("c", "Busy DNC"), faults=(STRUCK,)),
        Row(5, ("d", "")),
        Row(6, ("e", "x")),
    ]
    assert rows_of(path) == found
    inline = b'<c r="B6" t="inlineStr"><is><r><rPr><strike/></rPr><t>x</t></r></is></c>'
    path = altered(path, lambda name, data: re.sub(rb'<c r="B6".*?</c>', inline, data))
    assert rows_of(path) == [*found[:-1], Row(6, ("e", "x"), faults=(STRUCK,))]


def test_shared_texts_struck_in_part(tmp_path, rows_of):
    with xlsxwriter.Workbook(tmp_path / "leads.xlsx") as book:
        line, plain = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Id", "Name"])
        sheet.write_row(1, 0, ["x", "DNC"])
        sheet.write_rich_string(2, 0, plain, "y", plain, "z")
        sheet.write_rich_string(2, 1, line, "Busy", plain, " DNC")
        sheet.write_rich_string(3, 0, plain, "a", line, " ", plain, "z")
    plain_row, struck, blank = rows_of(tmp_path / "leads.xlsx")
    assert (plain_row, struck) == (Row(2, ("x", "DNC")), Row(3, ("yz", "Busy DNC"), faults=(STRUCK,)))
    assert blank == Row(4, ("a z", ""))


def test_a_struck_heading_refuses_the_file(workbook, rows_of):
    def strike(sheet):
        sheet["B1"].font = Font(strike=True)

    message = r"line 1 should be the headings, but the text of a cell is struck out \(column B\); correct that cell"
    with pytest.raises(SheetError, match=message):
        rows_of(workbook([["Id", "Name"], ["x", "Bo"]], strike))
