"""Leads that the dialer does not have: inserted where the user asked for it. Expected calls from the vendor's page."""

import signal
from collections import Counter
from pathlib import Path

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk, Result

HEADINGS = "Lead Id,Name,FirstPhone,SecondPhone,Outcome,Call Back Date"
HELD = {"1": {"FirstPhone": "0383218191", "njDisposition": "Busy"}}


def calls(dialer: PracticeDialer) -> list[tuple[str, str, dict[str, str]]]:
    return [(one.call, one.lead, dict(one.fields)) for one in dialer.ledger.received]


def report(desk: Desk, done: Result) -> dict[str, dict[str, str]]:
    return {row["Lead Id"]: row for row in desk.rows(done.json["files"]["report"])}


def test_a_101_is_followed_by_an_insert_with_the_same_fields(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads=HELD)
    sheet = desk.sheet(
        "leads.csv",
        HEADINGS,
        "1,Ann,0383218191,,Sale,",
        "77,Jane,0383218199,,Sale,24/11/2031 14:30",
        "78,Bob,,0383218198,,",
    )
    done = desk.leadsync("run", sheet, "--insert-missing", "--json")
    assert done.code == 0, done.err
    by_lead = [(call, fields) for call, lead, fields in calls(dialer) if lead == "77"]
    same = {"Name": "Jane", "FirstPhone": "0383218199", "njDisposition": "Sale", "njCallBackDate": "2031/11/24 14:30"}
    assert by_lead == [
        ("updateLeadFast", {**same, "SecondPhone": "<No Change>"}),
        ("insertLeadFast", {**same, "njExternalLeadId": "77"}),
    ]
    assert [fields for call, lead, fields in calls(dialer) if lead == "78"][1] == {
        "njExternalLeadId": "78",
        "Name": "Bob",
        "SecondPhone": "0383218198",
    }
    rows = report(desk, done)
    assert (rows["1"]["sync_attempts"], rows["1"]["sync_message"]) == ("1", "OK")
    inserted = rows["77"]
    assert (inserted["sync_status"], inserted["sync_code"], inserted["sync_attempts"]) == ("succeeded", "0", "2")
    assert "101 COULDNT_FIND_THE_LEAD" in inserted["sync_message"]
    assert dialer.campaign.leads["77"]["FirstPhone"] == "0383218199"
    assert done.json["codes"] == {"0": 3}


def test_the_classic_calls_do_the_same(desk: Desk) -> None:
    server = '[server]\nurl = "@URL@"\ncalls = "classic"\n'
    dialer = desk.dialer(settings=server, any_lead=False, leads=HELD)
    sheet = desk.sheet("leads.csv", HEADINGS, "1,Ann,0383218191,,Sale,", "77,Jane,0383218199,,Sale,")
    done = desk.leadsync("run", sheet, "--insert-missing", "--json")
    assert (done.code, done.json["codes"]) == (0, {"0": 2}), done.err
    assert Counter(call for call, _, _ in calls(dialer)) == {"updateLead": 2, "insertLead": 1}
    assert dialer.campaign.leads["77"]["FirstPhone"] == "0383218199"
    shown = desk.leadsync("request", done.json["run"], "--row", "2")
    assert "/servicemanager/rest/CampaignAPI/updateLead?" in shown.out


def test_both_codes_are_told_where_the_insert_is_refused(desk: Desk) -> None:
    desk.dialer(any_lead=False, leads=HELD)
    sheet = desk.sheet("leads.csv", HEADINGS, "77,Jane,0383218191,,Sale,")
    done = desk.leadsync("run", sheet, "--insert-missing", "--json")
    row = report(desk, done)["77"]
    assert (row["sync_status"], row["sync_code"], row["sync_name"]) == ("failed", "105", "DUPLICATE")
    assert "101 COULDNT_FIND_THE_LEAD" in row["sync_message"]
    assert "DUPLICATE" in row["sync_message"]


