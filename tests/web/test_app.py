"""Every page of the application answers."""

import pytest

from tests.conftest import KEY
from tests.web.conftest import Browser


def test_an_empty_journal_says_what_to_do_first(alone: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_API_KEY", KEY)
    page = alone.get("/")
    assert page.status_code == 200
    assert "There are no runs yet." in page.text


def test_an_unknown_address_is_a_page(alone: Browser) -> None:
    page = alone.get("/nowhere")
    assert page.status_code == 404
    assert "There is no such page." in page.text


def test_static_files_are_served_to_the_login_page_too(alone: Browser) -> None:
    for name in ("leadsync.css", "leadsync.js", "htmx.min.js", "leadsync.svg"):
        assert alone.get(f"/static/{name}").status_code == 200
