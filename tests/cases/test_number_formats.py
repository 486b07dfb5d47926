"""What the sheet shows is the value of ids, phones and post codes, alike in every make of workbook."""

import shutil
import struct
import subprocess
from datetime import time
from html import escape

import openpyxl
import pytest

from leadsync.reasons import FaultKind
from leadsync.report import reason_words
from tests.cases.taken import DATA, Taken, kinds
from tests.sheets import handmade

SHOWN = {
    "General": "4200", '"L"0': "L4200", '"L"#': "L4200", '"L"General': "L4200", r"\L0": "L4200",
    '"CUST-"0': "CUST-4200", '"CUST-"#,##0': "CUST-4,200", '"CUST-"00000': "CUST-04200", "00000": "04200",
    "[$-409]00000": "04200", "[$-C09]00000": "04200", "00000_)": "04200", "_-00000_-": "04200",
    "00000;-00000": "04200", "[Blue]00000": "04200", "[>0]00000;0": "04200", '0"/2026"': "42/2026", "0-0": "420-0",
    '000"-"000': "004-200", '"0"0': "04200", r"0000\ 0000": "0000 4200", "#": "4200", "0.0": "4200.0", "0E+0": None,
    "##-##": "42-00", '0"A"': "4200A", '00 "x"': "4200 x", "@": "4200", "00.00": "4200.00", "0,": None,
    "00000,": None, "# ##0": "4 200", "00:00": "42:00",
}  # fmt: skip
"""By the format in column Fmt. LibreOffice shows 4E+3, 4 and 00004 where nothing is sent: they hide the number."""


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_an_id_is_what_the_sheet_shows(ending):
    sheet = Taken(DATA / f"id_formats.{ending}")
    found = {}
    for entry in sheet.entries.values():
        cells = dict(zip(sheet.scan.table.headings, entry.row.cells, strict=True))
        is_unclear = entry.reason is not None and kinds(entry) == [FaultKind.UNCLEAR_NUMBER]
        found[cells["Fmt"]] = None if is_unclear else entry.lead
    assert found == SHOWN


def test_an_unclear_format_is_named():
    sheet = Taken(DATA / "id_formats.xlsx")
    (words,) = {reason_words(entry.reason) for entry in sheet.entries.values() if "0E+0" in entry.row.cells}
    assert words == (
        "The row has a number in column A under the format 0E+0, which hides digits or is unknown; format the column "
        "as text and write the value as it is."
    )


HEADINGS = ["External Id", "FirstPhone", "Home Postcode", "Amount"]
CODES = ['"CUST-"0', "0000 000 000", "0000", "#,##0.00"]
NUMBERS = [4200, 412345678, 800, 1234.5]


def test_phones_and_post_codes_too_and_amounts_with_their_value(taken_book):
    def edit(sheet):
        for cell, code in zip(sheet[2], CODES, strict=True):
            cell.number_format = code

    ((lead, fields),) = taken_book([HEADINGS, NUMBERS], edit).sent
    assert (lead, fields["FirstPhone"]) == ("CUST-4200", "0412345678")
    assert (fields["Home Postcode"], fields["Amount"]) == ("0800", "1234.5")


def test_an_xlsb_alike(tmp_path):
    rows = {
        0: [(6, handmade.wide(heading)) for heading in HEADINGS],
        1: [(5, struct.pack("<d", number)) for number in NUMBERS],
        2: [(5, struct.pack("<d", number + 0.5)) for number in NUMBERS],
    }
    sheet = Taken(handmade.xlsb(tmp_path / "leads.xlsb", rows, formats=tuple(CODES)))
    ((lead, fields),) = sheet.sent
    assert (lead, fields["FirstPhone"], fields["Home Postcode"]) == ("CUST-4200", "0412345678", "0800")
    assert kinds(sheet.entries[3]) == 3 * [FaultKind.UNCLEAR_NUMBER]


def test_an_unclear_number_in_a_column_not_sent_rejects_no_row(taken_book):
    def edit(sheet):
        sheet["B2"].number_format = "0E+0"

    rows = [["External Id", "Old phone"], ["A1", 4200]]
    settings = {"input": {"phone_fields": ["FirstPhone", "Old phone"]}, "columns": {"Old phone": ""}}
    assert [lead for lead, _ in taken_book(rows, edit, **settings).sent] == ["A1"]


TEXT_CODES = ('"CUST-"@', ";;;", "dd/mm/yyyy hh:mm;;")
TEXT_ROWS = [["External Id", "Name", "Callback"], ["A7", "Ann"], ["A8", 7], ["A9", None], ["B1", 0, 0]]


def xlsx_of_texts(path):
    book = openpyxl.Workbook()
    for row in TEXT_ROWS:
        book.active.append(row)
    for row in book.active.iter_rows(min_row=2):
        for cell, code in zip(row, TEXT_CODES, strict=True):
            cell.number_format = code
    book.save(path)
    return path


def xlsb_of_texts(path):
    def cell(value):
        return (6, handmade.wide(value)) if isinstance(value, str) else (5, struct.pack("<d", value))

    rows = {at: [cell(value) for value in row if value is not None] for at, row in enumerate(TEXT_ROWS)}
    return handmade.xlsb(path, rows, formats=TEXT_CODES)


