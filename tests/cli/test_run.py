"""The main job as a user meets it: a spreadsheet in, every lead updated, a report out."""

import json
import re
from pathlib import Path

import openpyxl
import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.samples import SHEET
from tests.conftest import Desk


def test_what_is_sent_is_what_the_documentation_asks_for(desk: Desk) -> None:
    dialer = desk.dialer()
    done = desk.process("run", desk.sheet("leads.csv", *SHEET))
    assert done.code == 0, done.err
    received = dialer.ledger.as_json()["received"]
    sent = {one["lead"]: one["fields"] for one in received}
    assert sent["00123"] == {
        "Name": "Jane Smith",
        "FirstPhone": "0383218199",
        "njDisposition": "Sale",
        "njCallBackDate": "2031/11/24 14:30",
        "njPriority": "5",
    }
    assert sent["9857"] == {"Name": "Null", "FirstPhone": "0383218198", "njDisposition": "<No Change>"}


def test_the_summary_shows_the_statuses_and_their_sum(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET, "9860,Kim,8321 8199,Sale,,"))
    assert done.code == 3
    assert "3  succeeded" in done.out
    assert "1  rejected" in done.out
    assert "4  rows read" in done.out
    assert "progress" not in done.err


# Code, the server's name (both from the vendor's page), and where the row is to end.
CODES = [
    (101, "COULDNT_FIND_THE_LEAD", "failed"),
    (102, "NO_PHONE_FIELDS", "failed"),
    (103, "EXCEPTION", "failed"),
    (104, "DNC", "failed"),
    (105, "DUPLICATE", "failed"),
    (106, "INVALID_DISPOSTION", "failed"),
    (107, "DISPOSTION_ISNT_SET_AND_NOCHANGE_SPECIFIED", "failed"),
    (108, "IMPORT_BUT_NOCHANGE_SPECIFIED", "failed"),
    (109, "TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS", "failed"),
    (110, "LEAD_NOT_UPDATED_DUE_TO_CONFLICT", "conflict"),
    (111, "INVALID_TIMEZONE_SPECIFIED", "failed"),
    (112, "DUPLICATE_EXTERNAL_ID", "failed"),
    (113, "EDIT_BUT_NO_EXTERNAL_ID_SUPPLIED", "failed"),
    (114, "INVALID_CALLBACK_DATE_FORMAT", "failed"),
]


def test_every_code_ends_in_its_status_with_name_message_and_advice_on_its_own_row(desk: Desk) -> None:
    from leadsync.simulator import FaultKind, FaultRule

    faults = [FaultRule(FaultKind.CODE, lead=f"L{code}", code=code, message=f"words of {code}") for code, _, _ in CODES]
    desk.dialer(faults=faults)
    lines = [f"L{code},0383218199,Sale" for code, _, _ in CODES]
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "L0,0383218199,Sale", *lines)
    done = desk.leadsync("run", sheet, "--json")
    assert done.code == 3, done.err
    summary = done.json
    assert summary["rows"] == 15 == sum(summary["statuses"].values())
    assert summary["statuses"] == {"succeeded": 1, "failed": 13, "conflict": 1}
    report = {row["Lead Id"]: row for row in desk.rows(summary["files"]["report"])}
    assert (report["L0"]["sync_status"], report["L0"]["sync_code"], report["L0"]["sync_name"]) == (
        "succeeded",
        "0",
        "OK",
    )
    for code, name, status in CODES:
        row = report[f"L{code}"]
        assert (row["sync_status"], row["sync_code"], row["sync_name"]) == (status, str(code), name)
        assert row["sync_message"] == f"words of {code}"
        assert row["sync_advice"]
        assert row["sync_attempts"] == ("3" if code in (103, 109) else "1")
    retried = {row["Lead Id"] for row in desk.rows(summary["files"]["retry"])}
    assert retried == {f"L{code}" for code, _, status in CODES if status == "failed" and code != 104}
    assert [row["Lead Id"] for row in desk.rows(summary["files"]["review"])] == ["L110"]


