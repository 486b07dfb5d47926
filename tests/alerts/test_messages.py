"""Messages as they arrive, by a real mail server and a real webhook, and figures for Prometheus."""

import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from leadsync.simulator import FaultKind, FaultRule
from tests.alerts.conftest import Mailbox
from tests.conftest import KEY, Desk
from tests.watch.conftest import Hook

SHEET = ("Lead Id,FirstPhone,Outcome", "1,0383218191,Sale", "2,0383218192,Sale")
WRONG_IDS = "[campaign]\ntemplate_id = 41\ncampaign_id = 41\nallocation_id = 777\n"


def put_right(desk: Desk) -> None:
    desk.config.write_text(desk.config.read_text().replace("= 777", "= 38"))


def test_a_failure_and_its_end_arrive_as_mail_and_at_a_webhook_once_each(
    desk: Desk, mailbox: Mailbox, hook: Hook
) -> None:
    desk.dialer(settings=WRONG_IDS)
    urls = {"LEADSYNC_NOTIFY_URLS": f"{mailbox.url}\n{hook.url}"}
    sheet = desk.sheet("leads.csv", *SHEET)
    assert desk.leadsync("run", sheet, **urls).code == 4
    assert desk.leadsync("resume", **urls).code == 4
    put_right(desk)
    done = desk.leadsync("resume", "--json", **urls)
    assert done.code == 0, done.err
    first, second = mailbox.letters
    assert first["Subject"].startswith("leadsync: leads.csv stopped: 115 ALLOCATIN_ID_REQUIRED")
    assert first["To"] == "supervisor@example.com"
    body = first.get_body(("plain",)).get_content()
    assert "2  unsent" in body
    assert "leads.csv went through" in second["Subject"]
    assert done.json["files"]["report"] in second.get_body(("plain",)).get_content()
    assert [one["type"] for one in hook.messages] == ["failure", "success"]
    assert done.json["files"]["report"] in hook.messages[1]["message"]


def test_rows_refused_alike_are_told_once_whatever_their_count(desk: Desk, hook: Hook) -> None:
    rules = [FaultRule(FaultKind.CODE, lead=str(lead), code=101) for lead in range(60)]
    desk.dialer(faults=rules, settings="[notify]\nfailed_percent = 100\n")
    refused = [f"{lead},0383218191,Sale" for lead in range(60)]
    taken = [f"{lead},0383218191,Sale" for lead in range(100, 104)]
    stopped = []
    for rows in (refused, [*taken, *refused]):
        sheet = desk.sheet("leads.csv", SHEET[0], *rows)
        done = desk.leadsync("run", sheet, "--fresh", "--json", LEADSYNC_NOTIFY_URLS=hook.url)
        assert done.code == 4
        stopped.append(done.json["stopped"])
    (message,) = hook.messages
    assert "rows were answered 101" in message["message"]
    assert "45 of the first 45 rows" in stopped[0]
    assert "45 of the first 45 rows" not in stopped[1]


def test_rows_to_decide_are_told_with_the_reports_path_and_nobodys_name_or_number(desk: Desk, hook: Hook) -> None:
    desk.dialer(editing={"2"})
    sheet = desk.sheet(
        "leads.csv", "Lead Id,FirstPhone,Outcome,Name", "1,0383218191,Sale,Zaphod", "2,0383218192,Sale,Zaphod"
    )
    done = desk.leadsync("run", sheet, "--json", LEADSYNC_NOTIFY_URLS=hook.url)
    assert done.code == 3
    (message,) = hook.messages
    assert message["title"].startswith("leadsync: leads.csv: a person has to decide 1 row")
    assert done.json["files"]["review"] in message["message"]
    assert "Zaphod" not in str(message)
    assert "038321819" not in str(message)


def test_a_sheet_that_is_missing_is_told(desk: Desk, hook: Hook) -> None:
    desk.dialer()
    assert desk.leadsync("run", "leads-2026-11-24.csv", LEADSYNC_NOTIFY_URLS=hook.url).code == 2
    assert "leads-2026-11-24.csv does not exist" in hook.messages[0]["message"]


def test_a_message_that_cannot_be_delivered_is_said_and_changes_no_exit_code(desk: Desk, hook: Hook) -> None:
    desk.dialer(editing={"2"})
    urls = "json://user:telltale@127.0.0.1:1/ nonsense://telltale"
    log = desk.folder / "log"
    sheet = desk.sheet("leads.csv", *SHEET)
    done = desk.leadsync("run", sheet, "-vv", "--log-file", log, LEADSYNC_NOTIFY_URLS=urls)
    assert done.code == 3
    assert "could not be delivered to address 1 of [notify] (json:…)" in done.err
    assert "Address 2 of [notify] is none that apprise understands" in done.err
    assert "telltale" not in done.err + done.out + log.read_text()
    run = desk.leadsync("runs", "--json").json["runs"][0]["run"]
    assert desk.leadsync("resume", run, LEADSYNC_NOTIFY_URLS=hook.url).code == 3
    assert len(hook.messages) == 1, "what nobody could be told is told later"


def test_addresses_in_a_file_that_others_can_read_are_not_used(desk: Desk, hook: Hook) -> None:
    file = desk.folder / "urls"
    file.write_text(f"# where to\n{hook.url}\n")
    refused = FaultRule(FaultKind.CODE, lead="2", code=105)
    desk.dialer(faults=[refused], settings=f'[notify]\nurls_file = "{file}"\n')
    file.chmod(0o644)
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET))
    assert (done.code, hook.messages) == (3, [])
    assert "chmod 600" in done.err
    file.chmod(0o600)
    desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--fresh")
    assert len(hook.messages) == 1