def xls_of_texts(path):
    looks = [
        handmade.record(0x41E, struct.pack("<HHB", 200 + place, len(code), 0) + code.encode())
        for place, code in enumerate(TEXT_CODES)
    ]
    looks += [handmade.record(0xE0, struct.pack("<HH", 0, style).ljust(20, b"\0")) for style in (0, 200, 201, 202)]
    texts = [value for row in TEXT_ROWS for value in row if isinstance(value, str)]
    cells = [
        handmade.label(row, column, texts.index(value), column + 1 if row else 0)
        for row, line in enumerate(TEXT_ROWS)
        for column, value in enumerate(line)
        if isinstance(value, str)
    ]
    cells += [
        handmade.record(0x203, struct.pack("<HHHd", *cell)) for cell in ((2, 1, 2, 7), (4, 1, 2, 0), (4, 2, 3, 0))
    ]
    return handmade.xls(path, b"".join(cells), shared=(handmade.texts(*texts),), looks=b"".join(looks))


def ods_of_texts(path):
    """As LibreOffice writes it: the text as it is shown, and the cell's own."""
    cell = '<table:table-cell office:value-type="{}" office:{}value="{}"><text:p>{}</text:p></table:table-cell>'
    rows = [
        [handmade.cell(heading) for heading in TEXT_ROWS[0]],
        [cell.format("string", "string-", "A7", "CUST-A7"), cell.format("string", "string-", "Ann", "")],
        [cell.format("string", "string-", "A8", "CUST-A8"), cell.format("float", "", "7", "")],
        [cell.format("string", "string-", "A9", "CUST-A9")],
        [
            cell.format("string", "string-", "B1", "CUST-B1"),
            cell.format("float", "", "0", ""),
            cell.format("date", "date-", "1899-12-30", ""),
        ],
    ]
    return handmade.ods(path, "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows))


def xml_of_texts(path):
    formats = "".join(
        f'<Style ss:ID="s{at}"><NumberFormat ss:Format="{escape(code, quote=True)}"/></Style>'
        for at, code in enumerate(TEXT_CODES)
    )
    rows = "".join(
        "<Row>{}</Row>".format(
            "".join(
                f"<Cell{f' ss:StyleID={chr(34)}s{at}{chr(34)}' if number else ''}>"
                f'<Data ss:Type="{"String" if isinstance(value, str) else "Number"}">{value}</Data></Cell>'
                for at, value in enumerate(row)
                if value is not None
            )
        )
        for number, row in enumerate(TEXT_ROWS)
    )
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles>{formats}</Styles>'
        f'<Worksheet ss:Name="Leads"><Table>{rows}</Table></Worksheet></Workbook>'
    )
    return path


@pytest.mark.parametrize("make", [xlsx_of_texts, xlsb_of_texts, xls_of_texts, ods_of_texts, xml_of_texts])
def test_a_text_is_what_the_sheet_shows(tmp_path, make):
    """A format that shows nothing of a text or a number rejects the row; such a 0 is blank, dates and times too."""
    sheet = Taken(make(tmp_path / f"leads.{make.__name__.partition('_')[0]}"))
    assert sheet.ids == ["CUST-A9", "CUST-B1"]
    assert sheet.entries[5].fields == sheet.entries[4].fields
    assert [kinds(sheet.entries[row]) for row in (2, 3)] == 2 * [[FaultKind.HIDDEN_VALUE]]
    assert reason_words(sheet.entries[3].reason) == (
        "The row has a value in column B that its format ;;; hides; format the column as text and write the value as "
        "it is, or delete it."
    )


def test_an_id_or_a_phone_that_is_a_time_is_rejected(taken_book):
    """What was 12-30 or 1230."""
    noon = time(12, 30)
    sheet = taken_book([["External Id", "FirstPhone", "Best time"], [noon, "0412345678", noon], ["A1", noon, noon]])
    assert [kinds(entry) for entry in sheet.entries.values()] == 2 * [[FaultKind.TIME_CELL]]
    assert reason_words(sheet.entries[2].reason) == (
        "The row has a time in column A, into which a spreadsheet turned the id or number; format the column as text "
        "and write it again."
    )


COMPARED = [
    *SHOWN, "0000 000 000", r"[<=9999999]###\-####;\(###\)\ ###\-####", "#,##0", "0,000", "0.00", "* 0", "00-00",
    '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-', "[$€-407] 0", "General", "????0", '0 "kg"', "[Red]0;[Green]-0", "0%",
]  # fmt: skip


COMPARED_TEXTS = [
    '"CUST-"@',
    '@"-AU"',
    '0;0;0;"x"',
    ';;;"x"@',
    "General;General;General;@",
    ";;",
    ";;;",
    "0000",
    "0;-0",
]


def test_a_sheet_saved_as_another_make_names_the_same_leads(tmp_path):
    """LibreOffice writes into an .ods what it shows; leadsync works it out from the codes of the .xlsx."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    book = openpyxl.Workbook()
    book.active.append(["External Id", "Fmt"])
    for code in COMPARED:
        for value in (7, 4200, 412345678):
            book.active.append([value, code])
            book.active.cell(book.active.max_row, 1).number_format = code
    for code in COMPARED_TEXTS:
        book.active.append(["A7", code])
        book.active.cell(book.active.max_row, 1).number_format = code
    book.save(tmp_path / "leads.xlsx")
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods"]
    subprocess.run(
        [*command, "--outdir", tmp_path, tmp_path / "leads.xlsx"], check=True, capture_output=True, timeout=240
    )
    first, second = Taken(tmp_path / "leads.xlsx"), Taken(tmp_path / "leads.ods")
    for number, entry in first.entries.items():
        assert (number, entry.lead) == (number, second.entries[number].lead)
    assert len(first.sent) > 2 * len(COMPARED)
