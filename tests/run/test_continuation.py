"""A run that goes on: where to, what it still is, and the words about it."""

import csv
import signal
from pathlib import Path

import pexpect
import pytest

from leadsync.journal import open_journal
from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk
from tests.journal.samples import RUN, a_run
from tests.run.samples import HEADINGS, REFUSE, TWO_ROWS, at_the_question, calls, received, runs

WINBACK = "[campaigns.winback]\nallocation_id = 39\n"
CHANGED = "leads.csv has changed since: the run goes on with what was read then."


def test_a_file_of_two_campaigns_goes_on_in_its_own(desk: Desk) -> None:
    """The run of the other one was sent nothing yet, and could be for any place; but here is one that was sent here."""
    dialer = desk.dialer(settings=WINBACK)
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    assert desk.leadsync("run", sheet, "--campaign", "winback").code == 0
    dialer.faults.add([REFUSE])
    assert desk.leadsync("run", sheet).code == 4
    dialer.faults.clear()
    dialer.ledger.received.clear()
    again = desk.leadsync("run", sheet, "--campaign", "winback")
    assert (again.code, "Nothing to do" in again.err) == (0, True)
    assert received(dialer) == []
    assert desk.leadsync("run", sheet).code == 0
    assert received(dialer) == ["A", "B"]
    assert len(runs(desk)) == 2


def test_ids_that_were_wrong_are_put_right_while_nothing_came_of_any_row(desk: Desk) -> None:
    dialer = desk.dialer(settings="[campaign]\ntemplate_id = 41\ncampaign_id = 999\nallocation_id = 38\n")
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    stopped = desk.leadsync("run", sheet, "--json").json["run"]
    desk.config.write_text(desk.config.read_text("utf-8").replace("= 999", "= 41"), "utf-8")
    done = desk.leadsync("run", sheet, "--json")
    assert (done.code, done.json["run"]) == (0, stopped)
    assert "was begun as" not in done.err, "that is said of another name"
    assert "The dialer or the campaign in the settings has changed since; nothing had been applied yet." in done.err
    assert sorted(entry.lead for entry in dialer.ledger.applications) == ["A", "B"]


def test_a_dialer_at_another_address_is_remarked_on(desk: Desk) -> None:
    dialer = desk.dialer()
    dialer.faults.add([REFUSE])
    assert desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)).code == 4
    dialer.faults.clear()
    desk.dialer()
    done = desk.leadsync("resume")
    assert done.code == 0
    assert "The dialer or the campaign in the settings has changed since; nothing had been applied yet." in done.err


