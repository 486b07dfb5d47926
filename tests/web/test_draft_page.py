"""From the upload to the sent run, on the page."""

import html
import re

import pytest

from leadsync.journal import AuditFilter, open_journal
from leadsync.simulator import PracticeDialer
from leadsync.web.draft_view import look_at
from leadsync.web.jobs import turn
from leadsync.web.roles import Role
from leadsync.web.uploads import Uploads
from tests.conftest import Desk
from tests.web.conftest import Office
from tests.web.faulty import send_draft
from tests.web.shop import DraftPage, applied, wait_until


def words(text: str) -> str:
    """A page's text."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_from_the_upload_to_the_sent_run(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    shown = words(page.get(draft))
    assert "1 row has NO callback date: the dialer will treat its lead as a new lead." in shown
    assert "2 set Sale" in shown
    assert "1 moves a callback" in shown
    assert "Send 2 rows to 127.0.0.1" in shown
    assert dialer.ledger.received == []
    answer = page.send(draft)
    assert answer.status_code == 303
    page.wait(answer.headers["location"])
    assert applied(dialer) == ["A1", "A2"]
    assert page.browser.get(draft).headers["location"] == answer.headers["location"], "a sent draft leads to its run"
    assert "friday.csv" in page.get(answer.headers["location"])
    with open_journal(page.shop.state) as journal:
        assert [(one.action, one.user) for one in journal.audit()][:2] == [("send", "ann"), ("upload", "ann")]


def test_a_column_is_chosen_and_the_sheet_is_read_again(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload("Cust No.,Result\n40120,Sale\n40121,\n")
    shown = page.get(draft)
    assert "No column holds the lead's id" in words(shown)
    assert '<button class="primary"' not in shown, "there is nothing to send yet"
    answer = page.choose(draft, **{"column-0": "njExternalLeadId", "column-1": "Result", "options": "1"})
    assert answer.status_code == 303
    shown = words(page.get(draft))
    assert "Send 2 rows" in shown
    assert page.choose(draft, take_meant="1", options="1").status_code == 303
    assert "1 sets Sale Show Correct 1 keeps its outcome" in words(page.get(draft))


def test_a_wrong_choice_keeps_what_was_typed(page: DraftPage) -> None:
    draft = page.upload()
    answer = page.choose(draft, timezone="Mars/Phobos", blank_words="NULL", options="1", **{"column-1": "FirstPhone"})
    assert answer.status_code == 422
    assert "there is no such timezone" in answer.text
    assert 'value="Mars/Phobos"' in answer.text
    assert 'value="NULL"' in answer.text
    assert '<option value="FirstPhone" selected>' in answer.text
    assert "Mars" not in page.get(draft), "nothing of it is in force"


def test_two_people_send_one_draft_once(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    seen = page.hidden(draft, "seen")
    with turn(page.shop.state, 4), turn(page.shop.state, 4), turn(page.shop.state, 4), turn(page.shop.state, 4):
        first = page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
        second = page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
        assert (first.status_code, first.headers["location"]) == (303, draft)
        assert (second.status_code, second.headers["location"]) == (303, draft)
        assert "It waits for its turn" in page.get(draft)
        assert page.browser.post(f"{draft}/discard").headers["location"] == draft, "it is asked for"
    wait_until(lambda: page.browser.get(draft).status_code == 303)
    run = page.browser.get(draft).headers["location"]
    page.wait(run)
    third = page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
    assert third.status_code == 303
    assert applied(dialer) == ["A1", "A2"]
    assert len(page.shop.runs()) == 1


def test_a_stale_draft_is_shown_anew_and_not_sent(page: DraftPage, dialer: PracticeDialer) -> None:
    draft, other = page.upload(), page.upload(name="saturday.csv")
    seen = page.hidden(draft, "seen")
    page.wait(page.send(other).headers["location"])
    answer = page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
    assert answer.status_code == 409
    assert "Nothing was sent: since you looked at it" in words(answer.text)
    assert "2 rows say what their leads were last sent" in words(answer.text)
    assert applied(dialer) == ["A1", "A2"]
    assert page.send(draft).headers["location"].startswith("/runs/"), "what was shown is sent"


def test_a_draft_read_again_in_another_tab_is_not_sent_as_it_was(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    seen = page.hidden(draft, "seen")
    page.choose(draft, options="1", **{"column-1": "FirstPhone"})
    answer = page.browser.post(f"{draft}/send", data={"seen": seen, "how": "all"})
    assert answer.status_code == 409
    assert "it was read with other choices" in answer.text
    assert dialer.ledger.received == []


def test_headings_with_words_of_their_own_are_chosen_by_their_row(page: DraftPage) -> None:
    draft = page.upload("Friday list,,\nExported 28/11/2026,,\nKunde,Was,Wann\nA1,Sale,\nA2,Sale,\n")
    assert "Which row holds them?" in words(page.get(draft))
    assert "No column holds the lead's id" not in words(page.get(draft))
    assert page.choose(draft, headings_line="3").status_code == 303
    assert "No column holds the lead's id" in words(page.get(draft))
    assert "Kunde" in page.get(draft)


def test_a_trial_and_then_the_rest(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload("Lead Id,Outcome\n" + "".join(f"A{number},Sale\n" for number in range(1, 9)))
    page.try_first(draft)
    shown = page.get(draft)
    assert "has sent a part of this sheet" in words(shown)
    assert "3 rows are left. Look at the rest" in words(shown)
    assert f'action="{draft}/send"' not in shown, "nobody sees here what it would do"
    assert "Nothing more is sent" in words(shown)
    [upload] = Uploads(page.shop.state).all()
    preview = look_at(page.shop.state, upload).preview
    assert preview is not None
    answer = page.browser.post(f"{draft}/send", data={"seen": preview["digest"], "how": "all"})
    assert (answer.status_code, answer.headers["location"], len(applied(dialer))) == (303, draft, 5)
    assert page.browser.post(f"{draft}/rest").status_code == 303
    page.await_reading(draft)
    assert "3 set Sale" in words(page.get(draft))
    run = send_draft(page, draft)
    assert applied(dialer) == [f"A{number}" for number in range(1, 9)]
    assert page.browser.get(draft).headers["location"] == run


def test_a_draft_outlives_the_page(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    page.browser = page.office.alone()
    assert draft in page.get("/new"), "it is listed, so that nobody has to upload it again"
    assert "Send 2 rows" in words(page.get(draft))


def test_hostile_headings_cells_and_names_are_text(page: DraftPage) -> None:
    evil = "<script>alert(1)</script>"
    draft = page.upload(f'Lead Id,{evil},"""><img src=x>"\nA1,{evil},{{{{7*7}}}}\n', name=f'{evil}"><b>.csv')
    shown = page.get(draft)
    assert "<script>alert" not in shown
    assert "<img src=x>" not in shown
    assert "{{7*7}}" in shown
    assert shown.count("<script") == 2, "the page's own"
    answer = page.choose(draft, headings_row='"><script>alert(2)</script>', options="1")
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


