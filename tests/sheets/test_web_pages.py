"""Tables of web pages: a cell is its visible text, and a page cut off or nested without end is refused."""

import base64
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import Fault, FaultKind
from leadsync.sheets import open_table
from leadsync.sheets.formats.content import Content, content_of
from leadsync.sheets.formats.libraries import MARKUP, load
from leadsync.sheets.formats.workbook_reader import read_workbook
from leadsync.spreadsheet import HeadingNames, SheetRules
from tests.sheets.handmade import STRUCK

NAMES = SheetRules(HeadingNames(frozenset({"externalid"}), frozenset({"phone"}), frozenset({"externalid", "phone"})))


def page(*cells: str, around: str = "<table>{}</table>", tail: str = "") -> str:
    """A page of headings and one row, with a column for each of the cells."""
    headings = "".join(f"<th>H{place}</th>" for place in range(len(cells)))
    return "<html><body>" + around.format(f"<tr>{headings}</tr><tr>{''.join(cells)}</tr>{tail}") + "</body></html>"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<td>00123</td>", "00123"),
        ("<td>1.20</td>", "1.20"),
        ("<td> Ann\n  Lee </td>", "Ann Lee"),
        ("<td>Ann&nbsp;Lee&nbsp;</td>", "Ann Lee"),
        ("<td>&lt;No Change&gt;</td>", "<No Change>"),
        ("<td>Zo&euml; &amp; Bo&#235;</td>", "Zoë & Boë"),
        ("<td><b>A</b><i>1</i></td>", "A1"),
        ("<td>one<br>two<br/>three</td>", "one\ntwo\nthree"),
        ("<td><p>one</p>\n<p>two</p></td>", "one\ntwo"),
        ("<td><div>one<br><br>two</div></td>", "one\n\ntwo"),
        ("<td><comment>call after 5</comment>Ann</td>", "Ann"),
        ("<td><script>if (a<b) alert('x')</script>Ann<style>td{}</style><!-- Bo --></td>", "Ann"),
        ('<td><span style="display:none">0411</span>0412</td>', "0412"),
        ("<td><span hidden>0411</span>0412</td>", "0412"),
        ('<td style="display: none">0412</td>', ""),
        ("<td>a<table><tr><td>b</td><td>c</td></tr></table></td>", "a\nb c"),
        ('<td><input value="Sale"></td>', "Sale"),
        ('<td>Ph <input type="tel" value="0412  345"></td>', "Ph 0412 345"),
        ('<td><input type=hidden value="17">A1</td>', "A1"),
        ('<td><input value="17" style="display:none">A1</td>', "A1"),
        ('<td><span hidden><input value="17"></span>A1</td>', "A1"),
        ('<td>A1<input type="SUBMIT" value="Edit"></td>', "A1"),
        ("<td><input></td>", ""),
        ("<td><input type=checkbox checked></td>", "TRUE"),
        ("<td><input type=radio></td>", ""),
        ("<td><select><option>Sale<option selected>Busy</select></td>", "Busy"),
        ("<td><select>\n<option value=1>Sale</option>\n<option value=2>Busy</option></select></td>", "Sale"),
        ("<td><select><option selected>Sale<option selected>Busy</select></td>", "Busy"),
        ("<td><select multiple><option>A<option selected>B<option selected>C</select></td>", "B\nC"),
        ("<td><select multiple><option>A</select></td>", ""),
        ("<td><select size=3><option>Busy<option>Sale</select></td>", ""),
        ("<td><select size=3><option>Busy<option selected>Sale</select></td>", "Sale"),
        ("<td><select size=1><option>Busy<option>Sale</select></td>", "Busy"),
        ("<td><select></select></td>", ""),
        ("<td><select><optgroup label=x><option>A<option selected>B</optgroup></select>c</td>", "B c"),
        ("<td><select hidden><option>A</select>B</td>", "B"),
        ("<td><datalist><option>A</datalist>B</td>", "B"),
        ("<td><textarea>\nAnn  Lee\r\nMelbourne </textarea></td>", "Ann Lee\nMelbourne"),
        ("<td>a", "a"),
        ("<td>a\0b</td>", "a\x1ab"),
    ],
)
def test_a_cell_is_its_visible_text(text_file, rows_of, cell, text):
    (row,) = rows_of(text_file(page("<td>x</td>", cell), "leads.xls"))
    assert row.cells == ("x", text)


