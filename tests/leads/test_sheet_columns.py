"""Headings name fields by the settings, by themselves, or as fields of the campaign."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.leads import Rules
from leadsync.leads.sheet_columns import Column, canonical_field, columns_of, field_as_written

RULES = Rules(datetime(2026, 3, 1, tzinfo=UTC))


def columns(headings: Sequence[str], settings: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    return columns_of(headings, Rules(RULES.now, columns=settings or {}))


def fields(headings: Sequence[str]) -> list[str]:
    return [column.field for column in columns(headings)]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("njExternalLeadId", "njExternalLeadId"),
        ("External Id", "njExternalLeadId"),
        ("external_lead_id", "njExternalLeadId"),
        ("Lead ID", "njExternalLeadId"),
        ("\ufeffLead Id", "njExternalLeadId"),
        ("External_Id__c", "njExternalLeadId"),
    ],
)
def test_names_of_the_external_id(heading: str, field: str) -> None:
    assert fields([heading]) == [field]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("njDisposition", "njDisposition"),
        ("NJ DISPOSITION", "njDisposition"),
        ("Outcome", "njDisposition"),
        ("Callback", "njCallBackDate"),
        ("Call Back", "njCallBackDate"),
        ("Call-back date", "njCallBackDate"),
        ("Call Back Date/Time", "njCallBackDate"),
        ("priority", "njPriority"),
        ("Contact Hours", "njContactHours"),
        ("First Phone", "FirstPhone"),
        ("SECONDPHONE", "SecondPhone"),
        ("Name", "Name"),
        ("  Street Address ", "Street Address"),
        ("Account No", "Account No"),
        ("Status", "Status"),
        ("CallbackDate", "njCallBackDate"),
        ("Callback_Date__c", "njCallBackDate"),
        ("FirstPhone__c", "FirstPhone"),
        ("Street\u00a0Address", "Street Address"),
        ("Street\nAddress", "Street Address"),
        ("Pre\u0301nom", "Prénom"),
        ("Fax\u200b", "Fax"),
    ],
)
def test_other_headings(heading: str, field: str) -> None:
    assert fields(["Lead Id", heading]) == ["njExternalLeadId", field]


def test_columns_of_the_settings_win_exactly_or_loosely() -> None:
    headings = ["Account No", "Result", "Internal notes", "mob"]
    settings = {
        "Account No": "njexternalleadid",
        "result ": "NJDISPOSITION",
        "internal_notes": "",
        "mob": "firstphone",
    }
    found = columns(headings, settings)
    assert [column.field for column in found] == ["njExternalLeadId", "njDisposition", "", "FirstPhone"]
    assert [column.why for column in found] == [
        "[columns] in the settings",
        "[columns] in the settings",
        "not sent: [columns] in the settings",
        "[columns] in the settings",
    ]


def test_every_column_says_why() -> None:
    found = columns(["Lead Id", "njPriority", "Name", "", "sync_status"])
    assert [column.why for column in found] == [
        "a common name for njExternalLeadId",
        "its name",
        "campaign field of this name",
        "not sent: no heading",
        "not sent: leadsync's own column",
    ]


@given(
    name=st.sampled_from(["njExternalLeadId", "njDisposition", "njCallBackDate", "njPriority", "njContactHours"]),
    between=st.lists(st.sampled_from(["", " ", "_", "-", "."]), min_size=16, max_size=16),
    upper=st.lists(st.booleans(), min_size=16, max_size=16),
)
def test_case_blanks_and_punctuation_do_not_count(name: str, between: list[str], upper: list[bool]) -> None:
    letters = (
        mark + (letter.upper() if big else letter) for letter, mark, big in zip(name, between, upper, strict=False)
    )
    heading = "".join(letters).strip(" _-.")
    assert fields(["Lead Id" if name != "njExternalLeadId" else "Name", heading])[1] == name


def test_a_column_knows_whether_the_settings_or_the_campaign_name_its_field() -> None:
    found = columns(["Lead Id", "Note", "Memo", "Old"], {"Memo": "Text", "Old": ""})
    assert [(column.campaign, column.configured) for column in found] == [
        (False, False),
        (True, False),
        (True, True),
        (False, True),
    ]


@given(st.text(max_size=30))
def test_a_field_as_written_is_written_so_already(heading: str) -> None:
    written = field_as_written(heading)
    assert field_as_written(written) == written
    assert written == written.strip()


def test_a_target_has_the_letter_case_of_its_field() -> None:
    assert [canonical_field(target, RULES) for target in (" NJDISPOSITION ", "firstphone", "City")] == [
        "njDisposition",
        "FirstPhone",
        "City",
    ]
