"""An .xls's records: formulas without a value, and merged cells."""

import struct

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
from tests.sheets import handmade
from tests.sheets.handmade import HEADED, MERGED, STRUCK, UNWORKED, fault_words, formula, label, texts

ZERO, FOUR = bytes(8), struct.pack("<d", 4.0)


SHARED = (texts("Id", "Name"),)
LIBRE_OFFICE = b"\xc1\1\0\0\x54\x8d\1\0"
"""Its number as an engine, in a record."""
EMPTY = b"\x03" + bytes(5) + b"\xff\xff"


@pytest.mark.parametrize(
    ("value", "options", "cell"),
    [
        (ZERO, {"flags": 2}, None),  # as Apache POI writes them
        (ZERO, {"flags": 0}, None),  # as Gnumeric keeps them
        (EMPTY, {"flags": 0}, None),
        (ZERO, {"flags": 0, "tokens": b"\x1e\2\0\x1e\2\0\4"}, "0"),
        (ZERO, {"flags": 0, "tokens": b"\x1e\2\0\x1e\3\0\x0b"}, None),  # `=2=3`, a truth
        (ZERO, {"flags": 8, "engine": b"\xc1\1\0\0\xe0\x22\2\0"}, "0"),  # as Excel does
        (EMPTY, {"flags": 0, "build": 0x0DBB}, None),  # as xlwt does
        (EMPTY, {"flags": 8, "build": 0x0DBB, "engine": LIBRE_OFFICE}, ""),  # as LibreOffice does
        (EMPTY, {"flags": 2, "engine": b"\xc1\1\0\0" + bytes(4)}, None),  # as Aspose.Cells does
        (EMPTY, {"flags": 2, "engine": b"\xc1\1\0\0\x22\xbe\1\0"}, None),  # as Spire.XLS does
        (EMPTY, {"flags": 2, "build": 0x0DBB, "engine": LIBRE_OFFICE}, ""),
        (EMPTY, {"flags": 8, "engine": b"\xc1\1\0\0\xe0\x22\2\0"}, ""),  # as Excel does
        (FOUR, {"flags": 2, "engine": b"\xc1\1\0\0" + bytes(4)}, "4"),
        (ZERO, {"flags": 0, "build": 0x0DBB}, None),
        # As LibreOffice converts: `=Sheet2!A2`, `=A2`, a text, and `=2-2`.
        (ZERO, {"flags": 8, "build": 0x0DBB, "engine": LIBRE_OFFICE, "tokens": b"\x3a" + bytes(6)}, None),
        (ZERO, {"flags": 8, "build": 0x0DBB, "engine": LIBRE_OFFICE, "tokens": b"\x44\1\0\0\xc0"}, None),
        (ZERO, {"flags": 8, "build": 0x0DBB, "engine": LIBRE_OFFICE, "tokens": b"\x1e\2\0\x1e\2\0\4"}, "0"),
        (FOUR, {"flags": 2, "build": 0x15F2}, None),  # as JExcelAPI does
        (FOUR, {"flags": 0, "build": 0x15F2}, "4"),
        (FOUR, {"flags": 1, "build": 0x15F2}, "4"),  # Excel 97, of a formula such as TODAY()
        (FOUR, {"flags": 2, "engine": LIBRE_OFFICE}, "4"),
        (struct.pack("<d", 2.0), {"flags": 0, "kind": 0x406}, None),  # a record of Excel 4, which calamine passes over
    ],
)
def test_formulas_of_an_xls_that_were_never_worked_out(tmp_path, rows_of, value, options, cell):
    build, engine = options.pop("build", handmade.POI), options.pop("engine", b"")
    looks = handmade.record(0xE0, bytes(20)) + (handmade.record(0x1C1, engine) if engine else b"")
    cells = HEADED + label(1, 0, 0) + formula(1, 1, value, **options)
    (row,) = rows_of(handmade.xls(tmp_path / "leads.xls", cells, shared=SHARED, build=build, looks=looks))
    assert row.cells == ("Id", "=" if cell is None else cell)
    assert fault_words(row).startswith(UNWORKED) == (cell is None)


