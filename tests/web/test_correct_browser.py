"""The page for corrections in a real browser: a morning's review, the keyboard alone, no script, small screens."""

import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk
from tests.web.faulty import SHEET
from tests.web.test_browser import chromium, opened, shut_out, too_wide

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["chromium"]


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    made = desk.dialer(floor_seconds=0.01)
    made.campaign.dispositions = frozenset({"Sale", "Busy"})
    return made


def failed(desk: Desk, *lines: str) -> str:
    """The id of a run of these lines."""
    run: str = desk.leadsync("run", desk.sheet("callbacks friday.csv", *lines), "--json").json["run"]
    return run


def test_no_state_shuts_anybody_out_or_is_too_wide(desk: Desk, dialer: PracticeDialer, chromium: "Browser") -> None:
    here = f"/runs/{failed(desk, *lines())}/correct"
    found: dict[str, Any] = {}

    def look(state: str) -> None:
        if wrong := shut_out(shown) + too_wide(shown):
            found[state] = wrong

    with opened(desk, chromium) as (url, _, shown):
        shown.goto(url + here)
        for summary in shown.locator("form.fix summary").all()[:2]:
            summary.click()
        look("faulty")
        fill(shown, "form.put input[name=new]", "Sale")
        shown.get_by_text("It was put in 2 rows.").wait_for()
        fill(shown, "form.fix [data-fault]", "Busy")
        shown.get_by_text("3 corrected and ready").wait_for()
        fill(shown, "#row-7 [data-fault]", "32/02/2031 10:00")
        shown.get_by_text("has no day 32").wait_for()
        look("partly")
        shown.goto(f"{url}{here}?reason=ready")
        look("ready")
    assert found == {}


def lines() -> list[str]:
    return SHEET.strip().splitlines()


def fill(shown: "Page", selector: str, text: str) -> None:
    cell = shown.locator(selector).first
    cell.fill(text)
    # Not on whatever has the focus: it goes to the next fault a moment behind the last answer.
    cell.press("Enter")


def test_a_mornings_review_of_forty_rows_takes_few_keys(
    desk: Desk, dialer: PracticeDialer, chromium: "Browser"
) -> None:
    rows = [f"S{n},Ann,04123456{n:02},{'Sold' if n < 14 else 'Slae'},2/3/2031 10:00" for n in range(20)]
    rows += [f"P{n},Bob,832181{n:02},Sale,2/3/2031 10:00" for n in range(15)]
    rows += [f"D{n},Cai,04123457{n:02},Sale,31/0{n % 2 * 2 + 4}/2031 1{n}:00" for n in range(5)]
    run = failed(desk, lines()[0], *rows)
    keys = 0
    with opened(desk, chromium) as (url, _, shown):

        def type_in(text: str) -> None:
            nonlocal keys
            shown.keyboard.type(text)
            shown.keyboard.press("Enter")
            keys += len(text) + 1

        shown.goto(f"{url}/runs/{run}")
        shown.get_by_role("link", name="Correct 40 rows").click()
        for selector, text, told in (
            ("form.put input[name=new]", "Sale", "14 rows."),
            ("form.put input[name=new]", "Sale", "6 rows."),
            ("form.put input[inputmode=tel]", "03", "15 rows."),
        ):
            shown.locator(selector).first.click()
            type_in(text)
            shown.get_by_text(f"It was put in {told}").wait_for()
        for n in range(5):
            # The focus comes a moment behind the new text.
            shown.wait_for_selector("[data-fault]:focus")
            shown.keyboard.press("Control+A")
            type_in(f"30/4/2031 1{n}:00")
            shown.get_by_text(f"{36 + n} corrected and ready").wait_for()
        assert "Nothing left to correct." in shown.inner_text("main")
        # No reason has a row any more, and the last value for many was put rows ago.
        for gone in ("section[data-reason]", "#put"):
            shown.wait_for_selector(gone, state="detached")
        shown.wait_for_selector(":focus:has-text('Send 40 corrected rows')")
        shown.keyboard.press("Enter")
        shown.wait_for_url("**/drafts/*")
        shown.get_by_role("button", name=re.compile("Send 40 rows")).click()
        shown.wait_for_url("**/runs/*")
        shown.get_by_text("All 40 rows went through").wait_for()
    assert len(dialer.ledger.applications) == 40
    assert keys <= 100, "with five clicks"


def test_an_answer_leaves_a_reader_in_the_cell_that_was_taken_meanwhile(
    desk: Desk, dialer: PracticeDialer, chromium: "Browser"
) -> None:
    run = failed(desk, *lines())
    with opened(desk, chromium) as (url, _, shown):
        shown.goto(f"{url}/runs/{run}/correct")
        shown.evaluate(
            "addEventListener('htmx:beforeSwap', () => document.querySelector('#row-7 [data-fault]').focus())"
        )
        shown.evaluate("addEventListener('htmx:afterSettle', () => setTimeout(() => document.body.id = 'settled'))")
        fill(shown, "#row-4 [data-fault]", "Sale")
        shown.wait_for_selector("body#settled")
        assert shown.evaluate("document.activeElement.closest('form').id") == "row-7"
        shown.keyboard.press("Control+A")
        shown.keyboard.type("32/02/2031 10:00")
        shown.keyboard.press("Enter")
        shown.get_by_text("has no day 32").wait_for()