@pytest.mark.parametrize(("code", "setting"), [(115, "allocation_id"), (116, "template_id"), (117, "campaign_id")])
def test_wrong_ids_stop_the_run_and_resume_goes_on_once_they_are_right(desk: Desk, code: int, setting: str) -> None:
    wrong = {"template_id": 41, "campaign_id": 41, "allocation_id": 38, setting: 777777}
    ids = "[campaign]\n" + "".join(f"{name} = {value}\n" for name, value in wrong.items())
    desk.dialer(settings=ids)
    stopped = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json")
    assert stopped.code == 4
    assert str(code) in stopped.json["stopped"]
    assert setting in stopped.json["stopped"]
    assert stopped.json["statuses"] == {"unsent": 3}
    desk.config.write_text(desk.config.read_text().replace("777777", str({"allocation_id": 38}.get(setting, 41))))
    went_on = desk.leadsync("resume", "--json")
    assert went_on.code == 0, went_on.err
    assert went_on.json["run"] == stopped.json["run"]
    assert went_on.json["statuses"] == {"succeeded": 3}


def test_a_refused_key_stops_the_run(desk: Desk) -> None:
    desk.dialer()
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json", LEADSYNC_API_KEY="wrong")
    assert done.code == 4
    assert "API key" in done.json["stopped"]


