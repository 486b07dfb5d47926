"""Warnings travel to summary, `--json` and alert; nothing of a lead does."""

from pathlib import Path
from shutil import copy

from tests.alerts.conftest import hook
from tests.conftest import Desk
from tests.watch.conftest import Hook

__all__ = ["hook"]

DATA = Path(__file__).parent / "data"
HEADINGS = "External Id,Name,FirstPhone,Disposition,Callback"
SWAPPED = (HEADINGS, "A1,Ann,0412345678,Sale,03/24/2027 14:30", "A2,Zaphod,0412345679,Sale,03/25/2027 14:30")


def watched(desk: Desk, name: str, *lines: str) -> Path:
    folder = desk.folder / "in"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(f"{line}\r\n" for line in lines), "utf-8")
    return folder


def test_a_doubtful_sheet_goes_to_attention_with_its_warnings(desk: Desk, hook: Hook) -> None:
    desk.dialer(settings='[input]\ndate_order = "auto"\n')
    folder = watched(desk, "leads.csv", *SWAPPED)
    done = desk.leadsync("watch", folder, "--once", "--settle", "0", "--json", LEADSYNC_NOTIFY_URLS=hook.url)
    assert done.code == 0, done.err
    assert (folder / "attention" / "leads.csv").exists()
    assert not (folder / "done" / "leads.csv").exists()
    shown = desk.leadsync("show", done.json["files"][0]["run"], "--json").json
    warnings = "\n".join(shown["warnings"])
    assert '! Callback: date_order = "auto" reads all 2 dates as month/day/year' in warnings
    page = Path(shown["files"]["summary"])
    assert page.parent == folder / "attention"
    assert "reads all 2 dates as month/day/year" in page.read_text("utf-8")
    (message,) = hook.messages
    assert "the data sent may be wrong" in message["title"]
    assert "reads all 2 dates as month/day/year" in message["message"]
    for value in ("Zaphod", "0412345679", "412345679"):
        assert value not in str(message)


def test_a_sheet_with_intended_effects_alone_goes_to_done(desk: Desk) -> None:
    desk.dialer()
    folder = watched(desk, "leads.csv", HEADINGS, "A1,Ann,0412345678,Sale,", "A2,,0412345679,Sale,")
    done = desk.leadsync("watch", folder, "--once", "--settle", "0", "--json")
    assert done.code == 0, done.err
    assert (folder / "done" / "leads.csv").exists()
    shown = desk.leadsync("show", done.json["files"][0]["run"], "--json").json
    assert any("NO callback date" in warning for warning in shown["warnings"])


def test_a_sheet_with_a_word_for_no_value_goes_to_attention(desk: Desk) -> None:
    desk.dialer()
    folder = watched(desk, "leads.csv", HEADINGS, "A1,Ann,0412345678,Sale,", "A2,N/A,0412345679,Sale,")
    done = desk.leadsync("watch", folder, "--once", "--settle", "0", "--json")
    assert (folder / "attention" / "leads.csv").exists()
    shown = desk.leadsync("show", done.json["files"][0]["run"], "--json").json
    assert any("1 cell says N/A in Name" in warning for warning in shown["warnings"])
    assert any("1 cell says N/A in Name" in line for line in done.err.splitlines())


def test_warnings_about_values_stand_in_json(desk: Desk) -> None:
    desk.dialer(settings='[input]\nbad_phone = "omit"\n')
    done = desk.leadsync("run", copy(DATA / "bad_second.csv", desk.folder), "--json")
    assert done.code == 0, done.err
    assert ("SecondPhone: an unreadable phone beside a good one: left out (3 rows: 2, 3, 4).") in done.json["warnings"]


def test_headings_that_are_a_lead_are_told_to_nobody(desk: Desk, hook: Hook) -> None:
    desk.dialer()
    folder = watched(desk, "leads.csv", "A1,Zaphod,0412345678,Sale", "A2,Ann,0412345679,Sale")
    log = desk.folder / "log"
    arguments = ("--once", "--settle", "0", "--log-file", log, "-vv")
    done = desk.leadsync("watch", folder, *arguments, LEADSYNC_NOTIFY_URLS=hook.url)
    assert done.code == 2
    (message,) = hook.messages
    assert "leads.csv failed" in message["title"]
    for text in (str(message), log.read_text("utf-8"), (desk.state / "told.json").read_text("utf-8")):
        assert "Zaphod" not in text
        assert "412345678" not in text
    why = (folder / "attention" / "leads.csv.why.txt").read_text("utf-8")
    assert "line 1 is a lead, not headings; put headings above it" in why
    assert "Zaphod" not in why


def test_another_fault_of_the_same_sheet_is_news(desk: Desk, hook: Hook) -> None:
    desk.dialer()
    for headings in ("Lead Id,Name,Name", "Lead Id,Other,Other"):
        folder = watched(desk, "leads.csv", headings, "A1,Ann,0412345678", "A2,Bob,0412345679")
        desk.leadsync("watch", folder, "--once", "--settle", "0", LEADSYNC_NOTIFY_URLS=hook.url)
    assert len(hook.messages) == 2


def test_columns_are_listed_once_and_proposed_with_numbers(desk: Desk) -> None:
    desk.dialer()
    lines = ("Lead Id,FirstPhone,Result,Recall,City", "A1,0412345678,Sale,24/11/2027,Perth")
    checked = desk.leadsync("check", desk.sheet("leads.csv", *lines))
    assert '    1  "Result" = "njDisposition"\n    2  "Recall" = "njCallBackDate"' in checked.out
    assert "Fields: njExternalLeadId, njDisposition, njCallBackDate, FirstPhone, SecondPhone" in checked.out
    done = desk.leadsync("run", desk.folder / "leads.csv")
    assert done.err.count("Sent as campaign fields of these names: Result, Recall, City.") == 1
    named = '[columns]\nResult = "njDisposition"\nRecall = "njOutcome"\n'
    desk.settings("http://127.0.0.1:1", named)
    refused = desk.leadsync("check", desk.folder / "leads.csv")
    assert refused.code == 2
    assert "the dialer has no field njOutcome; its fields are njCallBackDate, njContactHours" in refused.err