def test_a_formula_that_comes_to_0_beside_one_that_does_not_was_worked_out(tmp_path, rows_of):
    """LibreOffice asks for calculation on loading too."""
    cells = HEADED + formula(1, 0, struct.pack("<d", 5.0), flags=2) + formula(1, 1, ZERO, flags=2)
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    assert rows_of(path) == [Row(2, ("5", "0"))]


def test_formulas_with_several_results_were_worked_out_though_no_engine_is_named(tmp_path, rows_of):
    cells = HEADED + formula(1, 0, FOUR, flags=2) + formula(1, 1, struct.pack("<d", 5.0), flags=2)
    assert rows_of(handmade.xls(tmp_path / "leads.xls", cells, shared=SHARED)) == [Row(2, ("4", "5"))]


def test_zeros_and_empty_texts_alone_were_not_worked_out(tmp_path, rows_of):
    """`=IF(A2="",0,7)`: the empty text is none either."""
    choice = b"\x44\1\0\0\xc0\x17\0\0\x0b\x1e\0\0\x1e\7\0\x42\3\1\0"
    cells = HEADED + formula(1, 0, EMPTY, flags=0) + formula(1, 1, ZERO, flags=0, tokens=choice)
    (row,) = rows_of(handmade.xls(tmp_path / "leads.xls", cells, shared=SHARED))
    assert row.cells == ("=", "=")


def test_a_row_of_formulas_alone_at_the_end_of_an_xls_is_not_lost(tmp_path, rows_of):
    cells = HEADED + formula(3, 1, bytes(8), flags=0, kind=0x406)
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    (row,) = rows_of(path)
    assert (row.number, row.cells) == (4, ("", "="))
    assert fault_words(row).startswith(UNWORKED)


def test_a_cell_of_excel_2_in_an_xls_refuses_it(tmp_path, rows_of):
    cells = HEADED + label(1, 0, 0) + handmade.record(4, struct.pack("<HHHB", 1, 1, 0, 3) + b"Ann")
    with pytest.raises(SheetError, match=r"leads.xls: the workbook has cells of an unknown kind \(record 4\)"):
        rows_of(handmade.xls(tmp_path / "leads.xls", cells, shared=SHARED))


@pytest.mark.parametrize(("options", "text"), [(0x6A6, ""), (0x6B6, "0")])
def test_an_xls_that_shows_no_zeros_has_blanks_there(tmp_path, rows_of, options, text):
    cells = HEADED + label(1, 0, 0) + handmade.record(0x203, struct.pack("<HHHd", 1, 1, 0, 0.0))
    cells += handmade.record(0x23E, struct.pack("<H", options).ljust(18, b"\0"))
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    assert rows_of(path) == [Row(2, ("Id", text))]


def test_a_truth_of_an_xls_is_no_number(tmp_path, rows_of):
    cells = HEADED + label(1, 0, 0) + handmade.record(0x205, struct.pack("<HHHBB", 1, 1, 0, 1, 0))
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    assert rows_of(path) == [Row(2, ("Id", "TRUE"))]


@pytest.mark.parametrize(
    ("number", "code", "value", "text"),
    [
        (50, '0 "pts"', 40.0, "40"),  # as Gnumeric numbers them
        (58, "$#,##0.00", 12.5, "12.5"),
        (27, "0.000", 0.125, "0.125"),
        (36, "0000", 800.0, "0800"),
        (14, "0", 45000.0, "45000"),
        (46, "0.0", 1.5, "1.5"),
        (50, "dd/mm/yyyy", 46350.0, "2026-11-24"),
        (51, "[h]:mm", 1.5, "36:00"),
        (2, "dd/mm/yyyy", 46350.0, "2026-11-24"),
    ],
)
def test_a_format_of_an_xls_itself_counts_before_the_built_in_one_of_its_number(
    tmp_path, rows_of, number, code, value, text
):
    record = handmade.record(0x41E, struct.pack("<HHB", number, len(code), 0) + code.encode())
    styles = b"".join(handmade.record(0xE0, struct.pack("<HH", 0, one) + bytes(16)) for one in (0, number))
    cells = HEADED + label(1, 0, 0) + handmade.record(0x203, struct.pack("<HHHd", 1, 1, 1, value))
    cells += label(2, 1, 1) + formula(2, 0, EMPTY, flags=0) + formula(2, 2, struct.pack("<d", 7.0), flags=0)
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=SHARED, looks=record + styles)
    assert [row.cells[:2] for row in rows_of(path)] == [("Id", text), ("", "Name")]


