"""Headings say which column fills which field; where they do not, the run stops before anything is sent."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import MappingError
from leadsync.leads import ColumnMapping, Rules, map_columns

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def mapped(headings: Sequence[str], columns: Mapping[str, str] | None = None) -> ColumnMapping:
    return map_columns(headings, Rules(now=NOW, columns=columns or {}))


def remarks_on(headings: Sequence[str], columns: Mapping[str, str] | None = None) -> list[str]:
    """The remarks as shown: a loud one has a mark."""
    return list(map(str, mapped(headings, columns).remarks))


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
        (["Lead Id", "Name", "Name"], {}, ["Columns 2 and 3", "'Name'", "rename", '"Name" = ""']),
        (["Lead Id", "Result", "Outcome"], {"Result": "njDisposition"}, ['"Outcome" = ""']),
        (["Outcome", "Result", "Lead Id"], {"Result": "njDisposition"}, ['"Outcome" = ""']),
        (["Lead Id", "Callback Date", "Next Callback"], {}, ["map a date and its time alone to it, which are joined"]),
        (["Lead Id", "Callback Date", "Callback Time", "Callback At"], {}, ["'Callback Date'", "'Callback Time'"]),
        (["Lead Id", "Phone A", "Name"], {"Phone A": "Name"}, ["'Phone A'", "'Name'"]),
        (["Lead Id", "Note"], {"note": "A", "NOTE": "B"}, ["'note', 'NOTE'", "'Note'"]),
        (["Lead Id", "sync_row", "Sync_Row"], {}, ["sync_row"]),
        (["Name", "Account No"], {}, ['"Account No" = "njExternalLeadId"']),
        (["Id", "Kundennummer"], {}, ['example "Kundennummer" = "njExternalLeadId"']),
        (
            ["Order no", "Lead #", "Status"],
            {},
            ['example "Lead #" = "njExternalLeadId", and perhaps "Status" = "njDisp'],
        ),
        (
            ["Name", "Dispo", "CB date"],
            {},
            [', and perhaps "Dispo" = "njDisposition", "CB date" = "njCallBackDate".'],
        ),
        (["Contact number", "Client"], {}, ["in the settings. If the headings"]),
        (["Phone Number", "Name"], {}, ["in the settings. If the headings"]),
        (["Client", "Customer No"], {}, ['example "Customer No" =']),
        ([], {}, ["njExternalLeadId"]),
    ],
)
def test_conflicts_stop_and_name_the_remedy(headings: list[str], settings: dict[str, str], words: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        mapped(headings, settings)
    for word in words:
        assert word in str(caught.value)


def test_remarks_tell_what_would_surprise() -> None:
    remarks = remarks_on(["Lead Id", "Mobile"], {"Outcome": "njDisposition"})
    assert [remark.partition(" ")[0] for remark in remarks] == ["'Outcome'", "No", "No", "No", "'Mobile'"]
    assert "No column fills njCallBackDate: the dialer will treat every row as a new lead." in remarks
    assert remarks_on(["Lead Id", "FirstPhone", "Outcome", "Callback"]) == []


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("njDispositon", "njDisposition"),
        ("njCallBackDt", "njCallBackDate"),
        ("Call-Back Dt", "njCallBackDate"),
        ("Dispo", "njDisposition"),
        ("Dispositión", "njDisposition"),
        ("Callback day", "njCallBackDate"),
        ("Priorty", "njPriority"),
        ("Contact Hours (TZ)", "njContactHours"),
    ],
)
def test_a_heading_near_a_system_field_is_asked_about(heading: str, meant: str) -> None:
    remarks = remarks_on(["Lead Id", "FirstPhone", heading])
    assert (
        f"! {heading!r} goes out as a campaign field; if {meant} was meant, rename it, or write "
        f'"{heading}" = "{meant}" under [columns] in the settings.'
    ) in remarks


def test_an_unknown_field_like_the_dialers_own_is_told() -> None:
    (remark,) = remarks_on(["Lead Id", "FirstPhone", "Outcome", "Callback", "njFoo"])
    assert remark == (
        "! 'njFoo' goes out as a campaign field, as the dialer has no system field of this name; rename it, or write "
        '"njFoo" = "" under [columns] in the settings to leave it out.'
    )


def test_a_field_that_is_filled_is_not_asked_about_again() -> None:
    headings = ["Lead Id", "FirstPhone", "Outcome", "Callback", "Callback Notes", "Disposition Reason", "Callback Dt"]
    assert remarks_on(headings) == []
    assert len(remarks_on([*headings, "njCallbackDt"])) == 1
    assert remarks_on(["Lead Id", "FirstPhone", "Outcome", "Callbak"], {"Callbak": "Callbak"})[1:] == []


def test_a_time_in_a_column_of_its_own_is_told() -> None:
    (remark,) = remarks_on(["Lead Id", "FirstPhone", "Outcome", "Callback Date", "Time"])
    assert remark == (
        "'Time' goes out as a campaign field and adds no time to njCallBackDate; if it is the callback's time, write "
        '"Time" = "njCallBackDate" under [columns] in the settings, beside the date.'
    )


@pytest.mark.parametrize(
    ("headings", "settings"),
    [
        (["Lead Id", "FirstPhone", "Callback Date", "Callback Time"], {}),
        (["Callback Time", "Lead Id", "FirstPhone", "Callback Date"], {}),
        (["Lead Id", "FirstPhone", "Callback Date", "Time"], {"Time": "njCallBackDate"}),
        (["Lead Id", "FirstPhone", "Callback Date", "Start Time"], {"Start Time": "njCallBackDate"}),
        (["Lead Id", "FirstPhone", "Recall", "At"], {"Recall": "njCallBackDate", "At": "njCallBackDate"}),
    ],
)
def test_a_callbacks_date_and_time_in_two_columns_are_one(headings: list[str], settings: dict[str, str]) -> None:
    mapping = mapped(headings, settings)
    (date,) = [column for column in mapping.columns if column.field == "njCallBackDate"]
    (time,) = [column for column in mapping.columns if column.completes == "njCallBackDate"]
    assert date.heading in ("Callback Date", "Recall")
    assert date.time_at == time.position
    assert time.field == ""
    assert mapping.remarks[1:] == ()


@pytest.mark.parametrize(
    ("headings", "settings", "is_joined"),
    [
        (["Callback Date", "Callback Time", "Callback AM/PM"], {}, True),
        (["Callback Date", "Callback Time", "Name", "am_pm"], {}, False),
        (["Contacted At", "AM/PM", "Callback"], {}, False),
        (["Callback Date", "AM/PM", "Callback Time"], {}, False),
        (["Call AM/PM", "Call Back Date"], {}, False),
        (["Recall AM/PM", "Recall"], {"Recall": "njCallBackDate"}, True),
        (["Call Time", "AM/PM", "Callback Date", "Callback Time", "Name", "Callback AM/PM"], {}, True),
        (["Callback", "am_pm", "Start Time"], {}, True),  # behind the callback's own
        (["Callback", "Start Time", "AM/PM"], {}, False),
        (["Callback", "Start Time", "AM/PM"], {"AM/PM": "njCallBackDate"}, True),
        (["Callback", "Start Time", "Callback AM or PM"], {}, True),
        (["Callback", "Meeting AM/PM"], {}, False),
        (["Callback", "AM/PM"], {"AM/PM": ""}, False),
        (["Callback", "AM/PM"], {"AM/PM": "AM/PM"}, False),
        (["Callback Date", "AM/PM", "Callback AM/PM"], {}, True),
        (["Callback AM/PM", "CB AM/PM", "Callback"], {}, False),
        (["Callback", "Session"], {}, False),
    ],
)
def test_am_and_pm_in_a_column_of_their_own(headings: list[str], settings: dict[str, str], is_joined: bool) -> None:
    columns = mapped(["Lead Id", "FirstPhone", *headings], settings).columns
    (date,) = [column for column in columns if column.field == "njCallBackDate"]
    halves = [column for column in columns if column.position == date.half_at]
    assert [(column.field, column.completes) for column in halves] == [("", "njCallBackDate")] * is_joined


@pytest.mark.parametrize(
    "heading", ["Phone 1", "Mobile Phone", "Tel", "Home tel", "Cell", "Contact Number", "WhatsApp"]
)
def test_a_heading_that_looks_like_a_phone_is_told(heading: str) -> None:
    remarks = remarks_on(["Lead Id", "FirstPhone", "Outcome", "Callback", heading])
    assert [remark.partition(" is sent as it stands")[0] for remark in remarks] == [repr(heading)]


def test_a_heading_that_is_written_plainly_is_told() -> None:
    remarks = remarks_on(["Lead Id", "FirstPhone", "Outcome", "Callback", "Street\nName"])
    assert remarks == ["The column 'Street\\nName' goes out as the campaign field 'Street Name'."]


_NAMES = st.sampled_from(
    [
        "Lead Id",
        "njExternalLeadId",
        "Outcome",
        "Callback",
        "Callback Time",
        "FirstPhone",
        "Mobile",
        "Name",
        "",
        "sync_row",
    ]
)


@given(headings=st.lists(_NAMES | st.text(max_size=20), max_size=8))
def test_any_headings_are_mapped_once_each_or_stop_in_one_sentence(headings: list[str]) -> None:
    try:
        mapping = mapped(headings)
    except MappingError as stopped:
        told = str(stopped)
        assert told.endswith(".")
        return
    filled = [column.field for column in mapping.columns if column.field]
    assert len(set(filled)) == len(filled)
    assert "njExternalLeadId" in filled
    assert [column.position for column in mapping.columns] == list(range(len(headings)))
    assert all(column.why for column in mapping.columns)
    assert all(not column.field for column in mapping.columns if column.heading.lower().startswith("sync_"))


def test_an_entry_for_another_sheet_is_remarked_on_only_where_its_field_stays_empty() -> None:
    def said(columns: Mapping[str, str]) -> bool:
        return any("'Customer ID'" in remark for remark in remarks_on(["Lead Id", "Name"], columns))

    assert not said({"Customer ID": "NJExternalLeadId"})
    assert not said({"Customer ID": ""})
    assert said({"Customer ID": "njDisposition"})
    assert said({"Customer ID": "Account"})


@pytest.mark.parametrize(
    "cells",
    [
        ["A1", "Ann Lee", "Sale"],
        ["77 Key St", "Bob", "Callback"],
        ["Q7", "AU", "AU"],
        ["Priority", "priority", "Ann"],
        ["A1234", "Recall", "Bo"],
    ],
)
def test_cells_of_a_lead_in_place_of_headings_stand_in_no_message(cells: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        mapped(cells)
    assert not any(cell in str(caught.value) for cell in cells)