def test_without_a_phone_number_nothing_is_inserted(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("leads.csv", HEADINGS, "77,Jane,,,Sale,", "78,Bob,<no change>,,Sale,")
    done = desk.leadsync("run", sheet, "--insert-missing", "--json")
    assert done.json["statuses"] == {"failed": 2}
    assert Counter(call for call, _, _ in calls(dialer)) == {"updateLeadFast": 2}
    for row in report(desk, done).values():
        assert row["sync_code"] == "101"
        assert "phone number; write one into FirstPhone or SecondPhone" in row["sync_message"]


def test_nothing_is_inserted_that_nobody_asked_for(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("leads.csv", HEADINGS, "77,Jane,0383218191,,Sale,")
    assert desk.leadsync("run", sheet).code == 3
    assert [call for call, _, _ in calls(dialer)] == ["updateLeadFast"]


def test_the_setting_does_the_same_and_the_environment_too(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("leads.csv", HEADINGS, "77,Jane,0383218191,,Sale,")
    assert desk.leadsync("run", sheet, LEADSYNC_CAMPAIGN__INSERT_MISSING="true").code == 0
    assert [call for call, _, _ in calls(dialer)] == ["updateLeadFast", "insertLeadFast"]


def test_a_run_goes_on_inserting_though_resume_is_not_told_to(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("leads.csv", HEADINGS, "77,Jane,0383218191,,Sale,", "78,Bob,0383218192,,Sale,")
    assert desk.leadsync("run", sheet, "--insert-missing", "--limit", "1").code == 0
    done = desk.leadsync("resume", "--json")
    assert done.json["statuses"] == {"succeeded": 2}, done.err
    assert set(dialer.campaign.leads) == {"77", "78"}


def test_a_list_of_new_leads_is_no_bad_beginning_and_stays_within_the_slots(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, hardware_threads=8)
    desk.config.write_text(desk.config.read_text().replace("[campaign]", "hardware_threads = 8\n[campaign]", 1))
    rows = [f"N{number},Jane,03832{number:05},,Sale," for number in range(60)]
    done = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--insert-missing", "--json")
    assert (done.code, done.json["statuses"]) == (0, {"succeeded": 60})
    assert done.json["attempts"] == 120
    assert dialer.stats()["peak_open_calls"] <= 4
    assert dialer.stats()["queued_calls"] == 0


def test_inserts_that_are_all_refused_alike_are_a_bad_beginning(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads=HELD)
    rows = [f"N{number},Jane,0383218191,,Sale," for number in range(200)]
    done = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *rows), "--insert-missing", "--json")
    assert done.code == 4
    assert "105 DUPLICATE" in done.json["stopped"]
    assert Counter(call for call, _, _ in calls(dialer))["insertLeadFast"] < 80


def test_insert_only_updates_nothing(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False, leads=HELD)
    sheet = desk.sheet(
        "new.csv", HEADINGS, "1,Ann,0383218195,,Sale,", "77,Jane,0383218199,,,", "78,Bob,,,Sale,", "79,Kim,x,,Sale,"
    )
    checked = desk.leadsync("check", sheet, "--insert-only", "--json")
    assert (checked.json["to_send"], checked.json["rejected"], checked.json["new_leads"]) == (2, 2, 0)
    done = desk.leadsync("run", sheet, "--insert-only", "--json")
    assert calls(dialer) == [
        (
            "insertLeadFast",
            "1",
            {"njExternalLeadId": "1", "Name": "Ann", "FirstPhone": "0383218195", "njDisposition": "Sale"},
        ),
        ("insertLeadFast", "77", {"njExternalLeadId": "77", "Name": "Jane", "FirstPhone": "0383218199"}),
    ]
    rows = report(desk, done)
    assert (rows["1"]["sync_status"], rows["1"]["sync_code"]) == ("failed", "112")
    assert (rows["77"]["sync_status"], rows["77"]["sync_code"]) == ("succeeded", "0")
    assert rows["78"]["sync_status"] == "rejected"
    assert "phone number" in rows["78"]["sync_message"]


@pytest.mark.parametrize(("allowed", "code"), [("false", 105), ("true", 0)])
def test_duplicates_are_let_in_where_the_settings_allow_it(desk: Desk, allowed: str, code: int) -> None:
    dialer = desk.dialer(any_lead=False, leads=HELD)
    sheet = desk.sheet("new.csv", HEADINGS, "77,Jane,0383218191,,Sale,")
    done = desk.leadsync("run", sheet, "--insert-only", "--json", LEADSYNC_CAMPAIGN__ALLOW_DUPLICATES=allowed)
    assert done.json["codes"] == {str(code): 1}
    (received,) = dialer.ledger.received
    assert received.query.get("allowDuplicates") == ("true" if code == 0 else None)
    assert "njExternalLeadId" not in received.query


@pytest.mark.parametrize("how", ["--insert-missing", "--insert-only"])
@pytest.mark.parametrize("applied", [True, False])
def test_an_insert_whose_answer_is_lost_is_for_a_person_to_decide(desk: Desk, how: str, applied: bool) -> None:
    """Not even a row without a disposition, and not even with `unknown = "send"`."""
    attempt = 2 if how == "--insert-missing" else 1
    lost = FaultRule(FaultKind.CLOSE, lead="77", attempt=attempt, applied=applied)
    dialer = desk.dialer(any_lead=False, faults=[lost], settings='[retry]\nwait_seconds = 0.05\nunknown = "send"\n')
    sheet = desk.sheet("new.csv", HEADINGS, "77,Jane,0383218191,,,")
    done = desk.leadsync("run", sheet, how, "--json")
    assert done.json["statuses"] == {"unknown": 1}
    assert "Look at lead 77 in the dialer" in desk.rows(done.json["files"]["review"])[0]["sync_advice"]
    before = len(dialer.ledger.received)
    if how == "--insert-only":
        assert desk.leadsync("resume", done.json["run"], "--json").json["statuses"] == {"unknown": 1}
    assert len(dialer.ledger.received) == before
    assert len(dialer.ledger.applications) == int(applied)


def test_options_that_exclude_each_other(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("new.csv", HEADINGS, "77,Jane,0383218191,,,")
    assert desk.leadsync("run", sheet, "--insert-only", "--insert-missing").code == 2
    assert desk.leadsync("run", sheet, "--limit", "1").code == 0


@pytest.mark.parametrize(("disposition", "unknown"), [("", "hold"), ("", "send"), ("Sale", "send")])
def test_killed_while_an_insert_is_under_way(tmp_path: Path, disposition: str, unknown: str) -> None:
    from leadsync.simulator import PracticeDialer, PracticeServer
    from tests.faults.invariants import sheet_rows
    from tests.faults.scene import Scene

    hang = FaultRule(FaultKind.SLOW, lead="L2", attempt=2, seconds=30)
    dialer = PracticeDialer(floor_seconds=0.005, faults=[hang])
    with PracticeServer(dialer) as server:
        rows = sheet_rows(1, disposition=disposition)
        scene = Scene(tmp_path / "scene", dialer, server.url, rows, settings=f'unknown = "{unknown}"')
        running = scene.start("run", scene.sheet, "--insert-missing")
        scene.await_calls(2)
        running.signal(signal.SIGKILL)
        running.wait()
        ended = scene.leadsync("resume")
    assert ended.summary["statuses"] == {"unknown": 1}
    assert [one.call for one in dialer.ledger.received] == ["updateLeadFast", "insertLeadFast"], "never sent blindly"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("--insert-only", ["insertLeadFast", "insertLeadFast"]),
        ("--insert-missing", ["updateLeadFast", "insertLeadFast", "updateLeadFast", "insertLeadFast"]),
    ],
)
def test_a_corrected_retry_file_goes_on_as_it_began(desk: Desk, how: str, expected: list[str]) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("new.csv", HEADINGS, "77,Jane,0383218191,,Sail,")
    done = desk.leadsync("run", sheet, how, "--json")
    assert done.json["codes"] == {"106": 1}
    retry = Path(done.json["files"]["retry"])
    retry.write_text(retry.read_text("utf-8").replace("Sail", "Sale"), "utf-8", newline="")
    again = desk.leadsync("run", retry, "--json")
    assert again.json["statuses"] == {"succeeded": 1}, again.err
    assert [call for call, _, _ in calls(dialer)] == expected


@pytest.mark.parametrize(("outcome", "status"), [("Sail", "failed"), ("Sale,03832", "rejected")])
def test_a_new_lead_that_is_corrected_in_two_rounds_still_is_one(desk: Desk, outcome: str, status: str) -> None:
    """The second round leaves it as wrong as it was, in another way."""
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("new.csv", "Lead Id,Name,Outcome,FirstPhone", "77,Jane,Sail,0383218191")
    file = Path(desk.leadsync("run", sheet, "--insert-only", "--json").json["files"]["retry"])
    wrong = outcome if "," in outcome else f"{outcome},0383218192"
    for now, expected in ((wrong, status), ("Sale,0383218193", "succeeded")):
        lines = file.read_text("utf-8").splitlines()
        rest = lines[1].split(",")[4:]
        file.write_text("\n".join((lines[0], ",".join(("77", "Jane", now, *rest)))) + "\n", "utf-8", newline="")
        done = desk.leadsync("run", file, "--json").json
        assert done["statuses"] == {expected: 1}
        file = Path(done["files"]["retry"] or file)
    assert {call for call, _, _ in calls(dialer)} == {"insertLeadFast"}
    assert dialer.campaign.leads["77"]["FirstPhone"] == "0383218193"
