"""Text of sheets, people and the dialer is text on every page."""

import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest

from leadsync.journal import open_journal
from leadsync.models import Status
from leadsync.web.roles import Role
from leadsync.web.templates import environment
from leadsync.web.users import Users
from tests.web.conftest import Browser, Office
from tests.web.filled import HOSTILE, RUN, Given, a_run, fill

TEMPLATES = sorted(path.name for path in (files("leadsync.web") / "templates").iterdir())
FILE = HOSTILE.replace("/", "⁄")


@pytest.fixture
def browser(office: Office, tmp_path: Path) -> Browser:
    rows = [
        Given(HOSTILE, Status.FAILED, 777, HOSTILE, (HOSTILE, HOSTILE), {HOSTILE: HOSTILE, "njDisposition": HOSTILE}),
        Given(HOSTILE, Status.CONFLICT, 110, HOSTILE, (HOSTILE, HOSTILE), {HOSTILE: HOSTILE}),
        Given("other", Status.SUCCEEDED, 0, "", fields={"njDisposition": HOSTILE}),
    ]
    fill(office.state, a_run(tmp_path, name=FILE), rows)
    with open_journal(office.state) as journal:
        journal.save_mapping([HOSTILE, "Lead"], HOSTILE, {HOSTILE: HOSTILE, "Lead": "njExternalLeadId"}, HOSTILE)
        journal.add_audit(HOSTILE, HOSTILE, RUN, file=HOSTILE)
        journal.update_run(RUN, finished=False, stopped=HOSTILE, warnings=(HOSTILE,), sheet=HOSTILE)
    office.settings["server"] = {"url": "https://pbx.example.com"}
    return office.alone()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/?q={quote(HOSTILE)}",
        f"/?before={quote(HOSTILE)}&show={quote(HOSTILE)}",
        f"/runs/{RUN}",
        f"/runs/{RUN}/changes",
        f"/runs/{RUN}/rows",
        f"/runs/{RUN}/rows?lead={quote(HOSTILE)}&kind={quote(HOSTILE)}",
        f"/runs/{RUN}/live",
        f"/runs/{RUN}/decide",
        f"/runs/{quote(HOSTILE, safe='')}",
        "/leads?q=o",
        "/audit",
        f"/audit?user={quote(HOSTILE)}&run={quote(HOSTILE)}",
        "/users",
        "/mappings",
        "/stats?period=all",
        f"/stats?by=column:{quote(HOSTILE)}&period={quote(HOSTILE)}",
        "/stats?by=column:Name&period=all",
        f"/mappings?deleted={quote(HOSTILE)}",
        f"/leads?q={quote(HOSTILE)}",
        f"/leads/{quote(HOSTILE)}",
        f"/leads/{quote(HOSTILE)}x",
        f"/login?token={quote(HOSTILE)}",
    ],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_hostile_text_is_text(browser: Browser, path: str, fragment: bool) -> None:
    answer = browser.get(path, headers={"hx-request": "true"} if fragment else {})
    assert answer.status_code < 500
    page = answer.text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "62377963" not in page, "no template in a template"
    tags = [re.sub(r'"[^"]*"', "", tag) for tag in re.findall(r"<[a-zA-Z][^>]*>", page)]
    assert not [tag for tag in tags if re.search(r"\son\w+=", tag)]


def test_a_hostile_name_of_a_user_is_text(office: Office) -> None:
    users = Users(office.state)
    name = '<b>"ann"</b>'
    users.add(name, Role.VIEWER, "a long password")
    browser = office.browser(office.site(users))
    refused = browser.post("/login", data={"name": name, "password": "wrong password"})
    entered = browser.post("/login", data={"name": name, "password": "a long password"})
    assert entered.status_code == 303
    for page in (refused.text, browser.get("/").text):
        assert "<b>" not in page
        assert "&lt;b&gt;" in page


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_script_or_style_within(name: str) -> None:
    text = (files("leadsync.web") / "templates" / name).read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js|\|\s*safe", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in script
    assert not re.search(r'(src|href|action)="(https?:)?//', text), "nothing comes from elsewhere"


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_whole(name: str) -> None:
    assert environment().get_template(name)