def test_merged_cells_of_an_xls(tmp_path, rows_of):
    cells = HEADED + label(1, 0, 1) + label(1, 1, 0) + label(2, 1, 1)
    cells += handmade.record(0xE5, struct.pack("<HHHHH", 1, 1, 2, 0, 0))
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=(texts("Id", "Name"),))
    assert rows_of(path) == [Row(2, ("Name", "Id"), faults=(MERGED,)), Row(3, ("", "Name"), faults=(MERGED,))]


def test_struck_texts_of_an_xls(tmp_path, rows_of):
    """No font has the number 4: the fifth has 5."""
    fonts = b"".join(
        handmade.record(0x31, struct.pack("<HH", 200, flags).ljust(14, b"\0") + b"\5\0Arial")
        for flags in (0, 0, 0, 2, 8)
    )
    styles = b"".join(handmade.record(0xE0, struct.pack("<HH", font, 0) + bytes(16)) for font in (0, 5))
    rich = struct.pack("<HBH", 7, 9, 2) + "No Sale".encode("utf-16-le") + struct.pack("<HHHH", 0, 5, 2, 0)
    count, plain = texts("Id", "Name", "Sale")[:8], texts("Id", "Name", "Sale")[8:]
    assert count == struct.pack("<II", 3, 3)
    cells = HEADED + label(1, 0, 0) + label(1, 1, 2) + label(2, 0, 0) + label(2, 1, 2, style=1)
    cells += label(3, 0, 0) + label(3, 1, 3) + label(4, 0, 0) + handmade.record(0x201, struct.pack("<HHH", 4, 1, 1))
    cells += handmade.record(0xBD, struct.pack("<HHHIHIH", 5, 0, 0, 7 << 2 | 2, 1, 8 << 2 | 2, 1))
    shared = struct.pack("<II", 4, 4) + plain + rich
    assert rows_of(handmade.xls(tmp_path / "leads.xls", cells, shared=(shared,), looks=fonts + styles)) == [
        Row(2, ("Id", "Sale")),
        Row(3, ("Id", "Sale"), faults=(STRUCK,)),
        Row(4, ("Id", "No Sale"), faults=(STRUCK,)),
        Row(5, ("Id", "")),
        Row(6, ("7", "8"), faults=(STRUCK,)),
    ]


def test_a_formula_that_libre_office_shares_between_rows_is_worked_out_for_each(tmp_path, rows_of):
    """`=A2` and `=A3`, both with a stored 0; only A3 is one."""
    share, flags = b"\1\1\0\1\0", 8
    cells = HEADED + label(1, 0, 0) + formula(1, 1, ZERO, flags, tokens=share)
    cells += handmade.record(0x4BC, struct.pack("<HHBBBBH", 1, 2, 1, 1, 0, 2, 5) + b"\x4c\0\0\xff\xc0")
    cells += handmade.record(0x203, struct.pack("<HHHd", 2, 0, 0, 0.0)) + formula(2, 1, ZERO, flags, tokens=share)
    looks = handmade.record(0xE0, bytes(20)) + handmade.record(0x1C1, LIBRE_OFFICE)
    path = handmade.xls(tmp_path / "leads.xls", cells, shared=SHARED, build=0x0DBB, looks=looks)
    assert [row.cells for row in rows_of(path)] == [("Id", "="), ("0", "0")]
