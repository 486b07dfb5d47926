"""What openpyxl keeps of a workbook when leadsync marks it, and what is put back behind it."""

import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table

from leadsync.cell_marks import Front, RowMark, SheetMarks
from leadsync.sheets.output.marked_workbook import marked

X14 = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" allowBlank="1" '
    'showErrorMessage="1"><x14:formula1><xm:f>Lists!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>B2:B9</xm:sqref>'
    "</x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def marks(sheet: str = "Sheet", **changes: Any) -> SheetMarks:
    row = RowMark(2, "rejected", {"sync_status": "rejected", "sync_message": "=1+1"}, [(1, "wrong")])
    front = Front("leadsync check of x", "=1+1", ["#N/A"], [])
    plain = SheetMarks(sheet, 1, 2, 0, ("sync_status", "sync_message"), {}, [row], front)
    return plain._replace(**changes)


def book() -> tuple[openpyxl.Workbook, Any]:
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.append(["Lead Id", "Outcome"])
    sheet.append(["1", "Sale"])
    return made, sheet


def saved(made: openpyxl.Workbook) -> BytesIO:
    file = BytesIO()
    made.save(file)
    return file


def marked_book(file: BytesIO, asked: SheetMarks | None = None) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(marked(file, asked or marks())))


def with_part(file: BytesIO, name: str, old: bytes, new: bytes) -> BytesIO:
    """The workbook with other bytes in one part."""
    changed = BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(changed, "w") as target:
        for part in archive.namelist():
            content = archive.read(part)
            target.writestr(part, content.replace(old, new) if part == name else content)
    return changed


def test_texts_of_ours_are_never_formulas() -> None:
    after = marked_book(saved(book()[0]))
    cell = after["Sheet"]["D2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert [(after["leadsync"][place].value, after["leadsync"][place].data_type) for place in ("B2", "B3")] == [
        ("=1+1", "s"),
        ("#N/A", "s"),
    ]


def test_a_table_around_the_headings_takes_the_new_columns_in() -> None:
    made, sheet = book()
    sheet.add_table(Table(displayName="Leads", ref="A1:B2"))
    table = marked_book(saved(made))["Sheet"].tables["Leads"]
    assert (table.ref, table.autoFilter.ref) == ("A1:D2", "A1:D2")
    assert [column.name for column in table.tableColumns] == ["Lead Id", "Outcome", "sync_status", "sync_message"]


def test_a_table_elsewhere_stays_as_it_is() -> None:
    made, sheet = book()
    sheet["G5"], sheet["H5"] = "k", "v"
    sheet.add_table(Table(displayName="Other", ref="G5:H6"))
    assert marked_book(saved(made), marks(width=8))["Sheet"].tables["Other"].ref == "G5:H6"


@pytest.mark.parametrize(("own", "frozen"), [("", "B2"), ("A2", "B2"), ("A4", "B4"), ("C2", "C2"), ("C1", "C1")])
def test_the_id_is_frozen_and_panes_of_the_users_own_stay(own: str, frozen: str) -> None:
    made, sheet = book()
    sheet.freeze_panes = own or None
    assert marked_book(saved(made))["Sheet"].freeze_panes == frozen


def test_columns_too_wide_for_half_a_screen_are_not_frozen() -> None:
    made, sheet = book()
    sheet.column_dimensions["A"].width = 70
    assert marked_book(saved(made))["Sheet"].freeze_panes == "A2"


def test_only_the_sheet_in_front_is_selected() -> None:
    made, _ = book()
    made.create_sheet("Other")
    after = marked_book(saved(made))
    assert [sheet.sheet_view.tabSelected for sheet in after.worksheets] == [True, False, False]


def test_of_merged_cells_the_first_is_marked() -> None:
    made, sheet = book()
    sheet.merge_cells("A2:B2")
    after = marked_book(saved(made))["Sheet"]
    assert (after["A2"].fill.fgColor.rgb, after["A2"].comment.text) == ("00FFD9A8", "leadsync: wrong")


def test_a_sheet_of_the_users_own_called_leadsync_stays() -> None:
    made, _ = book()
    made.create_sheet("leadsync")["A1"] = "mine"
    assert marked_book(saved(made)).sheetnames == ["leadsync1", "Sheet", "leadsync"]


def test_protection_and_comments_stay() -> None:
    made, sheet = book()
    sheet.protection.sheet = True
    sheet["A2"].comment = Comment("mine", "Anna")
    after = marked_book(saved(made))["Sheet"]
    assert after.protection.sheet
    assert (after["A2"].comment.text, after["A2"].comment.author) == ("mine", "Anna")


@pytest.mark.filterwarnings("ignore:Data Validation extension")
def test_a_list_on_another_sheet_as_excel_keeps_it_stays_a_validation() -> None:
    made, _ = book()
    made.create_sheet("Lists")
    file = with_part(saved(made), "xl/worksheets/sheet1.xml", b"</worksheet>", f"{X14}</worksheet>".encode())
    [rule] = marked_book(file)["Sheet"].data_validations.dataValidation
    assert (rule.type, rule.formula1, str(rule.sqref), rule.allowBlank) == ("list", "Lists!$A$1:$A$3", "B2:B9", True)


@pytest.mark.parametrize(
    ("stored", "value"),
    [(b"<v>7</v>", 7), (b"<v>0</v>", 0)],
)
def test_formulas_keep_the_values_that_programs_have_worked_out(stored: bytes, value: int) -> None:
    made, sheet = book()
    sheet["B2"] = "=1+6"
    file = with_part(saved(made), "xl/worksheets/sheet1.xml", b"<v/>", stored)
    file = with_part(file, "xl/worksheets/sheet1.xml", b"<v></v>", stored)
    copy = BytesIO(marked(file, marks()))
    assert openpyxl.load_workbook(copy)["Sheet"]["B2"].value == "=1+6"
    assert openpyxl.load_workbook(copy, data_only=True)["Sheet"]["B2"].value == value


def test_a_text_value_of_a_formula_stays_text() -> None:
    made, sheet = book()
    sheet["B2"] = '="a"'
    file = with_part(saved(made), "xl/worksheets/sheet1.xml", b'<c r="B2">', b'<c r="B2" t="str">')
    for blank in (b"<v/>", b"<v></v>"):
        file = with_part(file, "xl/worksheets/sheet1.xml", blank, b"<v>a &amp; b</v>")
    copy = BytesIO(marked(file, marks()))
    assert openpyxl.load_workbook(copy, data_only=True)["Sheet"]["B2"].value == "a & b"
