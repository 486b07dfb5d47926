"""What the four makes of workbook say differently, and must come to the same: errors, formulas without a value, merged
cells, number formats, and texts that python-calamine reads wrongly."""

import datetime as dt
import re
import struct
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from python_calamine import CalamineError, CalamineWorkbook

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind
from leadsync.remarks import Remark
from leadsync.sheets import open_table
from leadsync.spreadsheet import HeadingNames, SheetRules
from tests.sheets import handmade
from tests.sheets.handmade import error_fault, fault_words

HEADINGS = [(6, handmade.wide("Id")), (6, handmade.wide("Name"))]
MERGED = Fault("", "", FaultKind.MERGED_CELL, details={"at": 0, "letter": "A"})
UNWORKED = "has a formula without a stored value in column B; open the workbook in a spreadsheet program and save it"


def number(value: float) -> tuple[int, bytes]:
    return 5, struct.pack("<d", value)


def test_errors_and_formulas_of_an_xlsb(tmp_path, rows_of):
    """Cells of kind 3 and 11 are errors, 9 a formula's number with its flags."""
    path = handmade.xlsb(
        tmp_path / "leads.xlsb",
        {
            0: HEADINGS,
            1: [(6, handmade.wide("x")), (3, b"\x2a")],
            2: [(6, handmade.wide("y")), (11, b"\x07" + bytes(10))],
            3: [(6, handmade.wide("z")), (9, struct.pack("<dHI", 0.0, 2, 0))],
        },
    )
    na, division, zero = rows_of(path)
    assert na == Row(2, ("x", "#N/A"), faults=(error_fault("#N/A"),))
    assert division == Row(3, ("y", "#DIV/0!"), faults=(error_fault("#DIV/0!"),))
    assert zero == Row(4, ("z", "0"))


def test_formulas_of_an_xlsb_that_all_come_to_0_were_never_worked_out(tmp_path, rows_of):
    line = [(6, handmade.wide("z")), (9, struct.pack("<dHI", 0.0, 2, 0))]
    for row in rows_of(handmade.xlsb(tmp_path / "leads.xlsb", {0: HEADINGS, 1: line, 2: line})):
        assert row.cells == ("z", "=")
        assert fault_words(row).startswith(UNWORKED)


def test_formats_dates_and_merged_cells_of_an_xlsb(tmp_path, rows_of):
    path = handmade.xlsb(
        tmp_path / "leads.xlsb",
        {
            0: [(6, handmade.wide(name)) for name in ("Id", "Share", "Call back")],
            1: [number(800), number(0.125), number(46350.5)],
            2: [(1, b""), number(1), number(46350)],
        },
        formats=("0000", "0.0%", "dd/mm/yyyy hh:mm"),
        merged=[(1, 2, 0, 0)],
    )
    first, second = rows_of(path)
    assert first == Row(2, ("0800", "12.5%", "2026-11-24 12:00"), dates=(2,), faults=(MERGED,))
    assert second == Row(3, ("", "100.0%", "2026-11-24"), dates=(2,), faults=(MERGED,))


def label(row: int, column: int, number: int) -> bytes:
    return handmade.record(0xFD, struct.pack("<HHHI", row, column, 0, number))


def formula(row: int, column: int, value: bytes, flags: int, kind: int = 0x06) -> bytes:
    return handmade.record(kind, struct.pack("<HHH8sHIH", row, column, 0, value, flags, 0, 0))


def texts(*values: str) -> bytes:
    body = b"".join(struct.pack("<HB", len(value), 1) + value.encode("utf-16-le") for value in values)
    return struct.pack("<II", len(values), len(values)) + body


HEADED = label(0, 0, 0) + label(0, 1, 1)


ZERO = bytes(8)
EMPTY = b"\x03" + bytes(5) + b"\xff\xff"


@pytest.mark.parametrize(
    ("value", "options", "cell"),
    [
        (ZERO, {"flags": 2}, None),  # as Apache POI writes them
        (ZERO, {"flags": 0}, "0"),
        (EMPTY, {"flags": 0}, ""),
        (EMPTY, {"flags": 0, "build": 0x0DBB}, None),  # as xlwt does
        (struct.pack("<d", 2.0), {"flags": 0, "kind": 0x406}, None),  # a record of Excel 4, which calamine passes over
    ],
)
def test_formulas_of_an_xls_that_were_never_worked_out(tmp_path, rows_of, value, options, cell):
    build = options.pop("build", handmade.POI)
    cells = HEADED + label(1, 0, 0) + formula(1, 1, value, **options)
    (row,) = rows_of(handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),), build=build))
    assert row.cells == ("Id", "=" if cell is None else cell)
    assert fault_words(row).startswith(UNWORKED) == (cell is None)


