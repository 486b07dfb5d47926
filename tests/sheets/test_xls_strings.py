"""The texts of an .xls, misread by python-calamine under a code page or over two records."""

import struct

from leadsync.models import Row
from tests.sheets import handmade
from tests.sheets.handmade import HEADED, label, texts


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
