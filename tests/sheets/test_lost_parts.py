"""The parts of a workbook that its marked copy lacks."""

import zipfile
from io import BytesIO

import pytest
import xlsxwriter

from leadsync.sheets.output.lost_parts import lost_parts

SHEET = "xl/worksheets/sheet1.xml"
WITH = b"<worksheet xmlns:x14='a' xmlns:r='b' xmlns:xdr='c'>%s</worksheet>"


def archive(**parts: bytes) -> BytesIO:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return made


def test_a_plain_workbook_loses_nothing() -> None:
    assert lost_parts(archive(**{SHEET: b"<worksheet/>", "xl/styles.xml": b"", "docProps/app.xml": b""})) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xl/media/image1.png", "pictures"),
        ("XL\\Media\\image1.png", "pictures"),
        ("/xl/charts/chart1.xml", "charts"),
        ("xl/pivotTables/pivotTable1.xml", "pivot tables"),
        ("xl/threadedComments/threadedComment1.xml", "threaded comments, which become notes"),
        ("xl/connections.xml", "data connections"),
        ("xl/metadata.xml", "dynamic arrays and linked data types"),
        ("_xmlsignatures/sig1.xml", "the digital signature"),
    ],
)
def test_parts_are_known_by_their_names(name: str, words: str) -> None:
    assert lost_parts(archive(**{name: b""})) == (words,)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("xl/drawings/drawing1.xml", b"<xdr:sp macro='1'>", "shapes and text boxes"),
        (SHEET, b"<x14:sparklineGroups/>", "sparklines"),
        (SHEET, b"<x14:conditionalFormattings/>", "conditional formats of Excel 2010 and later"),
        (SHEET, b"<legacyDrawingHF r:id='1'/>", "background and header pictures"),
    ],
)
def test_parts_inside_a_sheet_are_found(name: str, content: bytes, words: str) -> None:
    assert lost_parts(archive(**{name: WITH % content})) == (words,)
    assert lost_parts(archive(**{"xl/styles.xml": content})) == (), "the sign stands in no sheet"


@pytest.mark.parametrize(
    ("kind", "lost"),
    [("Button", ("buttons and form controls",)), ("Checkbox", ("buttons and form controls",)), ("Note", ())],
)
def test_a_control_in_the_drawing_of_comments_alone_is_found(kind: str, lost: tuple[str, ...]) -> None:
    drawing = b'<xml><x:ClientData ObjectType="Note"/><x:ClientData ObjectType="%s"/></xml>' % kind.encode()
    assert lost_parts(archive(**{"xl/drawings/vmlDrawing1.vml": drawing})) == lost


def test_a_button_of_xlsxwriter_is_found() -> None:
    made = BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().insert_button("C2", {"macro": "send", "caption": "Go"})
    assert lost_parts(made) == ("buttons and form controls",)


def test_a_sign_across_two_blocks_is_found() -> None:
    before = b" " * ((1 << 18) - 10)
    assert lost_parts(archive(**{SHEET: WITH % (before + b"<customSheetViews/>")})) == ("custom views",)


def test_a_broken_sheet_is_left_to_the_copy_to_refuse() -> None:
    assert lost_parts(archive(**{SHEET: b"<worksheet"})) == ()


def test_each_kind_is_named_once() -> None:
    assert lost_parts(archive(**{"xl/media/1.png": b"", "xl/media/2.png": b""})) == ("pictures",)