def test_a_list_of_options_without_its_end_ends_with_its_cell(text_file, rows_of):
    (row,) = rows_of(
        text_file(page("<td>x</td>", "<td><select><option>Sale<option>Busy", "<td>0412</td>"), "leads.xls")
    )
    assert row.cells == ("x", "Sale", "0412")


def test_a_tick_box_for_all_rows_is_no_heading(text_file):
    text = "<table><tr><th><input type=checkbox><th>External Id<tr><td><input type=checkbox><td>A1</table>"
    with open_table(text_file(text, "leads.xls"), rules=NAMES) as table:
        assert table.headings == ("", "External Id")
        assert list(table.rows()) == [Row(2, ("FALSE", "A1"))]


@pytest.mark.parametrize(
    ("cell", "text", "is_date"),
    [
        ('<td x:num="46715.604166666664" class="when">24.11.</td>', "2027-11-24 14:30", True),
        ("""<td x:num="46715" style='mso-number-format:"Short Date"'>24/11/27</td>""", "2027-11-24", True),
        ("""<td x:num="0.5" style='mso-number-format:"h\\:mm"'>12:00</td>""", "12:00", False),
        ('<td sdval="46715.6041666667" sdnum="1033;0;YYYY-MM-DD H:MM:SS">2027-11-24 14:30:00</td>',
         "2027-11-24 14:30", True),
        ('<td sdval="46715" sdnum="1031;0;TT.MM.JJ">24.11.27</td>', "24.11.27", False),
        ('<td sdval="4200" sdnum="1033;0;00000">04200</td>', "04200", False),
        ('<td x:num="4200" class="id">CUST-4200</td>', "CUST-4200", False),
        ('<td x:num="61383218199">6.14E+10</td>', "61383218199", False),
        ('<td sdval="0.125" sdnum="1033;0;0.0%">12.5%</td>', "12.5%", False),
        ('<td x:num="4.9999999999999996E-2">5%</td>', "5%", False),
        ('<td x:num="46715.5">24/11/2027 12:00</td>', "2027-11-24 12:00", True),
        ('<td x:num="61383218199" x:str>0383218199</td>', "0383218199", False),
        ("""<td style='mso-number-format:"\\@"'>00123</td>""", "00123", False),
        ("<td x:num>0383218199</td>", "0383218199", False),
        ('<td x:num="inf">12</td>', "12", False),
        ('<td class="when">24/11/2027</td>', "24/11/2027", False),
    ],
)  # fmt: skip
def test_a_number_behind_the_text_tells_dates_and_hidden_digits(text_file, rows_of, cell, text, is_date):
    styles = r"""<style>td {padding:1px} .when, .then {mso-number-format:"dd\/mm\/yyyy\\ hh\:mm";}
        .id {mso-number-format:"\0022CUST-\00220";}</style>"""
    (row,) = rows_of(text_file(styles + page("<td>x</td>", cell), "leads.xls"))
    assert row == Row(2, ("x", text), dates=(1,) if is_date else ())


