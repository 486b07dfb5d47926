"""The audit, page by page and by run, user and action."""

import re

import pytest

from leadsync.journal import open_journal
from leadsync.web import audit_page
from tests.web.conftest import Browser, Office
from tests.web.filled import text_of


@pytest.fixture
def browser(office: Office) -> Browser:
    with open_journal(office.state) as journal:
        journal.add_audit("login", "ann")
        journal.add_audit("send", "ann", "run-1", rows=12)
        journal.add_audit("stop", "ben", "run-1")
        journal.add_audit("download", "ben", "run-2", file="report")
    return office.alone()


def actions(browser: Browser, query: str = "") -> list[str]:
    return re.findall(r'data-label="Action"><bdi>(\w+)', browser.get(f"/audit{query}").text)


def test_the_newest_action_is_first(browser: Browser) -> None:
    assert actions(browser) == ["login", "download", "stop", "send", "login"]
    words = text_of(browser.get("/audit").text)
    assert "ben download run-2 file report" in words
    assert "ann send run-1 rows 12" in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?run=run-1", ["stop", "send"]),
        ("?user=ben", ["download", "stop"]),
        ("?action=login&user=ann", ["login", "login"]),
        ("?run=run-1&user=ann", ["send"]),
        ("?run=other", []),
        ("?before=nonsense", ["login", "download", "stop", "send", "login"]),
    ],
)
def test_it_is_filtered(browser: Browser, query: str, found: list[str]) -> None:
    assert actions(browser, query) == found


def test_older_actions_come_on_the_next_page(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_page, "ON_A_PAGE", 2)
    assert actions(browser) == ["login", "download"]
    [older] = re.findall(r'href="/audit(\?[^"]*before=\d+)"', browser.get("/audit").text)
    assert actions(browser, older) == ["stop", "send"]
    [last] = re.findall(r'href="/audit(\?[^"]*before=\d+)"', browser.get(f"/audit{older}").text)
    assert actions(browser, last) == ["login"]
    assert "before=" not in browser.get(f"/audit{last}").text
