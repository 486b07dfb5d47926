"""The streams of OLE containers, sound and hostile."""

import struct
from io import BytesIO
from pathlib import Path

import pytest

from leadsync.sheets.formats.ole_streams import UNREADABLE, stream_names, workbook_stream
from tests.sheets.handmade import compound

DATA = Path(__file__).parent / "data"


def test_the_names_at_the_top_are_given_in_small_letters() -> None:
    assert stream_names(BytesIO((DATA / "locked.xlsx").read_bytes())) >= {"encryptedpackage", "encryptioninfo"}
    assert stream_names(BytesIO(compound("Book", b"records"))) == {"book"}


@pytest.mark.parametrize("name", ["Workbook", "Book"])
def test_the_workbook_stream_of_both_generations_is_read(name: str) -> None:
    assert workbook_stream(BytesIO(compound(name, b"records"))).startswith(b"records\0")


def test_a_container_without_a_workbook_is_told() -> None:
    with pytest.raises(LookupError, match="no workbook of Excel 5"):
        workbook_stream(BytesIO(compound("Contents", b"x")))


def test_chains_of_sectors_in_circles_come_to_an_end() -> None:
    container = bytearray((DATA / "sample.xls").read_bytes())
    (table,) = struct.unpack_from("<I", container, 76)
    for sector in range(128):
        struct.pack_into("<I", container, 512 * (table + 1) + 4 * sector, sector)
    assert "workbook" in stream_names(BytesIO(container))


@pytest.mark.parametrize("at", [0, 30, 48, 76])
def test_a_damaged_header_raises_what_callers_expect(at: int) -> None:
    container = bytearray((DATA / "sample.xls").read_bytes())
    container[at : at + 4] = b"\xff\xff\xff\x7f"
    with pytest.raises(UNREADABLE):
        workbook_stream(BytesIO(container))


@pytest.mark.parametrize("length", [0, 8, 100, 512, 700])
def test_a_container_that_is_cut_off_raises_what_callers_expect(length: int) -> None:
    with pytest.raises(UNREADABLE):
        workbook_stream(BytesIO((DATA / "sample.xls").read_bytes()[:length]))