def test_cells_over_rows_and_columns_are_merged_cells(text_file, rows_of):
    tail = "<tr><td>Bo</td><td>1</td></tr><tr><td>y</td><td colspan='2'>Di</td></tr>"
    rows = rows_of(text_file(page("<td rowspan=2>x</td>", "<td>Al</td>", "<td>0</td>", tail=tail), "leads.xls"))
    over_rows = Fault("", "", FaultKind.MERGED_CELL, details={"at": 0, "letter": "A"})
    over_columns = Fault("", "", FaultKind.MERGED_CELL, details={"at": 1, "letter": "B", "cells_at": "1,2"})
    assert rows == [
        Row(2, ("x", "Al", "0"), faults=(over_rows,)),
        Row(3, ("", "Bo", "1"), faults=(over_rows,)),
        Row(4, ("y", "Di", ""), faults=(over_columns,)),
    ]


def test_a_foot_stands_below_the_body_wherever_it_is_written(text_file, cells_of):
    around = (
        "<table><thead><tr><th>Id</th></tr></thead><tfoot><tr><td>2 leads</td></tr></tfoot><tbody>{}</tbody></table>"
    )
    text = around.format("<tr><td>x</td></tr><tr><td>y</td></tr>")
    assert cells_of(text_file(text, "leads.xls")) == [("x",), ("y",), ("2 leads",)]


def test_hidden_rows_are_said_and_skipped_by_the_setting(text_file):
    path = text_file(page("<td>x</td>", tail="<tr style='display:none'><td>y</td></tr>"), "leads.xls")
    with open_table(path) as table:
        assert [row.cells for row in table.rows()] == [("x",), ("y",)]
        assert any("1 row (3) is hidden in the sheet and is sent" in str(remark) for remark in table.remarks)
    with open_table(path, rules=SheetRules(skip_hidden=True)) as table:
        assert [row.cells for row in table.rows()] == [("x",)]


NAVIGATION = "<table><tr><td>Home</td><td>Reports</td></tr><tr><td>Log out</td></tr></table>"
LEADS = "<table><tr><td>External Id</td><td>Name</td></tr><tr><td>x</td><td>Bo</td></tr></table>"


@pytest.mark.parametrize(
    "text",
    [
        NAVIGATION + LEADS,
        LEADS + NAVIGATION,
        f"<table><tr><td>Menu</td><td>{LEADS}</td></tr><tr><td>Foot</td><td>(c) 2026</td></tr></table>",
    ],
)
def test_of_several_tables_the_one_with_headings_is_read(text_file, text):
    with open_table(text_file(f"<html>{text}</html>", "leads.xls"), rules=NAMES) as table:
        assert table.headings == ("External Id", "Name")
        assert [row.cells for row in table.rows()] == [("x", "Bo")]
        assert any("of the page names no external id and was not read" in str(remark) for remark in table.remarks)


def test_several_tables_of_leads_are_chosen_by_name(text_file, cells_of):
    path = text_file(f"<html>{LEADS}{LEADS.replace('Bo', 'Di')}</html>", "leads.xls")
    with pytest.raises(SheetError, match="more than one sheet with data: 'Table 1', 'Table 2'; name the one to read"):
        cells_of(path, rules=NAMES)
    assert cells_of(path, rules=NAMES, sheet="Table 2") == [("x", "Di")]


def test_a_sheet_of_the_settings_is_one_of_other_files(text_file, cells_of):
    assert cells_of(text_file(LEADS, "leads.xls"), rules=SheetRules(sheet="Leads")) == [("x", "Bo")]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ('<meta charset="windows-1252">{}'.encode("cp1252"), {}),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">{}', {}),
        (b"{}", {"encoding": "cp1252"}),
        (b'<meta charset="utf-8">{}', {"encoding": "cp1252"}),
    ],
)
def test_a_page_is_read_in_its_encoding(text_file, cells_of, content, options):
    text = content.replace(b"{}", page("<td>Zoë €</td>").encode("cp1252"))
    assert cells_of(text_file(text, "leads.xls"), **options) == [("Zoë €",)]


