"""Users are shown to admins, and removed by them."""

import re

from leadsync.journal import open_journal
from leadsync.web.roles import Role
from leadsync.web.users import Users
from tests.web.conftest import Browser, Office
from tests.web.filled import text_of


def test_who_they_are_and_when_they_came_last(office: Office) -> None:
    admin, users = office.logged_in(Role.ADMIN), Users(office.state)
    users.add("ann", Role.REVIEWER, "ann's password")
    with open_journal(office.state) as journal:
        journal.add_audit("login", "ann")
        at = journal.last_logins()["ann"]
    words = text_of(admin.get("/users").text)
    today = f"{at:%d %b %Y, %H:%M}"
    assert re.search(f"ann viewer reviewer supervisor admin Change {today}", words), words
    assert "<option selected>reviewer</option>" in admin.get("/users").text
    assert words.count("never") == 1, "the admin's session was begun without a login"
    assert "ann's password" not in words


def test_an_admin_removes_a_user_whose_session_ends(office: Office) -> None:
    viewer, admin = office.logged_in(Role.VIEWER), office.logged_in(Role.ADMIN)
    assert viewer.get("/").status_code == 200
    assert admin.post("/users", data={"remove": "viewer"}).status_code == 303
    assert viewer.get("/").status_code == 303, "to the login"
    assert "viewer" not in [user.name for user in Users(office.state).all()]
    with open_journal(office.state) as journal:
        assert [(one.action, one.user, one.detail) for one in journal.audit()] == [
            ("remove user", "admin", {"removed": "viewer"})
        ]
    for name in ("admin", "nobody", ""):
        assert admin.post("/users", data={"remove": name}).status_code == 400
    assert [user.name for user in Users(office.state).all()] == ["admin"]


def test_an_admin_changes_a_role_which_counts_at_once(office: Office) -> None:
    viewer, admin = office.logged_in(Role.VIEWER), office.logged_in(Role.ADMIN)
    assert viewer.get("/new").status_code == 403
    assert admin.post("/users", data={"name": "viewer", "role": "supervisor"}).status_code == 303
    assert viewer.get("/new").status_code == 200
    with open_journal(office.state) as journal:
        assert [(one.action, one.user, one.detail) for one in journal.audit()] == [
            ("change role", "admin", {"of": "viewer", "role": "supervisor"})
        ]
    assert admin.post("/users", data={"name": "admin", "role": "viewer"}).status_code == 400, "oneself"
    assert admin.post("/users", data={"name": "nobody", "role": "viewer"}).status_code == 400
    refused = admin.post("/users", data={"name": "viewer", "role": "king"})
    assert refused.status_code == 422
    assert "There is no role king; choose viewer, reviewer, supervisor, admin." in text_of(refused.text)
    assert [(user.name, user.role) for user in Users(office.state).all()] == [
        ("admin", Role.ADMIN),
        ("viewer", Role.SUPERVISOR),
    ]


def test_alone_it_says_how_users_are_made(alone: Browser) -> None:
    words = text_of(alone.get("/users").text)
    assert "this page is for one person on this computer, ann" in words.replace(" , ", ", ")
    assert "leadsync users add ann --role supervisor" in words
    assert alone.post("/users", data={"remove": "ann"}).status_code == 400
