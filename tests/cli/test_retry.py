"""Failed and unsent rows of a run, sent again as a new run."""

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.samples import SHEET
from tests.conftest import Desk


def test_retry_sends_failed_rows_as_a_new_run_and_only_once(desk: Desk) -> None:
    from leadsync.simulator import FaultKind, FaultRule

    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=103, calls=3)], dnc={"0383218199"})
    first = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json")
    assert first.json["statuses"] == {"succeeded": 1, "failed": 2}
    second = desk.leadsync("retry", first.json["run"], "--json")
    assert second.json["run"] != first.json["run"]
    assert second.json["statuses"] == {"succeeded": 1}, "the do-not-call row is not among them"
    third = desk.leadsync("retry", first.json["run"])
    assert third.code == 0
    assert f"Run {second.json['run']} has had rows of it since." in third.err
    assert len(dialer.ledger.as_json()["received"]) == 6


def test_retry_names_the_rows_that_wait_for_a_correction(desk: Desk) -> None:
    from leadsync.simulator import FaultKind, FaultRule

    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=103, calls=3)])
    first = desk.leadsync("run", desk.sheet("leads.csv", *SHEET, ",0383218198,Sale"), "--json").json
    done = desk.leadsync("retry", first["run"])
    assert f"1 rejected row is to be corrected in {first['files']['retry']}, which then goes to" in done.err


def test_rows_that_went_on_in_another_run_are_looked_for_there(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=106, calls=2)])
    sheet = desk.sheet("leads.csv", *SHEET)
    done = desk.leadsync("run", sheet, "--json").json
    first = done["run"]
    assert "then send them: leadsync run" in desk.leadsync("show", first).out
    assert f"`leadsync retry {first}`" in desk.leadsync("run", sheet).err
    second = desk.leadsync("run", done["files"]["retry"], "--json").json["run"]
    shown, again = desk.leadsync("show", first).out, desk.leadsync("run", sheet)
    for told in (shown, again.out):
        assert f"Rows of it are in run {second} now: leadsync show {second}" in told
        assert "then send them" not in told
    assert "Nothing to do" in again.err
    assert f"`leadsync retry {second}` sends those that failed there" in again.err
    refused = desk.leadsync("retry", first)
    assert (refused.code, f"use: leadsync retry {second}" in refused.err) == (2, True)
    assert desk.leadsync("retry", second).code == 0
    assert "leadsync" not in desk.leadsync("show", first).out.split("Files:")[1], "there is nothing left to do"


def test_retry_without_a_row_that_can_go_again_says_what_can_be_done(desk: Desk) -> None:
    from leadsync.simulator import FaultKind, FaultRule

    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=110)], dnc={"0383218199"})
    sent = desk.leadsync("run", desk.sheet("leads.csv", *SHEET, "9860,Kim,8321 8199,Sale,,"), "--json").json
    assert sent["statuses"] == {"succeeded": 1, "failed": 1, "rejected": 1, "conflict": 1}
    again = desk.leadsync("retry", sent["run"], "--json")
    assert (again.code, again.json["run"]) == (0, sent["run"])
    assert "Nothing to do" in again.err
    assert f"corrected in {sent['files']['retry']}" in again.err
    assert f"decided in {sent['files']['review']}" in again.err
    assert "leadsync retry" not in again.err


def test_failed_rows_behind_which_a_later_row_of_the_lead_went_are_called_so_and_nothing_is_advised(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="9857", code=103, calls=3)])
    sheet = desk.sheet("leads.csv", *SHEET, "9857,Null,0383218190,Sale,,")
    ended = desk.leadsync("run", sheet)
    [run] = desk.leadsync("runs", "--json").json["runs"]
    again = desk.leadsync("retry")
    why = f"Nothing to do: 1 failed row of run {run['run']} is older than what its lead was sent since (row 3)."
    assert (again.code, why in again.err) == (0, True), again.err
    step = (
        "1 row that did not go: a later row of its lead went through; a correction of it is not sent, unless its "
        "sync_status and sync_row are cleared.\n"
    )
    for told in (ended.out, again.out):
        assert (told.endswith(step), "leadsync r" in told, "The dialer failed while" in told) == (True, False, True)
    [report] = desk.folder.glob("leads.*.report.csv")
    assert "A later row of its lead went through" in desk.rows(report)[1]["sync_advice"]
    page = next(desk.folder.glob("leads.*.summary.html")).read_text("utf-8")
    assert (step.rstrip() in page, "Correct the rows" in page, "go again with" in page) == (True, False, False)


def test_a_row_that_a_person_calls_not_applied_can_be_retried_after_the_run_was(desk: Desk) -> None:
    from leadsync.simulator import FaultKind, FaultRule

    faults = [
        FaultRule(FaultKind.CODE, lead=lead, code=code, calls=1) for lead, code in (("00123", 110), ("9857", 106))
    ]
    dialer = desk.dialer(faults=faults)
    first = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    assert desk.leadsync("retry", first, "--json").json["statuses"] == {"succeeded": 1}
    assert desk.leadsync("resolve", first, "--row", "2", "--not-applied").code == 0
    assert desk.leadsync("retry", first, "--json").json["statuses"] == {"succeeded": 1}
    assert [one["lead"] for one in dialer.ledger.as_json()["received"]].count("00123") == 2