def test_nothing_is_sent_to_anybody_where_no_address_is_set(desk: Desk) -> None:
    desk.dialer(editing={"2"})
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET))
    assert (done.code, "notify" in done.err) == (3, False)


def figures(path: Path) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(path.read_text()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_metrics_count_over_all_runs(desk: Desk) -> None:
    desk.dialer(editing={"2"})
    path = desk.folder / "leadsync.prom"
    good = desk.sheet("good.csv", SHEET[0], SHEET[1])
    assert desk.leadsync("run", good, "--metrics-file", path).code == 0
    first = figures(path)
    assert desk.leadsync("run", desk.sheet("leads.csv", *SHEET, "3,12,Sale"), "--metrics-file", path).code == 3
    both = figures(path)
    assert first["leadsync_rows_total{code=0,status=succeeded}"] == 1
    assert both["leadsync_rows_total{code=0,status=succeeded}"] == 2
    assert both["leadsync_rows_total{code=110,status=conflict}"] == 1
    assert both["leadsync_rows_total{code=,status=rejected}"] == 1
    assert both["leadsync_runs_total{standing=finished}"] == 2
    assert both["leadsync_attempts_total"] == 3
    assert both["leadsync_last_exit_code"] == 3
    assert both["leadsync_sending_seconds_total"] > first["leadsync_sending_seconds_total"] > 0
    assert both["leadsync_last_success_timestamp_seconds"] == first["leadsync_last_success_timestamp_seconds"]
    assert both["leadsync_last_finished_timestamp_seconds"] > both["leadsync_last_success_timestamp_seconds"]
    assert list(desk.folder.glob("leadsync.prom.*")) == []


def test_metrics_of_a_failure_are_written_too(desk: Desk) -> None:
    desk.dialer()
    path = desk.folder / "leadsync.prom"
    assert desk.leadsync("run", "missing.csv", "--metrics-file", path).code == 2
    assert figures(path)["leadsync_last_exit_code"] == 2


def test_metrics_that_cannot_be_written_are_said_and_change_no_exit_code(desk: Desk) -> None:
    desk.dialer()
    nowhere = desk.folder / "missing" / "leadsync.prom"
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--metrics-file", nowhere)
    assert done.code == 0
    assert "--metrics-file" in done.err


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_nights_log_names_run_row_and_attempt_and_nobody(desk: Desk, form: str) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.HTTP, status=500, lead="3")])
    folder = desk.folder / "leads"
    folder.mkdir()
    lines = (
        "Lead Id,FirstPhone,Outcome,Name,Address",
        "1,0383218191,Sale,Zaphod,7 Telltale Street",
        "2,12,Sale,Zaphod,x",
    )
    (folder / "leads.csv").write_text("\r\n".join([*lines, "3,0383218193,Sale,Zaphod,7 Telltale Street", ""]))
    log = desk.folder / "night.log"
    done = desk.process(
        "watch", folder, "--once", "--settle", "0", "-vv", "--log-file", log, "--log-format", form, "--json"
    )
    assert done.code == 3, done.err
    text = log.read_text("utf-8")
    run = done.json["files"][0]["run"]
    for telltale in ("Zaphod", "038321819", "383218191", "Telltale", desk.environment["LEADSYNC_API_KEY"]):
        assert telltale not in text + done.err + done.out
    if form == "text":
        assert f"run {run}: row 2, attempt 1: 0 OK" in text
        return
    entries = [json.loads(line) for line in text.splitlines()]
    (row,) = [entry for entry in entries if entry.get("row") == 2]
    assert (row["run"], row["attempt"], row["level"]) == (run, 1, "info")
    assert any(entry.get("row") == 4 and entry["run"] == run for entry in entries)
    assert any("moved to attention" in entry["message"] and entry["run"] == run for entry in entries)


def test_a_page_that_quotes_the_request_tells_nobody_the_key_or_the_person(desk: Desk, hook: Hook, echo: str) -> None:
    desk.settings(echo, "[retry]\nattempts = 1\nwait_seconds = 0\ngive_up_after_minutes = 0\n")
    sheet = desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome,Name", "1,0383218191,Sale,Zaphod")
    log = desk.folder / "log"
    done = desk.leadsync("run", sheet, "-vv", "--log-file", log, "--json", LEADSYNC_NOTIFY_URLS=hook.url)
    assert done.code in (3, 4), done.err
    (row,) = desk.rows(done.json["files"]["report"])
    assert "apiKey=" in row["sync_message"], "the page is quoted"
    assert len(hook.messages) == 1
    said = "".join((done.out, done.err, log.read_text("utf-8"), str(hook.messages), row["sync_message"]))
    for telltale in ("Zaphod", "0383218191", "383218191", KEY):
        assert telltale not in said
    # The sheet's own values are in the report and in the journal; the key is nowhere.
    files = [file for file in desk.folder.rglob("*") if file.is_file()]
    assert [file.name for file in files if KEY.encode() in file.read_bytes()] == []


def test_addresses_in_a_variable_that_is_not_set_are_missed_by_init(desk: Desk) -> None:
    address = "mailto://user:secret@example.com"
    desk.dialer(settings=f'[notify]\nurls_env = "{address}"\n')
    done = desk.leadsync("init", "--check")
    assert (done.code, address in done.err) == (2, False)
    assert "[notify] urls_env names no environment variable with addresses; nobody gets a message." in done.err
