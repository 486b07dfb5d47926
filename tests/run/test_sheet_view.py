"""A sheet as it was read, for a person to confirm its columns."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from leadsync.config import settings_from
from leadsync.journal import open_journal
from leadsync.run import SheetSource, SheetView, lines_with_headings, look_at_sheet, scan_sheet, sheet_view_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = settings_from({}, "the test")


def look(tmp_path: Path, text: str) -> SheetView:
    file = tmp_path / "leads.csv"
    file.write_text(text, "utf-8")
    with open_journal(tmp_path / "state") as journal:
        return look_at_sheet(SheetSource(file), SETTINGS, NOW, journal)


def test_a_sheet_without_ids_shows_its_columns_and_the_fields_perhaps_meant(tmp_path: Path) -> None:
    found = look(tmp_path, "Cust No.,Mobile,Result\n40120,0412 345 678,Sale\n40121,0412 345 679,Sale\n")
    assert [(column.heading, column.field) for column in found.columns] == [
        ("Cust No.", "Cust No."),
        ("Mobile", "Mobile"),
        ("Result", "Result"),
    ]
    assert found.proposed == {"Cust No.": "njExternalLeadId", "Mobile": "FirstPhone", "Result": "njDisposition"}
    assert found.examples[0] == ["40120", "40121"]
    assert found.examples[2] == ["Sale"]


def test_a_doubtful_id_is_proposed_too(tmp_path: Path) -> None:
    found = look(tmp_path, "Debtor Code,Mobile,Result\nA 1,0412 345 678,Sale\nA 1,0412 345 679,Sale\nA 1,,Sale\n")
    assert found.proposed["Debtor Code"] == "njExternalLeadId"


def test_two_columns_for_one_field_are_shown_both(tmp_path: Path) -> None:
    found = look(tmp_path, "njExternalLeadId,Lead Id\n1,2\n")
    assert [column.field for column in found.columns] == ["njExternalLeadId"] * 2


def test_a_workbook_tells_its_sheets_and_the_line_of_its_headings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Winback"
    for line in (("Callbacks of Friday",), (), ("Lead Id", "Outcome"), ("A1", "Sale")):
        sheet.append(line)
    book.create_sheet("Notes")
    book.save(file := tmp_path / "leads.xlsx")
    scan = scan_sheet(SheetSource(file), SETTINGS, NOW, lambda scan: list(scan.entries()))
    found = sheet_view_of(scan)
    assert (found.sheet, found.sheets, found.headings_line) == ("Winback", ("Winback", "Notes"), 3)
    assert {column.heading: column.field for column in found.columns} == {
        "Lead Id": "njExternalLeadId",
        "Outcome": "njDisposition",
    }


def test_the_first_lines_that_could_hold_the_headings_are_few(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Alone,\n" + "".join(f"Id {n},Phone {n}\n" for n in range(2, 40)), "utf-8")
    found = lines_with_headings(SheetSource(file), SETTINGS, NOW)
    assert found == [(n, (f"Id {n}", f"Phone {n}")) for n in range(2, 5)]