def test_the_report_keeps_the_sheets_columns_and_values(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet(
        "leads.csv", "Lead Id,FirstPhone,Notes,Outcome", "007,0383218199,=1+1,Sale", ",,,", "8,bad,NA,Sale"
    )
    done = desk.leadsync("run", sheet, "--json")
    raw = Path(done.json["files"]["report"]).read_text("utf-8")
    assert raw.splitlines()[0] == (
        "Lead Id,FirstPhone,Notes,Outcome,sync_row,sync_status,sync_code,sync_name,sync_message,sync_advice,"
        "sync_attempts,sync_time,sync_run"
    )
    first, second = desk.rows(done.json["files"]["report"])
    assert (first["Lead Id"], first["FirstPhone"], first["sync_row"]) == ("007", "0383218199", "2")
    assert first["Notes"] == "'=1+1", "text to a spreadsheet program, never a formula"
    assert (second["Notes"], second["sync_row"], second["sync_status"]) == ("NA", "4", "rejected")
    assert Path(done.json["files"]["report"]).parent == desk.folder
    assert Path(done.json["files"]["report"]).name == f"leads.{done.json['run']}.report.csv"


def test_the_retry_file_given_back_sends_just_its_rows_as_they_were(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet(
        "leads.csv",
        "Lead Id,FirstPhone,Notes,Outcome",
        "007,0383218199,=1+1,Sale",
        "8,8321 8199,=2+2,Sale",
        "9,0383218198,x,Sale",
    )
    done = desk.leadsync("run", sheet, "--json")
    retry = Path(done.json["files"]["retry"])
    retry.write_text(retry.read_text("utf-8").replace("8321 8199", "03 8321 8197"), "utf-8", newline="")
    again = desk.leadsync("run", retry, "--json")
    assert again.code == 0, again.err
    assert again.json["statuses"] == {"succeeded": 1}
    last = dialer.ledger.as_json()["received"][-1]
    assert (last["lead"], last["fields"]["FirstPhone"], last["fields"]["Notes"]) == ("8", "0383218197", "=2+2")


@pytest.mark.parametrize(("file", "sent"), [("report", ["2"]), ("retry", ["1", "2", "3"])])
def test_of_refused_rows_in_a_text_report_only_corrected_ones_go(desk: Desk, file: str, sent: list[str]) -> None:
    """The retry file alone sends them all: it is for another try."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=3)])
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", *(f"{n},038321819{n},Sail" for n in range(1, 4)))
    done = desk.leadsync("run", sheet, "--json").json
    given = Path(done["files"][file])
    given.write_text(given.read_text("utf-8").replace("2,0383218192,Sail", "2,0383218192,Sale"), "utf-8", newline="")
    dialer.ledger.received.clear()
    again = desk.leadsync("run", given, "--json")
    assert [one["lead"] for one in dialer.ledger.as_json()["received"]] == sent
    assert ("2 rows not corrected, not sent" in again.err) == (file == "report")
    if file == "report":
        desk.leadsync("retry", done["run"])
        assert sorted(one["lead"] for one in dialer.ledger.as_json()["received"][1:]) == ["1", "3"], "left to its run"


def test_a_whole_report_corrected_in_place_sends_only_what_still_has_to_go(desk: Desk) -> None:
    dialer = desk.dialer(dnc={"0383218190"})
    sheet = desk.sheet(
        "leads.csv",
        "Lead Id,FirstPhone,Outcome",
        "1,0383218191,Sale",
        "2,0383218190,Sale",
        "3,0383218193,Sail",
    )
    done = desk.leadsync("run", sheet, "--json")
    assert done.json["codes"] == {"0": 1, "104": 1, "106": 1}
    report = Path(done.json["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("Sail", "Sale"), "utf-8", newline="")
    again = desk.leadsync("run", report, "--json")
    assert again.json["statuses"] == {"succeeded": 1, "skipped": 2}
    assert [one["lead"] for one in dialer.ledger.as_json()["received"]].count("3") == 2
    assert [one["lead"] for one in dialer.ledger.as_json()["received"]].count("2") == 1, "104 is never sent again"


def test_a_workbook_gets_workbooks_with_ids_and_phones_as_text_and_dates_as_dates(desk: Desk) -> None:
    from datetime import datetime

    dialer = desk.dialer()
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Lead Id", "FirstPhone", "Outcome", "Callback", "Notes"])
    page.append([9856, 383218199, "Sale", datetime(2031, 11, 24, 14, 30), "=x"])
    page.append([9857, "0383218198", "Sail", datetime(2031, 11, 25), None])
    page["E2"].data_type = "s"
    book.save(desk.folder / "leads.xlsx")
    done = desk.leadsync("run", desk.folder / "leads.xlsx", "--json")
    assert done.code == 3, done.err
    sent = {one["lead"]: one["fields"] for one in dialer.ledger.as_json()["received"]}
    assert sent["9856"]["FirstPhone"] == "0383218199"
    assert sent["9856"]["njCallBackDate"] == "2031/11/24 14:30"
    written = openpyxl.load_workbook(done.json["files"]["report"])["Report"]
    assert [cell.value for cell in written[2]][:5] == [
        "9856",
        "383218199",
        "Sale",
        datetime(2031, 11, 24, 14, 30),
        "=x",
    ]
    assert written["E2"].data_type == "s"
    retry = desk.leadsync("run", done.json["files"]["retry"], "--json")
    assert retry.json["codes"] == {"106": 1}


def test_the_sample_workbook_says_the_same_as_the_sample_csv(desk: Desk) -> None:
    samples = Path(__file__).parents[2] / "sample_data"
    from leadsync.simulator import FaultRule

    known = json.loads((samples / "practice_dialer.json").read_text("utf-8"))
    more = {key: known[key] for key in ("leads", "dnc", "editing")}
    desk.dialer(
        any_lead=False,
        faults=[FaultRule(**fault) for fault in known["faults"]],
        settings='[columns]\n"Agent notes" = ""\n',
        **more,
    )
    done = desk.leadsync("run", samples / "leads.xlsx", "--output", desk.folder, "--format", "csv", "--json")
    assert done.code == 3, done.err
    ends = {row["sync_row"]: (row["sync_status"], row["sync_code"]) for row in desk.rows(done.json["files"]["report"])}
    unusual = {number: end for number, end in ends.items() if end != ("succeeded", "0")}
    expected = {
        number: (end["status"], "" if end["code"] is None else str(end["code"]))
        for number, end in known["expected"].items()
    }
    assert unusual == {number: end for number, end in expected.items() if end != ("succeeded", "0")}
    assert len(ends) == 200


def test_several_rows_for_one_lead_as_the_settings_say(desk: Desk) -> None:
    lines = ("Lead Id,FirstPhone,Outcome", "A,0383218199,Busy", "B,0383218198,Sale", "A,0383218199,Sale")
    dialer = desk.dialer()
    assert desk.leadsync("run", desk.sheet("order.csv", *lines)).code == 0
    assert [one["fields"]["njDisposition"] for one in dialer.ledger.as_json()["received"] if one["lead"] == "A"] == [
        "Busy",
        "Sale",
    ]
    desk.dialer(settings='[input]\nduplicates = "last"\n')
    last = desk.leadsync("run", desk.sheet("last.csv", *lines), "--json")
    assert last.json["statuses"] == {"succeeded": 2, "skipped": 1}
    desk.dialer(settings='[input]\nduplicates = "reject"\n')
    reject = desk.leadsync("run", desk.sheet("reject.csv", *lines), "--json")
    assert reject.json["statuses"] == {"succeeded": 1, "rejected": 2}
    assert "2, 4" in desk.rows(reject.json["files"]["report"])[0]["sync_message"]


def test_a_trial_sends_the_first_rows_and_the_next_run_the_others(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    trial = desk.leadsync("run", sheet, "--limit", "1", "--json")
    assert (trial.code, trial.json["rows"], trial.json["statuses"]) == (0, 1, {"succeeded": 1})
    told = desk.leadsync("show", trial.json["run"]).out
    assert "trial of 1 row, " in told
    assert "finished" not in told
    assert f"Go on with the other 2 rows: leadsync resume {trial.json['run']}" in told
    assert "trial, 2 left" in desk.leadsync("runs").out
    page = Path(trial.json["files"]["summary"]).read_text("utf-8")
    assert "A trial of the first rows." in page
    assert "There is nothing left to do." not in page
    whole = desk.leadsync("run", sheet, "--json")
    assert (whole.json["run"], whole.json["statuses"]) == (trial.json["run"], {"succeeded": 3})
    assert len(dialer.ledger.as_json()["received"]) == 3, "nothing is sent twice"
    assert "trial" not in desk.leadsync("runs").out


def test_a_trial_counts_the_rows_that_it_sends(desk: Desk) -> None:
    dialer = desk.dialer()
    rows = ("1,0383218191,Sale", "2,123,Sale", *(f"{number},038321819{number},Sale" for number in range(3, 8)))
    trial = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", *rows), "--limit", "5")
    assert "trial of 5 rows, among the first 6 of the sheet, " in trial.out
    assert len(dialer.ledger.received) == 5


def test_a_count_of_one_is_told_in_the_singular(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="1", code=106, calls=1)])
    done = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "1,0383218191,Sale"))
    assert re.search(r" 1  row read$", done.out, re.MULTILINE)
    assert "1 failed or unsent row of run" in (again := desk.leadsync("retry").err)
    assert "goes again." in again
    assert "Forgot 0 runs with 0 rows" in desk.leadsync("prune", "--older-than", "1d", "--yes").out


def test_a_finished_file_is_not_sent_again_by_habit(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    desk.leadsync("run", sheet)
    again = desk.leadsync("run", sheet, "--json")
    assert again.code == 0
    assert "Nothing to do" in again.err
    assert len(dialer.ledger.as_json()["received"]) == 3
    fresh = desk.leadsync("run", sheet, "--fresh", "--json")
    assert fresh.json["statuses"] == {"succeeded": 3}
    assert len(dialer.ledger.as_json()["received"]) == 6


def test_commands_to_paste_have_the_options_of_the_one_before(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=106)])
    desk.config.rename(desk.folder / "other.toml")
    options = ("--config", "other.toml", "--state", "a state")
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), *options)
    assert 'send them: leadsync --config other.toml --state "a state" run ' in done.out


def test_the_key_shows_nowhere(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    log = desk.folder / "log.txt"
    outputs = [
        desk.process("run", sheet, "-vv", "--log-file", log),
        desk.process("runs"),
        desk.process("campaigns", "-vv"),
    ]
    key = desk.environment["LEADSYNC_API_KEY"]
    for one in outputs:
        assert one.code == 0, one.err
        assert key not in one.out + one.err
    assert "row 2, attempt 1: 0 OK" in log.read_text()
    for path in desk.folder.rglob("*"):
        assert not path.is_file() or key.encode() not in path.read_bytes(), path


def test_init_writes_settings_that_can_be_used(desk: Desk) -> None:
    done = desk.leadsync("init", "--url", "https://pbx.example.org", "--campaign-id", "7")
    assert done.code == 0, done.err
    text = desk.config.read_text("utf-8")
    assert 'url = "https://pbx.example.org"' in text
    assert "campaign_id = 7" in text
    assert desk.leadsync("check", desk.sheet("leads.csv", *SHEET)).code == 0
    again = desk.leadsync("init")
    assert again.code == 2
    assert "--force" in again.err
