"""`check --output` marks the user's own workbook; the copy is the same sheet, so that nothing goes twice."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.conftest import Desk

HEADINGS = ("Lead Id", "Name", "First Phone", "Outcome", "Call Back Date", "Score")
SOON = datetime.datetime(2027, 11, 24, 14, 30)
LEADS = (
    ("00123", "Jane Smith", "(03) 8321 8199", "Sale"),
    ("9857", "Bob Li", "0383218198", "Sale"),
    ("9858", "O'Brien", "8321 8197", "Sale"),
    ("9859", "=cmd()", "0383218196", "Sale"),
    ("9860", "Zoë", "0383218195", "Sale"),
)
"""The phone of the third lacks its area code; the first one's separators are removed."""
HEAD = 3
"""The headings' line: a title stands above them."""


def workbook(path: Path) -> Path:
    """Three sheets with a title, a picture's place, formats, a filter, a validation, a comment, formulas and names."""
    book = xlsxwriter.Workbook(path)
    if path.suffix == ".xlsm":
        macros = path.with_name("vbaProject.bin")
        macros.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1528))
        book.add_vba_project(str(macros))
    book.add_worksheet("Notes").write(0, 0, "Call before noon")
    sheet = book.add_worksheet("Leads")
    sheet.merge_range("A1:F1", "Northside", book.add_format({"bg_color": "#7A1F5C"}))
    text = book.add_format({"num_format": "@"})
    green = book.add_format({"num_format": "@", "bg_color": "#C6EFCE"})
    date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.write_row(HEAD - 1, 0, HEADINGS)
    for row, (lead, name, phone, outcome) in enumerate(LEADS, HEAD):
        sheet.write_string(row, 0, lead, text)
        sheet.write_string(row, 1, name)
        sheet.write_string(row, 2, phone, green)
        sheet.write_string(row, 3, outcome)
        sheet.write_datetime(row, 4, SOON, date)
        sheet.write_formula(row, 5, f"=LEN(B{row + 1})", None, len(name))
    sheet.write_comment("C6", "Ask Anna", {"author": "Anna"})
    sheet.data_validation("D4:D99", {"validate": "list", "source": ["Sale", "Do Not Call"]})
    sheet.conditional_format("D4:D99", {"type": "cell", "criteria": "==", "value": '"Sale"', "format": text})
    sheet.autofilter(HEAD - 1, 0, HEAD + len(LEADS) - 1, len(HEADINGS) - 1)
    sheet.set_column("B:B", 22)
    sheet.set_row(HEAD + 3, None, None, {"hidden": True})
    sheet.print_area("A1:F8")
    book.define_name("Phones", "=Leads!$C$4:$C$8")
    stats = book.add_worksheet("Stats")
    stats.write_formula(0, 0, "=COUNTA(Leads!A4:A99)", None, 5)
    stats.write(1, 0, 1)
    stats.add_table("C3:D5", {"columns": [{"header": "k"}, {"header": "v"}]})
    book.close()
    return path


def checked(desk: Desk, name: str = "leads.xlsx") -> Path:
    """The marked copy of a new workbook."""
    path = workbook(desk.folder / name)
    copy = path.with_name(f"checked{path.suffix}")
    done = desk.leadsync("check", path, "--sheet", "Leads", "--output", copy)
    assert done.code == 3, done.err
    return copy


def corrected(path: Path) -> Path:
    """The same file with the phone corrected, as openpyxl saves it: formulas lose their values, so they become some."""
    book = openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm")
    sheet = book["Leads"]
    sheet["C6"] = "03 8321 8197"
    for row, lead in enumerate(LEADS, HEAD + 1):
        sheet.cell(row, 6).value = len(lead[1])
    book.save(path)
    if book.vba_archive:
        book.vba_archive.close()
    return path


def received(dialer: Any) -> list[str]:
    return sorted(call["lead"] for call in dialer.ledger.as_json()["received"])


