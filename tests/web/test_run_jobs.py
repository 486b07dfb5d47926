"""The jobs of an earlier run: its rest, or its failed rows once more, in their turn."""

import re
from contextlib import ExitStack

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from leadsync.web.child import main
from leadsync.web.jobs import Job, JobState, run_jobs, turn
from leadsync.web.run_jobs import unanswered
from tests.web.faulty import failed_run, words
from tests.web.shop import DraftPage, Shop, applied, wait_until


def pressed(shop: Shop, run: str, verb: str, seen: str = "") -> Job:
    """The job of a button, done in this process."""
    job = run_jobs(shop.state, run).claim({"verb": verb, "user": "ann", "seen": seen})
    assert job is not None
    main([verb, "--state", str(shop.state), "--config", str(shop.desk.config), run, str(job.number)])
    return job


def begun(shop: Shop, fault: FaultRule, dialer: PracticeDialer, *options: str) -> str:
    """A run of two rows, and the fault taken away."""
    dialer.faults.add([fault])
    sheet = shop.desk.sheet("leads.csv", "Lead Id,Outcome", "A,Sale", "B,Sale")
    run: str = shop.desk.leadsync("run", sheet, "--json", *options).json["run"]
    dialer.faults.clear()
    dialer.ledger.received.clear()
    return run


@pytest.mark.parametrize("verb", ["resume", "retry"])
@pytest.mark.parametrize("change", [("campaign_id = 41", "campaign_id = 99"), ("127.0.0.1:", "127.0.0.1:1/")])
def test_no_button_sends_to_another_place_than_it_names(
    shop: Shop, dialer: PracticeDialer, verb: str, change: tuple[str, str]
) -> None:
    run = begun(shop, FaultRule(FaultKind.CODE, lead="A", code=106), dialer, "--limit", "1")
    right = shop.desk.config.read_text("utf-8")
    shop.desk.config.write_text(right.replace(*change), "utf-8")
    noted = pressed(shop, run, verb).noted
    assert (noted["state"], noted["run"]) == (JobState.REFUSED, "")
    assert "campaign 41, allocation 38, and the settings name another place; ask who looks after" in noted["error"]
    assert dialer.ledger.received == []
    shop.desk.config.write_text(right, "utf-8")
    assert pressed(shop, run, verb).noted["state"] == JobState.ENDED
    assert sorted(one.lead for one in dialer.ledger.received) == (["B"] if verb == "resume" else ["A", "B"])


def test_a_place_put_right_before_any_row_has_a_result_is_asked_about(shop: Shop, dialer: PracticeDialer) -> None:
    run = begun(shop, FaultRule(FaultKind.HTTP, status=401), dialer)
    shop.desk.config.write_text(shop.desk.config.read_text("utf-8").replace("= 38", "= 39"), "utf-8")
    assert pressed(shop, run, "resume").noted["state"] == JobState.STALE
    assert dialer.ledger.received == []
    asked = unanswered(shop.state, run)
    assert asked is not None
    assert asked.rows == 2
    assert "allocation 39, no longer to" in asked.warnings[0]
    assert pressed(shop, run, "resume", asked.seen).noted["state"] == JobState.ENDED
    assert sorted(one.lead for one in dialer.ledger.received) == ["A", "B"]


def test_a_failed_row_that_another_run_has_sent_since_goes_no_second_time(shop: Shop, dialer: PracticeDialer) -> None:
    run = begun(shop, FaultRule(FaultKind.CODE, lead="A", code=106), dialer)
    other = shop.desk.leadsync("run", shop.desk.sheet("b.csv", "Lead Id,Outcome", "A,Sale"), "--json").json["run"]
    noted = pressed(shop, run, "retry").noted
    told = f"can go now; 1 row is not sent: the lead has taken the same from run {other} since."
    assert (noted["state"], noted["error"].endswith(told)) == (JobState.REFUSED, True), noted
    assert [one.lead for one in dialer.ledger.received] == ["A"]