@pytest.mark.parametrize(
    ("words", "is_doubted"),
    [("Dvořák Novák Čapek Žofie".encode("cp1250"), True), ("René Müller Zoë".encode("cp1252"), False)],
)
def test_what_a_page_says_of_its_encoding_is_doubted_if_its_words_look_wrong_so(text_file, words, is_doubted):
    content = b'<meta charset="windows-1252">' + page("<td>{}</td>").encode().replace(b"{}", words)
    with open_table(text_file(content, "leads.xls"), rules=NAMES) as table:
        doubts = [str(remark) for remark in table.remarks if remark.doubt]
    assert [("says that it is Windows-1252, but some words" in doubt) for doubt in doubts] == [True] * is_doubted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_page_in_unicode(text_file, cells_of, encoding):
    assert cells_of(text_file(page("<td>Žofie</td>").encode(encoding), "leads.xls")) == [("Žofie",)]


def test_a_page_in_another_encoding_than_it_says_is_refused(text_file, rows_of):
    content = '<meta charset="utf-8">' + page("<td>Zoë</td>")
    with pytest.raises(SheetError, match="is not valid utf-8, though it says so; name its encoding with --encoding"):
        rows_of(text_file(content.encode("cp1252"), "leads.xls"))


def mhtml(*parts: str) -> bytes:
    pieces = [f"{part}\n" for part in parts]
    return ('MIME-Version: 1.0\nContent-Type: multipart/related; boundary="--=x"\n\nA page.\n\n'
            + "".join(f"----=x\n{piece}" for piece in pieces) + "----=x--\n").encode()  # fmt: skip


def test_a_web_page_in_a_single_file(text_file, cells_of):
    encoded = base64.encodebytes(page("<td>0412</td>", "<td>Zoë</td>").encode()).decode()
    quoted = 'Content-Type: text/html; charset="windows-1252"\nContent-Transfer-Encoding: quoted-printable\n\n'
    whole = 'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: base64\n\n'
    picture = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    assert cells_of(text_file(mhtml(whole + encoded, picture), "leads.xls")) == [("0412", "Zoë")]
    text = page("<td>0412</td>", "<td>Zo=EB</td>").replace("<tr>", "<tr=\n>")
    assert cells_of(text_file(mhtml(quoted + text), "leads.xls")) == [("0412", "Zoë")]


@pytest.mark.parametrize("tail", ["</html", "</html ", "</body", ""])
def test_a_last_tag_without_its_end_cuts_off_no_cell(text_file, cells_of, tail):
    text = page("<td>x</td>").partition("</body>")[0] + tail
    assert cells_of(text_file(text, "leads.xls")) == [("x",)]


@pytest.mark.parametrize("rest", ["", "</t", "<!-- open", "<script>", '<a href="'])
def test_a_page_cut_off_in_a_cell_is_refused(text_file, rows_of, rest):
    text = page("<td>x</td>", tail=f"<tr><td>0412345{rest}").partition("</table>")[0]
    with pytest.raises(SheetError, match="the file ends within a cell, as one does that was cut off"):
        rows_of(text_file(text, "leads.xls"))


def test_a_page_without_the_end_of_its_table_is_read_with_a_warning(text_file):
    text = page("<td>x</td>").partition("</table>")[0]
    with open_table(text_file(text, "leads.xls")) as table:
        assert [row.cells for row in table.rows()] == [("x",)]
        assert "! The file ends before its table does; see whether rows are missing." in map(str, table.remarks)


@pytest.mark.parametrize(
    "text",
    [
        "<table><tr><td>" * 300,
        "<div>" * 100_000 + LEADS,
        "<table><tr><td>Id" + "<b>" * 50_000 + "x</td></tr></table>",
    ],
)
def test_deep_nesting_is_refused(text_file, rows_of, text):
    with pytest.raises(SheetError, match="its elements lie deeper in one another"):
        rows_of(text_file(f"<html>{text}", "leads.xls"))