ALL = sorted(lead[0] for lead in LEADS)
GOOD = sorted(set(ALL) - {"9858"})


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.xlsm"])
def test_the_copy_is_the_users_workbook_with_its_cells_at_fault_marked(desk: Desk, name: str) -> None:
    desk.settings("http://127.0.0.1:9")
    copy = checked(desk, name)
    before, after = (openpyxl.load_workbook(desk.folder / file, rich_text=True) for file in (name, copy.name))
    assert after.sheetnames == ["leadsync", "Notes", "Leads", "Stats"]
    was, now = before["Leads"], after["Leads"]
    for row in was.iter_rows(min_row=1, max_row=8, max_col=6):
        for cell in row:
            other = now[cell.coordinate]
            assert (other.value, other.number_format) == (cell.value, cell.number_format)
            if cell.coordinate != "C6":
                assert other.fill.fgColor.rgb == cell.fill.fgColor.rgb
    assert (now["C6"].fill.fgColor.rgb, was["C6"].fill.fgColor.rgb) == ("00FFD9A8", "FFC6EFCE")
    assert now["C6"].comment.text == (
        "Ask Anna\n\nleadsync: First Phone '8321 8197' has no area code; write it with its area code, for example "
        "(02) 1234 5678."
    )
    assert now["C6"].comment.author == "Anna"
    assert [cell.value for cell in now[HEAD]][6:] == ["sync_row", "sync_status", "sync_message", "sync_run"]
    statuses = [now.cell(row, 8).value for row in range(4, 9)]
    assert statuses == ["unsent", "unsent", "rejected", "unsent", "unsent"]
    # The repair of the first row is no message: nobody has to do anything about it.
    assert [bool(now.cell(row, 9).value) for row in range(4, 9)] == [False, False, True, False, False]
    assert now.freeze_panes == "B4"
    assert now.auto_filter.ref == "A3:J8"
    assert now.data_validations.dataValidation[0].sqref == was.data_validations.dataValidation[0].sqref
    assert len(now.conditional_formatting) == 1
    assert now.column_dimensions["B"].width == was.column_dimensions["B"].width
    assert now.row_dimensions[7].hidden
    assert now.print_area == was.print_area
    assert list(map(str, now.merged_cells.ranges)) == ["A1:F1"]
    assert after.defined_names["Phones"].attr_text == "Leads!$C$4:$C$8"
    assert after["Stats"].tables["Table1"].ref == "C3:D5"
    assert after["Stats"]["A1"].value == "=COUNTA(Leads!A4:A99)"
    values = openpyxl.load_workbook(copy, data_only=True)
    assert (values["Stats"]["A1"].value, values["Leads"]["F4"].value) == (5, 10)
    with zipfile.ZipFile(copy) as archive, zipfile.ZipFile(desk.folder / name) as original:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        if name.endswith("m"):
            assert archive.read("xl/vbaProject.bin") == original.read("xl/vbaProject.bin")


