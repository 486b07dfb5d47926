"""The texts of an .xls, misread by python-calamine under a code page or over two records."""

import struct

import pytest

from leadsync.models import Row
from leadsync.sheets.formats.xls_strings import shared_texts, text_in
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


def sst(*bodies: bytes, count: int = 1) -> list[bytes]:
    """The bodies of the SST and its continuations."""
    first, *more = bodies
    return [struct.pack("<II", count, count) + first, *more]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (sst(b"\2\0\0Bo"), ["Bo"]),
        (sst(b"\2\0\1B\0o\0"), ["Bo"]),
        (sst(b"\1\0\0a" + b"\0\0\0" + b"\1\0\0b", count=3), ["a", "", "b"]),
        # Two formatting runs of four bytes each, and an extension of three, stand behind a text.
        (sst(b"\1\0\x0c\2\0\3\0\0\0a" + bytes(8) + b"xyz" + b"\1\0\0b", count=2), ["a", "b"]),
        # A continuation states the width anew: narrow behind wide, and wide behind narrow.
        (sst(b"\3\0\1B\0", b"\0oa"), ["Boa"]),
        (sst(b"\3\0\0B", b"\1o\0a\0"), ["Boa"]),
        # A text that begins with its record needs no new width.
        (sst(b"\1\0\0a", b"\1\0\0b", count=2), ["a", "b"]),
        # Runs and extensions go on in the next record without a width.
        (sst(b"\1\0\x08\1\0a\0\0", b"\0\0\1\0\0b", count=2), ["a", "b"]),
        (sst(b"\3\0\0B", b"", b"\0oa"), ["Boa"]),
    ],
)
def test_the_shared_texts_of_records(records, expected):
    assert shared_texts(records) == expected


def test_the_text_of_a_record_of_its_own():
    assert text_in([b"xxxxxx\2\0\1B\0o\0"], 6) == "Bo"
    assert text_in([b"\3\0\0B", b"\1o\0a\0"], 0) == "Boa"


@pytest.mark.parametrize(
    "records",
    [
        sst(b"\3\0\0Bo"),  # a letter is missing
        sst(b"\2\0\1B\0o"),  # half of one
        sst(b"\1\0\0a", count=2),  # a whole text
        sst(b"\1\0\x08\1\0a\0\0"),  # half a run
        [b"\1\0\0"],
    ],
)
def test_texts_that_are_cut_off_raise_what_callers_expect(records):
    with pytest.raises((LookupError, struct.error)):
        shared_texts(records)
