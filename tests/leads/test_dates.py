"""A date and its time of day in two cells; the readings of dates themselves are tested with the callbacks."""

import pytest

from leadsync.leads.dates import is_time, join_time


@pytest.mark.parametrize("text", ["14:30", "2:30 pm", "14.30", "noon", "1430", "14h30", "9 AM", "14:30:59"])
def test_times_of_day(text: str) -> None:
    assert is_time(text)


@pytest.mark.parametrize("text", ["", "24/11/2026", "14:30 24/11/2026", "Monday", "14:3", "12345"])
def test_other_texts_are_no_times(text: str) -> None:
    assert not is_time(text)


@pytest.mark.parametrize(
    ("date", "time", "joined"),
    [
        ("24/11/2026", "14:30", "24/11/2026 14:30"),
        ("14:30", "24/11/2026", "24/11/2026 14:30"),
        ("2026-11-24 00:00", "14:30", "2026-11-24 14:30"),
        ("2026-11-24 0:00:00", "14:30", "2026-11-24 14:30"),
        ("2026-11-24 10:00", "14:30", "2026-11-24 10:00 14:30"),
        (" 24/11/2026 ", "  ", "24/11/2026"),
        ("", "14:30", "14:30"),
        ("", "", ""),
    ],
)
def test_a_date_and_its_time_become_one_text(date: str, time: str, joined: str) -> None:
    assert join_time(date, time) == joined
