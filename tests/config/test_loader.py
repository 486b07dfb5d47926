"""The settings from their file and the environment; each fault a sentence."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from leadsync.config import Settings, find, load, settings_from, state_folder
from leadsync.errors import SettingsError
from tests.config.samples import BEGINS, KEY, PORT, refusal
from tests.conftest import Desk


@pytest.mark.parametrize("command", [["campaigns"], ["check", "leads.csv"], ["run", "leads.csv"]])
def test_a_port_that_does_not_exist_is_one_sentence(desk: Desk, command: list[str]) -> None:
    desk.settings("https://pbx.example.com:99999")
    desk.sheet("leads.csv", "Lead Id,FirstPhone,Outcome", "1,0383218199,Sale")
    done = desk.leadsync(*command)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"leadsync.toml: [server] url is the dialer's address: {PORT}\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"server": {"urll": "x"}}, "leadsync.toml: [server] urll is not a setting; did you mean url?"),
        ({"retry": {"attemps": 3}}, "leadsync.toml: [retry] attemps is not a setting; did you mean attempts?"),
        ({"servr": {}}, "leadsync.toml: [servr] is not a setting; did you mean server?"),
        (
            {"nonsense": {}},
            "leadsync.toml: [nonsense] is not a setting; known are: server, campaign, campaigns, input, columns",
        ),
        (
            {"retry": {"x": 1}},
            "leadsync.toml: [retry] x is not a setting; known are: attempts, wait_seconds, give_up_after_minutes",
        ),
        (
            {"server": {"api_key": KEY}},
            "leadsync.toml: [server] api_key is not a setting; the key itself never stands in the settings: use",
        ),
        (
            {"campaigns": {"winback": {"campain_id": 42}}},
            "leadsync.toml: [campaigns.winback] campain_id is not a setting; did you mean campaign_id?",
        ),
    ],
)
def test_a_name_that_is_no_setting(values: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(values, "leadsync.toml")
    assert str(caught.value).startswith(said)
    assert KEY not in str(caught.value)


def test_every_mistake_is_told() -> None:
    said = refusal("retry", attempts=0, wait_seconds=-1).splitlines()
    assert [line.split(" is ")[0] for line in said] == [
        "leadsync.toml: [retry] attempts",
        "leadsync.toml: [retry] wait_seconds",
    ]


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_RETRY__ATTEMPTS", "7")
    monkeypatch.setenv("LEADSYNC_SERVER__URL", "https://other.example.com")
    monkeypatch.setenv("LEADSYNC_INPUT__PHONE_FIELDS", '["Mobile"]')
    read = settings_from({"server": {"url": "https://pbx.example.com", "reserve": 2}, "retry": {"attempts": 3}}, "x")
    assert (read.retry.attempts, read.server.url, read.server.reserve) == (7, "https://other.example.com", 2)
    assert read.input.phone_fields == ("Mobile",)


def test_a_mistake_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_RETRY__ATTEMPTS", "0")
    monkeypatch.setenv("LEADSYNC_SERVER__URL", "https://pbx.example.com:99999")
    said = sorted(refusal("retry", attempts=3).splitlines())
    assert said[0].startswith("LEADSYNC_RETRY__ATTEMPTS is how often a row is tried: ")
    assert said[1:] == [f"LEADSYNC_SERVER__URL is the dialer's address: {PORT}"]


def test_the_file_that_is_named_is_the_one_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_arguments, **_options: tmp_path / "home")
    assert find(None, {}) is None
    paths = [tmp_path / "home" / "leadsync.toml", tmp_path / "leadsync.toml", tmp_path / "b.toml", tmp_path / "a.toml"]
    paths[0].parent.mkdir()
    for path in paths:
        path.touch()
    of_home, _, of_environment, explicit = paths
    environment = {"LEADSYNC_CONFIG": str(of_environment)}
    assert find(explicit, environment) == explicit
    assert find(None, environment) == of_environment
    assert find(None, {"LEADSYNC_CONFIG": ""}) == Path("leadsync.toml")
    Path("leadsync.toml").unlink()
    assert find(None, {}) == of_home
    with pytest.raises(SettingsError, match=r"no settings file .*gone\.toml; check the path, or write one with `leads"):
        find(tmp_path / "gone.toml", environment)
    with pytest.raises(SettingsError, match=r"no settings file .*gone\.toml"):
        find(None, {"LEADSYNC_CONFIG": str(tmp_path / "gone.toml")})


def test_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_state_path", lambda *_arguments, **_options: tmp_path / "home")
    environment = {"LEADSYNC_STATE": str(tmp_path / "of environment")}
    assert state_folder(tmp_path / "given", environment) == tmp_path / "given"
    assert state_folder(None, environment) == tmp_path / "of environment"
    assert state_folder(None, {"LEADSYNC_STATE": ""}) == tmp_path / "home"
    # It is there for whoever asked, whatever becomes of the command.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "home", "of environment"]


@pytest.mark.parametrize(
    ("below", "words"),
    [
        ("file", "there is a file of that name; see that this user can make it and write into it, or "),
        ("file/state", "file: there is a file of that name; see that this user "),
        ("gone/file", "this user cannot write into it; see that this user "),
    ],
)
def test_a_state_folder_that_cannot_be_made_or_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str, words: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SettingsError) as caught:
        state_folder(tmp_path / below, {})
    assert str(caught.value).startswith(f"The state folder {tmp_path / below} cannot be used: ")
    assert words in str(caught.value)
    assert str(caught.value).endswith("or choose another with --state.")


def test_closed_folders_hold_no_settings_unasked_and_those_named_are_for_their_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", closed)
    assert find(None, {}) is None
    assert find(tmp_path / "leadsync.toml", {}) == tmp_path / "leadsync.toml"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[server\n", "is not valid TOML: "),
        (b"[server]\nurl = pbx\n", "names and texts stand in double quotes."),
        (b"# Caf\xe9\n", "is not UTF-8 text; save it as UTF-8."),
        (b"retry = 3\n", "[retry] is "),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "leadsync.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_as_windows_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "leadsync.toml"
    path.write_bytes(b'\xef\xbb\xbf[server]\r\nurl = "https://pbx.example.com"\r\n')
    assert load(path).server.url == "https://pbx.example.com"
    assert load(None) == Settings()
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_the_reason_of_a_fault_stands_without_its_place() -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from({"server": {"url": "ftp://nowhere"}}, "the answer")
    assert str(caught.value) == f"the answer: [server] url is the dialer's address: {BEGINS}"
    assert caught.value.reason == "It has to begin with https:// and name the dialer's host."
    assert SettingsError("[server] url is not set.").reason == "[server] url is not set."
