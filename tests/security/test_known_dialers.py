"""The dialer and the settings are named before the API key leaves for an address for the first time."""

import stat
from pathlib import Path
from typing import Any

import pytest

from leadsync.cli import shell
from leadsync.simulator import PracticeDialer
from tests.conftest import KEY, Desk
from tests.security.users import POSIX

SHEET = ("Lead Id,FirstPhone,Outcome,Name", "1,0383218191,Sale,x")


def address(desk: Desk) -> str:
    return desk.config.read_text("utf-8").split('url = "')[1].split('"')[0]


def said(desk: Desk) -> str:
    return f"The API key goes to {address(desk)} for the first time, because {desk.config} says so.\n"


@pytest.mark.parametrize("command", ["run", "campaigns", "init"])
def test_a_new_address_is_named_once(desk: Desk, command: str) -> None:
    desk.dialer()
    arguments: dict[str, list[Any]] = {"run": [desk.sheet("leads.csv", *SHEET)], "init": ["--check"]}
    first = desk.leadsync(command, *arguments.get(command, []))
    assert first.err.count(said(desk)) == 1
    assert "for the first time" not in desk.leadsync("campaigns").err + desk.leadsync(command, "--help").err
    assert "for the first time" not in desk.leadsync("init", "--check").err
    assert KEY not in first.err


def test_another_address_is_named_too_and_the_first_stays_known(desk: Desk) -> None:
    desk.dialer()
    first = desk.config.read_text("utf-8")
    assert desk.leadsync("campaigns").code == 0
    desk.dialer()
    assert said(desk) in desk.leadsync("campaigns").err
    desk.config.write_text(first, "utf-8")
    assert desk.leadsync("campaigns").err == ""


def test_an_address_from_the_environment_is_named_with_its_variable(desk: Desk) -> None:
    desk.dialer()
    url = address(desk)
    done = desk.leadsync("campaigns", LEADSYNC_SERVER__URL=url)
    variable = "the environment variable LEADSYNC_SERVER__URL"
    assert done.err == f"The API key goes to {url} for the first time, because {variable} says so.\n"


@pytest.mark.parametrize("answer", [True, False])
def test_it_is_said_above_the_question_and_remembered_with_a_yes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: bool
) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", *SHEET)

    def asked(question: str, default: bool | None) -> bool:
        shell.say(question)
        return answer

    monkeypatch.setattr(shell, "at_terminal", lambda: True)
    monkeypatch.setattr(shell, "_ask", asked)
    lines = desk.leadsync("run", sheet).err
    assert lines.index(said(desk)) < lines.index("Send 1 row to ")
    again = desk.leadsync("run", sheet, "--fresh").err
    assert (said(desk) in again) is not answer


def test_it_is_said_before_anything_leaves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialer: PracticeDialer = desk.dialer()
    told: list[tuple[str, int]] = []
    monkeypatch.setattr("leadsync.cli.shell.say", lambda text: told.append((text, len(dialer.ledger.received))))
    assert desk.leadsync("run", desk.sheet("leads.csv", *SHEET)).code == 0
    assert [sent for text, sent in told if "for the first time" in text] == [0]


def test_a_watched_folder_says_it_once(desk: Desk) -> None:
    desk.dialer()
    leads = desk.folder / "leads"
    leads.mkdir()
    for number in (1, 2):
        desk.sheet("new.csv", SHEET[0], f"{number},038321819{number},Sale,x").rename(leads / f"{number}.csv")
    done = desk.leadsync("watch", leads, "--once", "--settle", "0")
    assert done.code == 0
    assert done.err.count("for the first time") == 1


@POSIX
def test_what_is_remembered_is_the_users_own(desk: Desk) -> None:
    desk.dialer()
    target: Path = desk.folder / "bashrc"
    target.write_text("precious")
    desk.state.mkdir(mode=0o700)
    (desk.state / "known_dialers").symlink_to(target)
    assert desk.leadsync("campaigns").code == 0
    assert target.read_text() == "precious"
    assert stat.S_IMODE((desk.state / "known_dialers").lstat().st_mode) == 0o600