@pytest.mark.parametrize(
    "row",
    [
        "<tr><td colspan=1000>x</td>" + "<td colspan=1000></td>" * 17 + "</tr>",
        "<tr>" + "<td>x</td>" * 16_385 + "</tr>",
    ],
)
def test_more_columns_than_a_spreadsheet_has_are_refused(text_file, rows_of, row):
    with pytest.raises(SheetError, match="a row has more columns than the 16,384 of a spreadsheet"):
        rows_of(text_file(page("<td>x</td>", tail=row), "leads.xls"))


def test_a_huge_span_is_held_to_that_of_browsers(text_file, rows_of):
    cells = "<td rowspan=999999999>x</td><td colspan=999999999>y</td>"
    (row,) = rows_of(text_file(f"<table><tr><th>Id</th><th>Name</th></tr><tr>{cells}</tr></table>", "leads.xls"))
    assert (row.cells, [fault.kind for fault in row.faults]) == (("x", "y"), [FaultKind.MERGED_CELL])


@pytest.fixture(scope="module", autouse=True)
def _libraries():
    load(b"<", library=MARKUP)


def read_in_this_process(content: bytes) -> None:
    """Read bytes to their end; nothing but a SheetError may come of them."""
    file = io.BytesIO(content)
    with suppress(SheetError):
        kind = content_of(file, "leads.xls")
        if kind in (Content.HTML, Content.MHTML, Content.XML_2003, Content.FODS):
            for _ in read_workbook(file, "leads.xls", None, kind, NAMES).chunks:
                pass


MARKS = (
    *("<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<td colspan=9>", "<td rowspan=0>", "<tfoot>", "<br>"),
    *(
        "<style>",
        "</style>",
        "<p hidden>",
        "</p>",
        "<!--",
        "-->",
        "<script>",
        "<td x:num='1e9'>",
        "&#0;",
        "&bad;",
        "\0",
    ),
)


@given(st.lists(st.sampled_from(MARKS)))
def test_no_order_of_marks_crashes_the_reader(marks):
    read_in_this_process(f"<html>{''.join(marks)}".encode())


@given(st.integers(0, 400), st.binary(max_size=6), st.integers(0, 40))
def test_no_changed_byte_crashes_the_reader(place, instead, size):
    content = ("<style>.a{mso-number-format:'\\@'}</style>" + page('<td x:num="1" class=a>1</td>', tail=LEADS)).encode()
    read_in_this_process(content[:place] + instead + content[place + size :])


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=1, max_size=5)
)
def test_what_is_written_into_cells_is_read_from_them(texts):
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;") for text in texts]
    content = page(*(f"<td>{text}</td>" for text in escaped)).encode("utf-8-sig")
    source = read_workbook(io.BytesIO(content), "leads.xls", None, Content.HTML, SheetRules())
    assert [line.cells for chunk in source.chunks for line in chunk][1] == texts


@pytest.mark.parametrize(("media", "value"), [("", ""), (' media="print"', "x")])
def test_a_style_sheet_below_a_table_counts_for_it(text_file, rows_of, media, value):
    styles = "<style>.a{display:none} .b{text-decoration:line-through}</style>"
    rows = "<tr><th>Id<th>Name<tr><td>1<td><i class=a>x</i><tr><td>2<td class=b>y"
    below = styles.replace("<style", "<style" + media)
    hidden, struck = rows_of(text_file(f"<html><table>{rows}</table>{below}", name="leads.xls"))
    assert hidden == Row(2, ("1", value))
    assert struck == Row(3, ("2", "y"), faults=() if media else (STRUCK,))


def test_later_style_sheets_win_where_some_stand_below(text_file, rows_of):
    rows = "<tr><th>Id<th>Name<tr><td>1<td><i class=a>x</i>"
    page = f"<html><style>.a{{display:none}}</style><table>{rows}</table><style>.a{{display:inline}}</style>"
    assert rows_of(text_file(page, name="leads.xls")) == [Row(2, ("1", "x"))]
