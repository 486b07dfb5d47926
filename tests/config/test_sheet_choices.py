"""The choices for one sheet over the settings."""

from datetime import UTC, datetime

import pytest

from leadsync.config import Chosen, SheetChoices, choices_before, reading_of, settings_from
from leadsync.errors import SettingsError
from leadsync.leads import map_columns, with_mapping

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTINGS = {
    "campaign": {"campaign_id": 4},
    "campaigns": {"winback": {"campaign_id": 9}},
    "input": {"region": "GB"},
    "columns": {"Cust No.": "njExternalLeadId", "Result": "njDisposition"},
    "mappings": {"crm": {"Ref": "njExternalLeadId", "Status": "njDisposition"}},
}


def fields(reading: SheetChoices, *headings: str) -> dict[str, str]:
    rules = with_mapping(headings, reading.applied_to(settings_from(SETTINGS, "the test")).rules(NOW))
    return {column.heading: column.field for column in map_columns(headings, rules).columns}


def test_without_choices_the_settings_are_in_force() -> None:
    settings = settings_from(SETTINGS, "the test")
    assert SheetChoices().applied_to(settings) == settings
    assert SheetChoices().applied_to(settings).rules_digest == settings.rules_digest


def test_a_chosen_column_wins_over_the_settings() -> None:
    reading = SheetChoices(columns={"Result": "", "Outcome 2": "njDisposition"})
    assert fields(reading, "Cust No.", "Result", "Outcome 2") == {
        "Cust No.": "njExternalLeadId",
        "Result": "",
        "Outcome 2": "njDisposition",
    }


def test_a_chosen_column_wins_over_a_mapping_in_force() -> None:
    reading = SheetChoices(columns={"Status": "", "Wrap": "njDisposition"})
    assert fields(reading, "Ref", "Status", "Wrap") == {
        "Ref": "njExternalLeadId",
        "Status": "",
        "Wrap": "njDisposition",
    }


def test_rules_and_campaign_are_chosen() -> None:
    settings = settings_from(SETTINGS, "the test")
    chosen = SheetChoices(campaign="winback", input={"date_order": "mdy"}).applied_to(settings)
    assert (chosen.campaign.campaign_id, chosen.input.date_order, chosen.input.region) == (9, "mdy", "GB")
    assert chosen.rules_digest != settings.rules_digest


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (SheetChoices(campaign="x"), "There is no [campaigns.x] in the settings"),
        (
            SheetChoices(input={"timezone": "Mars/Phobos"}),
            "The timezone of the sheet's dates: there is no such timezone",
        ),
        (SheetChoices(input={"headings_row": "0"}), 'it has to be the number of a line, or "auto"'),
        (SheetChoices(columns={"A": "njWrong"}), "The field of 'A': the dialer has no field njWrong"),
        (SheetChoices(columns={"A": "apiKey"}), "no field of a lead is called apiKey"),
    ],
)
def test_a_wrong_choice_is_a_sentence(reading: SheetChoices, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        reading.applied_to(settings_from(SETTINGS, "the test"))
    assert words in str(caught.value)


def test_a_digest_tells_choices_apart() -> None:
    assert SheetChoices().digest == SheetChoices(columns={}).digest != SheetChoices(columns={"A": ""}).digest
    assert SheetChoices(columns={"\udcff": ""}).digest


def test_a_returned_file_has_the_choices_of_its_run_below_its_own_and_named_headings() -> None:
    settings = settings_from(SETTINGS, "the test")
    columns = {"Result": "", "Ring": "FirstPhone", "When": "njCallBackDate", "Gone": "njPriority"}
    kept = reading_of(
        settings, Chosen(input={"region": "NZ", "date_order": "mdy", "headings_row": "3"}, columns=columns)
    )
    own = Chosen(input={"region": "US"}, columns={"When": ""})
    headings = ("cust no", "Result", "Ring", "When", "sync_run")
    found = choices_before(kept, headings, settings, own)
    assert found.input == {"region": "US", "date_order": "mdy"}
    assert found.columns == {"Ring": "FirstPhone", "When": ""}, "the settings name Result"
    assert choices_before("", headings, settings, own).columns == {"When": ""}
    named = settings_from({**SETTINGS, "columns": {"Ring": "SecondPhone"}}, "the test")
    assert "Ring" not in choices_before(kept, headings, named, Chosen()).columns
    taken = settings_from({**SETTINGS, "columns": {"Result": "FirstPhone"}}, "the test")
    assert "Ring" not in choices_before(kept, headings, taken, Chosen()).columns, "another column fills its field"
