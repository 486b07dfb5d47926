"""The form for a new upload: a file comes in, or a sentence says what is wrong."""

import html

import pytest

from leadsync.simulator import PracticeDialer
from leadsync.web.uploads import Uploads
from tests.web.shop import SHEET, DraftPage, wait_until


def test_an_upload_without_a_file_or_too_large_is_a_sentence(page: DraftPage, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = page.browser.post("/uploads", data={"campaign": "x"}, files={"file": ("", b"")})
    assert (answer.status_code, "No file was chosen" in answer.text) == (400, True)
    answer = page.browser.post("/uploads", content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 400
    monkeypatch.setattr("leadsync.web.uploads.MOST_BYTES", 10)
    answer = page.browser.post("/uploads", files={"file": ("a.csv", SHEET.encode())})
    assert (answer.status_code, "larger than" in answer.text) == (413, True)
    assert Uploads(page.shop.state).all() == []


def test_drafts_that_nobody_has_sent_are_offered_and_sent_ones_are_not(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(name="monday.csv")
    assert f'href="{draft}"' in page.get("/new")
    page.wait(page.send(draft).headers["location"])
    wait_until(lambda: f'href="{draft}"' not in page.get("/new"))


def test_settings_without_an_address_are_said_at_the_form(page: DraftPage) -> None:
    page.shop.desk.config.write_text("[server]\nurll = 1\n")
    assert "urll is not a setting" in html.unescape(page.get("/new"))