def test_the_sheet_in_front_tells_what_to_correct_and_apart_what_is_only_changed(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    book = openpyxl.load_workbook(checked(desk))
    front = book["leadsync"]
    assert book.active is front
    texts = [[str(cell.value) for cell in row if cell.value] for row in front.iter_rows()]
    assert texts[:2] == [["leadsync check of leads.xlsx"], ["1 of 5 rows to correct; 4 can be sent as they are."]]
    at = texts.index(["To correct"])
    assert texts[at + 3][:3] == ["6", "First Phone", "8321 8197"]
    assert front.cell(at + 4, 2).hyperlink.location == "'Leads'!C6"
    at = texts.index(["Only changed"])
    assert texts[at + 3] == ["1", "First Phone", "separators removed", "row 4: (03) 8321 8199 → 0383218199"]


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.xlsm"])
@pytest.mark.parametrize(
    "steps",
    [
        ["trial copy", "run copy"],
        ["trial leads", "run copy"],
        ["trial copy", "run leads"],
        ["trial copy", "correct", "run copy"],
        ["trial leads", "correct", "run copy"],
        ["correct", "trial copy", "run copy", "run leads"],
        ["run leads", "correct", "run copy"],
        ["run copy", "correct", "run copy"],
        ["run copy", "run leads"],
        ["trial copy", "correct", "rename", "run copy"],
    ],
    ids=", ".join,
)
def test_a_copy_is_the_same_sheet_and_nothing_goes_twice(desk: Desk, name: str, steps: list[str]) -> None:
    dialer = desk.dialer()
    files = {"leads": desk.folder / name, "copy": checked(desk, name)}
    for step in steps:
        what, _, which = step.partition(" ")
        if what == "correct":
            corrected(files["copy"])
        elif what == "rename":
            files["copy"] = files["copy"].rename(desk.folder / f"mine{files['copy'].suffix}")
        else:
            limit = ["--limit", "2"] if what == "trial" else []
            sheet = ["--sheet", "Leads"] if which == "leads" else []
            done = desk.leadsync("run", files[which], *sheet, *limit)
            assert done.code in (0, 3), done.err
    assert received(dialer) == (ALL if "correct" in steps else GOOD)


def test_a_row_corrected_in_the_copy_after_it_was_sent_goes_as_it_reads_now(desk: Desk) -> None:
    dialer = desk.dialer()
    copy = checked(desk)
    assert desk.leadsync("run", copy).code == 3
    book = openpyxl.load_workbook(corrected(copy))
    book["Leads"]["D4"] = "Do Not Call"
    book.save(copy)
    assert desk.leadsync("run", copy).code == 0
    assert received(dialer) == sorted([*ALL, "00123"])


def test_the_files_of_a_copys_run_are_called_after_the_sheet(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", checked(desk), "--json")
    assert Path(done.json["files"]["report"]).name == f"leads.{done.json['run']}.report.xlsx"


@pytest.mark.parametrize("output", ["checked.csv", "checked.xlsx"])
@pytest.mark.parametrize("trial", ["leads.csv", "copy"])
def test_a_table_of_check_is_the_same_sheet_too(desk: Desk, output: str, trial: str) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Name,First Phone,Outcome", *(",".join(lead) for lead in LEADS))
    assert desk.leadsync("check", sheet, "--output", output).code == 3
    copy = desk.folder / output
    assert desk.leadsync("run", copy if trial == "copy" else sheet, "--limit", "2").code == 0
    if output.endswith("csv"):
        copy.write_text(copy.read_text("utf-8-sig").replace("8321 8197", "03 8321 8197", 1), "utf-8")
    else:
        book = openpyxl.load_workbook(copy)
        assert book.sheetnames == ["To correct", "Ready"]
        book["To correct"]["C2"] = "03 8321 8197"
        book.save(copy)
    assert desk.leadsync("run", copy).code == 0
    assert received(dialer) == ALL


def test_a_corrected_copy_checked_again_has_no_marks_left(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    copy = corrected(checked(desk))
    assert desk.leadsync("check", copy, "--output", "again.xlsx").code == 0
    book = openpyxl.load_workbook(desk.folder / "again.xlsx")
    assert book.sheetnames == ["leadsync", "Notes", "Leads", "Stats"]
    cell = book["Leads"]["C6"]
    assert (cell.fill.fill_type, cell.comment.text) == (None, "Ask Anna")
    assert [one.value for one in book["Leads"][6]][6:8] == ["6", "unsent"]
    assert book["leadsync"]["B2"].value == "Nothing to correct: 5 of 5 rows can be sent."


@pytest.mark.parametrize("kind", ["report", "retry"])
@pytest.mark.parametrize("output", ["checked.csv", "checked.xlsx"])
def test_the_copy_of_a_runs_file_has_the_rows_of_that_run(desk: Desk, kind: str, output: str) -> None:
    dialer = desk.dialer()
    run = desk.leadsync("run", workbook(desk.folder / "leads.xlsx"), "--sheet", "Leads", "--json").json
    done = desk.leadsync("check", run["files"][kind], "--output", output, "--json")
    assert done.code == 3, done.err
    copy = Path(done.json["output"])
    if output.endswith("csv"):
        copy.write_text(copy.read_text("utf-8-sig").replace("8321 8197", "03 8321 8197", 1), "utf-8")
    else:
        book = openpyxl.load_workbook(copy)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "8321 8197"]
        for cell in cells:
            cell.value = "03 8321 8197"
        book.save(copy)
    assert desk.leadsync("run", copy).code == 0
    assert received(dialer) == ALL
    desk.leadsync("retry", run["run"])
    assert received(dialer) == ALL


@pytest.mark.parametrize(
    ("name", "output", "words"),
    [
        ("leads.xlsm", "checked.xlsx", "has to end in .xlsm, because it has macros; name it checked.xlsm."),
        ("leads.xlsx", "checked.xlsm", "has to end in .xlsx, because it has no macros; name it checked.xlsx."),
        ("leads.xlsm", "leads.xlsm", "is the sheet itself"),
    ],
)
def test_the_copy_has_the_ending_by_which_programs_open_it(desk: Desk, name: str, output: str, words: str) -> None:
    desk.settings("http://127.0.0.1:9")
    done = desk.leadsync("check", workbook(desk.folder / name), "--sheet", "Leads", "--output", output)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.xlsm"])
def test_in_a_folder_the_copy_keeps_its_ending(desk: Desk, name: str) -> None:
    desk.settings("http://127.0.0.1:9")
    path = workbook(desk.folder / name)
    written = desk.leadsync("check", path, "--sheet", "Leads", "--output", "checks", "--json").json["output"]
    assert Path(written).name == f"leads.check{path.suffix}"


def test_a_copy_that_somebody_has_edited_is_not_replaced(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    copy = checked(desk)
    again = ("check", desk.folder / "leads.xlsx", "--sheet", "Leads", "--output", copy)
    assert desk.leadsync(*again).code == 3
    edited = corrected(copy).read_bytes()
    done = desk.leadsync(*again)
    assert (done.code, copy.read_bytes()) == (2, edited)
    assert "is there already" in done.err


def test_what_the_copy_cannot_keep_is_named(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    path = desk.folder / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Lead Id", "Outcome"])
        sheet.write_row(1, 0, ["1", "Sale"])
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$A$2:$A$2"})
        sheet.insert_chart("D2", chart)
        sheet.insert_textbox("D20", "Hello")
        sheet.add_sparkline("C2", {"range": "Sheet1!A2:A2"})
    done = desk.leadsync("check", path, "--output", "checked.xlsx")
    assert done.code == 0, done.err
    [line] = [line for line in done.out.splitlines() if line.startswith("! The marked copy")]
    named = line.removeprefix("! The marked copy loses or simplifies: ").removesuffix(". leads.xlsx keeps them.")
    assert sorted(named.split(", ")) == ["charts", "shapes and text boxes", "sparklines"]


@pytest.mark.parametrize(
    ("merged", "sheets"), [(b"A1:B2", ["leadsync", "Leads", "Trap"]), (b"A1:XFD1048576", ["To correct", "Ready"])]
)
def test_a_sheet_that_would_take_all_memory_becomes_a_table(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, merged: bytes, sheets: list[str]
) -> None:
    desk.settings("http://127.0.0.1:9")
    monkeypatch.setattr("leadsync.sheets.sandbox.marker._MEMORY", 200 << 20)
    path = desk.folder / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Leads")
        sheet.write_row(0, 0, ["Lead Id", "Outcome"])
        sheet.write_row(1, 0, ["1", "Sale"])
        book.add_worksheet("Trap").merge_range("A1:B2", "")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).replace(b"A1:B2", merged) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    done = desk.leadsync("check", path, "--sheet", "Leads", "--output", "checked.xlsx")
    assert done.code == 0, done.err
    assert openpyxl.load_workbook(desk.folder / "checked.xlsx").sheetnames == sheets
    refused = "The workbook is not marked, because it takes more than" in done.out
    assert refused == (sheets[0] != "leadsync")


def test_a_sheet_of_too_many_cells_becomes_a_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.settings("http://127.0.0.1:9")
    monkeypatch.setattr("leadsync.run.marked_copy.MOST_CELLS", 24)
    path = workbook(desk.folder / "leads.xlsx")
    done = desk.leadsync("check", path, "--sheet", "Leads", "--output", "checked.xlsx")
    assert "because it has more than 4 rows of 6 columns; the copy is a table" in done.out
    assert openpyxl.load_workbook(desk.folder / "checked.xlsx").sheetnames == ["To correct", "Ready"]


def sent_and_marked(desk: Desk, *arguments: str) -> Any:
    """The --json of a run with --mark of a new workbook."""
    path = workbook(desk.folder / "leads.xlsx")
    return desk.leadsync("run", path, "--sheet", "Leads", "--mark", "--json", *arguments).json


def test_a_run_marks_its_outcomes_in_a_copy_of_the_workbook(desk: Desk) -> None:
    desk.dialer()
    run = sent_and_marked(desk)
    marked = Path(run["files"]["marked"])
    assert marked.name == f"leads.{run['run']}.marked.xlsx"
    book = openpyxl.load_workbook(marked)
    assert book.sheetnames == ["leadsync", "Notes", "Leads", "Stats"]
    sheet = book["Leads"]
    assert [cell.value for cell in sheet[HEAD]][6:] == [
        "sync_row",
        "sync_status",
        "sync_code",
        "sync_name",
        "sync_message",
        "sync_advice",
        "sync_attempts",
        "sync_time",
        "sync_run",
    ]
    assert [sheet.cell(row, 8).value for row in range(4, 9)] == [
        "succeeded",
        "succeeded",
        "rejected",
        "succeeded",
        "succeeded",
    ]
    assert {sheet.cell(row, 15).value for row in range(4, 9)} == {run["run"]}
    assert sheet["C6"].fill.fgColor.rgb == "00FFD9A8"
    assert book["leadsync"]["B2"].value == "4 of 5 rows went through; 1 to correct."
    facts = [str(row[1].value) for row in book["leadsync"].iter_rows()]
    step = "•  Correct the highlighted cells on the sheet Leads, save, and give the file to leadsync run."
    assert step in facts, facts


def test_a_marked_workbook_given_back_sends_what_was_corrected(desk: Desk) -> None:
    dialer = desk.dialer()
    marked = Path(sent_and_marked(desk)["files"]["marked"])
    assert desk.leadsync("run", marked).code == 3
    assert received(dialer) == GOOD
    done = desk.leadsync("run", corrected(marked), "--json")
    assert (done.code, received(dialer)) == (0, ALL)
    assert Path(done.json["files"]["report"]).name == f"leads.{done.json['run']}.report.xlsx"


def test_a_row_that_failed_and_was_not_corrected_is_not_sent_again(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads={lead: {} for lead in ("00123", "9857", "9859")})
    marked = Path(sent_and_marked(desk)["files"]["marked"])
    before = received(dialer)
    assert openpyxl.load_workbook(marked)["Leads"]["A8"].fill.fgColor.rgb == "00FFD9A8"
    assert desk.leadsync("run", marked).code == 3
    assert received(dialer) == before


def test_a_marked_trial_given_back_sends_the_rest(desk: Desk) -> None:
    dialer = desk.dialer()
    run = sent_and_marked(desk, "--limit", "2")
    assert desk.leadsync("run", corrected(Path(run["files"]["marked"]))).code == 0
    assert received(dialer) == ALL
    desk.leadsync("resume", run["run"])
    desk.leadsync("run", desk.folder / "leads.xlsx", "--sheet", "Leads")
    assert received(dialer) == ALL


def test_report_marks_the_workbook_of_a_run_unless_it_has_changed(desk: Desk) -> None:
    desk.dialer()
    path = workbook(desk.folder / "leads.xlsx")
    run = desk.leadsync("run", path, "--sheet", "Leads", "--json").json["run"]
    files = desk.leadsync("report", run, "--mark", "--json").json["files"]
    assert openpyxl.load_workbook(files["marked"])["Leads"]["H4"].value == "succeeded"
    corrected(path)
    done = desk.leadsync("report", run, "--mark", "--output", "elsewhere", "--json")
    assert (done.code, done.json["files"]["marked"]) == (0, None)
    assert f"because leads.xlsx has changed since run {run} read it" in done.err


def test_a_sheet_that_cannot_be_marked_is_said_before_it_is_sent(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Name,First Phone,Outcome", ",".join(LEADS[0]))
    done = desk.leadsync("run", sheet, "--mark", "--json")
    words = "The workbook is not marked, because only .xlsx and .xlsm are marked; the report has every outcome."
    assert (done.code, done.json["files"]["marked"]) == (0, None)
    assert words in done.err


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_total_without_a_stored_value_is_no_lead_in_the_copy_either(desk: Desk, command: str) -> None:
    dialer = desk.dialer()
    path = desk.folder / "leads.xlsx"
    book = openpyxl.Workbook()
    for line in (
        ["Lead Id", "Outcome", "Amount"],
        ["one", "Sale", 1],
        ["two", "Sale", 2],
        ["Total", None, "=SUM(C2:C3)"],
    ):
        book.active.append(line)
    book.save(path)
    if command == "check":
        desk.leadsync("check", path, "--output", "copy.xlsx")
        copy = desk.folder / "copy.xlsx"
    else:
        copy = Path(desk.leadsync("run", path, "--mark", "--json").json["files"]["marked"])
    assert openpyxl.load_workbook(copy).sheetnames == ["leadsync", "Sheet"]
    assert desk.leadsync("run", copy).code == 0
    assert received(dialer) == ["one", "two"]


def patched(path: Path, parts: dict[str, tuple[bytes, bytes]], added: dict[str, bytes]) -> None:
    """Replace bytes inside parts of a package, and add parts."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    for name, (before, after) in parts.items():
        assert before in content[name]
        content[name] = content[name].replace(before, after, 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in {**content, **added}.items():
            archive.writestr(name, part)


def test_every_part_and_element_is_kept_or_named(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    path = desk.folder / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Lead Id", "Outcome"])
        sheet.write_row(1, 0, ["1", "Sale"])
        sheet.write_comment("B2", "Ask Anna", {"x_scale": 3})
        sheet.protect("secret")
        sheet.unprotect_range("A2:B9", "open")
        sheet.ignore_errors({"number_stored_as_text": "A1:A9"})
    patched(
        path,
        {
            "xl/worksheets/sheet1.xml": (b"</worksheet>", b"<smartTags/><oddTags/></worksheet>"),
            "xl/workbook.xml": (b"<bookViews>", b"<oddSharing/><bookViews>"),
        },
        {
            "xl/featurePropertyBag/featurePropertyBag.xml": b"<a/>",
            "docMetadata/LabelInfo.xml": b"<a/>",
            "customXml/item1.xml": b"<a/>",
            "xl/printerSettings/printerSettings1.bin": b"x",
            "xl/oddities/odd.xml": b"<a/>",
        },
    )
    done = desk.leadsync("check", path, "--output", "checked.xlsx")
    assert done.code == 0, done.err
    [line] = [line for line in done.out.splitlines() if line.startswith("! The marked copy")]
    named = line.removeprefix("! The marked copy loses or simplifies: ").removesuffix(". leads.xlsx keeps them.")
    assert sorted(named.split(", ")) == [
        "checkboxes in cells",
        "custom XML",
        "printer settings",
        "sensitivity labels",
        "size and format of comments",
        "the element oddSharing",
        "the element oddTags",
        "the element smartTags",
        "the part xl/oddities/odd.xml",
    ]
    with zipfile.ZipFile(desk.folder / "checked.xlsx") as archive:
        copy = archive.read("xl/worksheets/sheet2.xml").decode()
    assert '<protectedRange sqref="A2:B9" name="open"' in copy
    assert '<ignoredErrors><ignoredError sqref="A1:A9" numberStoredAsText="1"' in copy
    assert copy.index("<sheetProtection") < copy.index("<protectedRanges")
