"""An .xlsb's records: short and unknown cells, errors, formulas without a value, formats, merged cells."""

import struct

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
from tests.sheets import handmade
from tests.sheets.handmade import HEADINGS, MERGED, STRUCK, UNWORKED, error_fault, fault_words


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


NO_TEXT = (8, bytes(10))


@pytest.mark.parametrize(
    ("value", "engine", "other", "text"),
    [
        ((9, struct.pack("<dHI", 0.0, 2, 0)), None, None, None),
        (NO_TEXT, 0, None, None),  # as Aspose.Cells does
        (NO_TEXT, 0, (9, struct.pack("<dHI", 5.0, 0, 0)), ""),
        (NO_TEXT, 191029, None, ""),  # Excel
        (NO_TEXT, None, None, None),  # as Spire.XLS does
    ],
)
def test_formulas_of_an_xlsb_that_were_never_worked_out(tmp_path, rows_of, value, engine, other, text):
    rows = {0: HEADINGS, 1: [(6, handmade.wide("z")), value], 2: [(6, handmade.wide("z")), other or value]}
    row, *_ = rows_of(handmade.xlsb(tmp_path / "leads.xlsb", rows, engine=engine))
    assert row.cells == ("z", "=" if text is None else text)
    assert fault_words(row).startswith(UNWORKED) == (text is None)


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


def test_parts_of_a_dates_format_in_an_xlsb(tmp_path, rows_of):
    path = handmade.xlsb(
        tmp_path / "leads.xlsb",
        {
            0: [(6, handmade.wide(name)) for name in ("Id", "Joined")],
            1: [number(7), number(43793)],
            2: [number(8), number(0)],
        },
        formats=("0", '[<0]"";dd/mm/yyyy'),
    )
    first, second = rows_of(path)
    assert first == Row(2, ("7", "2019-11-24"), dates=(1,))
    assert [fault.details["format"] for fault in second.faults] == ['[<0]"";dd/mm/yyyy']


def test_an_xlsb_that_shows_no_zeros_has_blanks_there(tmp_path, rows_of):
    path = handmade.xlsb(tmp_path / "leads.xlsb", {0: HEADINGS, 1: [(6, handmade.wide("x")), number(0)]}, view=0x3CC)
    assert rows_of(path) == [Row(2, ("x", ""))]


def test_struck_texts_of_an_xlsb(tmp_path, rows_of):
    """Cells of kind 62 have texts with runs of fonts."""

    def rich(text: str, *runs: int) -> bytes:
        return b"\1" + handmade.wide(text) + struct.pack(f"<I{len(runs)}H", len(runs) // 2, *runs)

    path = handmade.xlsb(
        tmp_path / "leads.xlsb",
        {
            0: HEADINGS,
            1: [(6, handmade.wide("x")), (6, handmade.wide("Busy"))],
            2: [(6, handmade.wide("y")), (62, rich("Busy DNC", 0, 1, 4, 0))],
            3: [(6, handmade.wide("z")), (62, rich("Busy DNC", 0, 0, 4, 1, 5, 0))],  # a blank alone
            4: [(6, handmade.wide("a")), (1, b"")],
            5: [(6, handmade.wide("b")), (5, struct.pack("<d", 7))],
        },
        struck=((1, 1), (4, 1), (5, 1)),
    )
    assert rows_of(path) == [
        Row(2, ("x", "Busy"), faults=(STRUCK,)),
        Row(3, ("y", "Busy DNC"), faults=(STRUCK,)),
        Row(4, ("z", "Busy DNC")),
        Row(5, ("a", "")),
        Row(6, ("b", "7"), faults=(STRUCK,)),
    ]


def test_a_shared_text_of_an_xlsb_struck_in_part(tmp_path, rows_of):
    shared = handmade.record12(159, struct.pack("<II", 2, 2))
    shared += handmade.record12(19, b"\0" + handmade.wide("Sale"))
    shared += handmade.record12(19, b"\1" + handmade.wide("No Sale") + struct.pack("<IHHHH", 2, 0, 1, 2, 0))
    lines = {1 + number: [(6, handmade.wide("x")), (7, struct.pack("<I", number))] for number in range(2)}
    path = handmade.xlsb(tmp_path / "leads.xlsb", {0: HEADINGS, **lines}, shared=shared + handmade.record12(160))
    assert rows_of(path) == [Row(2, ("x", "Sale")), Row(3, ("x", "No Sale"), faults=(STRUCK,))]


def test_an_xlsb_without_a_size_and_a_count_of_its_texts_is_read(tmp_path, rows_of):
    """As Spire.XLS writes it."""
    shared = handmade.record12(159, struct.pack("<II", 2, 0))
    shared += b"".join(handmade.record12(19, b"\0" + handmade.wide(text)) for text in ("Ann", "Sale"))
    cells = {0: HEADINGS, 1: [(7, struct.pack("<I", 0)), (7, struct.pack("<I", 1))]}
    path = handmade.xlsb(tmp_path / "leads.xlsb", cells, shared=shared + handmade.record12(160), has_size=False)
    assert rows_of(path) == [Row(2, ("Ann", "Sale"))]


def test_short_cells_of_an_xlsb_stand_right_of_the_ones_before(tmp_path, rows_of):
    """SheetJS writes them, records 12 to 18: a blank, two kinds of number, an error, a truth, two kinds of text."""
    shared = handmade.record12(159, struct.pack("<II", 1, 1)) + handmade.record12(19, b"\0" + handmade.wide("Sale"))
    style = bytes(4)
    sheet = [(6, handmade.wide("Id")), *((17, style + handmade.wide(name)) for name in "ABCDE")]
    path = handmade.xlsb(
        tmp_path / "leads.xlsb",
        {
            0: sheet,
            1: [
                (17, style + handmade.wide("x")),
                (12, style),
                (13, style + struct.pack("<i", 7 << 2 | 2)),
                (15, style + b"\1"),
                (16, style + struct.pack("<d", 2.5)),
                (18, style + struct.pack("<I", 0)),
            ],
            2: [
                (6, handmade.wide("y")),
                (14, style + b"\x2a"),
                (5, struct.pack("<d", 3)),
                (17, style + handmade.wide("z")),
            ],
        },
        formats=("@", "@", "000"),
        shared=shared + handmade.record12(160),
    )
    first, second = rows_of(path)
    assert first == Row(2, ("x", "", "7", "TRUE", "2.5", "Sale"))
    assert second == Row(3, ("y", "#N/A", "003", "z", "", ""), faults=(error_fault("#N/A"),))


@pytest.mark.parametrize(("kind", "is_read"), [(63, False), (1024, True)])
def test_an_unknown_record_among_the_cells_of_an_xlsb_refuses_it(tmp_path, rows_of, kind, is_read):
    cells = {0: HEADINGS, 1: [(6, handmade.wide("x")), (kind, handmade.wide("Ann"))]}
    path = handmade.xlsb(tmp_path / "leads.xlsb", cells)
    if is_read:
        assert rows_of(path) == [Row(2, ("x", ""))]
        return
    with pytest.raises(SheetError, match=r"leads.xlsb: the workbook has cells of an unknown kind \(record 63\)"):
        rows_of(path)
