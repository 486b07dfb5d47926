"""Durations in words, at the borders between their forms."""

import pytest

from leadsync.durations import exact_duration, rough_duration, short_duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 seconds"), (59.94, "59.9 seconds"), (60, "1 min 00 s"), (125, "2 min 05 s"), (3725, "1 h 02 min 05 s")],
)
def test_a_measured_time_is_exact(seconds: float, words: str) -> None:
    assert exact_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "about 1 second"),
        (89, "about 89 seconds"),
        (90, "about 2 minutes"),
        (5399, "about 90 minutes"),
        (5400, "about 1.5 hours"),
    ],
)
def test_an_expected_time_is_rough(seconds: float, words: str) -> None:
    assert rough_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (11.2, "12 s"), (60, "1 min"), (3570, "1 h 00 min"), (4800, "1 h 20 min")],
)
def test_the_time_left_is_short(seconds: float, words: str) -> None:
    assert short_duration(seconds) == words
