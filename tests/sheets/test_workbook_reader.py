"""Workbooks: values as a person sees them, and what is wrong with a row or with the file."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from leadsync.commands import arguments
from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.remarks import Remark
from leadsync.sheets import open_table
from tests.sheets.handmade import SHEET, altered, fault_words

DATA_FOLDER = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("0383218199", None, "0383218199"),
        (383218199, None, "383218199"),
        (61383218199, None, "61383218199"),
        (0.1 + 0.2, None, "0.3"),
        (12.5, "#,##0.00", "12.5"),
        (12, "0.00", "12"),
        (7, "0.0", "7"),
        (1234567, "#,##0", "1234567"),
        (True, None, "TRUE"),
        ("NA", None, "NA"),
        ("Null", None, "Null"),
        (800, "0000", "0800"),
        (383218199, "00 0000 0000", "03 8321 8199"),
        (383218199, r"\(00\)\ 0000\ 0000", "(03) 8321 8199"),
        (383218199, "0#########", "0383218199"),
        (383218199, '"+61 "000000000', "+61 383218199"),
        (800, "0", "800"),
        (0.125, "0.0%", "12.5%"),
        (0.375, '[=0]"";hh:mm', "09:00"),
        (0, 'dd/mm/yyyy;;"never"', "never"),
        (2, '[=1]"Sale";[=2]"Busy";General', "Busy"),
        (dt.time(14, 30), None, "14:30"),
        (dt.timedelta(hours=36), None, "36:00"),
    ],
)
def test_a_cell_is_the_text_a_person_sees(workbook, rows_of, value, number_format, text):
    def edit(sheet):
        if number_format:
            sheet["B2"].number_format = number_format

    assert rows_of(workbook([["Id", "Value"], ["x", value]], edit)) == [Row(2, ("x", text))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2026, 11, 24), "2026-11-24"),
        (dt.datetime(2026, 11, 24, 14, 30), "2026-11-24 14:30"),
        (dt.datetime(2026, 11, 24, 14, 30, 5), "2026-11-24 14:30:05"),
        (dt.datetime(2026, 11, 24), "2026-11-24"),
    ],
)
@pytest.mark.parametrize("epoch", [1900, 1904])
def test_a_date_cell_is_iso_text_and_marked(tmp_path, rows_of, value, text, epoch):
    book = openpyxl.Workbook()
    book.epoch = dt.datetime(1904, 1, 1) if epoch == 1904 else book.epoch
    book.active.append(["Id", "Call back"])
    book.active.append(["x", value])
    book.save(tmp_path / "leads.xlsx")
    assert rows_of(tmp_path / "leads.xlsx") == [Row(2, ("x", text), dates=(1,))]


def test_rows_keep_their_number_and_columns_their_place(workbook, rows_of):
    def edit(sheet):
        sheet["B3"], sheet["C3"], sheet["B5"], sheet["C8"] = "Id", "Name", "1", "Bo"

    assert rows_of(workbook([], edit)) == [Row(5, ("", "1", "")), Row(8, ("", "", "Bo"))]


def test_a_number_of_more_than_15_digits_has_lost_some(workbook, rows_of):
    lost, kept, text = rows_of(workbook([["Id"], [1234567890123456], [123456789012345], ["1234567890123456"]]))
    assert fault_words(lost).startswith("has a number of more than 15 digits in column A")
    assert kept == Row(3, ("123456789012345",))
    assert text == Row(4, ("1234567890123456",))


def test_rows_under_a_merged_cell_are_at_fault(workbook, rows_of):
    rows = [["Id", "Name"], ["1", "Bo"], ["", "Di"], ["3", "Al"]]
    first, second, third = rows_of(workbook(rows, lambda sheet: sheet.merge_cells("A2:A3")))
    assert (
        fault_words(first) == fault_words(second) == "has a merged cell in column A; unmerge it and fill in every cell"
    )
    assert third == Row(4, ("3", "Al"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 2], [3, 4]], "line 1 is a lead, not headings"),
        ([["Leads"], ["a", "b"], [1, 2]], "holds a single heading"),
        ([], "its sheets are empty"),
    ],
)
def test_a_workbook_without_sound_headings_gets_one_sentence(workbook, rows_of, rows, message):
    with pytest.raises(SheetError, match=message):
        rows_of(workbook(rows))


@pytest.mark.parametrize("at", ["A1", "B1"])
@pytest.mark.parametrize("title", ["Sales team North", 2026])
def test_a_merged_title_above_the_headings_gets_the_sentence_of_any_title(workbook, rows_of, at, title):
    def edit(sheet):
        sheet[at] = title
        sheet.merge_cells(f"{at}:F1")

    rows = [[], ["Lead Id", "Phone", "Outcome"], ["x", "0383218199", "Sale"]]
    with pytest.raises(SheetError, match=r"line 1 holds a single heading, .* up to 3 cells; delete what stands above"):
        rows_of(workbook(rows, edit))


def book_of(path: Path, **sheets: list[list[str]]) -> Path:
    """A workbook of several sheets; those whose names begin with Hidden are."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        if name.startswith("Hidden"):
            sheet.sheet_state = "hidden"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


