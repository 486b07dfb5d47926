"""Login by the one-time address or by name and password, and logout."""

from datetime import UTC, datetime, timedelta

import pytest

from leadsync.journal import open_journal
from leadsync.journal.copied import mark_copied, unmark
from leadsync.web.roles import Role
from leadsync.web.users import Users
from tests.web.conftest import Browser, Office

PASSWORD = "correct horse battery"


def test_login_by_name_and_password(office: Office) -> None:
    users = Users(office.state)
    users.add("ann", Role.VIEWER, PASSWORD)
    browser = office.browser(office.site(users))
    wrong = browser.post("/login", data={"name": "ann", "password": "wrong password"})
    assert wrong.status_code == 403
    assert 'value="ann"' in wrong.text, "what was typed is kept"
    assert "wrong password" not in wrong.text
    unknown = browser.post("/login", data={"name": "eve", "password": "wrong password"})
    assert "That is not the right name and password." in wrong.text
    assert "That is not the right name and password." in unknown.text
    assert browser.post("/login", data={"name": "ann", "password": PASSWORD}).headers["location"] == "/"
    assert browser.get("/").status_code == 200


def test_a_login_that_has_to_wait_says_for_how_long(office: Office) -> None:
    users = Users(office.state)
    users.add("ann", Role.VIEWER, PASSWORD)
    browser = office.browser(office.site(users))
    for _ in range(7):
        browser.post("/login", data={"name": "ann", "password": "wrong password"})
        office.clock.advance(timedelta(milliseconds=100))
    told = browser.post("/login", data={"name": "ann", "password": PASSWORD})
    assert told.status_code == 429
    assert "Too many wrong passwords; try again in 1 second." in told.text


def test_a_login_leads_to_the_page_that_was_asked_for(office: Office) -> None:
    users = Users(office.state)
    users.add("ann", Role.VIEWER, PASSWORD)
    browser = office.browser(office.site(users))
    login = browser.get("/leads?q=A%201&show=all").headers["location"]
    assert login == "/login?next=%2Fleads%3Fq%3DA%25201%26show%3Dall"
    page = browser.get(login).text
    assert 'name="next" value="/leads?q=A%201&amp;show=all"' in page
    form = {"name": "ann", "next": "/leads?q=A%201&show=all"}
    wrong = browser.post("/login", data={**form, "password": "wrong password"})
    assert 'name="next" value="/leads?q=A%201&amp;show=all"' in wrong.text, "kept after a wrong password"
    assert browser.post("/login", data={**form, "password": PASSWORD}).headers["location"] == form["next"]
    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/").headers["location"] == "/login"


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "runs",
        " /runs",
        "/" + "x" * 2_000,
        "/logout",
        "/runs/x/stop?a=1",
        "/nowhere",
        "/static/leadsync.js",
    ],
    ids=[
        *("address", "other host", "backslash", "tab", "line", "script", "relative", "blank", "long"),
        *("form", "form of a run", "no page", "file"),
    ],
)
def test_a_login_leads_to_no_other_site(office: Office, to: str) -> None:
    users = Users(office.state)
    users.add("ann", Role.VIEWER, PASSWORD)
    browser = office.browser(office.site(users))
    assert 'name="next"' not in browser.get("/login", params={"next": to}).text
    answer = browser.post("/login", data={"name": "ann", "password": PASSWORD, "next": to})
    assert answer.headers["location"] == "/"


def test_there_is_no_token_where_there_are_users(office: Office) -> None:
    users = Users(office.state)
    users.add("ann", Role.VIEWER, PASSWORD)
    browser = office.browser(office.site(users))
    assert browser.site.sessions.token == ""
    assert browser.get("/login?token=").status_code == 200
    assert browser.get("/").status_code == 303


def test_the_token_lets_one_browser_in_once(office: Office) -> None:
    site = office.site()
    first, second = office.browser(site), office.browser(site)
    token = site.sessions.token
    assert first.get("/").headers["location"] == "/login"
    entered = first.get(f"/login?token={token}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert first.get("/").status_code == 200
    refused = second.get(f"/login?token={token}")
    assert refused.status_code == 403
    assert "This address was used already" in refused.text
    assert second.get("/").status_code == 303
    assert site.sessions.token == ""


def test_a_login_that_the_journal_refuses_gives_its_reason_each_time_and_leaves_the_token(office: Office) -> None:
    browser = office.browser()
    office.state.mkdir()
    mark_copied(office.state, "leads on db", datetime(2026, 11, 29, 10, 20, tzinfo=UTC), kept=True)
    for _ in range(2):
        refused = browser.get(f"/login?token={browser.site.sessions.token}")
        assert refused.status_code == 400
        assert "was copied to leads on db" in refused.text
    unmark(office.state)
    assert browser.get(f"/login?token={browser.site.sessions.token}").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "%00", "é"])
def test_another_token_lets_nobody_in_and_leaves_the_right_one(office: Office, token: str) -> None:
    browser = office.browser()
    assert browser.get(f"/login?token={token}").status_code == 403
    assert browser.get("/").status_code == 303
    assert browser.get(f"/login?token={browser.site.sessions.token}").status_code == 303


def test_a_token_in_a_form_is_no_password(office: Office) -> None:
    browser = office.browser()
    assert browser.post("/login", data={"token": browser.site.sessions.token}).status_code == 403


def test_a_logout_leads_back_to_the_login(alone: Browser) -> None:
    assert alone.get("/").status_code == 200
    answer = alone.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert alone.get("/").headers["location"] == "/login"


def test_a_login_is_kept_with_its_user(office: Office, alone: Browser) -> None:
    with open_journal(office.state) as journal:
        assert [(one.action, one.user) for one in journal.audit()] == [("login", "ann")]


def test_monitors_need_no_login(office: Office) -> None:
    answer = office.browser().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_wrong_passwords_are_in_the_audit_and_do_not_flood_it(office: Office) -> None:
    users = Users(office.state)
    users.add("ann", Role.VIEWER, PASSWORD)
    browser = office.browser(office.site(users))
    for _ in range(9):
        browser.post("/login", data={"name": "ann", "password": "wrong password"})
    office.clock.advance(timedelta(seconds=1))
    browser.post("/login", data={"name": "ann", "password": "wrong password"})
    for name in ("eve\0" + "x" * 100, "mallory"):
        browser.post("/login", data={"name": name, "password": "wrong password"})
    office.clock.advance(timedelta(minutes=1))
    browser.post("/login", data={"name": "trudy", "password": "wrong password"})
    with open_journal(office.state) as journal:
        kept = journal.audit()
    assert [(one.action, one.user, one.detail) for one in reversed(kept)] == [
        *[("failed login", "ann", {})] * 6,  # five at once, and one after the wait
        ("failed login", "eve\\u0000" + "x" * 51, {}),
        ("failed login", "trudy", {}),  # of unknown names one a minute
    ]
