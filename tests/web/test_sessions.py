"""Who asks: the one-time token, and cookies that cannot be forged, kept or revived."""

from collections.abc import Callable
from datetime import timedelta

from leadsync.web.roles import Role
from leadsync.web.users import Users
from tests.web.conftest import Browser, Office

FLAGS = {"httponly", "samesite=strict", "path=/"}


def cookie_of(header: str) -> tuple[str, set[str]]:
    """The cookie's name, and its flags in small letters."""
    value, *flags = header.split("; ")
    return value.partition("=")[0], {flag.lower() for flag in flags}


def test_the_cookie_is_for_this_page_and_no_script(office: Office) -> None:
    browser = office.browser()
    entered = browser.get(f"/login?token={browser.site.sessions.token}")
    assert cookie_of(entered.headers["set-cookie"]) == ("leadsync", FLAGS)


def test_over_tls_the_cookie_belongs_to_the_host_alone(office: Office) -> None:
    office.secure = True
    browser = office.browser()
    entered = browser.get(f"/login?token={browser.site.sessions.token}")
    assert cookie_of(entered.headers["set-cookie"]) == ("__Host-leadsync", {*FLAGS, "secure"})


def test_a_forged_cookie_is_nobody(office: Office) -> None:
    office.secret = b"another secret, of another page!"
    forger = office.alone()
    office.secret = b"0123456789abcdef0123456789abcdef"
    browser = office.browser()
    for value in (forger.client.cookies["leadsync"], "", "e30.x", "not.a.cookie", "x" * 10_000):
        browser.client.cookies.set("leadsync", value)
        assert browser.get("/").status_code == 303
        browser.client.cookies.clear()


def test_a_session_outlives_a_restart_of_the_page(office: Office) -> None:
    before = office.alone()
    after = office.browser()
    after.client.cookies.update(before.client.cookies)
    assert after.get("/").status_code == 200


def test_once_there_are_users_the_session_without_them_is_void(office: Office) -> None:
    before = office.alone()
    users = Users(office.state)
    users.add("ann", Role.VIEWER, "ann's password")
    after = office.browser(office.site(users))
    after.client.cookies.update(before.client.cookies)
    assert after.get("/").status_code == 303


def test_a_user_is_logged_out_after_half_an_hour_without_a_request(
    office: Office, as_role: Callable[[Role], Browser]
) -> None:
    browser = as_role(Role.VIEWER)
    for _ in range(3):
        office.clock.advance(timedelta(minutes=29))
        assert browser.get("/").status_code == 200, "each request counts"
    office.clock.advance(timedelta(minutes=31))
    assert browser.get("/").status_code == 303


def test_polls_keep_nobody_logged_in(office: Office, as_role: Callable[[Role], Browser]) -> None:
    browser = as_role(Role.VIEWER)
    for _ in range(2):
        office.clock.advance(timedelta(minutes=14))
        assert browser.get("/", headers={"hx-request": "true"}).status_code == 200
    office.clock.advance(timedelta(minutes=3))
    answer = browser.get("/", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert "You are not logged in any more." in answer.text


def test_after_twelve_hours_even_a_busy_user_logs_in_again(office: Office, as_role: Callable[[Role], Browser]) -> None:
    browser = as_role(Role.VIEWER)
    for _ in range(36):
        assert browser.get("/").status_code == 200
        office.clock.advance(timedelta(minutes=20))
    office.clock.advance(timedelta(seconds=1))
    assert browser.get("/").status_code == 303


def test_the_only_person_of_a_computer_is_not_logged_out_over_lunch(office: Office, alone: Browser) -> None:
    office.clock.advance(timedelta(days=2))
    assert alone.get("/").status_code == 200


def test_a_copy_of_the_cookie_is_void_after_the_logout(office: Office, alone: Browser) -> None:
    thief = office.browser(alone.site)
    thief.client.cookies.update(alone.client.cookies)
    assert thief.get("/").status_code == 200
    assert alone.post("/logout").status_code == 303
    assert alone.get("/").status_code == 303
    assert thief.get("/").status_code == 303


def test_a_new_password_or_a_removal_ends_the_sessions(office: Office, as_role: Callable[[Role], Browser]) -> None:
    users = Users(office.state)
    viewer, reviewer = as_role(Role.VIEWER), as_role(Role.REVIEWER)
    users.set_password("viewer", "another password")
    users.remove("reviewer")
    assert (viewer.get("/").status_code, reviewer.get("/").status_code) == (303, 303)


def test_a_clock_that_was_set_back_makes_no_session_older(office: Office, alone: Browser) -> None:
    office.clock.advance(timedelta(hours=-1))
    assert alone.get("/").status_code == 303, "begun in the future: nobody knows"
