"""Delimited text: what is read, what is a row's fault, and what is the file's."""

import codecs
import gzip
import zipfile

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import FaultKind
from leadsync.remarks import Remark
from leadsync.sheets import open_table
from leadsync.spreadsheet import HeadingNames, SheetRules
from tests.sheets.handmade import fault_words

NUL = (
    "has a NUL byte in column B, which no program shows; write that cell anew, or have the program export it without "
    "NUL bytes"
)


def test_cells_stay_the_texts_they_are(text_file, cells_of):
    path = text_file("Id,Name,Phone\n00123,Null,0383218199\nNA,nan,None\n")
    assert cells_of(path) == [("00123", "Null", "0383218199"), ("NA", "nan", "None")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends(text_file, cells_of, end):
    assert cells_of(text_file(f"a,b{end}1,2{end}3,4{end}")) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_the_delimiter_is_found_and_said(text_file, delimiter, word):
    path = text_file(f'Id{delimiter}Name\n1{delimiter}"Smith, John"\n2{delimiter}"Doe, Jane"\n', "leads.txt")
    with open_table(path) as table:
        assert (table.delimiter, table.headings) == (delimiter, ("Id", "Name"))
        assert table.remarks == (Remark.fact(f"The columns are separated by {word}."),)
        assert [row.cells for row in table.rows()] == [("1", "Smith, John"), ("2", "Doe, Jane")]


@pytest.mark.parametrize("sign", "\x01\x02\x07\x1c\x1d\x1e\x1f")
def test_a_control_character_between_columns_is_found_and_said(text_file, sign):
    rows = "".join(f"{number}{sign}Ann, Lee{sign}Sale\n" for number in range(200))
    with open_table(text_file(f"Id{sign}Name{sign}Outcome\n{rows}", "leads.txt")) as table:
        assert (table.delimiter, table.headings) == (sign, ("Id", "Name", "Outcome"))
        assert table.remarks == (Remark.fact(f"The columns are separated by U+{ord(sign):04X}."),)
        assert [row.cells for row in table.rows()] == [(str(number), "Ann, Lee", "Sale") for number in range(200)]


def test_a_control_character_between_lines_is_named(text_file, cells_of):
    with pytest.raises(SheetError, match=r"lines are separated by the control character U\+001E; export it with line"):
        cells_of(text_file("Id\x1fName\x1e1\x1fAnn\x1e2\x1fBob"))


@pytest.mark.parametrize("size", [4, 300, 100_000])
def test_nuls_behind_the_last_line_are_a_doubt_about_missing_rows(text_file, size):
    with open_table(text_file(b"Id,Name\n1,Ann\n2,Zo\xc3\xab\n" + b"\0" * size)) as table:
        said = (
            "The file ends with NUL bytes, as one does that was not written to its end; see whether rows are missing."
        )
        assert table.remarks == (Remark.doubtful(said),)
        first, second, tail = table.rows()
    assert (first.cells, second.cells) == (("1", "Ann"), ("2", "Zoë"))
    assert [fault.kind for fault in tail.faults] == [FaultKind.NO_LEAD]


def test_nuls_behind_a_cell_reject_its_row(text_file, rows_of):
    first, second = rows_of(text_file(b"Id,Name\n1,Ann\n2,Bo" + b"\0" * 300))
    assert first == Row(2, ("1", "Ann"))
    assert fault_words(second) == NUL


def test_decimal_commas_do_not_pass_for_delimiters(text_file, cells_of):
    assert cells_of(text_file("a;b\n1,5;2,5\n3,5;4,5\n")) == [("1,5", "2,5"), ("3,5", "4,5")]


def test_tabs_are_what_a_tsv_file_is_expected_to_have(text_file):
    with open_table(text_file("a\tb\n1\t2\n", "leads.tsv")) as table:
        assert (table.delimiter, table.remarks) == ("\t", ())


def test_a_sep_line_is_obeyed_and_is_no_line_of_the_sheet(text_file, rows_of):
    for separator in ";\t^":
        path = text_file(f"sep={separator}\r\na{separator}b\r\n1{separator}2\r\n")
        assert rows_of(path) == [Row(2, ("1", "2"))]


def test_a_wrong_sep_line_is_said_and_left_out(text_file):
    with open_table(text_file("sep=;\r\nId,Name\r\n1,Ann\r\n")) as table:
        assert (table.delimiter, table.headings) == (",", ("Id", "Name"))
        said = "Line 1 says sep=; but the columns are separated by commas, and were read so."
        assert table.remarks == (Remark.fact(said),)
        assert list(table.rows()) == [Row(2, ("1", "Ann"))]


def test_a_sep_line_above_one_column_stays(text_file, rows_of):
    assert rows_of(text_file("sep=;\nId\n1\n")) == [Row(2, ("1",))]
    assert rows_of(text_file("sep=;\nId\nCUST,1\n")) == [Row(2, ("CUST,1",))]


@pytest.mark.parametrize(
    ("text", "options", "hint"),
    [
        ("sep=;\nExternal Id:Name\nA1:Ann\n", {}, "give --delimiter ':'"),
        ("External Id,Name\nA1,Ann\n", {"delimiter": ";"}, "give --delimiter ','"),
        ("External Id,Name\nA1,Ann\n", {"rules": SheetRules(delimiter=";")}, "give --delimiter ','"),
        ('"External Id,Name"\n"A1,Ann"\n', {}, "each line is one quoted cell"),
        ("ExternalId Name\nA1         Ann\n", {}, "fixed width"),
    ],
)
def test_a_text_read_as_one_column_is_refused_with_the_remedy(text_file, cells_of, text, options, hint):
    fields = frozenset({"externalid", "name"})
    rules = options.pop("rules", SheetRules())._replace(names=HeadingNames(frozenset({"externalid"}), fields=fields))
    with pytest.raises(SheetError, match=hint):
        cells_of(text_file(text), rules=rules, **options)


def test_a_first_line_of_five_characters_that_ends_in_a_mark_is_no_sep_line(text_file, rows_of):
    path = text_file("a,b,;\n1,2,3\n4,5,6\n")
    with open_table(path) as table:
        assert table.headings == ("a", "b", ";")
    assert rows_of(path) == [Row(2, ("1", "2", "3")), Row(3, ("4", "5", "6"))]


def test_the_delimiter_can_be_given(text_file, cells_of):
    assert cells_of(text_file("a:b\n1:2\n"), delimiter=":") == [("1", "2")]


@pytest.mark.parametrize(
    ("word", "character"),
    [("comma", ","), ("semicolon", ";"), ("Tab", "\t"), ("pipe", "|"), ("\\t", "\t"), ("\t", "\t"), ("^", "^")],
)
def test_a_delimiter_can_be_called_by_a_word(text_file, cells_of, word, character):
    assert cells_of(text_file(f"a{character}b\n1{character}2\n"), delimiter=word) == [("1", "2")]


@pytest.mark.parametrize("name", ["::", "", "colon", "x", "7", '"', "\n"])
def test_what_cannot_be_a_delimiter_gets_one_sentence(text_file, cells_of, name):
    with pytest.raises(SheetError, match=r"give one character that is no letter, .* comma, semicolon, tab, pipe\.$"):
        cells_of(text_file("a:b\n1:2\n"), delimiter=name)


def test_rows_are_numbered_as_a_spreadsheet_program_shows_them(text_file, rows_of):
    path = text_file('a,b\n1,"two\nlines"\n\n , \n3,4\n')
    assert rows_of(path) == [Row(2, ("1", "two\nlines")), Row(5, ("3", "4"))]


@pytest.mark.parametrize(
    ("content", "mark", "remark"),
    [
        ("Name\nZoë\n".encode(), False, ""),
        (codecs.BOM_UTF8 + "Name\nZoë\n".encode(), True, ""),
        ("Name\nZoë\n".encode("utf-16"), True, "UTF-16"),
        ("Name\nZoë\n".encode("utf-16-le"), True, "UTF-16-LE"),
        ("Name\nZoë\n".encode("utf-16-be"), True, "UTF-16-BE"),
        ("Name\nZoë\n".encode("utf-32"), True, "UTF-32"),
        ("Name\nZoë\n".encode("utf-32-be"), True, "UTF-32-BE"),
        ("Name\nZoë\n".encode("cp1252"), True, "cp1252"),
    ],
)
def test_encodings_are_found_and_said(text_file, content, mark, remark):
    with open_table(text_file(content)) as table:
        assert [row.cells for row in table.rows()] == [("Zoë",)]
        assert table.headings == ("Name",)
        assert table.bom is mark
        assert remark in " ".join(map(str, table.remarks))
        assert bool(remark) == bool(table.remarks)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("名前,住所\n山田太郎,東京都千代田区\n鈴木花子,大阪府大阪市\n", "shift_jis"),
        ("Имя,Город\nИван Петров,Москва\nОльга Смирнова,Санкт-Петербург\n", "cp1251"),
    ],
)
def test_other_scripts_are_recognised(text_file, text, encoding):
    with open_table(text_file(text.encode(encoding))) as table:
        assert table.headings == tuple(text.split("\n")[0].split(","))


