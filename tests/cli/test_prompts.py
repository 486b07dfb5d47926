"""Questions at a terminal, by answers given in their order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadsync.cli import prompts
from leadsync.cli.prompts import KeptKey
from leadsync.dialer import Place
from leadsync.dialer.campaign_lists import Entity
from leadsync.errors import SettingsError

Answers = Callable[..., list[str]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Gives these answers; the list returned gets the sentences said."""

    def give(*given: str) -> list[str]:
        said: list[str] = []
        remaining = iter(given)
        monkeypatch.setattr(prompts, "ask", lambda *_question, **_options: next(remaining))
        monkeypatch.setattr(prompts, "say", said.append)
        return said

    return give


def test_a_number_is_asked_for_until_it_is_one(answers: Answers) -> None:
    said = answers("x", "0", "-1", "4", " 3 ")
    assert prompts.ask_number("Which?", 3) == 3
    assert said == [f"{given} is no whole number from 1 to 3." for given in ("x", "0", "-1", "4")]
    answers("40000")
    assert prompts.ask_number("template id") == 40_000


def test_a_choice_is_the_position_in_its_list(answers: Answers) -> None:
    said = answers("2")
    assert prompts.choose("Which?", ["a", "b"]) == 1
    assert said == ["    1  a", "    2  b"]


def test_an_address_is_asked_for_until_it_is_one(answers: Answers) -> None:
    said = answers("ftp://pbx.example.com", "pbx", "pbx.example.com/")
    assert prompts.ask_url("") == "https://pbx.example.com"
    assert said[0] == "It has to begin with https:// and name the dialer's host."
    assert said[1].startswith("A dialer's address looks like https://pbx.example.com")


def test_a_practice_dialer_is_met_without_tls() -> None:
    assert prompts.with_scheme("127.0.0.1:8080") == "http://127.0.0.1:8080"
    assert prompts.with_scheme("10.0.0.5:8443") == "https://10.0.0.5:8443"


def test_the_key_of_the_environment_is_taken_without_a_question(
    answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADSYNC_API_KEY", " the-key ")
    said = answers()
    assert prompts.ask_key() == "the-key"
    assert said == ["The API key is in the environment variable LEADSYNC_API_KEY."]
    assert prompts.ask_place_of("the-key", taken=True) == KeptKey("api_key_env", "LEADSYNC_API_KEY")


def test_blanks_are_no_key(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADSYNC_API_KEY", raising=False)
    said = answers("  ", " the-key\t")
    assert prompts.ask_key() == "the-key"
    assert said == ["Nothing was typed; paste the key and press Enter."]


def test_a_key_is_kept_in_a_file_of_its_owner_alone(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LEADSYNC_API_KEY", raising=False)
    monkeypatch.setattr(prompts, "_has_keyring", lambda: False)
    file = tmp_path / "settings" / "api-key"
    monkeypatch.setattr(prompts, "_key_file", lambda: file)
    answers("1")
    assert prompts.ask_place_of("the-key", taken=True) == KeptKey("api_key_file", str(file))
    assert file.read_text("utf-8") == "the-key\n"
    answers("2")
    kept = prompts.ask_place_of("the-key", taken=True)
    assert (kept.setting, kept.value) == ("api_key_env", "LEADSYNC_API_KEY")
    assert "LEADSYNC_API_KEY" in kept.still_to_do


def test_a_place_that_refuses_the_key_is_said_and_asked_anew(
    answers: Answers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LEADSYNC_API_KEY", raising=False)
    monkeypatch.setattr(prompts, "_has_keyring", lambda: False)
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(prompts, "_key_file", lambda: tmp_path / "taken" / "api-key")
    said = answers("1", "2")
    assert prompts.ask_place_of("the-key", taken=True).setting == "api_key_env"
    assert any(line.startswith("It cannot be kept there (") for line in said)


NORTH = Place(Entity(41, "Sales"), Entity(42, "North"), Entity(38, "Main"))
SOUTH = Place(Entity(41, "Sales"), Entity(43, "South"), Entity(39, "Other"))


def test_the_only_place_for_leads_is_taken_and_said(answers: Answers) -> None:
    said = answers()
    assert prompts.ask_place([Place(Entity(41, "Sales")), NORTH]) == (41, 42, 38)
    assert said == ["The key sees one place for leads: Sales (41) / North (42) / Main (38)."]


def test_of_several_places_one_is_chosen(answers: Answers) -> None:
    answers("2")
    assert prompts.ask_place([NORTH, SOUTH]) == (41, 43, 39)


def test_no_place_at_all_is_an_error(answers: Answers) -> None:
    answers()
    with pytest.raises(SettingsError, match="The key sees no campaign with an allocation"):
        prompts.ask_place([Place(Entity(41, "Sales"), Entity(42, "North"))])
