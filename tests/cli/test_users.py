"""The commands for the page's users."""

import io
import sys

import pytest

from tests.conftest import Desk, Result

PASSWORD = "correct horse battery"


def users(desk: Desk, monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> Result:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return desk.leadsync("users", *arguments)


def test_users_are_added_listed_and_removed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert users(desk, monkeypatch, "list").out == "There are no users yet.\n"
    added = users(desk, monkeypatch, "add", "ann", "--role", "supervisor", typed=f"{PASSWORD}\n")
    assert (added.code, added.out) == (0, "ann can log in as supervisor.\n")
    listed = users(desk, monkeypatch, "list", "--json")
    assert listed.json == {"users": [{"user": "ann", "role": "supervisor"}]}
    assert PASSWORD not in added.out + added.err + listed.out + listed.err
    changed = users(desk, monkeypatch, "password", "ann", typed="another password\n")
    assert changed.out == "ann has a new password.\n"
    assert users(desk, monkeypatch, "remove", "ann").code == 0
    assert users(desk, monkeypatch, "list", "--json").json == {"users": []}


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (("add", "ann"), PASSWORD, "--role"),
        (("add", "ann", "--role", "king"), PASSWORD, "viewer, reviewer, supervisor or admin"),
        (("add", "ann", "--role", "admin"), "", "A password has 10 to 1,000 characters."),
        (("remove", "bob"), "", "There is no user bob"),
        (("password", "bob"), PASSWORD, "There is no user bob"),
        (("add", "ann", "--role", "admin", "--password", PASSWORD), "", "--password"),
    ],
)
def test_wrong_usage_adds_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], typed: str, words: str
) -> None:
    done = users(desk, monkeypatch, *arguments, typed=f"{typed}\n")
    assert done.code == 2
    assert words in done.err
    assert users(desk, monkeypatch, "list", "--json").json == {"users": []}


def test_a_name_is_not_added_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    users(desk, monkeypatch, "add", "ann", "--role", "viewer", typed=f"{PASSWORD}\n")
    again = users(desk, monkeypatch, "add", "ann", "--role", "admin", typed="another password\n")
    assert again.code == 2
    assert "There is a user ann already" in again.err
    assert users(desk, monkeypatch, "list", "--json").json["users"][0]["role"] == "viewer"


def test_json_comes_with_common_options_of_the_inner_command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = users(desk, monkeypatch, "remove", "bob", "--json")
    assert failed.json == {"error": "There is no user bob; `leadsync users list` lists them."}
