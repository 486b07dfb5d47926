"""Users: their file, their passwords, and the waits after wrong ones."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from leadsync.errors import UsageError
from leadsync.web.roles import Role
from leadsync.web.users import Gate, Users
from tests.web.conftest import Clock

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    made = Users(tmp_path / "state")
    made.add("ann", Role.SUPERVISOR, PASSWORD)
    return made


def test_the_file_is_for_its_owner_and_holds_no_password(users: Users, tmp_path: Path) -> None:
    file = tmp_path / "state" / "users.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    assert PASSWORD not in text
    assert json.loads(text)["ann"]["password"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobody_is_there_by_default(tmp_path: Path) -> None:
    assert Users(tmp_path).all() == []


def test_a_removed_user_is_gone_and_others_stay(users: Users) -> None:
    users.add("bob", Role.VIEWER, PASSWORD)
    users.remove("ann")
    assert [(user.name, user.role) for user in users.all()] == [("bob", Role.VIEWER)]


def test_a_new_password_keeps_the_role(users: Users, clock: Clock) -> None:
    users.set_password("ann", "another password")
    gate = Gate(users, clock)
    assert gate.check("ann", PASSWORD) is None
    known = gate.check("ann", "another password")
    assert known is not None
    assert known.role is Role.SUPERVISOR


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("name", ["", " ann", "bob ", "a\nb", "x" * 65, "\u202eevil"])
def test_a_name_that_cannot_be_typed_is_refused(users: Users, name: str) -> None:
    with pytest.raises(UsageError, match="visible characters"):
        users.add(name, Role.VIEWER, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_short_or_endless_password_is_refused(users: Users, password: str) -> None:
    with pytest.raises(UsageError, match="10 to 1,000 characters"):
        users.add("bob", Role.VIEWER, password)
    assert users.find("bob") is None


def test_a_known_name_is_not_taken_over(users: Users) -> None:
    with pytest.raises(UsageError, match="There is a user ann already"):
        users.add("ann", Role.ADMIN, "another password")
    assert [user.role for user in users.all()] == [Role.SUPERVISOR]


@pytest.mark.parametrize("text", ["", "[]", '{"ann": {}}', '{"ann": {"role": "king", "password": ""}}', "nonsense"])
def test_a_damaged_file_lets_nobody_in(users: Users, tmp_path: Path, text: str) -> None:
    (tmp_path / "state" / "users.json").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        users.all()


def test_a_link_in_place_of_the_file_is_not_followed(users: Users, tmp_path: Path) -> None:
    file = tmp_path / "state" / "users.json"
    file.rename(tmp_path / "planted.json")
    file.symlink_to(tmp_path / "planted.json")
    with pytest.raises(UsageError, match="cannot be read"):
        users.all()


def test_after_five_wrong_passwords_each_next_try_waits_longer(users: Users, clock: Clock) -> None:
    gate = Gate(users, clock)
    for _ in range(5):
        assert gate.wait("ann") <= timedelta()
        assert gate.check("ann", "wrong password") is None
    assert gate.wait("ann") == timedelta(seconds=1)
    assert gate.check("ann", PASSWORD) is None, "not even the right one"
    waits = []
    for _ in range(12):
        clock.advance(gate.wait("ann"))
        gate.check("ann", "wrong password")
        waits.append(gate.wait("ann").total_seconds())
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    clock.advance(timedelta(seconds=900))
    assert gate.check("ann", PASSWORD) is not None
    assert gate.wait("ann") <= timedelta()


def test_the_waits_of_one_name_are_not_those_of_another(users: Users, clock: Clock) -> None:
    gate = Gate(users, clock)
    for _ in range(6):
        gate.check("bob", "wrong password")
    assert gate.wait("bob") > timedelta()
    assert gate.check("ann", PASSWORD) is not None


def test_guesses_of_names_fill_no_memory(users: Users, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadsync.web.users._fits", lambda *_: False)
    gate = Gate(users, clock)
    for number in range(10_050):
        gate.check(f"n{number}", "wrong password")
    assert len(gate._wrong) == 10_000


def test_the_last_admin_stays_one_while_there_are_others(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("ann", Role.ADMIN, "ann's password")
    users.set_role("ann", Role.ADMIN)
    users.add("bob", Role.VIEWER, "bob's password")
    for change in (lambda: users.remove("ann"), lambda: users.set_role("ann", Role.VIEWER)):
        with pytest.raises(UsageError, match="ann is the last admin"):
            change()
    users.set_role("bob", Role.ADMIN)
    users.set_role("ann", Role.REVIEWER)
    assert {user.name: user.role for user in users.all()} == {"ann": Role.REVIEWER, "bob": Role.ADMIN}
    with pytest.raises(UsageError, match="There is no user eve"):
        users.set_role("eve", Role.VIEWER)
    users.remove("ann")
    users.remove("bob")
    assert users.all() == [], "without users the page is one person's again"
