"""The pages in a real browser: keyboard, small screens, screen readers, several tabs, no script, a killed page."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer
from tests.conftest import Desk
from tests.web.test_server import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HEADINGS = "Lead Id,FirstPhone,Outcome,Callback"
PATIENCE = 60_000
"""Milliseconds; a loaded machine is slow."""
RULES: dict[Any, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""axe's rules by colour scheme: a scheme changes colours alone."""
QUICK_SCRIPTS = "--js-flags=--no-opt --no-maglev"
"""No optimising compilers: scripts run for a moment here. The test of all pages took 14.4 core-seconds, not 15.5."""
BROKEN_ALONE = {"resultTypes": ["violations"]}
"""What axe tells: the rest of what it looked at takes it two thirds of its time."""


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", QUICK_SCRIPTS])
        yield browser
        browser.close()


@pytest.fixture
def dialer(desk: Desk) -> PracticeDialer:
    return desk.dialer(floor_seconds=0.01)


@pytest.fixture
def runs(desk: Desk, dialer: PracticeDialer) -> list[str]:
    """A run with everything a person may have to look at, a trial, and one that was stopped."""
    rules = (FaultRule(FaultKind.CODE, code=code, lead=lead) for lead, code in (("3", 101), ("4", 104), ("5", 110)))
    dialer.faults.add(list(rules))
    rows = [f"{n},{'12' if n == 9 else f'03832181{n:02}'},Sale,{'2/12/2030 10:00' if n % 2 else ''}" for n in range(12)]
    sheet = desk.sheet("callbacks friday.csv", HEADINGS, *rows)
    ids = [desk.leadsync("run", sheet, "--json").json["run"]]
    dialer.faults.clear()
    other = desk.sheet("winback.csv", HEADINGS, *(f"W{row}" for row in rows))
    ids.append(desk.leadsync("run", other, "--json", "--limit", "5").json["run"])
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=401)])
    third = desk.sheet("monday.csv", HEADINGS, *(f"M{row}" for row in rows))
    ids.append(desk.leadsync("run", third, "--json").json["run"])
    dialer.faults.clear()
    return ids


@contextmanager
def opened(desk: Desk, chromium: "Browser", **options: Any) -> "Iterator[tuple[str, BrowserContext, Page]]":
    """A browser at the page; no message of its console is left unseen."""
    complaints: list[str] = []
    with page(desk) as (url, opening, _), ExitStack() as closing:
        context = chromium.new_context(**options)
        closing.callback(context.close)
        context.set_default_timeout(PATIENCE)
        shown = context.new_page()
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.goto(opening)
        yield url.rstrip("/"), context, shown
        assert [words for words in complaints if "404 (Not Found)" not in words] == []


def paths_of(runs: list[str]) -> list[str]:
    first, trial, stopped = runs
    return [
        "/",
        "/?show=todo",
        "/?q=nothing",
        f"/runs/{first}",
        f"/runs/{trial}",
        f"/runs/{stopped}",
        f"/runs/{first}/rows",
        f"/runs/{first}/rows?status=rejected",
        f"/runs/{first}/changes",
        f"/runs/{first}/decide",
        "/leads",
        "/leads?q=W",
        "/leads?q=nobody",
        "/leads/5",
        "/mappings",
        "/users",
        "/audit",
        "/stats",
        "/stats?by=day&period=all",
        "/stats?by=column:Outcome",
        "/nowhere",
    ]