def test_typed_text_outlives_a_reload(desk: Desk, dialer: PracticeDialer, chromium: "Browser") -> None:
    run = failed(desk, *lines())
    with opened(desk, chromium) as (url, _, shown):
        shown.goto(f"{url}/runs/{run}/correct")
        shown.locator("#row-7 [data-fault]").fill("28/02/2031")
        shown.reload()
        assert shown.locator("#row-7 [data-fault]").input_value() == "28/02/2031"
        shown.keyboard.press("Tab")
        fill(shown, "#row-7 [data-fault]", "28/02/2031 10:00")
        shown.get_by_text("1 corrected and ready").wait_for()
        shown.reload()
        assert shown.locator("#row-7").count() == 0


def test_a_value_not_saved_is_asked_about_before_corrected_rows_are_sent(
    desk: Desk, dialer: PracticeDialer, chromium: "Browser"
) -> None:
    run = failed(desk, *lines())
    asked: list[str] = []
    with opened(desk, chromium) as (url, _, shown):
        shown.goto(f"{url}/runs/{run}/correct")
        fill(shown, "#row-7 [data-fault]", "28/02/2031 10:00")
        shown.get_by_text("1 corrected and ready").wait_for()
        shown.locator("#row-5 [data-fault]").fill("0383218199")
        shown.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        shown.get_by_role("button", name="Send 1 corrected row").click()
        shown.wait_for_selector("#row-5 [data-fault]:focus")
        assert asked == ["Row 5 has a value that is not saved. Send the others without it?"]
        assert shown.locator("#row-5 [data-fault]").input_value() == "0383218199"
        shown.once("dialog", lambda dialog: dialog.accept())
        shown.get_by_role("button", name="Send 1 corrected row").click()
        shown.wait_for_url("**/drafts/*")


def test_print_has_the_reasons_and_every_cell(desk: Desk, dialer: PracticeDialer, chromium: "Browser") -> None:
    run = failed(desk, *lines())
    with opened(desk, chromium) as (url, _, shown):
        shown.goto(f"{url}/runs/{run}/correct")
        shown.emulate_media(media="print")
        shown.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert shown.locator("#row-7").get_by_text("has no day 31").is_visible()
        for cell in shown.locator("form.fix [name^=cell]").all():
            assert cell.is_visible(), cell.get_attribute("id")
        assert not shown.get_by_role("button").first.is_visible()
        assert shown.get_by_text("Sold", exact=True).first.is_visible()
        shown.evaluate("dispatchEvent(new Event('afterprint'))")
        assert shown.locator("#row-7 details[open]").count() == 0


def test_without_script_a_row_is_corrected_and_sent(desk: Desk, dialer: PracticeDialer, chromium: "Browser") -> None:
    run = failed(desk, *lines())
    with opened(desk, chromium, java_script_enabled=False, viewport={"width": 390, "height": 800}) as (url, _, shown):
        shown.goto(f"{url}/runs/{run}/correct")
        fill(shown, "#row-7 [name=cell-4]", "32/02/2031")
        shown.wait_for_selector("#saved:has-text('has no day 32')")
        fill(shown, "#row-7 [name=cell-4]", "28/02/2031 10:00")
        shown.wait_for_selector("#saved:has-text('sent as 2031/02/28 10:00')")
        fill(shown, "form.put input[name=new]", "Sale")
        shown.wait_for_selector("text=It was put in 2 rows.")
        shown.get_by_role("button", name=re.compile("Send 3 corrected rows")).click()
        shown.wait_for_url("**/drafts/*")
        shown.get_by_role("button", name=re.compile("Send 3 rows")).click()
        shown.wait_for_url("**/runs/*")
        deadline = time.monotonic() + 60
        while "All 3 rows went through" not in shown.inner_text("main"):
            assert time.monotonic() < deadline
            shown.reload()
    assert sorted(one.lead for one in dialer.ledger.applications) == ["A1", "A2", "A6", "A7"]


def test_after_a_value_for_many_rows_the_next_field_has_the_focus(
    desk: Desk, dialer: PracticeDialer, chromium: "Browser"
) -> None:
    run = failed(desk, *lines(), "A8,Hal,0412345678,Slae,")
    with opened(desk, chromium) as (url, _, shown):
        shown.goto(f"{url}/runs/{run}/correct")
        names = [one.get_attribute("aria-label") for one in shown.locator("form.put input[name=new]").all()]
        assert names[:2] == ["In place of Slae", "In place of Sold"]
        fill(shown, "[aria-label='In place of Slae']", "Sale")
        shown.get_by_text("It was put in 2 rows.").wait_for()
        # The page's script runs a moment behind the new text.
        shown.wait_for_selector("[aria-label='In place of Sold']:focus")
        shown.keyboard.type("Sale")
        shown.keyboard.press("Enter")
        shown.get_by_text("4 corrected and ready").wait_for()
        # The area code is asked for next.
        shown.wait_for_selector("[inputmode=tel]:focus")
