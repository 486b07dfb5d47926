"""Delimited text as people really send it: the right value, or none."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.leads.short_rows import MISSING_AT_END
from leadsync.reasons import FaultKind
from leadsync.report import reason_words
from leadsync.sheets.formats.csv_records import unpadded
from leadsync.sheets.formats.delimited import DELIMITERS
from leadsync.sheets.formats.encodings import find_encoding
from tests.cases.taken import DATA, Taken, body, kinds


def test_blanks_before_a_quote_are_no_data():
    lead = {"Name": "Foo", "njDisposition": "Sale", "FirstPhone": "<No Change>"}
    assert Taken(DATA / "space_idlast.csv").sent == [("00123", lead)]
    assert Taken(DATA / "space_quotes2.csv").sent == [
        ("A1", body(Name="Ann")),
        ("A2", body(Name="Bob", FirstPhone="0412345679")),
    ]


def test_blanks_behind_a_closing_quote_are_no_data(taken):
    text = '"External Id" , "Name" ,"FirstPhone" , "Disposition" \n "A1", "Lee, Ann" ,0412345678 , "Sale" \n'
    assert taken(text).sent == [("A1", body(Name="Lee, Ann"))]


def test_a_quoted_cell_of_two_lines_behind_a_blank(taken):
    text = 'External Id, Name, FirstPhone, Disposition\nA1, "Ann\nLee", 0412345678, "Sale"\n'
    assert taken(text).sent == [("A1", body(Name="Ann\nLee"))]


@given(
    st.lists(st.tuples(st.text(st.sampled_from('ab ",;\t')), st.booleans()), min_size=1),
    st.sampled_from(",;|^"),
    st.sampled_from([" ", "  ", "\t"]),
)
def test_blanks_around_quoted_cells_go_and_all_others_stay(cells, delimiter, blanks):
    padded, expected = [], []
    for cell, is_quoted in cells:
        plain = cell.replace('"', "").replace(delimiter, "")
        quoted = '"' + cell.replace('"', '""') + '"'
        padded.append(f"{blanks}{quoted}{blanks}" if is_quoted else plain)
        expected.append(quoted if is_quoted else plain)
    assert unpadded(delimiter.join(padded) + "\r\n", delimiter) == delimiter.join(expected) + "\r\n"


def test_one_stray_byte_does_not_change_the_encoding():
    sheet = Taken(DATA / "one_bad_byte.csv")
    assert [lead for lead, _ in sheet.sent] == [f"A{number}" for number in range(20)]
    assert [fields["Name"] for _, fields in sheet.sent] == [f"Zoë Müller {number}" for number in range(20)]
    assert kinds(sheet.entries[22]) == [FaultKind.STRAY_BYTES]
    assert "! The text is UTF-8, but a few letters are not: the rows with them are not sent" in sheet.remarks


def test_a_stray_byte_behind_a_byte_order_mark(taken):
    sheet = taken(b"\xef\xbb\xbfExternal Id,Name\nA1,Zo\xc3\xab\nA2,Jos\xe9\n")
    assert (sheet.ids, kinds(sheet.entries[3])) == (["A1"], [FaultKind.STRAY_BYTES])


def test_a_letter_cut_in_half_is_no_letter_of_another_encoding(taken):
    sheet = taken(b"External Id,Name\nA1,Zo\xc3\xab\nA2,Zo\xc3\n")
    assert (sheet.ids, kinds(sheet.entries[3])) == (["A1"], [FaultKind.STRAY_BYTES])


def test_many_bytes_of_windows_1252_are_that_encoding(taken):
    sheet = taken(b"External Id,Name\n" + b"".join(b"A%d,Jos\xe9\n" % number for number in range(5)))
    assert {fields["Name"] for _, fields in sheet.sent} == {"José"}


@given(st.lists(st.text(st.sampled_from("aéüßЖ客"), min_size=1, max_size=6), max_size=30))
def test_utf8_with_one_stray_byte_stays_utf8(names):
    text = "".join(f"{name}\n" for name in ["Zoë", *names]).encode() + b"Jos\xe9\n"
    found = find_encoding(io.BytesIO(text), "leads.csv")
    assert (found.name, found.strays) == ("utf-8", True)


@pytest.mark.parametrize("delimiter", ["^", "~"])
def test_rare_delimiters_are_found_and_said(taken, delimiter):
    text = (DATA / "caret.csv").read_text().replace("^", delimiter)
    sheet = taken(text)
    assert sheet.sent == [("A1", body(Name="Ann")), ("A2", body(Name="Bob", FirstPhone="0412345679"))]
    assert sheet.scan.table.delimiter == delimiter
    assert f"The columns are separated by {DELIMITERS[delimiter]}." in sheet.remarks


def test_rows_without_their_trailing_blank_cells_are_sent():
    sheet = Taken(DATA / "excel16.csv")
    assert sheet.ids == [f"A{number:03}" for number in range(1, 41)]
    assert sheet.sent[19] == ("A020", body(Name="Name 20", FirstPhone="0412345620"))
    assert sheet.scan.survey.repairs[MISSING_AT_END, "Callback"].count == 16


@pytest.mark.parametrize(
    ("line", "is_sent"),
    [
        ("A2,Bob,0412345679,Sale", True),
        ("A2,Bob,0412345679", True),
        ("A2,Bob,Sale", False),  # its phone is missing, and not its end
        ("A2,0412345679,Sale,", False),  # its name is missing: a phone stands under Name
        ("A2,0412345679", False),
        ("A2,Bob,0412345679,24/11/2027 14:30", False),  # its disposition is missing: a date stands there
        ("A2,Bob", False),  # nothing holds the name in its place
        ("A2", False),
        (",Bob,0412345679,Sale", False),
    ],
)
def test_a_row_with_a_cell_missing_elsewhere_is_rejected(taken, line, is_sent):
    sheet = taken(f"External Id,Name,FirstPhone,Disposition,Callback\n{line}\nA9,Cy,0412345670,Sale,\n")
    assert sheet.ids == (["A2", "A9"] if is_sent else ["A9"])
    if not is_sent:
        assert kinds(sheet.entries[2]) == [FaultKind.TOO_FEW_CELLS]
        assert "save it as .xlsx" in reason_words(sheet.entries[2].reason)


def test_a_short_row_of_a_file_that_came_back_is_rejected(taken):
    sheet = taken("External Id,FirstPhone,Disposition,sync_row,sync_run\nA1,0412345678,Sale\n")
    assert (sheet.ids, kinds(sheet.entries[2])) == ([], [FaultKind.TOO_FEW_CELLS])


def test_an_export_of_mysql(taken):
    text = (
        '"External Id","Name","FirstPhone","Disposition"\n"A1","Ann \\"Annie\\" Lee","0412345678","Sale"\n'
        '"A2",\\N,"0412345679",\\N\n'
    )
    sheet = taken(text)
    assert sheet.sent == [
        ("A1", body(Name='Ann "Annie" Lee')),
        ("A2", {"FirstPhone": "0412345679", "njDisposition": "<No Change>"}),
    ]
    assert "A backslash was read as the escape" in sheet.remarks


def test_a_backslash_of_no_escape_among_escapes_names_its_line(taken):
    with pytest.raises(SheetError, match="a backslash on line 3 is no escape, though it is one on other lines"):
        taken("External Id,Name\nA1,\\N\nA2,C:\\Users\n")


def test_ordinary_backslashes_stay(taken):
    assert taken('External Id,Path\nA1,C:\\new\nA2,"D:\\"\n').sent[1][1]["Path"] == "D:\\"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("External Id:Name:FirstPhone\nA1:Ann:0412345678\n", "give --delimiter ':', or delimiter in \\[input\\]"),
        ("External Id  Name  FirstPhone\nA1           Ann   0412345678\n", "aligned by blanks \\(fixed width\\)"),
    ],
)
def test_other_delimiters_and_fixed_width_are_named(taken, text, words):
    with pytest.raises(SheetError, match=words):
        taken(text)