def test_a_formula_that_comes_to_0_beside_one_that_does_not_was_worked_out(tmp_path, rows_of):
    """LibreOffice asks for calculation on loading too."""
    cells = HEADED + formula(1, 0, struct.pack("<d", 5.0), flags=2) + formula(1, 1, ZERO, flags=2)
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    assert rows_of(path) == [Row(2, ("5", "0"))]


def test_a_row_of_formulas_alone_at_the_end_of_an_xls_is_not_lost(tmp_path, rows_of):
    cells = HEADED + formula(3, 1, bytes(8), flags=0, kind=0x406)
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    (row,) = rows_of(path)
    assert (row.number, row.cells) == (4, ("", "="))
    assert fault_words(row).startswith(UNWORKED)


def test_merged_cells_of_an_xls(tmp_path, rows_of):
    cells = HEADED + label(1, 0, 1) + label(1, 1, 0) + label(2, 1, 1)
    cells += handmade.record(0xE5, struct.pack("<HHHHH", 1, 1, 2, 0, 0))
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    assert rows_of(path) == [Row(2, ("Name", "Id"), faults=(MERGED,)), Row(3, ("", "Name"), faults=(MERGED,))]


def test_texts_of_an_xls_that_names_a_code_page(tmp_path, rows_of):
    cells = HEADED + label(1, 0, 2) + handmade.record(0x204, struct.pack("<HHHHB", 1, 1, 0, 2, 0) + b"Bo")
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name", "中文"),), code_page=1252)
    assert rows_of(path) == [Row(2, ("中文", "Bo"))]


def test_a_text_of_an_xls_that_goes_on_in_a_second_record(tmp_path, rows_of):
    """The second record says anew that its characters take two bytes, or one."""
    shared = (
        struct.pack("<II", 2, 2)
        + struct.pack("<HB", 2, 0)
        + b"Id"
        + struct.pack("<HB", 5, 1)
        + "Zo".encode("utf-16-le"),
        b"\0" + b"e B",
    )
    path = handmade.xls(tmp_path / "leads.xls", label(0, 0, 0) + label(1, 0, 1), shared=shared)
    assert rows_of(path) == [Row(2, ("Zoe B",))]


def cell(text: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def test_merged_cells_and_formulas_of_an_ods(tmp_path, rows_of):
    row = "<table:table-row>{}</table:table-row>"
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(cell("Id") + cell("Name"))
        + row.format(cell("x", 'table:number-rows-spanned="2" table:number-columns-spanned="1"') + cell("Bo"))
        + row.format("<table:covered-table-cell/>" + cell("Di"))
        + row.format(cell("y") + '<table:table-cell table:formula="of:=1+1" office:value-type="float"/>')
        + row.format(
            cell("z") + '<table:table-cell table:formula="of:=A9" office:value-type="string" office:string-value=""/>'
        ),
    )
    first, second, unworked, blank = rows_of(path)
    assert first == Row(2, ("x", "Bo"), faults=(MERGED,))
    assert second == Row(3, ("", "Di"), faults=(MERGED,))
    assert unworked.cells == ("y", "=1+1")
    assert fault_words(unworked).startswith(UNWORKED)
    assert blank == Row(5, ("z", ""))


