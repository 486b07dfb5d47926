"""The cells of an .ods: errors, formulas, texts of several elements, repeated rows."""

import zipfile

import pytest

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.sheets import open_table
from tests.sheets import handmade
from tests.sheets.handmade import MERGED, UNWORKED, cell, error_fault, fault_words

NOUGHT = 'office:value-type="float" office:value="0"|<text:p>0</text:p>'
TEXT_AT_0 = (
    'office:value-type="float" office:value="0"|<text:p>0</text:p></table:table-cell>'
    '<table:table-cell table:formula="of:=[.A9]&amp;[.B9]" office:value-type="float" office:value="0">'
)
NO_DAY = 'office:value-type="date" office:date-value="1899-12-30"|<text:p>30/12/99</text:p>'
EMPTY_BESIDE = '</table:table-cell><table:table-cell table:formula="of:=[.A9]"><text:p/>'
WORKED_OUT = (
    '</table:table-cell><table:table-cell table:formula="of:=7" office:value-type="float" office:value="7">'
    "<text:p>7</text:p>"
)


def test_merged_cells_and_formulas_of_an_ods(tmp_path, rows_of):
    row = "<table:table-row>{}</table:table-row>"
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(cell("Id") + cell("Name"))
        + row.format(cell("x", 'table:number-rows-spanned="2" table:number-columns-spanned="1"') + cell("Bo"))
        + row.format("<table:covered-table-cell/>" + cell("Di"))
        + row.format(cell("y") + '<table:table-cell table:formula="of:=1+1" office:value-type="float"/>')
        + row.format(
            cell("z") + '<table:table-cell table:formula="of:=A9" office:value-type="string" office:string-value=""/>'
        ),
    )
    first, second, unworked, blank = rows_of(path)
    assert first == Row(2, ("x", "Bo"), faults=(MERGED,))
    assert second == Row(3, ("", "Di"), faults=(MERGED,))
    assert unworked.cells == ("y", "=1+1")
    assert fault_words(unworked).startswith(UNWORKED)
    assert blank == Row(5, ("z", ""))


@pytest.mark.parametrize(
    ("generator", "inside", "text"),
    [
        ("LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2", "<text:p/>", ""),
        ("OpenOffice.org/3.2$Win32 OpenOffice.org_project/320m18$Build-9502", "<text:p></text:p>", ""),
        ("LibreOffice/7.4.7.2$Linux_X86_64", "", "=A1"),
        ("ODFPY/1.4.1", "<text:p/>", "=A1"),
        ("", "<text:p/>", "=A1"),
        ("LibreOffice/7.4.7.2$Linux_X86_64", NOUGHT, "=A1"),  # XlsxWriter's zeros, kept
        ("LibreOffice/7.4.7.2$Linux_X86_64", NOUGHT + WORKED_OUT, "0"),
        ("LibreOffice/7.4.7.2$Linux_X86_64", NOUGHT + EMPTY_BESIDE, "=A1"),
        ("LibreOffice/7.4.7.2$Linux_X86_64", NOUGHT + WORKED_OUT.replace("of:=7", "of:=TODAY()-46000"), "=A1"),
        ("LibreOffice/7.4.7.2$Linux_X86_64", NO_DAY, "=A1"),
        ("SheetJS 0.18.5", NOUGHT, "=A1"),
        ("SheetJS 0.18.5", NOUGHT + WORKED_OUT, "0"),
        ("LibreOffice/7.4.7.2$Linux_X86_64", TEXT_AT_0 + "<text:p>0</text:p>" + WORKED_OUT, "="),
    ],
)
def test_a_formula_that_comes_to_nothing_in_an_ods(tmp_path, rows_of, generator, inside, text):
    """LibreOffice leaves out an empty text's kind and keeps the paragraph; a library works nothing out."""
    row = "<table:table-row>{}</table:table-row>"
    begin, _, inside = inside.rpartition("|")
    formula = f'<table:table-cell table:formula="of:=A1" {begin}>{inside}</table:table-cell>'
    path = handmade.ods(tmp_path / "leads.ods", row.format(cell("Id") + cell("Name")) + row.format(cell("x") + formula))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "meta.xml", f'<o:m xmlns:o="o" xmlns:meta="m"><meta:generator>{generator}</meta:generator></o:m>'
        )
    (found,) = rows_of(path)
    assert found.cells[:2] == ("x", text)
    assert fault_words(found).startswith(UNWORKED) == text.startswith("=")


