"""A retry is a run of its own: its output, its trial, its end."""

from pathlib import Path

import pytest

from leadsync.config import load
from leadsync.journal import open_journal
from leadsync.models import Order
from leadsync.run import RunOptions, plan_retry
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk
from tests.run.samples import HEADINGS, REFUSE, TWO_ROWS, received


def test_a_retry_keeps_its_runs_output_and_format_unless_told_otherwise(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    out = desk.folder / "out"
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    first = desk.leadsync("run", sheet, "--output", out, "--format", "xlsx", "--json").json
    retried = desk.leadsync("retry", first["run"], "--json").json
    assert Path(retried["files"]["report"]) == out / f"leads.{retried['run']}.report.xlsx"


def test_rows_corrected_on_the_page_are_left_out_and_told(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json["run"]
    dialer.ledger.received.clear()
    with open_journal(desk.state) as journal:
        journal.edit(first, 3, {1: "0383218109"}, version=0, user="ann")
    left = f'1 corrected row is left out; "Send corrected rows" on the page of run {first} sends it.'
    retried = desk.leadsync("retry", first)
    assert left in retried.err
    assert received(dialer) == ["A"]
    again = desk.leadsync("retry", first)
    assert again.code == 0
    assert "Nothing to do" in again.err
    assert left in again.err
    assert received(dialer) == ["A"]


def test_a_retry_of_a_file_given_back_leaves_out_rows_behind_later_ones_of_their_lead(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=2)])
    sheet = desk.sheet("leads.csv", "Lead Id,Version", "A,1", "A,2")
    first = desk.leadsync("run", sheet, "--limit", "1", "--json").json
    back = desk.leadsync("run", first["files"]["retry"], "--json").json["run"]
    desk.leadsync("resume", first["run"])
    assert (
        "! 1 row is not sent, because a later row of its lead went through (row 2)" in desk.leadsync("retry", back).err
    )
    assert [entry.fields["Version"] for entry in dialer.ledger.received] == ["1", "1", "2"]


