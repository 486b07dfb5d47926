"""The rows of a draft of one kind, before anything is sent."""

import re
from typing import TYPE_CHECKING

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk
from tests.web.filled import HOSTILE, text_of
from tests.web.shop import DraftPage
from tests.web.test_browser import chromium, opened, shut_out, too_wide

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["chromium"]

SHEET = (
    "Lead Id,FirstPhone,Outcome,Callback Date\n"
    "A1,0412 345 678,Sale,2031-02-03 10:00\n"
    "A2,0412345679,Sale,31/02/2031 10:00\n"
)


def test_each_figure_leads_to_its_rows(page: DraftPage, dialer: PracticeDialer) -> None:
    draft = page.upload(SHEET)
    links = re.findall(rf'href="({draft}/rows[^"]*)"', page.get(draft))
    lists = [link.partition("=")[2] for link in links]
    assert {name.partition("-")[0] for name in lists} >= {"change", "fault", "sets", "callbacks"}
    for link in links:
        assert "Nothing was sent yet." in text_of(page.get(link))
    faulty = text_of(page.get(next(link for link in links if "list=fault" in link)))
    assert "A2" in faulty
    assert "Not sent." in faulty
    assert "A1" not in faulty
    assert dialer.ledger.received == []


def test_unknown_lists_and_pages_behind_the_last(page: DraftPage) -> None:
    draft = page.upload()
    unknown = page.browser.get(f"{draft}/rows?list=sets-3")
    assert (unknown.status_code, "The sheet has no such rows" in unknown.text) == (404, True)
    assert f'<a href="{draft}">To the sheet</a>' in unknown.text
    assert "There are no more such rows." in page.get(f"{draft}/rows?list=callbacks&after=99")


def test_a_draft_without_a_preview_leads_back(page: DraftPage) -> None:
    draft = page.upload("Cust No.,Result\n40120,Sale\n")
    answer = page.browser.get(f"{draft}/rows?list=kept")
    assert (answer.status_code, answer.headers["location"]) == (303, draft)


def test_hostile_values_stay_text(page: DraftPage) -> None:
    quoted = HOSTILE.replace('"', '""')
    draft = page.upload(f'Lead Id,Mobile,Outcome,Callback Date\nA1,0412345678,"{quoted}",2031-02-03 10:00\n')
    shown = page.get(f"{draft}/rows?list=callbacks")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_list_shuts_nobody_out_and_fits_small_screens(
    desk: Desk, dialer: PracticeDialer, chromium: "Browser"
) -> None:
    sheet = desk.folder / "friday.csv"
    sheet.write_text(f"{SHEET}A3,0412345680,Sale,\n")
    with opened(desk, chromium) as (url, _, shown):
        shown.goto(f"{url}/new")
        shown.set_input_files("input[type=file]", str(sheet))
        shown.get_by_text("Read the sheet").click()
        shown.locator("table.columns").wait_for()
        assert "NO callback date" in shown.inner_text("body")
        draft = shown.url
        assert shut_out(shown) == []
        for name in ("fault", "sets"):
            shown.goto(draft)
            shown.locator(f'a[href*="list={name}"]').click()
            shown.get_by_text("Nothing was sent yet.").wait_for()
            assert shut_out(shown) + too_wide(shown) == []
        shown.get_by_label("Leave row 2 out").click()
        shown.get_by_label("Take row 2 back").wait_for()
        shown.locator("[aria-label='Take row 2 back into the sending']:focus").wait_for(timeout=9_000)
        # A key held down is pressed once.
        shown.get_by_label("Leave row 4 out").focus()
        shown.evaluate("document.activeElement.form.addEventListener('submit', (event) => event.preventDefault())")
        shown.evaluate("addEventListener('submit', () => { document.title += ' sent' })")
        for _ in range(3):
            shown.keyboard.down("Enter")
        shown.keyboard.up("Enter")
        assert shown.title().count(" sent") == 1