@pytest.mark.parametrize(
    ("generator", "cells", "is_told"),
    [
        ("LibreOffice/7.4.7.2$Linux_X86_64", NOUGHT + WORKED_OUT, True),
        ("gnumeric/1.12.53", NOUGHT + WORKED_OUT, True),
        ("MicrosoftOffice/16.0 MicrosoftExcel", NOUGHT + WORKED_OUT, False),
        ("LibreOffice/7.4.7.2$Linux_X86_64", WORKED_OUT, False),
        ("LibreOffice/7.4.7.2$Linux_X86_64", NOUGHT + WORKED_OUT + "</table:table-cell></table:table-row>"
         '<table:table-row><table:table-cell/><table:table-cell table:formula="of:=7" office:value-type="float" '
         'office:value="7"><text:p>7</text:p>', False),
    ],
)  # fmt: skip
def test_a_column_of_zeros_alone_is_told_in_an_ods(tmp_path, generator, cells, is_told):
    row = "<table:table-row>{}</table:table-row>"
    begin, _, inside = cells.partition("|") if "|" in cells else ("", "", f"<text:p/>{cells}")
    formula = f'<table:table-cell table:formula="of:=A1" {begin}>{inside}</table:table-cell>'
    path = handmade.ods(tmp_path / "leads.ods", row.format(cell("Id") + cell("Name")) + row.format(cell("x") + formula))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "meta.xml", f'<o:m xmlns:o="o" xmlns:meta="m"><meta:generator>{generator}</meta:generator></o:m>'
        )
    with open_table(path) as table:
        told = ["! All formulas in column B have the result 0" in str(remark) for remark in table.remarks]
    assert any(told) == is_told


@pytest.mark.parametrize(
    ("attributes", "shown", "text"),
    [
        ('value-type="float" office:value="-4.5"', "(450.0%)", "-450.0%"),
        ('value-type="percentage" office:value="-4.5"', "(450.0%) ", "-450.0%"),
        ('value-type="percentage" office:value="4.5"', "450.0%", "450.0%"),
        ('value-type="time" office:time-value="-PT120H00M00S"', "-120:00", "-120:00"),
        ('value-type="float" office:value="0" table:style-name="share"', "nil", "nil"),
        ('value-type="float" office:value="0" table:style-name="amount"', "nil", "0"),
        ('value-type="float" office:value="1" table:style-name="outcome"', "Sale", "Sale"),
        ('value-type="float" office:value="0" table:style-name="outcome"', "-", "0"),
    ],
)
def test_percentages_and_times_of_an_ods(tmp_path, cells_of, attributes, shown, text):
    """A percentage as other workbooks give it, also by the part of its format for 0; a time as LibreOffice shows it."""
    row = "<table:table-row>{}</table:table-row>"
    number = f"<table:table-cell office:{attributes}><text:p>{shown}</text:p></table:table-cell>"
    zero = '<style:map style:condition="value()=0" style:apply-style-name="{}"/>'
    styles = (
        f'<n:percentage-style style:name="P"/><n:number-style style:name="N"/><n:number-style style:name="Z">'
        f'{zero.format("P")}</n:number-style><style:style style:name="share" style:data-style-name="Z"/>'
        '<style:style style:name="amount" style:data-style-name="N"/>'
        '<n:number-style style:name="S"><n:text>Sale</n:text></n:number-style><n:number-style style:name="O">'
        '<n:text>-</n:text><style:map style:condition="value()=1" style:apply-style-name="S"/></n:number-style>'
        '<style:style style:name="outcome" style:data-style-name="O"/>'
    )
    rows = row.format(cell("Id") + cell("Name")) + row.format(cell("x") + number)
    path = handmade.ods(tmp_path / "leads.ods", rows, styles)
    assert cells_of(path) == [("x", text)]


