"""Formats as people really send them: the content decides, and no ending does."""

import gzip
import io
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from leadsync.errors import SheetError
from tests.cases.taken import DATA, Taken, body
from tests.sheets import handmade

pytestmark = pytest.mark.usefixtures("real_processes")
"""A process that Python started has loaded only what it loads itself."""
ANN = ("A1", body(Name="Ann", njCallBackDate="2027/11/24 14:30"))
BOB = ("A2", body(Name="Bob", FirstPhone="0412345679", njDisposition="Callback", njCallBackDate="2027/11/25 09:00"))


def test_a_web_page_saved_under_xls():
    sheet = Taken(DATA / "html_as.xls")
    assert sheet.sent == [ANN, BOB]
    assert "The file is called .xls but is a web page (HTML)." in sheet.remarks


def test_an_xml_spreadsheet_of_2003_saved_under_xls():
    assert Taken(DATA / "spreadsheetml.xls").sent == [("A1", body(njCallBackDate="2027/11/24 14:30"))]


def test_an_old_workbook_called_xlsx():
    sheet = Taken(DATA / "xls_as.xlsx")
    assert sheet.sent == [ANN, BOB]
    assert "The file is called .xlsx but is a workbook of Excel 97 to 2003 (.xls)." in sheet.remarks


CELLS = [["External Id", "Name", "FirstPhone"], ["00123", "Zoë", "0412345678"]]
SENT = [("00123", {"Name": "Zoë", "FirstPhone": "0412345678", "njDisposition": "<No Change>"})]
OPEN_DOCUMENT = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def in_marks(row: str, cell: str) -> str:
    """The cells, each in its marks."""
    return "\n".join(row.format("\n".join(cell.format(text) for text in line)) for line in CELLS)


def xlsx() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in CELLS:
        book.active.append(line)
    book.save(file)
    return file.getvalue()


def xlsb(folder: Path) -> bytes:
    rows = {place: [(6, handmade.wide(text)) for text in line] for place, line in enumerate(CELLS)}
    return handmade.xlsb(folder / "made.xlsb", rows).read_bytes()


def fods() -> str:
    cell = '<table:table-cell office:value-type="string">\n<text:p>{}</text:p>\n</table:table-cell>'
    rows = in_marks("<table:table-row>\n{}\n</table:table-row>", cell)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document {OPEN_DOCUMENT} '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet">\n<office:body>\n<office:spreadsheet>\n'
        f'<table:table table:name="Leads">\n{rows}\n</table:table>\n'
        "</office:spreadsheet>\n</office:body>\n</office:document>\n"
    )


def html() -> str:
    return f"<table>{in_marks('<tr>{}</tr>', '<td>{}</td>')}</table>"


def xml() -> str:
    rows = in_marks("<Row>{}</Row>", '<Cell><Data ss:Type="String">{}</Data></Cell>')
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    table = f'<Worksheet ss:Name="Leads"><Table>{rows}</Table></Worksheet>'
    return f'<Workbook xmlns="{space}" xmlns:ss="{space}">{table}</Workbook>'


MAKES = {
    ".csv": lambda _: "".join(",".join(line) + "\n" for line in CELLS).encode(),
    ".xlsx": lambda _: xlsx(),
    ".xlsb": xlsb,
    ".fods": lambda _: fods().encode(),
    ".html": lambda _: html().encode(),
    ".mht": lambda _: b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html().encode(),
    ".xml": lambda _: xml().encode(),
}
"""A sheet of one lead in each format."""


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".csv", ""])
@pytest.mark.parametrize("own", MAKES)
def test_endings_never_decide(tmp_path, own, ending):
    path = tmp_path / f"leads{ending}"
    path.write_bytes(MAKES[own](tmp_path))
    sheet = Taken(path)
    assert sheet.sent == SENT
    assert (f"The file is called {ending} but is" in sheet.remarks) == (ending not in (own, ""))


def test_an_open_document_sheet_called_xlsx(tmp_path):
    path = shutil.copy(DATA / "id_formats.ods", tmp_path / "leads.xlsx")
    assert Taken(path).sent[8] == ("04200", {"FirstPhone": "0412345678", "njDisposition": "Sale", "Fmt": "00000"})


@pytest.mark.parametrize("own", [".html", ".fods", ".xml"])
def test_formats_inside_archives(tmp_path, own):
    content = MAKES[own](tmp_path)
    (tmp_path / "leads.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "leads.zip", "w") as archive:
        archive.writestr("leads.xls", content)
    assert Taken(tmp_path / "leads.gz").sent == SENT
    assert Taken(tmp_path / "leads.zip").sent == SENT


PROTECTED = "the workbook is protected by a password; save it without one"


def test_a_protected_open_document_sheet_of_today_is_refused_in_a_sentence(tmp_path):
    """LibreOffice encrypts the whole sheet into one part since 24.8."""
    with zipfile.ZipFile(tmp_path / "leads.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("encrypted-package", b"\x9f\x12\xa0" * 50)
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
    with pytest.raises(SheetError, match=PROTECTED):
        Taken(tmp_path / "leads.ods")


def test_a_text_document_is_no_sheet(tmp_path):
    (tmp_path / "leads.fods").write_text(fods().replace(".spreadsheet", ".text"), encoding="utf-8")
    with pytest.raises(SheetError, match="this is an OpenDocument text, not a table"):
        Taken(tmp_path / "leads.fods")