def test_once_a_row_was_applied_no_other_place_goes_on_with_the_run(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    run = desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"]
    desk.dialer()
    refused = desk.leadsync("resume", run)
    assert (refused.code, "name another place" in refused.err) == (2, True)
    assert received(dialer) == ["A"]


def test_a_run_that_began_to_change_leads_does_not_go_on_inserting_them(desk: Desk) -> None:
    dialer = desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    run = desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"]
    refused = desk.leadsync("run", sheet, "--insert-only")
    assert refused.code == 2
    assert f"Run {run} of leads.csv has begun to change leads and is not finished" in refused.err
    assert calls(dialer) == [("updateLeadFast", "A")]


def test_a_run_of_new_leads_goes_on_with_them(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    assert desk.leadsync("run", sheet, "--insert-only", "--limit", "1").code == 0
    assert desk.leadsync("run", sheet, "--insert-only").code == 0
    assert calls(dialer) == [("insertLeadFast", "A"), ("insertLeadFast", "B")]


def test_a_run_of_new_leads_stays_one_under_settings_that_insert_missing_ones(desk: Desk) -> None:
    dialer = desk.dialer(any_lead=False)
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS, "C,0383218103,Sale")
    assert desk.leadsync("run", sheet, "--insert-only", "--limit", "1").code == 0
    assert desk.leadsync("resume", "--limit", "1", LEADSYNC_CAMPAIGN__INSERT_MISSING="true").code == 0
    done = desk.leadsync("run", sheet, "--insert-only")
    assert done.code == 0, done.err
    assert calls(dialer) == [("insertLeadFast", lead) for lead in "ABC"]


@pytest.mark.parametrize("by_setting", [True, False])
def test_missing_leads_begin_to_be_inserted_where_that_is_asked_for_later(desk: Desk, by_setting: bool) -> None:
    dialer = desk.dialer(any_lead=False, leads={"A": {"njDisposition": "Sale"}})
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    assert desk.leadsync("run", sheet, "--limit", "1").code == 0
    if by_setting:
        done = desk.leadsync("resume", "--json", LEADSYNC_CAMPAIGN__INSERT_MISSING="true")
    else:
        done = desk.leadsync("resume", "--json", "--insert-missing")
    assert done.json["statuses"] == {"succeeded": 2}
    assert calls(dialer) == [("updateLeadFast", "A"), ("updateLeadFast", "B"), ("insertLeadFast", "B")]


def test_what_resume_and_retry_are_asked_for_counts_from_then_on(desk: Desk) -> None:
    desk.dialer(faults=[FaultRule(FaultKind.CODE, lead="A", code=106, calls=1)])
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    first = desk.leadsync("run", sheet, "--limit", "1", "--json").json
    assert desk.leadsync("run", sheet, "--limit", "1", "--json").json["run"] == first["run"]
    other = desk.folder / "other"
    resumed = desk.leadsync("resume", first["run"], "--output", other, "--format", "xlsx", "--json").json
    assert Path(resumed["files"]["report"]) == other / f"leads.{first['run']}.report.xlsx"
    retried = desk.leadsync("retry", first["run"], "--output", desk.folder, "--format", "csv", "--json").json
    assert Path(retried["files"]["report"]) == desk.folder / f"leads.{retried['run']}.report.csv"
    again = desk.leadsync("show", first["run"], "--json").json
    assert Path(again["files"]["report"]).parent == other, "the retry has an output of its own"


def test_a_stopped_retry_says_whether_the_sheet_has_changed_since_any_run_read_it(desk: Desk) -> None:
    """The sheet of a later run is no news; one without any run is."""
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, code=106, calls=2)])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    assert desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, "C,0383218103,Sale")).code == 0
    dialer.faults.add([REFUSE])
    retry = desk.leadsync("retry", first["run"], "--json").json["run"]
    assert CHANGED not in desk.leadsync("resume", retry).err
    desk.sheet("leads.csv", HEADINGS, "D,0383218104,Sale")
    assert CHANGED in desk.leadsync("resume", retry).err


def test_a_stopped_run_says_that_its_sheet_has_changed_though_another_run_has_read_it_so(desk: Desk) -> None:
    dialer = desk.dialer(faults=[REFUSE])
    first = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    dialer.faults.clear()
    sheet = desk.sheet("leads.csv", HEADINGS, "C,0383218103,Sale")
    assert desk.leadsync("run", sheet, "--fresh").code == 0
    assert CHANGED in desk.leadsync("resume", first["run"], "--limit", "1").err
    sheet.unlink()
    gone = desk.leadsync("resume", first["run"]).err
    assert "leads.csv is not there any more: the run goes on with what was read then." in gone
    assert CHANGED not in gone


