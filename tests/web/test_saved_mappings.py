"""Mappings from a draft's columns, and back to choices."""

from datetime import UTC, datetime

import pytest

from leadsync.config import SheetChoices, settings_from
from leadsync.errors import SettingsError
from leadsync.journal import SavedMapping
from leadsync.web.preview import Preview
from leadsync.web.saved_mappings import (
    columns_to_save,
    is_changed,
    only_fitting,
    shown_columns,
    with_choice,
    with_mapping,
)
from tests.web.conftest import SETTINGS
from tests.web.test_reading_form import FIELDS, column

SHOWN: Preview = {
    "what": "send",
    "fields": [*FIELDS, "WorkPhone"],
    "columns": [
        column("Cust No.", "njExternalLeadId"),
        column("Result", "njDisposition"),
        column("Day", "njCallBackDate"),
        column("Time", completes="njCallBackDate"),
        column("Mobile", "FirstPhone"),
        column("Work", "WorkPhone"),
        column("Notes", "Notes"),
        column("Age"),
        column("Twice", "Twice"),
        column("twice ", "twice "),
        column(""),
        column("sync_status"),
    ],
}
COLUMNS = {
    "Cust No.": "njExternalLeadId",
    "Result": "njDisposition",
    "Day": "njCallBackDate",
    "Mobile": "+phone:FirstPhone",
    "Work": "+phone:WorkPhone",
    "Notes": "Notes",
    "Age": "",
}
MAPPING = SavedMapping("Friday list", COLUMNS, "ann", datetime(2026, 11, 23, tzinfo=UTC), tuple(COLUMNS))
ANY = settings_from({**SETTINGS, "input": {"phone_fields": ["FirstPhone", "SecondPhone"]}}, "a test")


def test_each_column_of_a_draft_is_saved_but_for_those_found_anew() -> None:
    assert columns_to_save(SHOWN, SheetChoices()) == COLUMNS
    chosen = SheetChoices(columns={"Time": ""})
    assert columns_to_save(SHOWN, chosen) == {**COLUMNS, "Time": ""}


def test_phones_that_the_settings_do_not_know_come_along() -> None:
    reading = with_mapping(SheetChoices(campaign=""), MAPPING, ANY)
    assert reading.columns["Work"] == "WorkPhone"
    assert reading.input == {"phone_fields": ["FirstPhone", "SecondPhone", "WorkPhone"]}
    assert reading.saved == "Friday list"
    known = settings_from({**SETTINGS, "input": {"phone_fields": ["FirstPhone", "WorkPhone"]}}, "a test")
    assert with_mapping(SheetChoices(), MAPPING, known).input == {}


def test_a_mapping_is_taken_off_again() -> None:
    reading = with_mapping(SheetChoices(sheet="May"), MAPPING, ANY)
    without = with_choice(reading, "", [MAPPING], ANY)
    assert (without.columns, without.saved, without.sheet) == ({}, "", "May")


def test_a_deleted_mapping_leaves_its_columns() -> None:
    reading = with_mapping(SheetChoices(), MAPPING, ANY)
    other = MAPPING._replace(name="other")
    assert with_choice(reading, "", [other], ANY) == reading
    assert with_choice(reading, "other", [other], ANY).saved == "other"


def test_the_only_fitting_mapping_is_taken_by_itself() -> None:
    taken = only_fitting([MAPPING], SheetChoices(), {"columns": [column("Cust No.")]}, ANY)
    assert taken is not None
    assert taken.columns["Cust No."] == "njExternalLeadId"


@pytest.mark.parametrize(
    ("mappings", "reading", "heading"),
    [
        ([], SheetChoices(), "Cust No."),
        ([MAPPING, MAPPING._replace(name="other")], SheetChoices(), "Cust No."),
        ([MAPPING], SheetChoices(columns={"Notes": ""}), "Cust No."),
        ([MAPPING], SheetChoices(), "sync_run"),
        ([MAPPING._replace(columns={"Cust No.": "njNoSuchField"})], SheetChoices(), "Cust No."),
    ],
    ids=["none", "two", "chosen already", "a report", "a field that settings refuse"],
)
def test_a_person_chooses_where_it_is_not_clear(
    mappings: list[SavedMapping], reading: SheetChoices, heading: str
) -> None:
    assert only_fitting(mappings, reading, {"columns": [column(heading)]}, ANY) is None


def test_a_wrong_mapping_is_refused_when_it_is_chosen() -> None:
    with pytest.raises(SettingsError):
        with_mapping(SheetChoices(), MAPPING._replace(columns={"Cust No.": "njNoSuchField"}), ANY)


def test_a_column_chosen_otherwise_is_seen() -> None:
    reading = with_mapping(SheetChoices(), MAPPING, ANY)
    assert not is_changed(reading, MAPPING)
    assert is_changed(reading.model_copy(update={"columns": {**reading.columns, "Age": "njPriority"}}), MAPPING)


def test_columns_in_words_those_sent_first() -> None:
    assert shown_columns({"Age": "", "Work": "+phone:WorkPhone", "Notes": "Notes", "Result": "njDisposition"}) == [
        ("Work", "Phone: WorkPhone"),
        ("Notes", "campaign field “Notes”"),
        ("Result", "Outcome"),
        ("Age", "not sent"),
    ]
