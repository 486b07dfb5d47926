"""Columns that may tell a callback's time otherwise are told before anything is sent."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from leadsync.leads import CallbackDoubts, Input, RowMapper, Rules, map_columns
from leadsync.models import Lead, Row

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def doubts(headings: str, *rows: str, zone: str = "Australia/Melbourne", **columns: str) -> list[str]:
    """The beginnings of the remarks on a sheet, and the dates sent."""
    rules = Rules(NOW, Input(timezone=zone), columns=columns)
    mapping = map_columns(["Lead Id", "FirstPhone", *headings.split("|")], rules)
    looked_at = CallbackDoubts(mapping.columns, rules)
    lines = [Row(number, ("A1", "0383218199", *row.split("|"))) for number, row in enumerate(rows, 2)]
    for line in lines:
        looked_at.look_at([line])
    leads = RowMapper(mapping, rules).map(lines)
    return [
        *map(str, looked_at.remarks()),
        *(lead.fields.get("njCallBackDate", "") for lead in leads if isinstance(lead, Lead)),
    ]


@pytest.mark.parametrize(
    ("headings", "rows", "sent"),
    [
        ("Callback Date|Callback Time|Callback AM/PM", ["14/12/2026|9:05|PM"], "2026/12/14 21:05"),
        ("Callback|am_pm", ["14/12/2026 9:05|p.m."], "2026/12/14 21:05"),
        ("Callback Date|Callback Time|AM/PM", ["14/12/2026|12:05|AM"], "2026/12/14 00:05"),
        ("Callback Date|Callback Time|AM/PM", ["14/12/2026|14:05|PM"], "2026/12/14 14:05"),
        ("Callback|AM/PM", ["14/12/2026 9:05|"], "2026/12/14 09:05"),
        ("Callback|Session", ["14/12/2026 9:05|AM"], "2026/12/14 09:05"),
        ("Callback|Session", ["14/12/2026 9:05 PM|AM"], "2026/12/14 21:05"),
        ("Callback|Session", ["14/12/2026 9:05|PM group"], "2026/12/14 09:05"),
        ("Callback Date|Callback Time|A/P", ["14/12/2026|9:05|P", "14/12/2026|9:05 pm|P"], "2026/12/14 21:05"),
        ("Callback|Name|Attended", ["14/12/2026 9:05|Ann|P", "14/12/2026 9:05|Bob|A"], "2026/12/14 09:05"),
        ("Callback|Name|Agent Shift", ["14/12/2026 9:05|Ann|PM"], "2026/12/14 09:05"),
        ("Callback|Name|Employment Start Time", ["14/12/2026|Ann|9:05"], "2026/12/14 00:00"),
        ("Callback|Created Time", ["14/12/2026|9:05"], "2026/12/14 00:00"),
        ("Callback|Opening Hours", ["14/12/2026|9:00-17:00"], "2026/12/14 00:00"),
        ("Callback|Post Code", ["14/12/2026|3000"], "2026/12/14 00:00"),
        ("Callback|Amount", ["14/12/2026|10.50"], "2026/12/14 00:00"),
        ("Callback|Duration", ["14/12/2026|0:03"], "2026/12/14 00:00"),
        ("Callback|Note", ["14/12/2026|9:05", "14/12/2026|asked for 9:05"], "2026/12/14 00:00"),
        ("Callback|Open", ["14/12/2026|9:00-17:00"], "2026/12/14 00:00"),
        ("Callback|Half", ["14/12/2026 9:05|Morning"], "2026/12/14 09:05"),
        ("Callback|Start Time", ["14/12/2026 9:05|10:00"], "2026/12/14 09:05"),
        ("Callback|Full Time", ["14/12/2026|12"], "2026/12/14 00:00"),
        ("Callback|AM|PM", ["14/12/2026 14:05||x"], "2026/12/14 14:05"),
        ("Callback|Talk Time", ["14/12/2026|0:03"], "2026/12/14 00:00"),
        ("Callback|Timezone", ["14/12/2026 9:05|AEDT"], "2026/12/14 09:05"),
        ("Callback|Time Zone", ["14/12/2026 9:05|Australia/Sydney"], "2026/12/14 09:05"),
        ("Callback|Time zone", ["14/12/2026 9:05|(UTC+10:00) Canberra, Melbourne, Sydney"], "2026/12/14 09:05"),
        ("Callback|Time Zone Name", ["14/12/2026 9:05|Sydney"], "2026/12/14 09:05"),
        ("Callback|TZ", ["14/7/2026 9:05|GMT+10"], "2026/07/14 09:05"),
        ("Callback|TZ", ["14/12/2026 9:05|UTC+11"], "2026/12/14 09:05"),
    ],
)
def test_callbacks_without_a_doubt(headings: str, rows: Sequence[str], sent: str) -> None:
    assert {*doubts(headings, *rows)} == {sent}


def test_a_time_against_its_am_or_pm_goes_nowhere() -> None:
    assert doubts("Callback|AM/PM", "14/12/2026 14:05|AM", "14/12/2026 9:05 AM|PM", "14/12/2026 9:05|evening") == []


def test_columns_that_tell_another_time() -> None:
    assert doubts("Callback|Session", "14/12/2026 9:05|P.M.", "15/12/2026|PM", "|PM", "15/12/2026 14:00|PM")[0] == (
        "! 'Session' says AM or PM against the time in 'Callback' (2 rows: 2, 3), which goes out as it stands. If "
        "it is the callback's, head it 'Callback AM/PM', with AM or PM below; if not, write "
        '"Session" = "Session" under [columns].'
    )
    assert doubts("Callback Date|Start Time|End Time", "14/12/2026|9:05|11:00")[0] == (
        "! 'Start Time' has a time of day where 'Callback Date' has none (1 row: 2): that goes out as 00:00. If it is "
        'the time of the callback, write "Start Time" = "njCallBackDate" under [columns] in the settings; if not, '
        'write "Start Time" = "Start Time" under [columns].'
    )
    assert doubts("Callback Date|Uhrzeit", "14/12/2026|9:05", "15/12/2026|")[0] == (
        "! 'Uhrzeit' has a time of day where 'Callback Date' has none (1 row: 2): that goes out as 00:00. If it is the "
        'time of the callback, write "Callback Date" = "njCallBackDate" and "Uhrzeit" = "njCallBackDate" under '
        '[columns] in the settings; if not, write "Uhrzeit" = "Uhrzeit" under [columns].'
    )
    for headings, row in (
        ("Contacted At|AM/PM|Callback", "9:05|PM|14/12/2026 9:00"),
        ("Callback|Name|Session", "14/12/2026 9:05|Ann|PM"),
        ("Callback|Name|am_pm", "14/12/2026 9:05|Ann|PM"),
        ("Callback|Half", "14/12/2026 2:00|Afternoon"),
        ("Callback|Half", "14/12/2026 9:05|p"),
    ):
        assert "says AM or PM against the time in 'Callback' (1 row: 2)" in doubts(headings, row)[0]
    assert doubts("Callback|AM/PM|Ready|AM/PM", "14/12/2026 9:05|PM|10:00|AM", **{"AM/PM": ""})[0].endswith(
        'head it \'Callback AM/PM\', with AM or PM below; if not, write "AM/PM" = "AM/PM" under [columns].'
    )
    assert doubts("Callback|Name|AM/PM", "14/12/2026 9:05|Ann|PM")[0].endswith(
        'write "AM/PM" = "njCallBackDate" under [columns]; if not, write "AM/PM" = "AM/PM" under [columns].'
    )
    assert doubts("Callback|Name|AM/PM", "14/12/2026 9:05|Ann|PM", **{"AM/PM": "njCallBackDate"}) == [
        "2026/12/14 21:05"
    ]
    assert doubts("Callback|AM|PM", "14/12/2026 9:05||x")[0].startswith("! 'PM' says AM or PM against the time")
    assert doubts("Callback Date|Callback Hour", "14/12/2026|9")[0].startswith("! 'Callback Hour' has a time of day")
    assert doubts("Callback|AM/PM", "14/12/2026 9:05|", "14/12/2026|PM", "14/12/2026 14:05|")[0] == (
        "! 'AM/PM' leaves open when 'Callback' is due (2 rows: 2, 3): a time without AM or PM there, or PM without a "
        "time. It goes out as it stands; complete these rows."
    )
    assert len(doubts("Callback|AM/PM", "14/12/2026 9:05|", "14/12/2026 9:05|PM")) == 3


@pytest.mark.parametrize("cell", ["Australia/Perth", "AWST", "+08:00", "UTC+10", "Western"])
def test_another_timezone_is_told(cell: str) -> None:
    assert doubts("Callback|Timezone", f"14/12/2026 9:05|{cell}")[0].startswith(
        "! 'Timezone' names another timezone than Australia/Melbourne, by which 'Callback' is read (1 row: 2)."
    )
    assert len(doubts("Callback|Timezone", f"2026-12-14 09:05+11:00|{cell}")) == 1
    assert len(doubts("Callback|Timezone", f"14/12/2026 9:05|{cell}", Timezone="Timezone")) == 1


@pytest.mark.parametrize("cell", ["ET", "EST", "Eastern Time", "America/New_York", "New York", "-05:00"])
def test_the_sheets_own_timezone_by_other_names(cell: str) -> None:
    assert len(doubts("Callback|Timezone", f"14/12/2026 9:05|{cell}", zone="America/New_York")) == 1