def test_the_rest_of_a_trial_is_sent_once(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload("Lead Id,Outcome\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    run = page.send(draft, how="trial").headers["location"]
    wait_until(lambda: page.browser.get(draft).status_code == 200)
    first, second = page.browser.post(f"{run}/resume"), page.browser.post(f"{run}/resume")
    assert (first.headers["location"], first.status_code) == (run, 303)
    assert second.status_code == 303, "already under way, or nothing left"
    wait_until(lambda: len(applied(dialer)) == 8)
    page.wait(run)
    assert applied(dialer) == [f"A{number}" for number in range(1, 9)]
    wait_until(lambda: page.shop.runs()[0].finished)
    for _ in range(3):
        again = page.browser.post(f"{run}/resume")
        assert (again.status_code, again.headers["location"]) == (303, run)
    assert len(applied(dialer)) == 8


def test_newer_values_are_asked_about_before_the_rest_goes(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload("Lead Id,Outcome\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    run = page.send(draft, how="trial").headers["location"]
    page.wait(run)
    other = page.send(page.upload("Lead Id,Outcome\nA7,Busy\nA8,Sale\n", "later.csv")).headers["location"]
    page.wait(other)
    wait_until(lambda: len(applied(dialer)) == 7)
    asked = page.browser.post(f"{run}/resume")
    assert asked.status_code == 409
    said = words(asked)
    assert "Send 3 rows? Nothing was sent" in said
    assert "would undo what its lead was sent since" in said
    assert "all the same" in said
    assert len(applied(dialer)) == 7
    later = words(page.browser.get(run))
    assert "ann has asked to send 3 rows. Nothing was sent" in later, "also for those who come later"
    assert "a question before more of it is sent" in words(page.browser.get("/"))
    again = page.browser.post(f"{run}/resume", data={"seen": "something else"})
    assert again.status_code == 409
    [seen] = re.findall(r'name="seen" value="(\w+)"', asked.text)
    assert page.browser.post(f"{run}/resume", data={"seen": seen}).status_code == 303
    page.wait(run)
    assert applied(dialer)[-3:] == ["A6", "A7", "A8"]
    assert "a question" not in words(page.browser.get("/"))


def test_failed_rows_are_sent_again_as_one_new_run(page: DraftPage, dialer: PracticeDialer) -> None:
    dialer.campaign.dispositions = frozenset({"Other"})
    run = page.send(page.upload()).headers["location"]
    page.wait(run)
    dialer.campaign.dispositions = frozenset({"Sale"})
    answer = page.browser.post(f"{run}/retry")
    new = answer.headers["location"]
    assert new != run
    page.wait(new)
    assert sorted(applied(dialer)) == ["A1", "A2"]
    again = page.browser.post(f"{run}/retry")
    assert (again.status_code, again.headers["location"]) == (303, run), "its page leads to the run that has its rows"
    assert len(page.shop.runs()) == 2


def test_a_corrected_row_stays_behind_and_goes_as_corrected(page: DraftPage, dialer: PracticeDialer) -> None:
    faulty = failed_run(page, dialer, "Lead Id,Outcome\nA1,Sold\nA2,Sold\n")
    faulty.save(2, c1="Busy")
    dialer.campaign.dispositions = frozenset({"Sale", "Busy", "Sold"})
    new = page.browser.post(f"{faulty.run}/retry").headers["location"]
    page.wait(new)
    assert applied(dialer) == ["A2"]
    assert "1 corrected row is left out" in page.get(new)
    assert [edit.new for edit in faulty.edits()] == ["Busy"]
    faulty.send_all()
    assert [(one.lead, one.fields["njDisposition"]) for one in dialer.ledger.applications] == [
        ("A2", "Sold"),
        ("A1", "Busy"),
    ]
    history = words(page.browser.get("/leads/A1"))
    assert "Outcome Sold → Busy ann" in history


def test_a_queued_rest_is_taken_back(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload("Lead Id,Outcome\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    run = page.send(draft, how="trial").headers["location"]
    wait_until(lambda: page.browser.get(draft).status_code == 200)
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(turn(page.shop.state, 4))
        page.browser.post(f"{run}/resume")
        assert "queued ann has asked for more of it. It waits for its turn" in words(page.browser.get(run))
        assert "Send the other" not in page.get(run), "asked for already"
        assert page.browser.post(f"{run}/cancel").headers["location"] == run
        assert "Take it back" not in page.get(run)
    assert len(applied(dialer)) == 5
    assert "Send the other 3 rows" in page.get(run)
    page.browser.post(f"{run}/resume")
    wait_until(lambda: len(applied(dialer)) == 8)
    late = page.browser.post(f"{run}/cancel").headers["location"]
    assert "It was too late to take it back: its turn had come." in page.get(late)
    page.browser.get("/audit")


def test_a_run_waits_for_its_turn(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload("Lead Id,Outcome\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    run = page.send(draft, how="trial").headers["location"]
    wait_until(lambda: page.browser.get(draft).status_code == 200)
    with turn(page.shop.state, 4), turn(page.shop.state, 4), turn(page.shop.state, 4), turn(page.shop.state, 4):
        assert page.browser.post(f"{run}/resume").headers["location"] == run
        assert page.browser.post(f"{run}/resume").headers["location"] == run
        assert len(applied(dialer)) == 5
    wait_until(lambda: len(applied(dialer)) == 8)
