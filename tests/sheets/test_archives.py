"""Archives of one file, unpacked within bounds."""

import gzip
import zipfile
from io import BytesIO

import pytest

from leadsync.errors import SheetError
from leadsync.sheets.formats.archives import unpacked
from leadsync.sheets.formats.content import Content

SHEET = b"Lead Id,Name\r\n1,Bo\r\n"


def zipped(**files: bytes) -> BytesIO:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return made


def gzipped(content: bytes) -> BytesIO:
    return BytesIO(gzip.compress(content))


@pytest.mark.parametrize(("archive", "kind"), [(gzipped(SHEET), Content.GZIP), (zipped(leads=SHEET), Content.ZIP)])
def test_the_file_in_an_archive_is_read(archive: BytesIO, kind: Content) -> None:
    file, content = unpacked(archive, kind, "x")
    file.seek(0)
    assert (file.read(), content) == (SHEET, Content.TEXT)


def test_archives_in_archives_are_refused() -> None:
    with pytest.raises(SheetError, match=r"^x: an archive lies inside the archive"):
        unpacked(gzipped(gzip.compress(SHEET)), Content.GZIP, "x")


@pytest.mark.parametrize(
    ("archive", "kind"),
    [(BytesIO(gzip.compress(SHEET)[:-12]), Content.GZIP), (BytesIO(zipped(leads=SHEET).getvalue()[:-30]), Content.ZIP)],
)
def test_a_damaged_archive_is_one_sentence(archive: BytesIO, kind: Content) -> None:
    with pytest.raises(SheetError, match=r"^x: the archive is damaged"):
        unpacked(archive, kind, "x")


def test_an_encrypted_member_needs_a_password() -> None:
    archive = zipped(leads=SHEET)
    content = bytearray(archive.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SheetError, match=r"^x: the archive needs a password"):
        unpacked(BytesIO(content), Content.ZIP, "x")


def test_a_bomb_is_refused_and_a_small_repetitive_list_is_not() -> None:
    with pytest.raises(SheetError, match=r"KB unpack to over 2 MB, which no list of leads does"):
        unpacked(gzipped(b"1,2\n" * 1_000_000), Content.GZIP, "x")
    _, content = unpacked(gzipped(b"1,2\n" * 400_000), Content.GZIP, "x")
    assert content is Content.TEXT


def test_a_large_list_of_repeated_values_is_no_bomb() -> None:
    rows = b"".join(b"%d,0383218199,Sale\r\n" % (number // 10) for number in range(200_000))
    packed = gzip.compress(rows)
    assert 20 < len(rows) / len(packed) < 200
    _, content = unpacked(BytesIO(packed), Content.GZIP, "x")
    assert content is Content.TEXT
