"""The sort of a file by its first bytes, or a sentence for anything without a table."""

import io
import zipfile
from pathlib import Path

import pytest

from leadsync.errors import SheetError
from leadsync.sheets.formats.content import Content, content_of, files_in
from tests.sheets.handmade import compound

DATA_FOLDER = Path(__file__).parent / "data"


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name in names:
            target.writestr(name, b"x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "sort"),
    [
        (b"Id,Name\nx,Bo\n", Content.TEXT),
        (b"From: the list,Name\nSubject: x,Bo\n", Content.TEXT),
        (b"{No Change},Name\n", Content.TEXT),
        ("Id,Name\n".encode("utf-16"), Content.TEXT),
        ("Id,Name\n".encode("utf-32-le"), Content.TEXT),
        (b"Id\x1fName\nx\x1fBo\n", Content.TEXT),
        (b"Id,Name\n" + b"x\x01,Bo\n" * 9, Content.TEXT),  # a few control characters are their rows' fault
        (b"<No Change>,Name\n", Content.TEXT),
        (b"From: Ann,Name\n", Content.TEXT),
        (b"\x1f\x8b\x08", Content.GZIP),
        (archive("leads.csv"), Content.ZIP),
        (archive("leads.csv", "__MACOSX/._leads.csv", "folder/", ".DS_Store"), Content.ZIP),
        (archive("[Content_Types].xml", "xl/workbook.xml"), Content.XLSX),
        (archive("xl\\WORKBOOK.xml", "other"), Content.XLSX),
        (archive("[Content_Types].xml", "workbook.xml"), Content.XLSX),
        (archive("xl/workbook.bin", "xl/styles.bin"), Content.XLSB),
        (archive("mimetype", "content.xml"), Content.ODS),
        (compound("Workbook", b""), Content.XLS),
        (compound("Book", b""), Content.XLS),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 damaged", Content.XLS),  # its reader says what is wrong
        (b"<html><table>", Content.HTML),
        (b"<style>td{}</style><table>", Content.HTML),
        (b"\r\n<!-- x --><TABLE border=1>", Content.HTML),
        ("<html>".encode("utf-16"), Content.HTML),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", Content.MHTML),
        (b"From: <Saved by Blink>\nSubject: x\nDate: x\nMIME-Version: 1.0\n\n", Content.MHTML),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', Content.XML_2003),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', Content.XML_2003),
        (
            b"<office:document xmlns:office='urn:oasis:names:tc:opendocument' x='opendocument.spreadsheet'>",
            Content.FODS,
        ),
    ],
)
def test_the_sort_of_a_file(content: bytes, sort: Content) -> None:
    assert content_of(io.BytesIO(content), "x") is sort


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "x: the file is empty; give one with headings on its first line and leads below them."),
        (b"\xef\xbb\xbf \r\n\x1a", "x: the file is empty"),
        (b"%PDF-1.7", "x: this is a PDF document, not a table; open it and save it as .xlsx or .csv."),
        (b"\x89PNG\r\n", "x: this is a picture, not a table; give the sheet itself, as .xlsx or .csv."),
        (b"SQLite format 3\0", "x: this is a database"),
        (b"Rar!\x1a", "x: this is a RAR archive, not a table; unpack it and give the spreadsheet in it."),
        (b"\x09\x04\x06\x00", "x: this is a workbook of Excel 4"),
        (compound("WordDocument", b""), "x: this is a Word document"),
        (compound("EncryptedPackage", b""), "x: the workbook is protected by a password; save it without one."),
        (archive("mimetype", "encrypted-package"), "x: the workbook is protected by a password"),
        (archive("[Content_Types].xml", "word/document.xml"), "x: this is a Word document"),
        (archive("ppt/presentation.xml", "x"), "x: this is a presentation"),
        (archive("Index/Document.iwa", "x"), "x: this is an Apple Numbers file"),
        (
            archive("[Content_Types].xml", "other/workbook.xml", "other/worksheets/sheet1.xml"),
            "x: the parts of this workbook stand in folders of another program; open it in a spreadsheet program and",
        ),
        (archive("a.csv", "b.csv", "c.csv"), "x: the archive holds 3 files; unpack it"),
        (archive("a.csv")[:-10], "x: the file is damaged or was cut off while it was copied"),
        (b'<?xml version="1.0"?><leads/>', "x: this is an XML document"),
        (b"<leads>\n<lead/>", "x: this is an XML document"),
        (b'<office:document xmlns:office="urn:oasis:names:tc:opendocument" office:mimetype="x.text">', "x: this is an"),
        (bytes(range(1, 9)) * 100, "x: this is not a spreadsheet; give a .csv, .xlsx, .xls, .xlsb or .ods file."),
        (b"MZ\x90" + bytes(500) + b"x" * 500, "x: this is a program"),
        (b"L\0\0\0\x01\x14\x02\0", "x: this is a shortcut, not a table; give the sheet itself, as .xlsx or .csv."),
        (b'TABLE\r\n0,1\r\n"Leads"', "x: this is a DIF file, not a table; open it and save it as .xlsx or .csv."),
        (b'\xef\xbb\xbf[\n {"id": 1}]', "x: this is a JSON file, not a table; open it and save it as .xlsx or .csv."),
        (b'{"leads": []}', "x: this is a JSON file"),
        (b'{}\n{"id": 1}', "x: this is a JSON file"),
        (
            b"Received: by mx\r\nFrom: a@example.com\r\nSubject: Leads\r\n\r\nHello\r\n",
            "x: this is an e-mail, not a table; give the spreadsheet in it.",
        ),
        (
            b"MIME-Version: 1.0\nFrom: a@example.com\nTo: b@example.com\nContent-Type: text/html\n\n",
            "x: this is an e-mail",
        ),
    ],
)
def test_anything_else_gets_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(SheetError) as told:
        content_of(io.BytesIO(content), "x")
    assert str(told.value).startswith(words)
    assert told.value.no_sheet


def test_an_encrypted_workbook_of_excel_gets_one_sentence() -> None:
    with (DATA_FOLDER / "locked.xlsx").open("rb") as file, pytest.raises(SheetError, match="protected by a password"):
        content_of(file, "locked.xlsx")


def test_shadows_of_a_mac_are_no_files_of_an_archive() -> None:
    names = ("leads.csv", "folder/", "__MACOSX/._leads.csv", "a/.DS_Store", "a/notes.txt")
    with zipfile.ZipFile(io.BytesIO(archive(*names))) as made:
        assert [member.filename for member in files_in(made)] == ["leads.csv", "a/notes.txt"]