@pytest.mark.parametrize("words", [("retry",), ("resolve", "--row", "2", "--send"), ("resume",)])
def test_while_a_person_is_asked_about_a_given_back_file_its_run_is_nobody_elses(
    desk: Desk, words: tuple[str, ...]
) -> None:
    dialer = desk.dialer(faults=[REFUSE])
    stopped = desk.leadsync("run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS), "--json").json
    dialer.faults.clear()
    dialer.ledger.received.clear()
    before = desk.leadsync("show", stopped["run"], "--rows", "--json").json
    child = at_the_question(desk, "run", stopped["files"]["retry"])
    refused = desk.leadsync(words[0], stopped["run"], *words[1:])
    assert (refused.code, f"process {child.pid}" in refused.err) == (2, True)
    child.sendline("n")
    child.expect(pexpect.EOF)
    assert desk.leadsync("show", stopped["run"], "--rows", "--json").json == before
    assert desk.leadsync("retry", stopped["run"], "--json").json["statuses"] == {"succeeded": 2}
    assert received(dialer) == ["A", "B"]


@pytest.mark.parametrize("end", ["n", "closed"])
def test_a_new_sheet_that_was_not_confirmed_is_no_run(desk: Desk, end: str) -> None:
    dialer = desk.dialer()
    child = at_the_question(desk, "run", desk.sheet("leads.csv", HEADINGS, *TWO_ROWS))
    if end == "n":
        child.sendline("n")
    else:
        child.kill(signal.SIGINT)
    child.expect(pexpect.EOF)
    assert runs(desk) == []
    assert received(dialer) == []


@pytest.mark.parametrize("verb", ["resume", "retry"])
@pytest.mark.parametrize(
    ("folder", "where"),
    [("uploads/0123456789abcdef", "it is sent on the page."), (".", "`leadsync run {file}` reads the file again.")],
)
def test_a_draft_is_refused_with_the_place_where_it_is_sent(desk: Desk, verb: str, folder: str, where: str) -> None:
    desk.dialer()
    with open_journal(desk.state) as journal:
        journal.create(a_run(desk.state / folder))
    refused = desk.leadsync(verb, RUN)
    assert refused.code == 2
    words = where.format(file=desk.state / "leads.csv")
    assert refused.err.strip().endswith(f"Run {RUN} was read but never confirmed, and nothing of it was sent; {words}")


def test_an_output_folder_is_made_with_its_parents(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", HEADINGS, *TWO_ROWS)
    done = desk.leadsync("run", sheet, "--output", "a/b/c", "--json")
    assert done.code == 0, done.err
    assert Path(done.json["files"]["report"]).parent == desk.folder / "a" / "b" / "c"


def test_a_row_left_goes_before_a_later_one_of_its_lead_in_the_run_that_gave_it(desk: Desk) -> None:
    dialer = desk.dialer(faults=[FaultRule(FaultKind.CODE, lead=lead, code=110, attempt=1) for lead in "AB"])
    first = desk.leadsync("run", desk.sheet("a.csv", "Lead Id,Version", "A,1", "B,1", "B,2"), "--json").json
    review = Path(first["files"]["review"])
    rows = desk.rows(review)
    with review.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows({**row, "sync_decision": "send"} for row in rows)
    rest = desk.leadsync("run", review, "--limit", "1", "--json").json["run"]
    assert f"in run {rest}, which goes first: `leadsync resume {rest}`." in desk.leadsync("resume", first["run"]).err
    desk.leadsync("resume", rest)
    desk.leadsync("resume", first["run"])
    assert [entry.fields["Version"] for entry in dialer.ledger.received if entry.lead == "B"] == ["1", "1", "2"]


@pytest.mark.parametrize("is_wrong", [False, True])
@pytest.mark.parametrize("way", ["copy", "fresh"])
def test_another_campaign_takes_no_rows_of_a_run_without_results(desk: Desk, way: str, *, is_wrong: bool) -> None:
    """Ids may be corrected until a row has a result; those that stand in the settings were no mistake."""
    dialer = desk.dialer(settings="[campaigns.winback]\nallocation_id = 39\n")
    right = desk.config.read_text("utf-8")
    if is_wrong:
        desk.config.write_text(right.replace("allocation_id = 38", "allocation_id = 40"), "utf-8")
    sheet, copy = desk.sheet("mon.csv", HEADINGS, *TWO_ROWS), desk.folder / "copy.csv"
    desk.leadsync("check", sheet, "--output", copy)
    dialer.faults.add([REFUSE])
    stopped = desk.leadsync("run", sheet, "--json").json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    given, options = (copy, ()) if way == "copy" else (sheet, ("--fresh",))
    desk.config.write_text(right, "utf-8")
    assert desk.leadsync("run", given, "--campaign", "winback", *options).code == 0
    assert len(received(dialer)) == len(TWO_ROWS)
    assert desk.leadsync(*(("run", sheet) if is_wrong else ("resume", stopped))).code == 0
    assert len(received(dialer)) == 2 * len(TWO_ROWS)