def test_a_retry_can_be_a_trial_and_is_gone_on_with(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    assert first["statuses"] == {"failed": 2}
    dialer.ledger.received.clear()
    trial = desk.leadsync("retry", first["run"], "--limit", "1", "--json").json
    assert (trial["rows"], trial["statuses"]) == (1, {"succeeded": 1})
    assert desk.leadsync("resume", "--json").json["statuses"] == {"succeeded": 2}
    assert received(dialer) == ["A", "B"]


def test_a_retry_of_a_stopped_run_or_a_trial_begins_as_a_whole_run_of_its_own(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    first = desk.leadsync("run", sheet, "--limit", "1", "--json").json
    dialer.ledger.received.clear()
    dialer.faults.add([REFUSE])
    stopped = desk.leadsync("retry", first["run"], "--json").json
    assert stopped["statuses"] == {"unsent": 2}
    assert "401" in stopped["stopped"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    retried = desk.leadsync("retry", stopped["run"], "--json").json
    assert (retried["statuses"], retried["stopped"], retried["finished"]) == ({"succeeded": 2}, None, True)
    assert received(dialer) == ["A", "B"]
    assert desk.leadsync("resume", "--json").json == {"run": None}


def test_a_retry_counts_its_own_seconds_and_a_run_that_goes_on_all_of_them(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    first = desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"]
    with open_journal(desk.state) as journal:
        journal.update_run(first, seconds=1000.0)
    assert 1000 < desk.leadsync("resume", first, "--json").json["seconds"] < 1060
    assert desk.leadsync("retry", first, "--json").json["seconds"] < 60


@pytest.mark.parametrize("retry", ["finished", "trial", "stopped"])
def test_a_retry_of_an_older_sheet_does_not_send_the_finished_one_again(desk: Desk, retry: str) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    sheet = desk.sheet("leads.csv", HEADINGS, "C,0383218103,Sale", "D,0383218104,Sale")
    assert desk.leadsync("run", sheet).code == 0
    if retry == "stopped":
        dialer.faults.add([REFUSE])
    desk.leadsync("retry", first["run"], *(["--limit", "1"] if retry == "trial" else []))
    dialer.faults.clear()
    again = desk.leadsync("run", sheet)
    assert again.code == 0
    assert "has changed since" not in again.err
    assert ("Going on with run" in again.err) == (retry != "finished")
    assert sorted(lead for lead in received(dialer)[2:] if lead in "CD") == ["C", "D"]
    assert set(received(dialer)[2:]) == {"A", "B", "C", "D"}


def test_a_retry_of_an_older_sheet_does_not_begin_the_stopped_one_anew(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    sheet = desk.sheet("leads.csv", HEADINGS, "C,0383218103,Sale", "D,0383218104,Sale")
    desk.leadsync("run", sheet, "--limit", "1")
    assert desk.leadsync("retry", first["run"]).code == 0
    assert desk.leadsync("run", sheet).code == 0
    assert received(dialer)[2:] == ["C", "A", "B", "D"]


def test_a_retry_that_stopped_is_gone_on_with_by_resume(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    dialer.faults.add([REFUSE])
    stopped = desk.leadsync("retry", first["run"], "--json").json
    assert (stopped["statuses"], stopped["finished"]) == ({"unsent": 1}, False)
    dialer.faults.clear()
    dialer.ledger.received.clear()
    done = desk.leadsync("resume", "--json").json
    assert (done["run"], done["statuses"], done["finished"]) == (stopped["run"], {"succeeded": 1}, True)
    assert received(dialer) == ["A"]


def test_a_retry_goes_to_another_place_only_if_a_person_names_it(desk: Desk) -> None:
    winback = "[campaigns.winback]\nallocation_id = 39\n"
    dialer = desk.dialer(settings=winback, faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    run = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json["run"]
    dialer.ledger.received.clear()
    right = desk.config.read_text("utf-8")
    for change in (("127.0.0.1:", "127.0.0.1:1/"), ("campaign_id = 41", "campaign_id = 99")):
        desk.config.write_text(right.replace(*change), "utf-8")
        refused = desk.leadsync("retry", run)
        assert (refused.code, "name another place; use that run's settings" in refused.err) == (2, True)
    desk.config.write_text(right, "utf-8")
    assert received(dialer) == []
    named = desk.leadsync("retry", run, "--campaign", "winback")
    assert named.code == 0, named.err
    assert "allocation 38; its rows go to another place now." in named.err
    assert [one.query["fAllocationId"] for one in dialer.ledger.received] == ["39", "39"]


def test_a_row_that_went_otherwise_from_a_copy_wants_a_typed_answer_before_it_goes_again(desk: Desk) -> None:
    """It undoes nothing: the copy left the disposition as it was."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    sheet, copy = desk.sheet("leads.csv", "Lead Id,Outcome", "A,Sale"), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    run = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.ledger.received.clear()
    copy.write_text(copy.read_text("utf-8").replace("A,Sale", "A,<No Change>"), "utf-8")
    later = desk.leadsync("run", copy, "--fresh", "--json").json["run"]
    assert [entry.fields["njDisposition"] for entry in dialer.ledger.received] == ["<No Change>"]
    with open_journal(desk.state) as journal:
        plan = plan_retry(journal, run, load(desk.config), RunOptions(), journal.now())
        assert [remark.text for remark in plan.remarks if remark.loud] == [
            f"1 row that went through in run {later} reads otherwise now, and is sent a second time: row 2."
        ]
        assert plan.sent_before


@pytest.mark.parametrize("lines", [("A,1", "A,2", "A,3"), ("A,2", "A,3")])
@pytest.mark.parametrize("undecided", [False, True])
def test_a_retry_names_the_failed_rows_that_wait_for_another_run(
    desk: Desk, lines: tuple[str, ...], *, undecided: bool
) -> None:
    """Row A,2 was corrected: another run is to send it, or a person to decide on it. A,1 goes before, A,3 behind."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=len(lines))])
    first = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", *lines), "--json").json
    report = Path(first["files"]["report"])
    report.write_text(report.read_text("utf-8").replace("A,2", "A,22"), "utf-8")
    dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)] if undecided else [REFUSE])
    other = desk.leadsync("run", report, "--json").json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    said = desk.leadsync("retry", first["run"])
    assert said.code == 0
    rows = "1 row waits" if not undecided or len(lines) == 2 else "2 rows wait"
    assert (
        f"{rows} until a person has decided on another row of the same lead; `leadsync show {other} "
        if undecided
        else f"{rows} for an earlier row of the same lead in run {other}, which goes first: `leadsync resume {other}`."
    ) in said.err
    assert "has taken the rows" not in said.err
    goes_now = len(lines) == 3 and not undecided
    assert [entry.fields["Version"] for entry in dialer.ledger.received] == (["1"] if goes_now else [])


@pytest.mark.parametrize(("asked", "order"), [(None, "sheet"), ("priority", "priority")])
def test_a_retry_keeps_the_order_of_its_run_unless_another_is_asked_for(
    desk: Desk, asked: Order | None, order: str
) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    run = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,1"), "--json").json["run"]
    with open_journal(desk.state) as journal:
        assert plan_retry(journal, run, load(desk.config), RunOptions(order=asked), journal.now()).run.order == order


def test_a_retry_names_the_command_that_sends_the_failed_rows_of_another_run_first(desk: Desk) -> None:
    """A,1 and A,2 went corrected from there: A,11 is undecided, and A,22 waits for it."""
    codes = (FaultRule(FaultKind.CODE, lead="A", code=code, calls=1) for code in (106, 106, 106, 110))
    dialer = desk.dialer(faults=list(codes))
    first = desk.leadsync("run", desk.sheet("leads.csv", "Lead Id,Version", "A,1", "A,2", "A,3"), "--json").json
    report = Path(first["files"]["report"]).read_text("utf-8").replace("A,1", "A,11").replace("A,2", "A,22")
    other = desk.leadsync("run", desk.sheet("back.csv", *report.splitlines()), "--json").json["run"]
    dialer.ledger.received.clear()
    shown = f"`leadsync show {other} --status conflict --status unknown` lists those."
    assert (
        f"1 row waits until a person has decided on another row of the same lead; {shown}"
        in desk.leadsync("retry", first["run"]).err
    )
    desk.leadsync("resolve", other, "--row", "2", "--not-applied")
    assert (
        f"1 row waits for an earlier row of the same lead in run {other}, which goes first: `leadsync retry {other}`."
        in desk.leadsync("retry", first["run"]).err
    )
    desk.leadsync("retry", other)
    desk.leadsync("retry", first["run"])
    assert [entry.fields["Version"] for entry in dialer.ledger.received] == ["11", "22", "3"]


@pytest.mark.parametrize("left", ["stopped", "trial", "in doubt", "corrected"])
def test_what_a_retry_has_left_is_named_before_another_run_sends_later_rows_of_the_lead(desk: Desk, left: str) -> None:
    """The other run has had A,2 from the first one, corrected; so has a third run A,1, if that was `corrected` too."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=3)])
    sheet = desk.sheet("leads.csv", "Lead Id,Version", "B,0", "A,1", "A,2")
    first = desk.leadsync("run", sheet, "--json").json
    text = Path(first["files"]["report"]).read_text("utf-8")
    dialer.faults.add([REFUSE])
    other = desk.leadsync("run", desk.sheet("r.csv", *text.replace("A,2", "A,22").splitlines()), "--json").json["run"]
    if left in ("trial", "in doubt"):
        dialer.faults.clear()
    if left == "in doubt":
        dialer.faults.add([FaultRule(FaultKind.CODE, lead="A", code=110, calls=1)])
    given = desk.sheet("s.csv", *text.replace("A,1", "A,11").splitlines())
    third = desk.leadsync(
        *(("run", given) if left == "corrected" else ("retry", first["run"])),
        *(("--limit", "1") if left == "trial" else ()),
        "--json",
    ).json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    said = desk.leadsync("resume", other).err
    assert (
        f"! Row 3 of run {third} is still to be sent or decided, and later rows of its lead go now; `leadsync resume "
        f"{third}` sends it first, once decided"
    ) in said
    assert [entry.fields["Version"] for entry in dialer.ledger.received] == ["22"]