def test_an_ods_with_line_ends_between_its_elements_and_errors_as_old_programs_write_them(tmp_path, rows_of):
    row = "\n <table:table-row>\n  {}\n </table:table-row>\n"
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0">\n<text:p>{}</text:p>\n'
    )
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(cell("Id") + "\n" + cell("Name"))
        + row.format(cell("x") + error.format("#DIV/0!") + "</table:table-cell>")
        + row.format(cell("y") + error.format("Err:502") + "</table:table-cell>")
        + row.format(cell("z") + "\n" + cell("</text:p>\n<text:p>".join(("two <text:span>lines</text:span>", "here")))),
    )
    division, number, lines = rows_of(path)
    assert division == Row(2, ("x", "#DIV/0!"), faults=(error_fault("#DIV/0!"),))
    assert number == Row(3, ("y", "Err:502"), faults=(error_fault("Err:502"),))
    assert lines == Row(4, ("z", "two lines\nhere"))


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("1234<text:tab/>5678", "1234\t5678"),
        ("1234<text:line-break/>5678", "1234\n5678"),
        ('1234<text:s text:c="3"/>5678', "1234   5678"),
        ("12<text:span>34<text:tab/></text:span></text:p><text:p>56<text:s/>78", "1234\t\n56 78"),
    ],
)
def test_blanks_that_an_ods_writes_as_elements_stay_in_the_text(tmp_path, rows_of, xml, text):
    """Without them two numbers in a cell would become one."""
    row = "<table:table-row>{}</table:table-row>"
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format(cell("Id") + cell("Name"))
        + row.format(cell(xml) + cell("Bo<office:annotation><text:p>no<text:tab/>te</text:p></office:annotation>")),
    )
    assert [row.cells[0] for row in rows_of(path)] == [text]


@pytest.mark.parametrize("count", ["5002", "1048570", "2000000000"])
def test_a_row_of_an_ods_that_is_repeated_without_end_gets_one_sentence(tmp_path, rows_of, count):
    row = "<table:table-row{}>{}</table:table-row>"
    repeated = f' table:number-rows-repeated="{count}"'
    path = handmade.ods(tmp_path / "leads.ods", row.format("", cell("Id")) + row.format(repeated, cell("x")))
    with pytest.raises(SheetError, match=f"{int(count) - 1:,} of its rows are mere repetitions"):
        rows_of(path)


def test_blank_rows_and_a_few_others_may_be_repeated_in_an_ods(tmp_path, cells_of):
    row = "<table:table-row{}>{}</table:table-row>"
    repeated = ' table:number-rows-repeated="{}"'.format
    path = handmade.ods(
        tmp_path / "leads.ods",
        row.format("", cell("Id"))
        + row.format(repeated(3), cell("x"))
        + row.format(repeated(1048571), '<table:table-cell table:number-columns-repeated="1024"/>')
        + f"<table:table-row{repeated(1)}/>",
    )
    assert cells_of(path) == [("x",), ("x",), ("x",)]


def without(path, *names, manifest=""):
    """The same archive without some parts, and with another manifest."""
    copy = path.with_name("copy.ods")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            if name not in names:
                target.writestr(name, manifest if manifest and "manifest" in name else source.read(name))
    return copy


def test_an_ods_without_its_type_is_read(tmp_path, rows_of):
    row = "<table:table-row>{}</table:table-row>"
    path = handmade.ods(tmp_path / "leads.ods", row.format(cell("Id")) + row.format(cell("00123")))
    assert rows_of(without(path, "mimetype")) == [Row(2, ("00123",))]


def test_an_encrypted_ods_is_said_to_have_a_password(tmp_path, rows_of):
    locked = '<manifest:manifest><manifest:file-entry><manifest:encryption-data manifest:checksum="x"/>'
    path = handmade.ods(tmp_path / "leads.ods", "")
    with pytest.raises(SheetError, match="protected by a password; save it without one"):
        rows_of(without(path, manifest=locked))