DATA = [["Id"], ["x"]]


def test_the_only_sheet_with_data_is_taken_wherever_it_stands(tmp_path):
    with open_table(book_of(tmp_path / "a.xlsx", Notes=[["Only a note"]], Empty=[], Leads=DATA)) as table:
        assert (table.sheet, table.kind, table.headings) == ("Leads", "xlsx", ("Id",))
        assert list(table.rows()) == [Row(2, ("x",))]


def test_two_sheets_with_data_are_listed(tmp_path, cells_of):
    path = book_of(tmp_path / "a.xlsx", May=DATA, June=DATA)
    with pytest.raises(SheetError, match="'May', 'June'; name the one to read, such as --sheet May"):
        cells_of(path)
    assert cells_of(path, sheet="June") == [("x",)]


def test_two_sheets_with_data_are_an_error_of_values(tmp_path, cells_of):
    path = book_of(tmp_path / "a.xlsx", **{"May; name the one to read": DATA, "June": DATA})
    with pytest.raises(SheetError) as caught:
        cells_of(path)
    error = caught.value
    assert error.fault == f"{path}: there is more than one sheet with data: 'May; name the one to read', 'June'"
    assert error.remedy == f"name the one to read, such as {arguments('--sheet', 'May; name the one to read')}"
    assert error.folder_remedy == "leave one sheet with data in it, or name it as sheet in [input]"
    assert (error.several_sheets, error.names_file) == (True, True)


def test_a_sheet_that_is_not_there_is_no_question(tmp_path, cells_of):
    path = book_of(tmp_path / "a.xlsx", May=DATA, June=DATA)
    with pytest.raises(SheetError, match="there is no sheet 'July'; its sheets are 'May', 'June'"):
        cells_of(path, sheet="July")
    with pytest.raises(SheetError) as caught:
        cells_of(path, sheet="July")
    assert not caught.value.several_sheets


def test_a_hidden_sheet_is_read_only_where_no_other_has_data(tmp_path):
    with open_table(book_of(tmp_path / "a.xlsx", Leads=DATA, Hidden=DATA)) as table:
        unread = Remark.fact("The hidden sheet 'Hidden' has data too and was not read.")
        assert (table.sheet, table.remarks) == ("Leads", (unread,))
    with open_table(book_of(tmp_path / "b.xlsx", Leads=[], Hidden=DATA)) as table:
        assert table.remarks == (Remark.fact("The sheet 'Hidden' is hidden; it was read because no other has data."),)


def test_headings_alone_are_a_table_without_rows(workbook):
    with open_table(workbook([["Id", "Name"]])) as table:
        assert (table.headings, list(table.rows())) == (("Id", "Name"), [])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda name, data: b"not xml" if name == SHEET else data, "the workbook is damaged"),
        (
            lambda name, data: data.replace(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            ),
            "takes more memory or time to read than a list of leads can need",
        ),
        (lambda name, data: data + b" " * (100 << 20) if name == SHEET else data, "unpack to 100 MB"),
        (
            lambda name, data: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + data,
            "the workbook declares XML entities",
        ),
    ],
)
def test_a_hostile_workbook_gets_one_sentence(workbook, rows_of, edit, message):
    with pytest.raises(SheetError, match=message) as caught:
        rows_of(altered(workbook([["Id", "Name"], ["x", "Bo"]]), edit))
    assert "\n" not in str(caught.value)


def test_a_cut_off_workbook_gets_one_sentence(workbook, rows_of):
    path = workbook([["Id"], ["x"]])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(SheetError, match="damaged or was cut off while it was copied"):
        rows_of(path)


@pytest.mark.parametrize("name", ["sample.xls", "sample.ods"])
def test_the_other_makes_of_workbook_read_alike(rows_of, name):
    """The samples were saved by LibreOffice from one sheet of a text, a padded number, a percentage, dates, errors."""
    path = DATA_FOLDER / name
    plain, shown, error = rows_of(path)
    assert plain == Row(2, ("00123", "383218199", "2026-11-24 14:30", "TRUE"), dates=(2,))
    assert shown == Row(4, ("0800", "12.5%", "2026-11-24", "14:30"), dates=(2,))
    assert error.cells == ("#N/A", "#DIV/0!", "0.3", "Zoë")
    assert fault_words(error) == (
        "has the error #N/A in column A; correct its formula. It has the error #DIV/0! in column B; correct its formula"
    )


@pytest.mark.parametrize("name", ["sample.xls", "sample.ods"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_any_make_cut_off_gets_one_sentence(text_file, rows_of, name, share):
    content = (DATA_FOLDER / name).read_bytes()
    with pytest.raises(SheetError, match=r"damaged|takes more memory"):
        rows_of(text_file(content[: int(len(content) * share)], name))


def test_an_encrypted_workbook_gets_one_sentence(rows_of):
    with pytest.raises(SheetError, match="protected by a password; save it without one"):
        rows_of(DATA_FOLDER / "locked.xlsx")
