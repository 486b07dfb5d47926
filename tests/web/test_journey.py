"""In a real browser: from the upload of a sheet with the usual warts to the sent run."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk
from tests.web.shop import applied, wait_until
from tests.web.test_browser import PATIENCE, chromium, opened, shut_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["chromium"]

HEADINGS = "Cust No.,Mobile,Result,Follow-up,Notes"
LEADS = [
    "40120,0412 345 678,Sale,2/12/2031 10:00,spoke to wife",
    "40121,+61 412 345 679,No Answer,,",
    "40122,8321 8199,Sale,3/12/2031 10:00,",
    "40123,0412 345 680,Sale,31/02/2031 10:00,",
    *(f"{number},0412 345 {number - 40000},Sale,4/12/2031 10:00," for number in range(40124, 40132)),
]


@pytest.fixture
def tab(desk: Desk, dialer: PracticeDialer, chromium: "Browser") -> "Iterator[Page]":
    """A tab of a browser at the page of new uploads; an error on its console fails the test."""
    with opened(desk, chromium, viewport={"width": 1280, "height": 900}) as (url, _, shown):
        shown.goto(f"{url}/new")
        yield shown


def upload(tab: "Page", sheet: Path) -> None:
    tab.set_input_files("input[type=file]", str(sheet))
    tab.click("text=Read the sheet")
    tab.wait_for_selector("form.reading")


def test_a_sheet_with_the_usual_warts_is_sent_by_somebody_who_has_read_nothing(
    tab: "Page", desk: Desk, dialer: PracticeDialer
) -> None:
    assert shut_out(tab) == []
    upload(tab, desk.sheet("callbacks friday.csv", "Callbacks of Friday", "", HEADINGS, *LEADS, "Total,,,,12"))
    assert "No column holds the lead's id" in tab.inner_text("#draft")
    assert shut_out(tab) == []
    tab.click("text=Take every field perhaps meant")
    tab.wait_for_selector("form.sending")
    tab.focus("#column-4")
    tab.select_option("#column-4", "")
    tab.wait_for_selector('#column-4 option[value=""][selected]', state="attached")
    assert tab.evaluate("document.activeElement.id") == "column-4", "the place is kept"
    shown = tab.inner_text("#draft")
    assert "1 row has NO callback date" in shown
    assert "Send 10 rows to 127.0.0.1" in shown
    assert "3 rows of 13; 2 rows have to be corrected" in shown
    assert "9 set Sale" in shown
    assert shut_out(tab) == []
    tab.set_viewport_size({"width": 390, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert shut_out(tab) == []
    draft = tab.url
    tab.click("text=Try the first 5")
    tab.wait_for_url("**/runs/**")
    wait_until(lambda: len(applied(dialer)) == 5, 60)
    tab.wait_for_selector("text=Send the other 5 rows")
    tab.goto(draft)
    tab.wait_for_selector("text=has sent a part of this sheet")
    tab.click("text=Look at the rest")
    tab.click("text=Send 5 rows")
    tab.wait_for_url("**/runs/**")
    wait_until(lambda: len(applied(dialer)) == 10, 60)
    assert applied(dialer) == ["40120", "40121", *map(str, range(40124, 40132))]
    assert [one.fields for one in dialer.ledger.applications][:1] == [
        {"FirstPhone": "0412345678", "njDisposition": "Sale", "njCallBackDate": "2031/12/02 10:00"}
    ]


def test_without_the_script_everything_works_too(tab: "Page", desk: Desk, dialer: PracticeDialer) -> None:
    browser = tab.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=tab.context.storage_state())
    plain = context.new_page()
    plain.set_default_timeout(PATIENCE)
    plain.goto(tab.url)
    upload(plain, desk.sheet("friday.csv", "Lead Id,Result", "A1,Sale", "A2,Sale"))
    plain.select_option("#column-1", "njDisposition")
    plain.click("text=Read again")
    plain.wait_for_selector("text=set Sale")
    plain.click("text=Send 2 rows")
    plain.wait_for_url("**/runs/**")
    wait_until(lambda: applied(dialer) == ["A1", "A2"], 60)
    context.close()