def test_an_ods_with_line_ends_between_its_elements_and_errors_as_old_programs_write_them(tmp_path, rows_of):
    row = "\n <table:table-row>\n  {}\n </table:table-row>\n"
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">\n<text:p>{}</text:p>\n'
    )
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(cell("Id") + "\n" + cell("Name"))
        + row.format(cell("x") + error.format("#DIV/0!") + "</table:table-cell>")
        + row.format(cell("y") + error.format("Err:502") + "</table:table-cell>")
        + row.format(cell("z") + "\n" + cell("</text:p>\n<text:p>".join(("two <text:span>lines</text:span>", "here")))),
    )
    division, number, lines = rows_of(path)
    assert division == Row(2, ("x", "#DIV/0!"), faults=(error_fault("#DIV/0!"),))
    assert number == Row(3, ("y", "Err:502"), faults=(error_fault("Err:502"),))
    assert lines == Row(4, ("z", "two lines\nhere"))


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("1234<text:tab/>5678", "1234\t5678"),
        ("1234<text:line-break/>5678", "1234\n5678"),
        ('1234<text:s text:c="3"/>5678', "1234   5678"),
        ("12<text:span>34<text:tab/></text:span></text:p><text:p>56<text:s/>78", "1234\t\n56 78"),
    ],
)
def test_blanks_that_an_ods_writes_as_elements_stay_in_the_text(tmp_path, rows_of, xml, text):
    """Without them two numbers in a cell would become one."""
    row = "<table:table-row>{}</table:table-row>"
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(cell("Id") + cell("Name"))
        + row.format(cell(xml) + cell("Bo<office:annotation><text:p>no<text:tab/>te</text:p></office:annotation>")),
    )
    assert [row.cells[0] for row in rows_of(path)] == [text]


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


@pytest.mark.parametrize("count", ["5002", "1048570", "2000000000"])
def test_a_row_of_an_ods_that_is_repeated_without_end_gets_one_sentence(tmp_path, rows_of, count):
    row = "<table:table-row{}>{}</table:table-row>"
    repeated = f' table:number-rows-repeated="{count}"'
    path = handmade.ods(tmp_path / "leads.ods", row.format("", cell("Id")) + row.format(repeated, cell("x")))
    with pytest.raises(SheetError, match=f"{int(count) - 1:,} of its rows are mere repetitions"):
        rows_of(path)


def test_blank_rows_and_a_few_others_may_be_repeated_in_an_ods(tmp_path, cells_of):
    row = "<table:table-row{}>{}</table:table-row>"
    repeated = ' table:number-rows-repeated="{}"'.format
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format("", cell("Id"))
        + row.format(repeated(3), cell("x"))
        + row.format(repeated(1048571), '<table:table-cell table:number-columns-repeated="1024"/>')
        + f"<table:table-row{repeated(1)}/>",
    )
    assert cells_of(path) == [("x",), ("x",), ("x",)]


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


IN_PARTS = '<n:number-style style:name="N1"><n:number/><style:map style:apply-style-name="P1"/></n:number-style>'


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ('<n:number-style style:name="N1"><n:scientific-number/></n:number-style>', "0E+0"),
        ('<n:number-style style:name="N1"><n:number/><n:fill-character>x</n:fill-character></n:number-style>', "*x"),
        ('<n:number-style style:name="N1"><n:fill-character> </n:fill-character><n:number/></n:number-style>', ""),
        (f'<n:number-style style:name="P1"><n:scientific-number/></n:number-style>{IN_PARTS}', "0E+0"),
    ],
)
@pytest.mark.parametrize("place", ["cell", "parent", "row", "column"])
def test_an_exponent_and_a_filling_of_an_ods_reject_an_id(tmp_path, rows_of, style, hidden, place):
    own = 'table:style-name="ce1"' if place in ("cell", "parent") else ""
    row, column = ('table:default-cell-style-name="ce1"' if place == name else "" for name in ("row", "column"))
    head = '<table:table-cell office:value-type="string"><text:p>Lead Id</text:p></table:table-cell>'
    lead = f'<table:table-cell {own} office:value-type="float" office:value="4200"><text:p>4200</text:p>'
    base, data = ("ce0", "parent-style-name") if place == "parent" else ("N1", "data-style-name")
    path = handmade.ods(
        tmp_path / "leads.ods",
        f"<table:table-column {column}/><table:table-row>{head}</table:table-row>"
        f"<table:table-row {row}>{lead}</table:table-cell></table:table-row>",
        f'{style}<style:style style:name="ce0" style:data-style-name="N1"/>'
        f'<style:style style:name="ce1" style:{data}="{base}"/>',
    )
    names = HeadingNames(ids=frozenset({"leadid"}), fields=frozenset({"leadid"}))
    (found,) = rows_of(path, rules=SheetRules(names))
    assert found.cells == ("4200",)
    assert [(fault.kind, fault.details["format"]) for fault in found.faults] == (
        [(FaultKind.UNCLEAR_NUMBER, hidden)] if hidden else []
    )
