"""Headings say which column fills which field; where they do not, the run stops before anything is sent."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from leadsync.errors import MappingError
from leadsync.leads import ColumnMapping, Rules, map_columns

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def mapped(headings: Sequence[str], columns: Mapping[str, str] | None = None) -> ColumnMapping:
    return map_columns(headings, Rules(now=NOW, columns=columns or {}))


def fields(headings: Sequence[str], columns: Mapping[str, str] | None = None) -> list[str]:
    return [column.field for column in mapped(headings, columns).columns]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("njExternalLeadId", "njExternalLeadId"),
        ("External Id", "njExternalLeadId"),
        ("external_lead_id", "njExternalLeadId"),
        ("Lead ID", "njExternalLeadId"),
        ("\ufeffLead Id", "njExternalLeadId"),
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
    mapping = mapped(headings, settings)
    assert [column.field for column in mapping.columns] == ["njExternalLeadId", "njDisposition", "", "FirstPhone"]
    assert [column.why for column in mapping.columns] == [
        "[columns] in the settings",
        "[columns] in the settings",
        "not sent: [columns] in the settings",
        "[columns] in the settings",
    ]


def test_every_column_says_why() -> None:
    mapping = mapped(["Lead Id", "njPriority", "Name", "", "sync_status"])
    assert [column.why for column in mapping.columns] == [
        "a common name for njExternalLeadId",
        "its name",
        "campaign field of this name",
        "not sent: no heading",
        "not sent: leadsync's own column",
    ]


def test_sync_columns_are_found_and_never_sent() -> None:
    mapping = mapped(["Lead Id", "Name", "sync_row", "Sync_Status", "sync_anything"])
    assert mapping.sync == {"sync_row": 2, "sync_status": 3, "sync_anything": 4}
    assert [column.field for column in mapping.columns] == ["njExternalLeadId", "Name", "", "", ""]


@pytest.mark.parametrize(
    ("headings", "settings", "words"),
    [
        (
            ["Lead Id", "Outcome", "Disposition"],
            {},
            ["'Outcome'", "'Disposition'", "njDisposition", '"Disposition" = ""'],
        ),
        (["Lead Id", "First Phone", "FirstPhone"], {}, ["'First Phone'", "'FirstPhone'"]),
        (["Lead Id", "Name", "Name"], {}, ["Columns 2 and 3", "'Name'", "rename"]),
        (["Lead Id", "Result", "Outcome"], {"Result": "njDisposition"}, ['"Outcome" = ""']),
        (["Outcome", "Result", "Lead Id"], {"Result": "njDisposition"}, ['"Outcome" = ""']),
        (["Lead Id", "Callback Date", "Callback Time"], {}, ["put a date and its time into one column"]),
        (["Lead Id", "Phone A", "Name"], {"Phone A": "Name"}, ["'Phone A'", "'Name'"]),
        (["Lead Id", "Note"], {"note": "A", "NOTE": "B"}, ["'note', 'NOTE'", "'Note'"]),
        (["Lead Id", "sync_row", "Sync_Row"], {}, ["sync_row"]),
        (["Name", "Account No"], {}, ["'Name', 'Account No'", '"Account No" = "njExternalLeadId"']),
        ([], {}, ["njExternalLeadId"]),
    ],
)
def test_conflicts_stop_and_name_the_remedy(headings: list[str], settings: dict[str, str], words: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        mapped(headings, settings)
    for word in words:
        assert word in str(caught.value)


def test_remarks_tell_what_would_surprise() -> None:
    remarks = mapped(["Lead Id", "Mobile"], {"Outcome": "njDisposition"}).remarks
    assert [remark.partition(" ")[0] for remark in remarks] == ["'Outcome'", "No", "No", "No", "'Mobile'"]
    assert "No column fills njCallBackDate: the dialer will treat every row as a new lead." in remarks
    assert mapped(["Lead Id", "FirstPhone", "Outcome", "Callback"]).remarks == ()
