"""Finding a lead, and its history."""

import re
from pathlib import Path

import pytest

from leadsync.models import Status
from tests.web.conftest import Browser, Office
from tests.web.filled import RUN, Given, a_run, fill, text_of

LATER = "20261124-000000-0000"


@pytest.fixture
def browser(office: Office, tmp_path: Path) -> Browser:
    phone = {"FirstPhone": "0412345678", "njDisposition": "Sale"}
    rows = [
        Given("40120", Status.FAILED, 106, "no such disposition", ("40120", "A. Ng"), phone),
        Given("40121", Status.SUCCEEDED, 0, "", ("40121", "P. Chen")),
        Given("a/b?c#d %", Status.UNKNOWN, None, "cut", ("x", "O'Neil")),
    ]
    fill(office.state, a_run(tmp_path), rows)
    fill(office.state, a_run(tmp_path, LATER, "monday.csv"), [Given("40120", Status.SUCCEEDED, 0, "OK")])
    return office.alone()


def test_before_a_question_the_page_says_what_it_finds(browser: Browser) -> None:
    assert "Everything that was sent to a lead" in browser.get("/leads").text


def test_several_leads_with_that_beginning_are_listed(browser: Browser) -> None:
    words = text_of(browser.get("/leads?q=401").text)
    assert f"40120 2 {LATER} 40121 1 {RUN}" in words


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("40121", "/leads/40121"),
        (" 40121 ", "/leads/40121"),
        ("P. Chen", "/leads/40121"),
        ("0412 345 678", "/leads/40120"),
        ("O'Neil", "/leads/a%2Fb%3Fc%23d%20%25"),
    ],
)
def test_a_single_lead_is_shown_at_once(browser: Browser, question: str, lead: str) -> None:
    answer = browser.get("/leads", params={"q": question})
    assert (answer.status_code, answer.headers["location"]) == (303, lead)
    assert browser.get(answer.headers["location"]).status_code == 200


def test_nothing_found_keeps_what_was_typed(browser: Browser) -> None:
    page = browser.get("/leads?q=nobody").text
    assert "No run has a lead with <bdi>nobody</bdi>" in page
    assert 'value="nobody"' in page


def test_a_search_goes_on_in_older_rows(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.journal.sql.history._SEARCHED", 2)
    page = browser.get("/leads?q=p.+chen").text
    assert "Looking through older rows" in page
    older = re.search(r'hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    part = browser.get(older, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'href="/leads/40121"' in part
    assert "All rows were looked through." in part
    assert "Find a lead" in browser.get(older).text, "without a script"


def test_the_history_of_a_lead_tells_values_answers_and_runs(browser: Browser) -> None:
    page = browser.get("/leads/40120").text
    words = text_of(page)
    assert words.index("monday.csv") < words.index("callbacks friday.csv"), "the newest first"
    assert "106 no such disposition" in words
    assert "FirstPhone 0412345678 njDisposition Sale" in words
    assert len(re.findall("Requests", words)) == 2


def test_a_request_without_an_answer_says_so(browser: Browser) -> None:
    words = text_of(browser.get("/leads/a%2Fb%3Fc%23d%20%25").text)
    assert "unknown" in words
    assert "cut" in words


def test_an_unknown_lead_is_told(browser: Browser) -> None:
    answer = browser.get("/leads/4012")
    assert answer.status_code == 404
    assert "No run has a row of lead 4012; ids are told apart by every character." in answer.text