def test_a_file_that_was_found_late_to_be_no_sheet_is_a_sentence(page: DraftPage) -> None:
    upload = page.shop.upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, name="photo.png")
    page.shop.read(upload)
    shown = page.get(f"/drafts/{upload.id}")
    assert "photo.png: this is a picture" in shown
    assert str(page.shop.state) not in shown
    assert "Upload another file" in shown
    assert "Headings in row" not in shown, "no choice helps"


def test_a_draft_is_discarded(page: DraftPage) -> None:
    draft = page.upload()
    assert page.browser.post(f"{draft}/discard").headers["location"] == "/new"
    assert page.browser.get(draft).status_code == 404
    assert Uploads(page.shop.state).all() == []


@pytest.mark.parametrize("draft", ["x", "..%2f..", "20261123-120000-00000000"])
def test_there_is_no_such_draft(page: DraftPage, draft: str) -> None:
    assert page.browser.get(f"/drafts/{draft}").status_code == 404


def test_settings_that_cannot_be_used_are_said_on_the_page(page: DraftPage, desk: Desk) -> None:
    draft = page.upload()
    desk.config.write_text("[server]\nurl = 'ftp://x'\n")
    assert "begin with https://" in page.get("/new")
    answer = page.send(draft)
    assert answer.status_code == 303
    assert "begin with https://" in page.get(draft)


def test_only_supervisors_upload_and_send(office: Office) -> None:
    browser = office.logged_in(Role.REVIEWER)
    assert browser.get("/new").status_code == 403
    assert browser.post("/uploads", files={"file": ("a.csv", b"x")}).status_code == 403
    assert browser.post("/drafts/x/send").status_code == 403
    assert not (office.state / "uploads").exists()


def test_a_queued_draft_is_taken_back(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload()
    with turn(page.shop.state, 4), turn(page.shop.state, 4), turn(page.shop.state, 4), turn(page.shop.state, 4):
        assert page.send(draft).headers["location"] == draft
        assert "Take it back" in page.get(draft)
        assert page.browser.post(f"{draft}/cancel").headers["location"] == draft
        wait_until(lambda: "ann</bdi> has taken it back before its turn came; nothing was sent" in page.get(draft))
    assert (applied(dialer), [run.complete for run in page.shop.runs()]) == ([], [False])
    with open_journal(page.shop.state) as journal:
        assert "cancel" in [entry.action for entry in journal.audit_page(AuditFilter(), None, 100)]
    run = page.send(draft).headers["location"]
    page.wait(run)
    assert sorted(applied(dialer)) == ["A1", "A2"], "it can be sent again"
    late = page.browser.post(f"{draft}/cancel").headers["location"]
    late = page.browser.get(late).headers["location"]
    assert late.startswith(run)
    assert "It was too late to take it back: its turn had come." in page.get(late)
