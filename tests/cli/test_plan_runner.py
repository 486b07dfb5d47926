"""A plan carried out: nothing to do, an older run before the present sheet, and the exit code of both."""

from pathlib import Path

from leadsync.simulator import FaultKind, FaultRule
from tests.cli.samples import SHEET
from tests.conftest import Desk


def test_rows_handed_to_a_stopped_run_are_named_with_what_sends_them(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("a.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale")
    first = desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="wrong").json
    report = desk.folder / "r.csv"
    report.write_bytes(Path(first["files"]["report"]).read_bytes())
    run = desk.leadsync("run", report, "--json", LEADSYNC_API_KEY="wrong").json["run"]
    said = desk.leadsync("run", sheet).err
    assert f"Nothing to do: run {run} of r.csv has taken over the rows left of run {first['run']}" in said
    assert f"resume {run}` sends them" in said
    assert desk.leadsync("resume", run).code == 0
    assert len(dialer.ledger.applications) == 2


def test_a_copy_sends_the_rows_left_that_its_sheet_has_taken_over(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("a.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale")
    desk.leadsync("check", sheet, "--output", "c.csv")
    for file in ("c.csv", "a.csv"):
        assert desk.leadsync("run", file, LEADSYNC_API_KEY="wrong").code == 4
    assert desk.leadsync("run", "c.csv").code == 0
    assert desk.leadsync("resume").out.startswith("There is no run to go on with")
    assert [one.lead for one in dialer.ledger.applications] == ["L1", "L2"]


def test_a_copy_whose_rest_another_copy_has_sent_says_that_no_row_goes(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("a.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale")
    for copy in ("c.csv", "e.csv"):
        desk.leadsync("check", sheet, "--output", copy)
    with (desk.folder / "e.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    desk.leadsync("run", "c.csv", "--limit", "1")
    desk.leadsync("run", "e.csv")
    rest, _ = (one["run"] for one in desk.leadsync("runs", "--json").json["runs"])
    said = desk.leadsync("run", "c.csv").err
    assert f"Run {rest} has sent the same sheet, and no row of c.csv goes now." in said


def test_rows_that_a_sheet_begun_anew_has_lost_are_named_with_what_sends_them(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("a.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale")
    desk.leadsync("check", sheet, "--output", "c.csv")
    assert desk.leadsync("run", "c.csv", LEADSYNC_API_KEY="wrong").code == 4
    desk.sheet("a.csv", "Lead Id,Outcome", "L1,Sale")
    fresh = desk.leadsync("run", sheet, "--fresh")
    copy = desk.leadsync("runs", "--json").json["runs"][1]["run"]
    named = f"! 1 row left of run {copy} is not in this file (row 3), and is skipped there; to send it, give it in a "
    assert f"{named}sheet of its own" in fresh.err
    assert desk.leadsync("run", "c.csv").code == 0
    assert [one.lead for one in dialer.ledger.applications] == ["L1", "L2"]


def test_nothing_to_do_names_the_run_and_what_would_send_it_again(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    first = desk.leadsync("run", sheet, "--json").json
    again = desk.leadsync("run", sheet, "--json")
    assert (again.code, again.json) == (0, first)
    assert f"Nothing to do: run {first['run']} of " in again.err
    assert " has sent leads.csv. `--fresh` sends it again." in again.err


def test_nothing_to_do_counts_the_rows_that_a_person_has_to_decide_on(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L1", calls=1)])
    sheet = desk.sheet("leads.csv", "Lead Id,Outcome", "L1,Sale", "L2,Sale")
    run = desk.leadsync("run", sheet, "--json").json["run"]
    why = f"`leadsync show {run} --status conflict` says why"
    assert f" has sent leads.csv but for 1 row that is conflict ({why})." in desk.leadsync("run", sheet).err


def test_nothing_to_do_counts_no_row_whose_correction_went_since(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Outcome,FirstPhone", "L1,Sale,0383218101", "L2,Sale,03", "L3,Sale,03")
    run = desk.leadsync("run", sheet, "--json").json
    retry = Path(run["files"]["retry"])
    retry.write_text(retry.read_text("utf-8").replace("L2,Sale,03", "L2,Sale,0383218102"), "utf-8")
    assert desk.leadsync("run", retry).code == 3, "the other row is rejected again"
    why = f"`leadsync show {run['run']} --status rejected` says why"
    assert f" has sent leads.csv but for 1 row that is rejected ({why})." in desk.leadsync("run", sheet).err
    retry.write_text(retry.read_text("utf-8").replace("L3,Sale,03", "L3,Sale,0383218103"), "utf-8")
    desk.leadsync("run", retry)
    assert " has sent leads.csv. `--fresh` sends it again." in desk.leadsync("run", sheet).err


def test_under_nothing_to_do_no_line_of_then_says_what_waits(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, code=110, lead="L1", calls=1)])
    sheet = desk.sheet("a.csv", "Lead Id,Outcome,Callback", "L1,Sale,24/11/2031 14:30")
    desk.leadsync("run", sheet)
    again = desk.sheet("b.csv", "Lead Id,Outcome,Callback", "L1,Sale,24/11/2031 14:30", "L2,Sale,24/11/2031 14:30")
    waits = "! 1 row is not sent: it says what run"
    assert waits in desk.leadsync("run", again).out
    first = desk.leadsync("runs", "--json").json["runs"][1]["run"]
    desk.leadsync("resolve", first, "--row", "2", "--applied")
    told = desk.leadsync("run", again)
    assert (told.code, "Nothing to do" in told.err, waits in told.out) == (0, True, False)


def test_a_changed_sheet_goes_behind_its_stopped_run_and_both_are_told(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    stopped = desk.leadsync("run", sheet, "--json", LEADSYNC_API_KEY="wrong")
    assert stopped.code == 4
    desk.sheet("leads.csv", *SHEET, "9860,Kim,0383218197,Sale,,", "9861,Kim,nothing,Sale,,")
    done = desk.leadsync("run", sheet, "--json")
    [before] = done.json["before"]
    assert (before["run"], before["statuses"]) == (stopped.json["run"], {"succeeded": 3})
    assert done.json["run"] != before["run"]
    assert done.json["rows"] == 5
    assert done.code == 3, "the second run's: a row was rejected"


def test_resume_alone_says_that_the_sheet_holds_other_rows(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    desk.leadsync("run", sheet, LEADSYNC_API_KEY="wrong")
    desk.sheet("leads.csv", *SHEET, "9860,Kim,0383218197,Sale,,")
    done = desk.leadsync("resume")
    assert done.code == 0
    assert "leads.csv holds other rows by now, and no run has read them; `leadsync run" in done.err


def test_the_dialer_of_a_sent_plan_is_known_from_then_on(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)
    first, second = desk.leadsync("run", sheet).err, desk.leadsync("run", sheet, "--fresh").err
    assert desk.config.name in first
    assert desk.config.name not in second


def test_a_run_of_a_review_file_names_the_resume_of_the_rows_that_waited(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=110, attempt=1)])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "A,1", "A,2"), "--json").json
    review = Path(first["files"]["review"])
    lines = review.read_text("utf-8").splitlines()
    review.write_text("\n".join([lines[0], f"{lines[1]}send"]) + "\n", "utf-8", newline="")
    said = desk.leadsync("run", review).err
    assert f"1 row of run {first['run']} can go now: leadsync resume {first['run']}" in said
    assert "can go now" not in desk.leadsync("resume").err