HEADINGS_OF_CHINA = "客户编号客户编号客户编号客户编号客户编号客户编号客户编号客户编号客户编号客户编号"
"""40 letters without a NUL among their bytes."""


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_pattern_of_nuls_is_that_of_the_whole_beginning(text_file, encoding):
    text = f"{HEADINGS_OF_CHINA},Phone\n" + "1,0383218199\n" * 200
    with open_table(text_file(text.encode(encoding))) as table:
        assert table.headings == (HEADINGS_OF_CHINA, "Phone")
        assert len(list(table.rows())) == 200


def test_a_guessed_encoding_has_to_fit_the_whole_file(text_file, rows_of):
    names = "Иван Петров,Москва\nОльга Смирнова,Санкт-Петербург\n" * 2_000
    content = f"Имя,Город\n{names}".encode("cp1251")
    with open_table(text_file(content)) as table:
        assert table.headings == ("Имя", "Город")
    # 0x98 is no letter of cp1251, and 0x81 none of Windows-1252.
    with pytest.raises(SheetError, match="in no encoding that could be told for sure; save the file as UTF-8, or name"):
        rows_of(text_file(content + b"\x81\x98,\xcc\n"))


def test_a_bad_byte_far_down_is_no_end_of_the_sheet(text_file, rows_of):
    path = text_file(b"Id,Name\n" + b"1,Bob\n" * 50_000 + b"2,Caf\xe9\n")
    with pytest.raises(SheetError, match="not valid utf-8; save the file as UTF-8, or give another --encoding"):
        rows_of(path, encoding="utf-8")


