"""The list of runs: newest first, what is to do, filters, pages."""

import errno
import re
from dataclasses import replace
from pathlib import Path

import pytest

from leadsync.journal import RowCheck, open_journal
from leadsync.models import Status
from leadsync.tallies import Live
from leadsync.web import runs_page
from leadsync.web.jobs import JobState, held
from leadsync.web.roles import Role
from tests.web.conftest import Browser, Office
from tests.web.faulty import words
from tests.web.filled import RUN, Given, Sender, a_run, fill, text_of
from tests.web.shop import DraftPage

A, B, C, D = (f"20261123-21045{n}-0000" for n in range(4))


@pytest.fixture
def listed(office: Office, tmp_path: Path) -> Browser:
    """A run to correct and decide, one that went through, a draft, one that was stopped."""
    fill(office.state, a_run(tmp_path, A, "friday.csv"), [Given("A", Status.FAILED, 106), Given("B", Status.UNKNOWN)])
    fill(office.state, a_run(tmp_path, B, "Müller.xlsx"), [Given("A", Status.SUCCEEDED, 0)])
    fill(office.state, replace(a_run(tmp_path, C, "draft.csv"), complete=False), [], finished=False)
    fill(office.state, a_run(tmp_path, D, "monday.csv"), [Given("U", Status.UNSENT)], finished=False)
    with open_journal(office.state) as journal:
        journal.update_run(D, stopped="the dialer was away")
    return office.alone()


def names(page: str) -> list[str]:
    return re.findall(r'<a href="/runs/[^"]+"><bdi>([^<]+)</bdi></a></th>', page)


def test_runs_are_listed_the_newest_first_with_what_is_to_do(listed: Browser) -> None:
    page = listed.get("/").text
    assert names(page) == ["monday.csv", "draft.csv", "Müller.xlsx", "friday.csv"]
    words = text_of(page)
    assert re.search(r"monday\.csv .* 1 unsent stopped 1 to send draft\.csv", words)
    assert re.search(r"draft\.csv .* no rows draft Müller", words)
    assert re.search(r"Müller\.xlsx .* 1 succeeded nothing friday", words)
    assert re.search(r"friday\.csv .* 1 failed, 1 unknown 1 to correct · 1 to decide$", words)


def test_corrected_rows_are_to_do_until_they_are_sent(office: Office, tmp_path: Path) -> None:
    fill(office.state, a_run(tmp_path, A, "friday.csv"), [Given("A", Status.FAILED, 106)])
    with open_journal(office.state) as journal:
        journal.edit(A, 2, {1: "?"}, version=0, user="ann")
        journal.keep_checks(A, "rules", {2: RowCheck(1, False, "NO_AREA_CODE")})
        assert text_of(office.alone().get("/").text).endswith("1 failed 1 to correct"), "as wrong as before"
        journal.edit(A, 2, {1: "Ann"}, version=1, user="ann")
        journal.keep_checks(A, "rules", {2: RowCheck(2, True)})
    page = office.alone().get("/?show=todo").text
    assert names(page) == ["friday.csv"]
    assert f'<a href="/runs/{A}/correct?reason=ready">1 corrected, not sent yet</a></td>' in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?show=todo", ["friday.csv"]),
        ("?show=open", ["monday.csv"]),
        ("?show=drafts", ["draft.csv"]),
        ("?q=MÜLLER", ["Müller.xlsx"]),
        (f"?q={A[-9:]}", ["friday.csv"]),
        ("?q=day&show=open", ["monday.csv"]),
        ("?show=nonsense", ["monday.csv", "draft.csv", "Müller.xlsx", "friday.csv"]),
    ],
)
def test_filters_choose(listed: Browser, query: str, shown: list[str]) -> None:
    assert names(listed.get(f"/{query}").text) == shown


def test_a_filter_that_fits_nothing_shows_the_way_back(listed: Browser) -> None:
    page = listed.get("/?q=nothing+is+called+so").text
    assert 'No run fits. <a href="/">All runs</a>' in page
    assert 'value="nothing is called so"' in page


def test_pages_follow_each_other_and_keep_the_filter(listed: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_page, "_ON_A_PAGE", 1)
    seen: list[str] = []
    page = listed.get("/?q=day").text
    for _ in range(5):
        seen += names(page)
        older = re.search(r'href="([^"]+)">Older runs', page)
        if not older:
            break
        page = listed.get(older[1].replace("&amp;", "&")).text
    assert seen == ["monday.csv", "friday.csv"]


def test_a_run_that_is_sent_updates_itself_in_the_list(listed: Browser, office: Office) -> None:
    sender = Sender(office.state, D)
    sender.tells(Live(1, {}, 0.0))
    page = listed.get("/").text
    assert f'hx-get="/runs/{D}/live?in=list" hx-trigger="every 2s"' in page
    assert "0</b> of 1 row" in page
    assert names(listed.get("/?show=open").text) == ["monday.csv"]
    sender.dies()
    assert "lost" in text_of(listed.get("/").text)


def test_the_list_and_the_run_tell_who_sent_it(office: Office, tmp_path: Path) -> None:
    fill(office.state, a_run(tmp_path), [Given("A", Status.SUCCEEDED, 0)])
    with open_journal(office.state) as journal:
        journal.add_audit("send", "zoe", RUN)
    browser = office.alone()
    for path in ("/", f"/runs/{RUN}"):
        assert re.search(r"</time>, <bdi>zoe</bdi>", browser.get(path).text), path


def test_a_sheet_that_waits_for_its_turn_is_no_draft_in_the_list(page: DraftPage) -> None:
    upload = page.shop.upload()
    job = page.shop.claim_send(upload, page.shop.read(upload))
    with held(page.shop.state, job.lock_name, 1):
        job.note(JobState.QUEUED)
        listed = words(page.browser.get("/"))
    assert ", Ann" in listed
    assert "queued" in listed
    assert "draft" not in listed.partition("To do")[2]


def test_a_draft_of_an_upload_leads_to_its_own_page_and_says_who_uploaded_it(page: DraftPage) -> None:
    draft = page.upload()
    run = page.shop.runs()[0].id
    listed = page.get("/")
    assert f'<a href="{draft}"><bdi>friday.csv</bdi></a>' in listed
    assert ", ann" in text_of(listed)
    assert page.browser.get(f"/runs/{run}").headers["location"] == draft
    seen = text_of(page.office.logged_in(Role.VIEWER).get(f"/runs/{run}").text)
    assert "uploaded by ann" in seen
    assert "A draft: nothing of it is sent." in seen
    assert "It was uploaded here, and nobody has sent it" in seen
    assert "unsent not sent yet" in seen


def test_a_full_disk_is_a_sentence(page: DraftPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("leadsync.web.runs_page._listed", full)
    answer = page.browser.get("/")
    assert answer.status_code == 507
    assert "The server&#39;s disk is full, and this could not be done." in answer.text
