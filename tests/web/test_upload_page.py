"""The form for a new upload: a file comes in, or a sentence says what is wrong."""

import html

import pytest

from leadsync.simulator import PracticeDialer
from leadsync.web.uploads import Uploads
from tests.web.shop import SHEET, DraftPage, wait_until


def test_an_upload_without_a_file_or_too_large_is_a_sentence(page: DraftPage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page.browser.get("/uploads").headers["location"] == "/new", "a reload after a refusal"
    answer = page.browser.post("/uploads", data={"campaign": "x"}, files={"file": ("", b"")})
    assert (answer.status_code, "No file was chosen" in answer.text) == (400, True)
    answer = page.browser.post("/uploads", content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 400
    monkeypatch.setattr("leadsync.web.uploads.MOST_BYTES", 10)
    answer = page.browser.post("/uploads", files={"file": ("a.csv", SHEET.encode())})
    assert (answer.status_code, "larger than" in answer.text) == (413, True)
    assert Uploads(page.shop.state).all() == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "leads.pdf",
            b"%PDF-1.7\n",
            "this is a PDF document, not a table; open it, save it as .xlsx or .csv, and upload",
        ),
        (
            "leads.xlsx",
            b"MZ\x90" + bytes(900),
            "this is a program, not a table; upload the sheet itself, as .xlsx or .csv",
        ),
        ("leads.csv", b"\x89PNG\r\n\x1a\n", "this is a picture, not a table; upload the sheet itself"),
        ("leads.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8, "the workbook is damaged"),
        ("leads.html", b"<html><p>Log in</p></html>", "this is a web page (HTML) without a table"),
    ],
)
def test_a_file_of_another_sort_is_refused_at_once(page: DraftPage, name: str, content: bytes, words: str) -> None:
    answer = page.browser.post("/uploads", files={"file": (name, content)})
    assert answer.status_code == 422
    assert f"{name}: {words}" in html.unescape(answer.text)
    assert 'type="file"' in answer.text
    assert Uploads(page.shop.state).all() == []


def test_drafts_that_nobody_has_sent_are_offered_and_sent_ones_are_not(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(name="monday.csv")
    assert f'href="{draft}"' in page.get("/new")
    page.wait(page.send(draft).headers["location"])
    wait_until(lambda: f'href="{draft}"' not in page.get("/new"))


def test_of_several_dialers_one_is_chosen_by_name_and_the_draft_keeps_it(
    page: DraftPage, dialer: PracticeDialer
) -> None:
    config = page.shop.desk.config
    text = config.read_text("utf-8")
    url = text.split('"')[1]
    parts = (
        '{ template_id = 41, campaign_id = 41, allocation_id = 38 }\n[dialers.%s.campaigns.winback]\ntimezone = ""\n'
    )
    tables = "".join(
        f'[dialers.{name}]\nurl = "{address}"\napi_key_env = "LEADSYNC_API_KEY"\ncampaign = {parts % name}'
        for name, address in (("melbourne", "https://pbx.example.com"), ("sydney", url))
    )
    config.write_text(tables + text[text.index("[retry]") :], "utf-8")
    form = html.unescape(page.get("/new"))
    host = url.partition("://")[2]
    assert '<option value="">choose…</option>' in form
    assert '<option value="melbourne/">melbourne (pbx.example.com)</option>' in form
    assert f'<option value="sydney/winback">sydney ({host}), winback</option>' in form
    unchosen = page.upload(name="monday.csv")
    assert "several dialers, and none is chosen: melbourne, sydney" in html.unescape(page.get(unchosen))
    assert page.choose(unchosen, target="sydney/").status_code == 303
    draft = page.upload(SHEET, target="sydney/winback")
    assert '<option value="sydney/winback" selected>' in page.get(draft)
    page.choose(draft, options="")
    assert '<option value="sydney/winback" selected>' in page.get(draft), "another choice leaves it"
    page.wait(page.send(draft).headers["location"])
    [run] = [run for run in page.shop.runs() if run.complete]
    assert run.dialer == url


def test_settings_without_an_address_are_said_at_the_form(page: DraftPage) -> None:
    page.shop.desk.config.write_text("[server]\nurll = 1\n")
    assert "urll is not a setting" in html.unescape(page.get("/new"))
