"""XML Spreadsheet 2003: each type of cell as in other workbooks, and nothing of an odd file but a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind
from leadsync.sheets import open_table
from leadsync.sheets.formats.libraries import MARKUP, load
from leadsync.spreadsheet import SheetRules
from tests.sheets.handmade import STRUCK, error_fault, fault_words
from tests.sheets.test_web_pages import read_in_this_process

HEAD = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">'
)
STYLES = (
    '<Styles><Style ss:ID="Default"><NumberFormat/></Style>'
    '<Style ss:ID="zip"><NumberFormat ss:Format="0000"/></Style><Style ss:ID="child" ss:Parent="zip"/>'
    '<Style ss:ID="day"><NumberFormat ss:Format="Short Date"/></Style>'
    '<Style ss:ID="text"><NumberFormat ss:Format="@"/></Style></Styles>'
)


def cell(text: str, kind: str = "String", **attributes: object) -> str:
    named = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f'<Cell{named}><Data ss:Type="{kind}">{text}</Data></Cell>'


def row(*cells: str, **attributes: object) -> str:
    named = "".join(f' ss:{name}="{value}"' for name, value in attributes.items())
    return f"<Row{named}>{''.join(cells)}</Row>"


HEADINGS = row(cell("Id"), cell("Name"))
MIDNIGHT = cell("1899-12-31T00:00:00.000", "DateTime")


def sheet(*rows: str, name: str = "Leads", before: str = "", after: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{before}{"".join(rows)}</Table>{after}</Worksheet>'


def book(*sheets: str, head: str = HEAD, styles: str = STYLES) -> str:
    return f"{head}{styles}{''.join(sheets)}</Workbook>"


@pytest.mark.parametrize(
    ("second", "text", "is_date"),
    [
        (cell("0412345678"), "0412345678", False),
        (cell("00123", StyleID="text"), "00123", False),
        (cell("800", "Number"), "800", False),
        (cell("61383218199", "Number"), "61383218199", False),
        (cell("800", "Number", StyleID="zip"), "0800", False),
        (cell("800", "Number", StyleID="child"), "0800", False),
        (cell("4.2E3", "Number"), "4200", False),
        (cell("2027-11-24T14:30:00.000", "DateTime"), "2027-11-24 14:30", True),
        (cell("2027-11-24T00:00:00.000", "DateTime"), "2027-11-24", True),
        (cell("1899-12-31T14:30:00.000", "DateTime"), "14:30", False),
        (cell("46715.604166666664", "Number", StyleID="day"), "2027-11-24 14:30", True),
        (cell("1", "Boolean"), "TRUE", False),
        (cell("Zo&#235; &amp; <B>Bo</B>&#10;two"), "Zoë & Bo\ntwo", False),
        (cell("A").replace("</Cell>", "<Comment><ss:Data>call after 5</ss:Data></Comment></Cell>"), "A", False),
        ('<Cell><NamedCell ss:Name="_FilterDatabase"/><Data ss:Type="String">A</Data></Cell>', "A", False),
    ],
)
def test_a_cell_is_the_text_a_person_sees(text_file, rows_of, second, text, is_date):
    path = text_file(book(sheet(HEADINGS, row(cell("x"), second))), "leads.xls")
    assert rows_of(path) == [Row(2, ("x", text), dates=(1,) if is_date else ())]


def test_rows_and_cells_stand_at_their_index(text_file, rows_of):
    rows = (HEADINGS, row(cell("x"), Index=3, Span=2), row(cell("Bo", Index=2)), row(cell("y"), Index=1_000_000))
    assert rows_of(text_file(book(sheet(*rows)), "leads.xls")) == [
        Row(3, ("x", "")),
        Row(6, ("", "Bo")),
        Row(1_000_000, ("y", "")),
    ]


def test_formats_of_rows_and_columns(text_file, cells_of):
    columns = '<Column/><Column ss:StyleID="zip" ss:Span="1"/>'
    rows = (
        row(cell("Id"), cell("Zip"), cell("Other")),
        row(cell("1", "Number"), cell("800", "Number"), cell("800", "Number", StyleID="Default")),
        row(cell("2", "Number"), cell("800", "Number"), StyleID="zip"),
    )
    path = text_file(book(sheet(*rows, before=columns)), "leads.xls")
    assert cells_of(path) == [("1", "0800", "800"), ("0002", "0800", "")]


def test_errors_formulas_and_merged_cells(text_file, rows_of):
    rows = (
        HEADINGS,
        row(cell("x"), cell("#N/A", "Error", Formula="=1/0")),
        row(cell("y"), '<Cell ss:Formula="=RC[-1]"/>'),
        row(cell("z", MergeDown=1), cell("Bo")),
        row(cell("Di", Index=2)),
        row(cell("5", "Number", Formula="=2+3"), cell("Ed")),
    )
    error, unworked, first, second, worked = rows_of(text_file(book(sheet(*rows)), "leads.xls"))
    merged = Fault("", "", FaultKind.MERGED_CELL, details={"at": 0, "letter": "A"})
    assert error == Row(2, ("x", "#N/A"), faults=(error_fault("#N/A"),))
    assert unworked.cells == ("y", "=RC[-1]")
    assert fault_words(unworked).startswith("has a formula without a stored value in column B")
    assert (first, second) == (Row(4, ("z", "Bo"), faults=(merged,)), Row(5, ("", "Di"), faults=(merged,)))
    assert worked == Row(6, ("5", "Ed"))


@pytest.mark.parametrize(
    ("kind", "text", "before", "others", "is_worked_out"),
    [
        ("Number", "", "<x:ExcelWorkbook><x:WindowHeight>9</x:WindowHeight></x:ExcelWorkbook>", "", False),
        ("Number", "0", "", "", False),
        ("String", "", "", "", False),
        ("String", "", "", cell("7", "Number", Formula="=7"), True),
        ("String", "", "<x:ExcelWorkbook><x:WindowHeight>9</x:WindowHeight></x:ExcelWorkbook>", "", True),
    ],
)
def test_formulas_that_a_library_never_worked_out(text_file, rows_of, kind, text, before, others, is_worked_out):
    """SheetJS writes them, and nothing of a window."""
    rows = row(cell("x"), cell(text, kind, Formula="=A9") + others)
    (found,) = rows_of(text_file(book(before, sheet(HEADINGS, rows)), "leads.xls"))
    assert found.cells[1] == ("" if is_worked_out else "=A9")
    assert fault_words(found).startswith("has a formula without a stored value in column B") != is_worked_out


def test_struck_texts(text_file, rows_of):
    styles = STYLES.replace(
        "</Styles>",
        '<Style ss:ID="old"><Font ss:StrikeThrough="1"/></Style><Style ss:ID="older" ss:Parent="old"/>'
        '<Style ss:ID="new" ss:Parent="old"><Font ss:StrikeThrough="0"/></Style></Styles>',
    )
    part = '<S xmlns="http://www.w3.org/TR/REC-html40">Busy</S> DNC'
    rows = [row(cell("x"), cell("Busy", StyleID=style)) for style in ("old", "older", "new")]
    rows += [row(cell("x"), cell(part)), row(cell("x"), '<Cell ss:StyleID="old"/>')]
    found = rows_of(text_file(book(sheet(HEADINGS, *rows), styles=styles), name="leads.xls"))
    assert [(row.cells[1:2], row.faults) for row in found] == [
        (("Busy",), (STRUCK,)),
        (("Busy",), (STRUCK,)),
        (("Busy",), ()),
        (("Busy DNC",), (STRUCK,)),
        (("",), ()),
    ]


def test_a_sheet_that_shows_no_zeros_has_blanks_there(text_file, cells_of):
    option = "<WorksheetOptions><DoNotDisplayZeros/></WorksheetOptions>"
    path = text_file(
        book(sheet(HEADINGS, row(cell("x"), cell("0", "Number")), row(cell("y"), MIDNIGHT), after=option)), "leads.xls"
    )
    assert cells_of(path) == [("x", ""), ("y", "")]


def test_hidden_rows_and_sheets(text_file):
    hidden = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    rows = (HEADINGS, row(cell("x"), cell("Bo")), row(cell("y"), cell("Di"), Hidden=1))
    path = text_file(book(sheet(*rows, name="Old", after=hidden), sheet(*rows)), "leads.xls")
    with open_table(path, rules=SheetRules(skip_hidden=True)) as table:
        assert (table.sheet, [line.cells for line in table.rows()]) == ("Leads", [("x", "Bo")])
        assert "The hidden sheet 'Old' has data too and was not read." in map(str, table.remarks)


def test_several_sheets_are_chosen_by_name(text_file, cells_of):
    sheets = [sheet(HEADINGS, row(cell(name), cell("Bo")), name=name) for name in ("May", "June")]
    path = text_file(book(*sheets), "leads.xls")
    with pytest.raises(SheetError, match="more than one sheet with data: 'May', 'June'; name the one to read"):
        cells_of(path)
    assert cells_of(path, sheet="June") == [("June", "Bo")]


def test_days_from_1904(text_file):
    rows = (HEADINGS, row(cell("x"), cell("45253", "Number", StyleID="day")))
    excel = "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>"
    with open_table(text_file(book(excel, sheet(*rows)), "leads.xls")) as table:
        assert table.epoch_1904
        assert [line.cells for line in table.rows()] == [("x", "2027-11-24")]


def test_blank_lines_in_front_and_another_encoding(text_file, cells_of):
    text = book(
        sheet(HEADINGS, row(cell("x"), cell("Zoë €"))), head=HEAD.replace("?>", ' encoding="windows-1252"?>', 1)
    )
    assert cells_of(text_file(b"\r\n" + text.encode("cp1252"), "leads.xls")) == [("x", "Zoë €")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_unicode_with_a_mark(text_file, cells_of, encoding):
    text = book(sheet(HEADINGS, row(cell("x"), cell("Žofie"))), head=HEAD.replace('<?xml version="1.0"?>', ""))
    assert cells_of(text_file(text.encode(encoding), "leads.xls")) == [("x", "Žofie")]


LOLS = '<!DOCTYPE Workbook [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE Workbook [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (book(sheet(HEADINGS, row(cell("&b;"))), head=HEAD.replace("\n", LOLS)), "no business declaring entities"),
        (book(sheet(HEADINGS, row(cell("&a;"))), head=HEAD.replace("\n", FILE)), "no business declaring entities"),
        (book(sheet(HEADINGS, row(cell("&a;")))), "undefined entity"),
        (book(sheet(HEADINGS, row(cell("x", Index=16_385)))), "out of its order"),
        (book(sheet(HEADINGS, row(cell("x"), Index=1_048_577))), "out of its order"),
        (book(sheet(HEADINGS, row(cell("x"), Index=1))), "out of its order"),
        (book(sheet(HEADINGS, row(cell("x", Index=2), cell("y", Index=2)))), "out of its order"),
        (book(sheet(HEADINGS, row(cell("nan", "Number")))), "a number is none"),
        (book(sheet(HEADINGS, row(cell("x")))).partition("</Table>")[0], "no element found"),
        (book(sheet(HEADINGS), sheet(HEADINGS)), "two sheets have the same name"),
    ],
)
def test_an_odd_file_is_refused(text_file, rows_of, content, message):
    with pytest.raises(SheetError, match=rf"leads.xls: the workbook is damaged \(.*{message}.*\); open it in"):
        rows_of(text_file(content, "leads.xls"))


@pytest.fixture(scope="module", autouse=True)
def _libraries():
    load(b"<", library=MARKUP)


@given(st.integers(0, 900), st.binary(max_size=6), st.integers(0, 40))
def test_no_changed_byte_crashes_the_reader(place, instead, size):
    content = book(sheet(HEADINGS, row(cell("1", "Number", StyleID="zip", MergeAcross=1), Index=3))).encode()
    read_in_this_process(content[:place] + instead + content[place + size :])


@given(
    st.dictionaries(st.sampled_from(["Index", "Span", "MergeAcross", "MergeDown", "Hidden"]), st.integers(-9, 10**9))
)
def test_no_number_in_an_attribute_crashes_the_reader(numbers):
    read_in_this_process(book(sheet(HEADINGS, row(cell("x", **numbers)), row(cell("y"), **numbers))).encode())