def test_one_odd_letter_far_down_decides_as_well(text_file, cells_of):
    path = text_file(b"Id,Name\n" + b"1,Bob\n" * 200_000 + b"2,Caf\xe9\n")
    assert cells_of(path)[-1] == ("2", "Café")


def test_the_encoding_can_be_given(text_file, cells_of):
    path = text_file("Name\nŠárka\n".encode("cp1250"))
    assert cells_of(path, encoding="cp1250") == [("Šárka",)]
    with pytest.raises(SheetError, match="no such text encoding; try utf-8"):
        cells_of(path, encoding="klingon")
    with pytest.raises(SheetError, match="not valid utf-8; save the file as UTF-8, or give another --encoding"):
        cells_of(path, encoding="utf-8")


def test_too_many_cells_are_the_rows_fault_and_none_is_lost(text_file, rows_of):
    fault_free, surplus = rows_of(text_file("a,b\n1,2,,\n1,2,x,y\n"))
    assert fault_free == Row(2, ("1", "2"))
    assert surplus.cells == ("1", "2,x,y")
    assert fault_words(surplus).startswith("has 4 cells where the headings have 2; ")


def test_too_few_cells_are_the_rows_fault(text_file, rows_of):
    (row,) = rows_of(text_file("a,b,c\n1,2\n"))
    assert row.cells == ("1", "2", "")
    assert fault_words(row).startswith("has 2 cells where the headings have 3; add the missing ones")


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("a\0b", NUL),
        ("a\x0bb", "has the control character U+000B in column B; delete it"),
        ("x" * 32_768, "has 32,768 characters in column B, more than a cell holds; shorten it"),
        ("x" * 200_000, "has 200,000 characters in column B, more than a cell holds; shorten it"),
    ],
)
def test_what_no_cell_may_hold_is_the_rows_fault(text_file, rows_of, cell, fault):
    bad, good = rows_of(text_file(f"a,b\n1,{cell}\n3,4\n"))
    assert (bad.cells, fault_words(bad)) == (("1", cell), fault)
    assert good == Row(3, ("3", "4"))


