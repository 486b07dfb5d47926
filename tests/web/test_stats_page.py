"""Failures over time on the page."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadsync.models import Status
from leadsync.web.roles import Role
from leadsync.web.stats_page import since_of
from tests.web.conftest import Browser, Office
from tests.web.filled import Given, a_run, fill, text_of


@pytest.fixture
def browser(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    rows = [
        Given("A", Status.SUCCEEDED, 0, cells=("A", "Ann")),
        Given("B", Status.FAILED, 106, cells=("B", "Ben")),
        Given("C", Status.FAILED, 101, cells=("C", "Ben")),
        Given("D", Status.FAILED, 106, cells=("D", "Ben")),
    ]
    fill(office.state, a_run(tmp_path), rows)
    again = [Given("B", Status.FAILED, 106, cells=("B", "Ben"))]
    fill(office.state, a_run(tmp_path, "20261124-210455-7f3b", "again.csv"), again)
    # A loaded machine takes long to start Python.
    monkeypatch.setattr("leadsync.web.stats_page._PATIENCE_SECONDS", 60)
    return office.logged_in(Role.VIEWER)


def test_failures_by_reason_day_and_column(browser: Browser) -> None:
    page = browser.get("/stats?period=all").text
    words = text_of(page)
    assert "4 of 5 rows (80.0%) failed in 2 runs" in words
    assert "106 INVALID_DISPOSTION 3 75.0% 60.0%" in words, words
    assert "<svg" in page
    assert re.search(r'href="/leads/B"', page), "a lead that fails again"
    by_name = text_of(browser.get("/stats?period=all&by=column:Name").text)
    assert "Failures by Name Ben 4 Name failures" in by_name, by_name
    assert "Counted " in by_name
    assert "Failures by day" in text_of(browser.get("/stats?period=all&by=day").text)


def test_an_unknown_column_is_a_sentence(browser: Browser) -> None:
    answer = browser.get("/stats?by=column:Agent&period=all")
    assert answer.status_code == 422
    assert "No sheet has a column Agent; there are Lead Id, Name" in text_of(answer.text)


def test_other_words_mean_the_usual_view(browser: Browser) -> None:
    page = browser.get("/stats?by=nonsense&period=-3").text
    assert '<option value="code" selected>' in page
    assert '<option value="30" selected>' in page


def test_before_the_first_run_it_says_what_to_do(office: Office) -> None:
    assert "There is nothing to count yet." in office.alone().get("/stats").text


def test_a_long_count_is_told(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.web.stats_page._PATIENCE_SECONDS", 0)
    page = browser.get("/stats?period=90").text
    assert "The rows of all runs are being counted" in page
    assert 'hx-get="/stats?by=code&amp;period=90"' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_a_period_begins_at_midnight() -> None:
    now = datetime(2026, 11, 23, 21, 4, tzinfo=UTC)
    assert since_of("all", now) is None
    week = since_of("7", now)
    assert week is not None
    assert (now.astimezone().date() - week.date()).days == 6
    assert (week.hour, week.minute) == (0, 0)
