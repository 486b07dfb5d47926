"""In a real browser: from the upload of a sheet with the usual warts to the sent run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadsync.simulator import PracticeDialer
from tests.conftest import Desk
from tests.web.shop import applied, wait_until

CHROMIUM = Path("/usr/bin/chromium")
HEADINGS = "Cust No.,Mobile,Result,Follow-up,Notes"
LEADS = [
    "40120,0412 345 678,Sale,2/12/2031 10:00,spoke to wife",
    "40121,+61 412 345 679,No Answer,,",
    "40122,8321 8199,Sale,3/12/2031 10:00,",
    "40123,0412 345 680,Sale,31/02/2031 10:00,",
    *(f"{number},0412 345 {number - 40000},Sale,4/12/2031 10:00," for number in range(40124, 40132)),
]


@pytest.fixture
def tab(desk: Desk, dialer: PracticeDialer) -> Iterator[Any]:
    """A tab of a browser at the page of new uploads; an error on its console fails the test."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("there is no chromium")
    command = [
        sys.executable,
        "-m",
        "leadsync",
        "--json",
        "web",
        "--port",
        "0",
        "--no-browser",
        "--config",
        desk.config,
    ]
    with (
        subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, cwd=desk.folder, env=desk.environment, text=True
        ) as server,
        playwright.sync_playwright() as engine,
    ):
        try:
            assert server.stdout is not None
            page = json.loads(server.stdout.readline())
            browser = engine.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.set_default_timeout(60_000)
            said: list[str] = []
            tab.on("console", lambda message: said.append(message.text))
            tab.on("pageerror", lambda error: said.append(str(error)))
            tab.goto(page["opening_url"])
            tab.goto(f"{page['url']}new")
            yield tab
            assert said == []
            browser.close()
        finally:
            server.terminate()


def is_accessible(tab: Any) -> bool:
    """Whether axe finds nothing; prints what it finds."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(tab)
    print(found.generate_report())
    return bool(found.violations_count == 0)


def upload(tab: Any, sheet: Path) -> None:
    tab.set_input_files("input[type=file]", str(sheet))
    tab.click("text=Read the sheet")
    tab.wait_for_selector("form.reading")


def test_a_sheet_with_the_usual_warts_is_sent_by_somebody_who_has_read_nothing(
    tab: Any, desk: Desk, dialer: PracticeDialer
) -> None:
    assert is_accessible(tab)
    upload(tab, desk.sheet("callbacks friday.csv", "Callbacks of Friday", "", HEADINGS, *LEADS, "Total,,,,12"))
    assert "No column holds the lead's id" in tab.inner_text("#draft")
    assert is_accessible(tab)
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
    assert is_accessible(tab)
    tab.set_viewport_size({"width": 390, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.emulate_media(color_scheme="dark")
    assert is_accessible(tab)
    draft = tab.url
    tab.click("text=Try the first 5")
    tab.wait_for_url("**/runs/**")
    wait_until(lambda: len(applied(dialer)) == 5, 60)
    tab.wait_for_selector("text=Send the other 5 rows")
    tab.goto(draft)
    tab.wait_for_selector("text=has sent a part of this sheet")
    tab.click("text=Send 5 rows")
    tab.wait_for_url("**/runs/**")
    wait_until(lambda: len(applied(dialer)) == 10, 60)
    assert applied(dialer) == ["40120", "40121", *map(str, range(40124, 40132))]
    assert [one.fields for one in dialer.ledger.applications][:1] == [
        {"FirstPhone": "0412345678", "njDisposition": "Sale", "njCallBackDate": "2031/12/02 10:00"}
    ]


def test_without_the_script_everything_works_too(tab: Any, desk: Desk, dialer: PracticeDialer) -> None:
    context = tab.context.browser.new_context(java_script_enabled=False, storage_state=tab.context.storage_state())
    plain = context.new_page()
    plain.set_default_timeout(60_000)
    plain.goto(tab.url)
    upload(plain, desk.sheet("friday.csv", "Lead Id,Result", "A1,Sale", "A2,Sale"))
    plain.select_option("#column-1", "njDisposition")
    plain.click("text=Read again")
    plain.wait_for_selector("text=set Sale")
    plain.click("text=Send 2 rows")
    plain.wait_for_url("**/runs/**")
    wait_until(lambda: applied(dialer) == ["A1", "A2"], 60)
    context.close()
