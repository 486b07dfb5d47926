"""The dialers and campaigns to choose from for a sheet."""

from typing import Any

import pytest

from leadsync.config import SheetChoices, settings_from
from leadsync.web.target_choices import chosen_target, target_choices, target_of_field

SYDNEY = {"url": "https://sydney.example.com", "api_key_env": "S", "campaigns": {"win/back": {}}}
PERTH = {"url": "https://perth.example.com:8443", "api_key_env": "P"}


def test_without_several_dialers_there_is_no_choice() -> None:
    assert target_choices(settings_from({"server": {"url": "https://pbx.example.com"}}, "x")) == []


def test_each_dialer_and_campaign_is_a_choice_and_none_is_the_first() -> None:
    assert target_choices(settings_from({"dialers": {"sydney": SYDNEY, "perth": PERTH}}, "x")) == [
        ("", "choose…"),
        ("sydney/", "sydney (sydney.example.com)"),
        ("sydney/win%2Fback", "sydney (sydney.example.com), win/back"),
        ("perth/", "perth (perth.example.com:8443)"),
    ]


def test_the_dialer_of_the_settings_comes_first() -> None:
    given = {"server": {"url": "https://pbx.example.com"}, "campaigns": {"loyal": {}}, "dialers": {"perth": PERTH}}
    assert target_choices(settings_from(given, "x"))[:2] == [
        ("/", "pbx.example.com"),
        ("/loyal", "pbx.example.com, loyal"),
    ]


@pytest.mark.parametrize(
    ("choices", "value"),
    [({}, ""), ({"dialer": "sydney"}, "sydney/"), ({"dialer": "sydney", "campaign": "win/back"}, "sydney/win%2Fback")],
    ids=["none", "dialer", "campaign"],
)
def test_a_choice_comes_back_as_it_was_made(choices: dict[str, Any], value: str) -> None:
    settings = settings_from({"dialers": {"sydney": SYDNEY, "perth": PERTH}}, "x")
    assert chosen_target(SheetChoices(**choices), settings) == value
    assert target_of_field(value) == {"dialer": "", "campaign": ""} | choices
