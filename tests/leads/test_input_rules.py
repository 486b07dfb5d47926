"""The rules for reading a sheet: their defaults, and what the sheet itself overrides."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from leadsync.leads import Input, Rules
from leadsync.leads.input_rules import table_of, zone

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_clock_without_a_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="now must have a timezone"):
        Rules(NOW.replace(tzinfo=None))


def test_the_order_of_dates_is_the_sheets_then_the_settings() -> None:
    assert Rules(NOW).date_order == "dmy"
    assert Rules(NOW, Input(date_order="mdy")).date_order == "mdy"
    assert Rules(NOW, Input(date_order="auto")).date_order == "dmy", "to begin with"
    assert Rules(NOW, Input(date_order="auto"), sheet_order="ymd").date_order == "ymd"


def test_callbacks_are_in_the_campaigns_timezone_if_it_has_one() -> None:
    assert Rules(NOW).contact_hours == "Australia/Melbourne"
    assert Rules(NOW, campaign_timezone="Australia/Perth").contact_hours == "Australia/Perth"


def test_the_mapping_in_force_goes_before_the_columns_of_all_sheets() -> None:
    rules = Rules(NOW, columns={"Ref": "City"}, mappings={"crm": {"Ref": "State"}, "other": {"X": ""}}, mapping="crm")
    assert list(rules.tables.items()) == [("[mappings.crm]", {"Ref": "State"}), ("[columns]", {"Ref": "City"})]
    assert rules.table == "[mappings.crm]"
    assert dict(Rules(NOW, columns={"Ref": "City"}).tables) == {"[columns]": {"Ref": "City"}}
    assert table_of("") == "[columns]"


def test_a_timezone_has_its_offset_and_an_unknown_one_a_sentence() -> None:
    assert NOW.astimezone(zone("Australia/Perth")).utcoffset() == timedelta(hours=8)
    with pytest.raises(ValueError, match="there is no such timezone"):
        zone("Mars/Base")


@pytest.mark.parametrize(
    ("setting", "kept"),
    [
        ({"blank_words": [" NULL ", "", "n/a"]}, ("NULL", "n/a")),
        ({"region": "nz"}, "NZ"),
        ({"delimiter": "semicolon"}, "semicolon"),
        ({"delimiter": "^"}, "^"),
        ({"encoding": "cp1252"}, "cp1252"),
        ({"headings_row": 3}, 3),
        ({"headings_row": "auto"}, "auto"),
    ],
)
def test_a_setting_is_kept_in_one_form(setting: dict[str, object], kept: object) -> None:
    [name] = setting
    assert getattr(Input.model_validate(setting), name) == kept


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"encoding": "hex"}, "there is no such text encoding"),
        ({"encoding": "klingon"}, "there is no such text encoding"),
        ({"delimiter": "a"}, "give one character that is no letter, digit or quotation mark"),
        ({"delimiter": '"'}, "give one character"),
        ({"headings_row": 0}, 'it has to be the number of a line, or "auto"'),
        ({"headings_row": "first"}, 'it has to be the number of a line, or "auto"'),
        ({"region": "XX"}, "no such region"),
    ],
)
def test_what_a_setting_cannot_be(setting: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Input.model_validate(setting)


def test_an_error_shows_no_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Input.model_validate({"region": "the-key-by-mistake"})
    assert "the-key-by-mistake" not in str(caught.value)