def test_a_quote_inside_a_quoted_cell_is_the_rows_fault(text_file, rows_of):
    bad, good = rows_of(text_file('a,b\n1,"John "Jo" Smith"\n3,4\n'))
    assert fault_words(bad) == "has a quotation mark inside a quoted cell; write it twice, or leave it out"
    assert good == Row(3, ("3", "4"))


@pytest.mark.parametrize(
    "content",
    [
        'a,b\n1,2\n3,"open\n5,6\n7,8\n',  # never closed
        'a,b\n1,2\n3,"open\n5,"six"\n7,8\n',  # closed by another cell's opening quote
        'a,b,c\n1,2,3\n3,"open\n5,6,7"\n7,8,9\n',  # closed, with a cell missing
        'a,b,c,d\n1,2,3,4\n5,6,7,"open\n5,6,7,8\n5,6,7,"\n7,8,9,0\n',  # closed with the right number of cells
        'a,b\n1,2\n3,"open',
    ],
)
def test_an_unclosed_quote_is_named_by_its_line_and_swallows_nothing(text_file, rows_of, content):
    with pytest.raises(SheetError, match=r"leads\.csv: the quotation mark that opens on line 3 is not closed"):
        rows_of(text_file(content))


def test_headings_alone_are_a_table_without_rows(text_file):
    with open_table(text_file("a,b\n")) as table:
        assert (table.headings, list(table.rows())) == (("a", "b"), [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; give one with headings"),
        ("\n \n,,\n", "the file is empty; give one with headings"),
        ("1,0383218199\n2,0383218198\n", "line 1 is a lead, not headings; put headings above it"),
        ("Leads of May\na,b\n1,2\n", "line 1 holds a single heading, but the lines below have up to 2 cells; delete"),
        ("Friday list,,\nExported 28/11/2026,,\na,b,c\n1,2,3\n4,5,6\n", "the lines below have up to 3 cells; delete"),
        ("a\0,b\n1,2\n", r"line 1 should be the headings, but a cell holds a NUL byte \(column A\)"),
        ("<html><p>Please log in</p></html>", r"this is a web page \(HTML\) without a table; open it and save"),
        ('<?xml version="1.0"?><leads><lead id="1"/></leads>', "this is an XML document, not a table"),
        (b"%PDF-1.7\n...", "a PDF document"),
        (bytes(range(256)) * 20, "this is not a spreadsheet"),
    ],
)
def test_a_file_that_is_no_sheet_of_leads_gets_one_sentence(text_file, rows_of, content, message):
    with pytest.raises(SheetError, match=message) as caught:
        rows_of(text_file(content))
    assert "\n" not in str(caught.value)


