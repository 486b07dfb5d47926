"""`check` tells everything about a sheet before anything is sent, and sends nothing."""

import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.cli.samples import SHEET as THREE_ROWS
from tests.conftest import Desk

SHEET = (
    "Lead Id,Name,First Phone,Outcome,Call Back Date,Internal",
    "00123,Jane Smith,(03) 8321 8199,Sale,24/11/2031 14:30,x",
    "9857,Null,383218198,Sale,,y",
    "9857,Null,383218198,<no change>,,z",
    "9858,O'Brien,8321 8197,Do Not Call,25/11/2031 09:00,",
)
MAPPED = '[columns]\n"Internal" = ""\n'


LOST = (
    "! 2 rows have NO callback date: the dialer will treat their leads as new ones, and a callback that was agreed "
    "with them is lost"
)


def section(text: str, title: str) -> list[str]:
    """The lines below a title, up to the next blank one."""
    lines = text.splitlines()
    start = lines.index(title) + 1
    end = next((at for at in range(start, len(lines)) if not lines[at]), len(lines))
    return lines[start:end]


def test_check_tells_mapping_repairs_rejections_and_what_the_run_would_do(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9", MAPPED)
    done = desk.leadsync("check", desk.sheet("leads.csv", *SHEET))
    assert done.code == 3, done.err
    columns = [" ".join(line.split()) for line in section(done.out, "Columns:")]
    assert columns == [
        "Lead Id -> njExternalLeadId a common name for njExternalLeadId e.g. 00123",
        "Name -> Name campaign field of this name e.g. Jane Smith",
        "First Phone -> FirstPhone its name e.g. (03) 8321 8199",
        "Outcome -> njDisposition a common name for njDisposition e.g. Sale",
        "Call Back Date -> njCallBackDate a common name for njCallBackDate e.g. 24/11/2031 14:30",
        "Internal -> (not sent) not sent: [columns] in the settings e.g. x",
    ]
    repairs = [" ".join(line.split()) for line in section(done.out, "Values that will be rewritten:")]
    assert "2 First Phone: leading zero restored (row 3, 4: 383218198 -> 0383218198)" in repairs
    assert "1 First Phone: separators removed (row 2: (03) 8321 8199 -> 0383218199)" in repairs
    assert [" ".join(line.split()) for line in section(done.out, "Rows that will not be sent:")] == [
        "1 First Phone '8321 8197' has no area code; write it with its area code, for example (02) 1234 5678 (row 5)"
    ]
    would = section(done.out, "What the run would do:")
    assert [" ".join(line.split()) for line in would[:-1]] == [
        "4 rows: 3 to send, 1 rejected, 0 skipped",
        "2 set Sale",
        "1 keeps its disposition",
        "1 moves a callback",
        LOST,
        "1 lead appears in more than one row",
    ]
    assert "started now, it would end" in would[-1]


def test_check_gives_it_all_to_a_script(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9", MAPPED)
    found = desk.leadsync("check", desk.sheet("leads.csv", *SHEET), "--json").json
    assert (found["rows"], found["to_send"], found["rejected"], found["new_leads"]) == (4, 3, 1, 2)
    assert found["dispositions"] == {"Sale": 2, "<No Change>": 1}
    assert found["columns"][5] == {
        "column": "Internal",
        "field": None,
        "why": "not sent: [columns] in the settings",
        "sample": "x",
    }
    assert {"what": "leading zero restored", "column": "First Phone", "count": 2, "rows": [3, 4]}.items() <= found[
        "repairs"
    ][0].items()
    ends = datetime.fromisoformat(found["ends"])
    assert abs(ends - datetime.now().astimezone()) < timedelta(hours=1)


def test_headings_only_are_no_rows_and_no_error(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", SHEET[0])
    done = desk.leadsync("check", sheet)
    assert done.code == 0, done.err
    assert "No rows" in done.out
    assert desk.leadsync("run", sheet, "--json").json["rows"] == 0
    assert desk.leadsync("run", sheet).code == 0


def test_the_sheet_that_check_writes_is_put_right_and_given_back(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", *(line.rpartition(",")[0] for line in SHEET))
    done = desk.leadsync("check", sheet, "--output", "checked", "--json")
    written = Path(desk.folder, done.json["output"])
    assert written.name == "leads.check.csv"
    rows = desk.rows(written)
    assert [row["sync_status"] for row in rows] == ["unsent", "unsent", "unsent", "rejected"]
    assert rows[0]["sync_message"] == (
        "First Phone: separators removed ((03) 8321 8199 → 0383218199); "
        "Call Back Date: date written as yyyy/MM/dd HH:mm (24/11/2031 14:30 → 2031/11/24 14:30); "
        "Call Back Date: over a year ahead (24/11/2031 14:30 → 2031/11/24 14:30)"
    )
    assert "area code" in rows[3]["sync_message"]
    assert "leadsync run" in rows[3]["sync_advice"]
    written.write_text(written.read_text("utf-8-sig").replace("8321 8197", "03 8321 8197", 1), "utf-8")
    assert desk.leadsync("run", written).code == 0
    received = [one["lead"] for one in dialer.ledger.as_json()["received"]]
    assert sorted(received) == ["00123", "9857", "9857", "9858"]


def test_ids_of_a_checked_copy_that_a_spreadsheet_program_changed_call_no_other_lead(desk: Desk) -> None:
    dialer = desk.dialer()
    ids = "00123", "045", "1234567890123", "9857", "123"
    sheet = desk.sheet("leads.csv", "Lead Id,Disposition", *(f"{lead},Sale" for lead in ids))
    copy = desk.folder / "copy.csv"
    assert desk.leadsync("check", sheet, "--output", copy).code == 0
    lines = copy.read_text("utf-8").splitlines()
    # The first is right so: the person has typed it; the second was changed by the program, as was the third.
    changed = [lines[0], lines[1].replace("00123,", "0123,", 1), lines[2].replace("045,", "45,", 1)]
    changed += [lines[3].replace("1234567890123,", "1.23457E+12,", 1), lines[4].replace("9857,", "9858,", 1), lines[5]]
    given = desk.sheet("copy.csv", *changed)
    done = desk.leadsync("run", given, "--json")
    assert done.json["statuses"] == {"succeeded": 3, "rejected": 2}
    assert [call.lead for call in dialer.ledger.received] == ["0123", "9858", "123"]
    first, second = (row["sync_message"] for row in desk.rows(done.json["files"]["retry"]))
    told = (
        "Lead Id '45' was '045' when the sheet was checked: a spreadsheet program has taken it for a number; write it"
    )
    assert first.startswith(told)
    assert "was '1234567890123' when the sheet was checked" in second
    # Uncorrected they stay rejected; corrected they go.
    retry = Path(done.json["files"]["retry"])
    again = desk.leadsync("run", retry, "--json")
    assert again.json["statuses"] == {"rejected": 2}
    retry = Path(again.json["files"]["retry"])
    retry.write_text(retry.read_text("utf-8").replace("45,", "045,", 1), "utf-8")
    assert desk.leadsync("run", retry, "--json").json["statuses"] == {"rejected": 1, "succeeded": 1}
    assert [call.lead for call in dialer.ledger.received][3:] == ["045"]


def test_a_copy_of_a_checked_copy_keeps_the_ids_of_the_sheet(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet, copy = desk.sheet("leads.csv", "Lead Id,Disposition", "00123,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    lost = desk.sheet("lost.csv", *copy.read_text("utf-8").replace("00123,", "123,", 1).splitlines())
    second = desk.folder / "second.csv"
    assert desk.leadsync("check", lost, "--output", second).code == 3
    assert desk.leadsync("run", second, "--json").json["statuses"] == {"rejected": 1}
    assert not dialer.ledger.received


def test_check_writes_the_format_that_the_files_name_asks_for(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    done = desk.leadsync("check", desk.sheet("leads.csv", *SHEET), "--output", "seen.xlsx")
    assert done.code == 3, done.err
    book = openpyxl.load_workbook(desk.folder / "seen.xlsx")
    assert book.sheetnames == ["To correct", "Ready"]
    assert [cell.value for cell in book["To correct"][2]][:3] == ["9858", "O'Brien", "8321 8197"]
    assert [cell.value for cell in book["Ready"][2]][:3] == ["00123", "Jane Smith", "(03) 8321 8199"]


def test_standard_input_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer = desk.dialer()
    text = "\r\n".join(SHEET[:3]).encode()
    for command, arguments in (("check", []), ("run", ["--yes"])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        done = desk.leadsync(command, "-", *arguments, "--json")
        assert done.code == 0, done.err
        assert done.json["rows"] == 2
    assert Path(done.json["files"]["report"]).name == f"stdin.{done.json['run']}.report.csv"
    assert Path(done.json["files"]["report"]).parent == desk.folder
    assert len(dialer.ledger.as_json()["received"]) == 2


def test_a_fault_of_standard_input_is_named_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.settings("http://127.0.0.1:9")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    done = desk.leadsync("check", "-")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("standard input: the file is empty;")


def test_encoding_and_delimiter_overrule_what_is_found_out(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.folder / "leads.txt"
    sheet.write_bytes("Lead Id#Name#FirstPhone#Outcome\n1#Łódź#0383218199#Sale\n".encode("cp1250"))
    done = desk.leadsync("run", sheet, "--encoding", "cp1250", "--delimiter", "#")
    assert done.code == 0, done.err
    assert dialer.ledger.as_json()["received"][0]["fields"]["Name"] == "Łódź"


def test_a_run_where_nobody_watches_tells_of_lost_callbacks_all_the_same(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET[:3]))
    assert "! " in done.err
    assert "NO callback date" in done.err


def test_check_never_overwrites_the_sheet(desk: Desk) -> None:
    desk.settings("http://127.0.0.1:9")
    sheet = desk.sheet("leads.csv", *SHEET)
    before = sheet.read_bytes()
    for same in (sheet, Path("leads.csv"), Path("other", "..", "leads.csv")):
        (desk.folder / "other").mkdir(exist_ok=True)
        done = desk.leadsync("check", sheet, "--output", same)
        assert done.code == 2
        assert "is the sheet itself" in done.err
    assert sheet.read_bytes() == before


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("leads.csv/x.csv", "leads.csv: that is no folder"),
        ("leads.csv/x", "leads.csv/x: that is no folder"),
        ("folder.csv", "folder.csv is a folder"),
    ],
)
def test_check_says_where_it_cannot_write(desk: Desk, output: str, words: str) -> None:
    desk.settings("http://127.0.0.1:9")
    (desk.folder / "folder.csv").mkdir()
    done = desk.leadsync("check", desk.sheet("leads.csv", *SHEET), "--output", Path(output))
    assert (done.code, done.out) == (2, "")
    assert words in done.err.replace("\\", "/")
    assert "--output" in done.err
    assert "itself failed" not in done.err


def test_a_sheet_is_checked_without_a_word_about_the_dialer_in_the_settings(desk: Desk) -> None:
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "A1,0412345678,Sale")
    for settings in ("", '[server]\nhardware_threads = "auto"\n'):
        desk.config.write_text(settings)
        checked = desk.leadsync("check", sheet, "--json")
        assert checked.code == 0, checked.err
        assert (checked.json["to_send"], checked.json["seconds"]) == (1, None)


def test_phones_outcomes_and_callbacks_as_people_call_them_are_proposed_with_numbers(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Home,BH,Wrap code,City", "A1,0412345678,,Sale,Perth")
    checked = desk.leadsync("check", sheet)
    assert (
        '    1  "Wrap code" = "njDisposition"\n    2  "Home" = "FirstPhone"\n  Fields: njExternalLeadId' in checked.out
    )
    assert desk.leadsync("check", sheet, "--json").json["proposed"] == {
        "Wrap code": "njDisposition",
        "Home": "FirstPhone",
    }


def test_check_sends_nothing_and_tells_what_would_happen(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", *THREE_ROWS, "9860,Kim,8321 8199,Sale,,")
    done = desk.leadsync("check", sheet)
    assert done.code == 3
    assert "njExternalLeadId" in done.out
    assert "4 rows: 3 to send, 1 rejected" in done.out
    assert "NO callback date" in done.out
    found = desk.leadsync("check", sheet, "--json").json
    assert (found["rows"], found["to_send"], found["rejected"], found["new_leads"]) == (4, 3, 1, 1)
    assert dialer.ledger.as_json()["received"] == []
