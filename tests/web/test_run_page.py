"""The page of a run, before, during and after its sending."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import RowCheck, open_journal
from leadsync.models import RESTORED, Status
from leadsync.web.roles import Role
from tests.web.conftest import Browser, Office
from tests.web.filled import PATH, RUN, Given, Sender, a_run, fill, sixty_one, text_of


@pytest.fixture
def stopped(office: Office, tmp_path: Path) -> Browser:
    run, rows = sixty_one(tmp_path)
    fill(office.state, run, rows, finished=False)
    with open_journal(office.state) as journal:
        journal.update_run(RUN, stopped="the API key was refused", new_leads=31)
    return office.alone()


def test_the_statuses_add_up_and_the_headline_says_what_is_left(stopped: Browser) -> None:
    words = text_of(stopped.get(PATH).text)
    assert "41 of 61 rows went through; 12 to correct, 1 to decide, 1 on the do-not-call list, 6 not sent yet." in words
    assert "stopped Stopped before the end: the API key was refused." in words
    table = words.partition("Where the rows are")[2]
    counts = dict(re.findall(r"(succeeded|failed|conflict|rejected|unsent) [a-z][^%]*? (\d+) \d+\.\d%", table))
    assert {name: int(count) for name, count in counts.items()} == {
        "succeeded": 41,
        "failed": 4,
        "conflict": 1,
        "rejected": 9,
        "unsent": 6,
    }
    assert "rows read 61" in words


def test_a_run_held_since_a_restore_is_not_called_done(office: Office, tmp_path: Path) -> None:
    run, _ = sixty_one(tmp_path)
    fill(office.state, run, [], finished=False)
    with open_journal(office.state) as journal:
        journal.update_run(RUN, stopped=RESTORED)
    words = text_of(office.alone().get(PATH).text)
    assert f"An administrator goes on with `leadsync resume {RUN} --after-restore`." in words
    assert "nothing left to do" not in words


def test_an_answer_comes_with_its_cause_and_next_step(stopped: Browser) -> None:
    words = text_of(stopped.get(PATH).text)
    assert re.search(
        r"106 INVALID_ ?DISPOSTION 3 The campaign has no such disposition\. It is spelled differently .*? "
        r"Write the disposition exactly as the campaign spells it",
        words,
    )
    assert words.index("106 ") < words.index("104 "), "the most frequent first"


def test_what_was_done_is_told_by_kind(stopped: Browser) -> None:
    words = text_of(stopped.get(PATH).text)
    assert "Disposition set Sale 23" in words
    assert "Disposition kept as it was 18" in words
    assert "Callback moved to the date given 10" in words
    assert "No callback date treated as a new lead 31" in words


def test_the_missing_callbacks_are_the_loudest_words(stopped: Browser) -> None:
    [loud] = re.findall(r'<p class="loud">(.*?)</p>', stopped.get(PATH).text)
    assert loud.startswith("31 rows that went through had NO callback date: the dialer treats their leads as new ones")


def test_their_figure_is_the_same_while_the_run_goes_on(stopped: Browser, office: Office) -> None:
    with open_journal(office.state) as journal:
        journal.update_run(RUN, finished=False, stopped="", new_leads=2)
    [loud] = re.findall(r'<p class="loud">(.*?)</p>', stopped.get(PATH).text)
    assert loud.startswith("31 rows that went through had NO callback date")


def test_a_large_runs_changes_are_counted_behind_its_page(
    office: Office, stopped: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsync.web.run_page._FEW_ROWS", 60)
    page = stopped.get(PATH).text
    assert f'hx-get="{PATH}/changes" hx-trigger="load"' in page
    assert "Disposition set" not in page
    part = stopped.get(f"{PATH}/changes", headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "Disposition set" in part
    assert "<html" in stopped.get(f"{PATH}/changes").text, "without the script it is a page"


@pytest.mark.parametrize("path", ["/runs/20991123-210455-7f3a", "/runs/7f3a", "/runs/%3Cscript%3E", "/runs/x/live"])
def test_an_unknown_run_is_told(stopped: Browser, path: str) -> None:
    answer = stopped.get(path)
    assert answer.status_code == 404
    assert "There is no run" in answer.text
    assert "<script>" not in answer.text


def test_a_run_that_went_through_has_nothing_to_do(office: Office, tmp_path: Path, alone: Browser) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.SUCCEEDED, 0), Given("B", Status.SUCCEEDED, 0)])
    words = text_of(alone.get(PATH).text)
    assert "All 2 rows went through." in words
    assert "There is nothing left to do." in words
    assert "What the dialer answered" not in words


def test_a_draft_is_called_one_and_offers_no_files_of_outcomes(office: Office, tmp_path: Path, alone: Browser) -> None:
    fill(office.state, replace(a_run(tmp_path), complete=False), [], finished=False)
    words = text_of(alone.get(PATH).text)
    assert "A draft: nothing of it is sent." in words
    assert "draft Nothing of it was sent yet." in words


def test_a_run_that_begins_or_ends_just_now_is_not_called_stopped_and_its_page_looks_again(
    office: Office, tmp_path: Path, alone: Browser
) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.UNSENT)], finished=False)
    assert "Send the other 1 row" in text_of(alone.get(PATH).text)
    with open_journal(office.state) as journal:
        journal.hold(RUN)
        page = alone.get(PATH).text
    assert "at work A process has it just now: its first rows go in a moment" in text_of(page)
    assert "Send the other" not in page
    assert f'hx-get="{PATH}" hx-trigger="every 2s"' in page


def test_rows_that_another_run_works_on_are_not_to_be_corrected_here(
    office: Office, tmp_path: Path, alone: Browser
) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.FAILED, 106)])
    assert "1 to correct" in alone.get(PATH).text
    with open_journal(office.state) as journal:
        journal.create_retry(replace(a_run(tmp_path, "20261124-000000-0000"), retry_of=RUN))
        journal.confirm("20261124-000000-0000")
    page = alone.get(PATH).text
    assert "1 to correct" not in page
    assert "Rows of it are worked on in" in page
    assert "to correct" not in alone.get("/").text.partition("callbacks friday.csv")[2].rpartition("to send")[2]


@pytest.fixture
def half_corrected(office: Office, tmp_path: Path) -> Office:
    """Of three failed and two rejected rows a failed and a rejected one are corrected; row 6 is as wrong as before."""
    failed = [Given(lead, Status.FAILED, 106) for lead in "ABC"]
    fill(office.state, a_run(tmp_path), [*failed, Given("D", Status.REJECTED), Given("E", Status.REJECTED)])
    with open_journal(office.state) as journal:
        journal.edit_rows(RUN, {2: (0, {1: "Ann"}), 5: (0, {1: "Dee"}), 6: (0, {1: "?"})}, user="ann")
        wrong = RowCheck(1, False, "NO_AREA_CODE")
        journal.keep_checks(RUN, "rules", {2: RowCheck(1, True), 5: RowCheck(1, True), 6: wrong})
    return office


def test_corrected_rows_are_told_with_the_way_to_send_them(half_corrected: Office) -> None:
    page = half_corrected.logged_in(Role.SUPERVISOR).get(PATH).text
    words = text_of(page)
    assert "None of 5 rows went through; 3 to correct, 2 corrected but not sent yet." in words
    assert f'<form method="post" action="{PATH}/edits/send">' in page
    assert "Send corrected rows to pbx.example.com… 2 rows corrected, not sent yet." in words
    assert "Correct 3 rows" in words
    assert "Send 2 failed rows to pbx.example.com again as they are" in words


def test_the_button_to_retry_follows_each_change(office: Office, tmp_path: Path, alone: Browser) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.FAILED, 106), Given("B", Status.REJECTED)])
    with open_journal(office.state) as journal:
        journal.edit(RUN, 3, {1: "Bob"}, version=0, user="ann")
        assert "Send 1 failed row to" in text_of(alone.get(PATH).text)
        journal.edit(RUN, 2, {1: "Ann"}, version=0, user="ann")
        journal.edit(RUN, 3, {1: journal.cells(RUN, [3])[3][1]}, version=1, user="ann")
    assert "again as it is" not in text_of(alone.get(PATH).text), "as many rows are changed as before, but others"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.VIEWER])
def test_others_are_told_that_a_supervisor_sends_them(half_corrected: Office, role: Role) -> None:
    page = half_corrected.logged_in(role).get(PATH).text
    assert "2 rows corrected, not sent yet: a supervisor sends them." in text_of(page)
    assert "edits/send" not in page


def test_corrected_rows_alone_are_something_to_do(office: Office, tmp_path: Path, alone: Browser) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.FAILED, 106)])
    with open_journal(office.state) as journal:
        journal.edit(RUN, 2, {1: "Ann"}, version=0, user="ann")
        journal.keep_checks(RUN, "rules", {2: RowCheck(1, True)})
    page = alone.get(PATH).text
    words = text_of(page)
    assert "None of 1 row went through; 1 corrected but not sent yet." in words
    assert "1 row corrected, not sent yet." in words
    assert "nothing left to do" not in words
    assert "Correct 1 row" not in words
    assert "again as they are" not in words
    assert "/files/retry" in page, "the file has it still"


def test_rejected_rows_alone_are_not_offered_to_be_sent_again(office: Office, tmp_path: Path, alone: Browser) -> None:
    """The failed rows have gone again."""
    fill(office.state, a_run(tmp_path), [Given("A", Status.FAILED, 106), Given("B", Status.REJECTED)])
    assert "Send 1 failed row to pbx.example.com again as it is" in text_of(alone.get(PATH).text)
    with open_journal(office.state) as journal:
        journal.create_retry(replace(a_run(tmp_path, "20261124-000000-0000"), retry_of=RUN))
        journal.confirm("20261124-000000-0000")
    words = text_of(alone.get(PATH).text)
    assert "Correct 1 row" in words
    assert "again as they are" not in words


def test_while_it_is_sent_the_page_shows_how_far_it_is(alone: Browser, sender: Sender) -> None:
    page = alone.get(PATH).text
    words = text_of(page)
    assert "4 of 10 rows · 3.2 a second · about 2 s left" in words
    assert f'hx-get="{PATH}/live" hx-trigger="every 1s"' in page
    assert 'aria-valuenow="4"' in page
    assert "Stop sending to pbx.example.com" in words
    assert "hidden" not in words, "the rest of the address is nobody's business"


def test_stop_reaches_the_sender_once_and_says_who_asked(alone: Browser, sender: Sender) -> None:
    for _ in range(2):
        asked = alone.post(f"{PATH}/stop")
        assert (asked.status_code, asked.headers["location"]) == (303, PATH)
    assert sender.stop_wanted == "ann"
    page = alone.get(PATH).text
    assert "Stopping for ann; requests under way get their answers." in page
    assert re.search(r"<button disabled>\s*Stop", page)


def test_stop_after_the_end_does_nothing(alone: Browser, sender: Sender) -> None:
    sender.ends(finished=True)
    assert alone.post(f"{PATH}/stop").status_code == 303


def test_a_viewer_has_no_button_to_stop(as_role: Callable[[Role], Browser], sender: Sender) -> None:
    assert "Stop sending" not in as_role(Role.REVIEWER).get(PATH).text
    assert "Stop sending" in as_role(Role.SUPERVISOR).get(PATH).text


def test_a_run_whose_process_was_killed_is_not_lost_while_the_next_one_has_it(
    office: Office, alone: Browser, sender: Sender
) -> None:
    sender.dies()
    assert "Its process ended without a word." in text_of(alone.get(PATH).text)
    with open_journal(office.state) as journal:
        journal.hold(RUN)
        assert "Its process ended without a word." not in text_of(alone.get(PATH).text)
