"""The facts about cells that all makes of workbook tell alike: the epoch of days, hidden rows."""

import io
import struct
from xml.parsers.expat import ExpatError

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from leadsync.remarks import Remark
from leadsync.sheets import open_table
from leadsync.sheets.formats.cell_metadata import CellMetadata, Formats, Walk, is_flat, number_in, walk_xml
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
            handmade.record(
                0x208, struct.pack("<HHHHHHI", row, 0, 1, 20 if row == 3 else 300, 0, 0, 0x100 | 0x20 * (row == 2))
            )
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


def hidden_columns(path):
    """A sheet of three columns: the second hidden, the third without a width, and hidden ones behind them."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in (["Id", "a", "b"], ["x", "x", "x"]):
            book.active.append(line)
        book.active.column_dimensions["B"].hidden = True
        book.active.column_dimensions.group("D", "XFD", hidden=True)
        book.save(path)
        width = b'max="2"/><col width="0" min="3" max="3"/>'
        path = handmade.altered(path, lambda _, part: part.replace(b'max="2"/>', width))
    elif path.suffix == ".xlsb":
        columns = [(0, 0, 900, 0), (1, 1, 900, 1), (2, 2, 0, 0), (3, 16_383, 900, 1)]
        looks = [struct.pack("<IIIIH", first, last, width, 0, flags) for first, last, width, flags in columns]
        rows = {row: [(6, handmade.wide("x"))] * 3 for row in range(2)}
        handmade.xlsb(path, rows, columns=tuple(looks))
    elif path.suffix == ".xls":
        columns = [(0, 0, 900, 0), (1, 1, 900, 1), (2, 2, 0, 0), (3, 255, 900, 1)]
        looks = b"".join(
            handmade.record(0x7D, struct.pack("<HHHHHH", first, last, width, 0, flags, 0))
            for first, last, width, flags in columns
        )
        cells = b"".join(label(row, column, 0) for row in range(2) for column in range(3))
        handmade.xls(path, looks + cells, shared=(texts("Id"),))
    elif path.suffix == ".xml":
        row = "<Row>" + 3 * '<Cell><Data ss:Type="String">Id</Data></Cell>' + "</Row>"
        columns = '<Column/><Column ss:Hidden="1"/><Column ss:Width="0"/><Column ss:Hidden="1" ss:Span="999"/>'
        path.write_text(
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
            'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Leads">'
            f"<Table>{columns}{row * 2}</Table></Worksheet></Workbook>"
        )
    else:
        column = "<table:table-column{}/>"
        columns = column.format("") + 2 * column.format(' table:visibility="collapse"')
        columns += column.format(' table:visibility="collapse" table:number-columns-repeated="16381"')
        handmade.ods(path, columns + 2 * f"<table:table-row>{3 * cell('Id')}</table:table-row>")
    return path


@pytest.mark.parametrize("make", ["xlsx", "xlsb", "xls", "xml", "ods"])
def test_hidden_columns_are_read_and_remarked_on(tmp_path, make):
    with open_table(hidden_columns(tmp_path / f"leads.{make}")) as table:
        hidden = "The columns B, C are hidden in the sheet and are read all the same."
        assert table.remarks == (Remark.fact(hidden),)


@pytest.mark.parametrize(
    ("height", "hidden"),
    [("0", True), ("1", True), ("1.9", True), ("0.069cm", True), ("0.0138in", True), ("2", False), ("0.2in", False)],
)
def test_nothing_of_a_row_lower_than_two_points_is_seen(height, hidden):
    assert is_flat(height) is hidden


@pytest.mark.parametrize("height", ["0", "1", "1.5"])
def test_rows_without_a_height_are_hidden(tmp_path, height):
    path = tmp_path / "leads.xlsx"
    book = openpyxl.Workbook()
    for line in ["Id", "a"]:
        book.active.append([line])
    book.save(path)
    flat = handmade.altered(path, lambda _, part: part.replace(b'<row r="2"', f'<row r="2" ht="{height}"'.encode()))
    with open_table(flat) as table:
        assert str(table.remarks[0]).startswith("! 1 row (2) is hidden in the sheet and is sent")


def test_rows_without_a_height_of_an_ods_are_hidden(tmp_path):
    flat = '<style:style style:name="ro2" style:family="table-row"><style:table-row-properties {}/></style:style>'
    rows = "".join(f'<table:table-row table:style-name="ro{row}">{cell("Id")}</table:table-row>' for row in (1, 2))
    handmade.ods(tmp_path / "leads.ods", rows, styles=flat.format('style:row-height="0.035cm"'))
    with open_table(tmp_path / "leads.ods") as table:
        assert str(table.remarks[0]).startswith("! 1 row (2) is hidden in the sheet and is sent")


def test_errors_and_formulas_are_told_by_row():
    metadata = CellMetadata(errors={(1, 2): "#N/A"}, formulas={(1, 0): "=A1", (3, 4): "=B1"})
    assert metadata.missed() == {1: [2, 0], 3: [4]}


CODES = {"0": "General", "1": "@", "2": "0000", "3": "dd/mm/yyyy", "4": "0.00"}


@pytest.mark.parametrize(
    ("style", "identifier", "other"),
    [
        ("0", None, None),
        ("1", None, None),
        ("2", "0000", "0000"),  # leading zeros are digits of any cell
        ("3", None, None),  # a date is one of its own
        ("4", "0.00", None),
        ("9", None, None),
    ],
)
def test_a_format_counts_everywhere_if_it_changes_the_meaning_and_else_in_columns_of_names(style, identifier, other):
    formats = Formats(CODES, frozenset({0}))
    assert (formats.get(style, 0, 7), formats.get(style, 1, 7)) == (identifier, other)
    assert Formats(CODES, frozenset()).get(style, 0, 7) == other


def test_a_dates_format_counts_for_a_number_below_the_first_day():
    formats = Formats(CODES, frozenset())
    assert [formats.get("3", 0, number) for number in (-5, 0, 0.5, 1)] == [*3 * ["dd/mm/yyyy"], None]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("000000000000f03f", 1),
        ("00000000", 0),
        ("16000000", 5),
        ("ebffffff", -0.06),
        ("0000f03f", 1),
        ("0100f03f", 0.01),
    ],
)
def test_a_records_number(body, number):
    assert number_in(bytes.fromhex(body)) == number


class Seen(Walk):
    def __init__(self):
        self.events = []

    def start(self, name, attributes):
        self.events.append((name, attributes))

    def end(self, name):
        self.events.append(f"/{name}")

    def text(self, data):
        self.events.append(data)


def test_elements_come_without_their_prefix_and_texts_whole():
    walk = Seen()
    walk_xml(io.BytesIO(b'<x:a xmlns:x="x"><b x:c="1">one &amp; two</b></x:a>').read, walk)
    assert walk.events == [("a", {"xmlns:x": "x"}), ("b", {"x:c": "1"}), "one & two", "/b", "/a"]


def test_entities_and_broken_documents_are_refused():
    with pytest.raises(ValueError, match="no business declaring entities"):
        walk_xml(io.BytesIO(b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>').read, Walk())
    with pytest.raises(ExpatError):
        walk_xml(io.BytesIO(b"<a><b></a>").read, Walk())