def shut_out(shown: "Page") -> list[Any]:
    """What shuts somebody out of the page as it is: found by axe in the light and in the dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    found = []
    shown.evaluate(axe.axe_script)
    for scheme, rules in RULES.items():
        shown.emulate_media(color_scheme=scheme)
        broken = shown.evaluate("options => axe.run(options)", BROKEN_ALONE | rules)["violations"]
        found += [(scheme, one["id"], [node["html"] for node in one["nodes"]][:2]) for one in broken]
    shown.emulate_media(color_scheme="light")
    return found


def too_wide(shown: "Page") -> list[Any]:
    """The widths of screens for which the page is too wide."""
    found = []
    for width in (390, 320, 1280):
        shown.set_viewport_size({"width": width, "height": 800})
        if shown.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"too wide for {width}")
    return found


def test_no_page_shuts_anybody_out_or_is_too_wide(desk: Desk, chromium: "Browser", runs: list[str]) -> None:
    with opened(desk, chromium) as (url, _, shown):
        found = {}
        for path in paths_of(runs):
            shown.goto(url + path)
            if wrong := shut_out(shown) + too_wide(shown):
                found[path] = wrong
        assert found == {}


def test_the_keyboard_alone_suffices(desk: Desk, chromium: "Browser", runs: list[str]) -> None:
    with opened(desk, chromium) as (_, _, shown):
        press = shown.keyboard.press
        press("Tab")
        assert shown.evaluate("document.activeElement.textContent") == "Skip to the content"
        press("Enter")
        reach(shown, "callbacks friday.csv")
        press("Enter")
        shown.wait_for_url(f"**/runs/{runs[0]}")
        reach(shown, "rejected")
        press("Enter")
        shown.wait_for_url("**/rows?status=rejected")
        assert "FirstPhone '12' is not a valid phone number" in shown.inner_text("main")
        reach(shown, "9")
        press("Enter")
        shown.wait_for_url("**/leads/9")


def reach(shown: "Page", words: str) -> None:
    """Tab until the element with these words has the focus, and is seen to have it."""
    for _ in range(60):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.textContent.trim()") == words:
            assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_without_script_everything_is_there(desk: Desk, chromium: "Browser", runs: list[str]) -> None:
    with opened(desk, chromium, java_script_enabled=False) as (url, _, shown):
        shown.click("text=callbacks friday.csv")
        words = shown.inner_text("main")
        assert "7 of 12 rows went through; 3 to correct, 1 to decide, 1 on the do-not-call list." in words, words
        with shown.expect_download() as download:
            shown.get_by_role("link", name="csv", exact=True).first.click()
        assert len(Path(download.value.path()).read_text("utf-8-sig").splitlines()) == 13
        shown.goto(f"{url}/leads")
        shown.fill("input[name=q]", "5")
        shown.get_by_role("button", name="Find").click()
        assert "110" in shown.inner_text("main")


@pytest.mark.parametrize("script", [True, False])
def test_a_row_is_decided_and_undone_by_the_keyboard(
    desk: Desk, chromium: "Browser", runs: list[str], script: bool
) -> None:
    with opened(desk, chromium, java_script_enabled=script) as (_, _, shown):
        shown.click("text=1 to decide")
        shown.wait_for_url(f"**/runs/{runs[0]}/decide")
        assert "Lead 5 conflict" in " ".join(shown.inner_text("main").split())
        shown.locator("input[name=row-7]").first.focus()
        for key in ("ArrowDown", "Tab"):
            shown.keyboard.press(key)
        shown.keyboard.type("rang Ann")
        shown.keyboard.press("Enter")
        shown.wait_for_selector("text=1 decision kept.")
        words = " ".join(shown.inner_text("main").split())
        assert "not applied; now failed rang Ann" in words, words
        shown.get_by_role("button", name="Take back the decision about row 7").press("Enter")
        shown.wait_for_selector("input[name=row-7]")


def test_times_are_in_the_readers_zone(desk: Desk, chromium: "Browser", runs: list[str]) -> None:
    with opened(desk, chromium, timezone_id="Pacific/Kiritimati", locale="en-AU") as (_, _, shown):
        shown.wait_for_selector("time[title]")
        exact, told = shown.eval_on_selector("time", "time => [time.dateTime, time.textContent]")
        expected = shown.evaluate(
            "exact => new Date(exact).toLocaleString('en-AU',"
            " {dateStyle: 'medium', timeStyle: 'short', timeZone: 'Pacific/Kiritimati'})",
            exact,
        )
        assert told == expected


@pytest.fixture
def slow_run(desk: Desk) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts the sending of 400 rows that take minutes."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        desk.dialer(floor_seconds=1.0)
        sheet = desk.sheet("a long night.csv", HEADINGS, *(f"N{n},0383218{n:03},Sale," for n in range(400)))
        process = subprocess.Popen(
            [sys.executable, "-m", "leadsync", "run", str(sheet), "--yes"],
            cwd=desk.folder,
            env=desk.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        deadline = time.monotonic() + 60
        while "sending" not in desk.leadsync("runs").out:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(timeout=120)


def test_a_run_is_watched_and_stopped_in_eight_tabs(
    desk: Desk, chromium: "Browser", slow_run: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = slow_run()
    with opened(desk, chromium) as (url, context, shown):
        shown.click("text=a long night.csv")
        shown.wait_for_url("**/runs/*")
        tabs = [context.new_page() for _ in range(7)]
        for tab in tabs:
            tab.goto(shown.url)
        before = done_of(shown)
        for tab in (shown, *tabs):
            wait_for_more(tab, before)
        button = shown.get_by_role("button", name=re.compile("Stop sending to 127.0.0.1"))
        button.focus()
        shown.wait_for_timeout(2500)
        assert shown.evaluate("document.activeElement.textContent").startswith("Stop"), "polls take no focus away"
        shown.keyboard.press("Enter")
        for tab in (shown, *tabs):
            tab.get_by_text("Stopped before the end").wait_for()
            assert "not sent yet" in tab.inner_text("main")
        assert process.wait(timeout=120) == 143
        assert url in shown.url


def done_of(shown: "Page") -> int:
    """The rows at their end, as the page shows them."""
    return int(re.findall(r"\d+", shown.inner_text("#live"))[0])


def wait_for_more(shown: "Page", before: int) -> None:
    """Wait until the page, not loaded anew, shows more rows."""
    deadline = time.monotonic() + PATIENCE / 1000
    while done_of(shown) <= before:
        assert time.monotonic() < deadline, shown.inner_text("main")
        shown.wait_for_timeout(200)


def test_a_page_that_was_killed_shows_the_run_again_to_the_same_browser(
    desk: Desk, chromium: "Browser", slow_run: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = slow_run()
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    with page(desk) as (url, opening, killed):
        shown = context.new_page()
        shown.goto(opening)
        shown.click("text=a long night.csv")
        shown.wait_for_url("**/runs/*")
        # With its script: a page that was killed in the middle of its own loading asks for nothing again.
        shown.wait_for_load_state()
        before = done_of(shown)
        killed.kill()
        killed.wait(timeout=120)
    assert process.poll() is None, "the run goes on without the page"
    with page(desk, "--port", str(urlsplit(url).port)):
        wait_for_more(shown, before)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=120)
        shown.get_by_text("Its process ended without a word.").wait_for()
        assert "Count" not in shown.inner_text("main")
    context.close()
