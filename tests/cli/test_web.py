"""`leadsync web`: what is said and opened at its start, and what is checked before."""

import webbrowser
from collections.abc import Callable
from typing import Any

import pytest

from leadsync.web import server
from tests.conftest import Desk


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses opened in a browser; the server ends at once."""
    addresses: list[str] = []

    def serve(page: Any, announce: Callable[[], Any]) -> None:
        announce()
        page._listener.close()

    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr(server.Server, "serve", serve)
    return addresses


def test_the_opening_address_is_printed_and_opened(desk: Desk, opened: list[str]) -> None:
    desk.settings("https://pbx.example.com")
    done = desk.leadsync("web", "--port", "0")
    assert done.code == 0, done.err
    [address] = opened
    assert address.startswith("http://127.0.0.1:")
    assert "/login?token=" in address
    assert done.out == f"The page is at {address} Ctrl-C ends it.\n"


def test_no_browser_is_opened_where_none_is_wanted(desk: Desk, opened: list[str]) -> None:
    desk.settings("https://pbx.example.com")
    done = desk.leadsync("web", "--port", "0", "--no-browser", "--json")
    assert opened == []
    assert done.json["opening_url"].startswith(done.json["url"])


def test_settings_with_a_fault_are_told_before_the_page_starts(desk: Desk, opened: list[str]) -> None:
    desk.config.write_text("[server]\nurll = 1\n")
    done = desk.leadsync("web", "--port", "0")
    assert (done.code, opened) == (2, [])
    assert "urll is not a setting" in done.err


def test_a_damaged_journal_is_told_before_the_page_starts(desk: Desk, opened: list[str]) -> None:
    desk.settings("https://pbx.example.com")
    desk.state.mkdir(parents=True, exist_ok=True)
    (desk.state / "journal.sqlite3").write_bytes(b"no journal" * 100)
    done = desk.leadsync("web", "--port", "0")
    assert (done.code, opened) == (1, [])
    assert "journal" in done.err


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_an_impossible_port_is_refused(desk: Desk, opened: list[str], port: str) -> None:
    assert desk.leadsync("web", "--port", port).code == 2
    assert opened == []