def test_a_blank_or_repeated_heading_without_data_does_no_harm(text_file, rows_of):
    assert rows_of(text_file("a,,c,a,\n1,,3,,\n")) == [Row(2, ("1", "", "3", ""))]


def test_blank_lines_above_the_headings_are_said(text_file):
    with open_table(text_file("\n\na,b\n1,2\n")) as table:
        assert table.remarks == (Remark.fact("The headings are on line 3."),)
        assert list(table.rows()) == [Row(4, ("1", "2"))]


def test_no_change_as_a_first_cell_is_no_markup(text_file, cells_of):
    assert cells_of(text_file("Phone,b\n<No Change>,2\n")) == [("<No Change>", "2")]


def test_a_file_that_is_not_there(tmp_path, rows_of):
    with pytest.raises(SheetError, match="there is no such file; check its name"):
        rows_of(tmp_path / "gone.csv")
    with pytest.raises(SheetError, match="this is a folder"):
        rows_of(tmp_path)


def test_gzip_and_zip_of_one_file_are_read(text_file, tmp_path, cells_of):
    assert cells_of(text_file(gzip.compress(b"a,b\n1,2\n"), "leads.csv.gz")) == [("1", "2")]
    archive = tmp_path / "leads.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("leads.csv", "a,b\n1,2\n")
    assert cells_of(archive) == [("1", "2")]
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr("__MACOSX/._leads.csv", "a Mac's shadow of it")
    assert cells_of(archive) == [("1", "2")]
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr("more.csv", "a,b\n1,2\n")
    with pytest.raises(SheetError, match="the archive holds 2 files; unpack it"):
        cells_of(archive)


def test_a_file_of_no_name_in_an_archive_counts_as_one(tmp_path, cells_of):
    archive = tmp_path / "leads.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(zipfile.ZipInfo(""), "a,b\n1,2\n")
    assert cells_of(archive) == [("1", "2")]


def test_an_archive_of_few_bytes_that_unpack_to_many_gets_one_sentence(text_file, rows_of):
    packed = gzip.compress(b"External Id,FirstPhone\n" + b"a,\n" * 3_000_000)
    with pytest.raises(SheetError, match="the archive's 9 KB unpack to over 2 MB, which no list of leads does; unpack"):
        rows_of(text_file(packed, "leads.csv.gz"))


def test_a_damaged_archive_gets_one_sentence(text_file, rows_of):
    with pytest.raises(SheetError, match="the archive is damaged"):
        rows_of(text_file(gzip.compress(b"a,b\n1,2\n" * 1000)[:-20], "leads.csv.gz"))


def test_text_has_no_sheets(text_file, rows_of):
    with pytest.raises(SheetError, match="has no sheets; leave out --sheet"):
        rows_of(text_file("a,b\n"), sheet="Leads")


def test_the_apostrophe_comes_off_only_in_leadsyncs_own_files(text_file, cells_of):
    assert cells_of(text_file("a,sync_run\n'=1+1,x\n")) == [("=1+1", "x")]
    assert cells_of(text_file("a,b\n'=1+1,x\n")) == [("'=1+1", "x")]


def test_a_table_drawn_with_signs_is_read(text_file):
    rule = "+-----+------+\n"
    text = f"{rule}| Id  | Name |\n{rule}| A1  | Ann  |\n| A2  | Bob  |\n{rule}2 rows in set (0.00 sec)\n"
    rules = SheetRules(HeadingNames(ids=frozenset({"id"}), fields=frozenset({"id"})))
    with open_table(text_file(text, "leads.txt"), rules=rules) as table:
        assert (table.headings_line, table.delimiter) == (2, "|")
        rows = {row.number: row for row in table.rows()}
    assert rows[4].cells[1].strip() == "A1"
    no_leads = [number for number, row in rows.items() if [fault.kind for fault in row.faults] == [FaultKind.NO_LEAD]]
    assert no_leads == [3, 6, 7]
