"""Cells as text: small shares, spans of time, series."""

from datetime import datetime, timedelta

import pytest

from leadsync.stats_summary import Cell, CellKind, cell_text, series_colours, sparkline


@pytest.mark.parametrize(
    ("kind", "cell", "text"),
    [
        (CellKind.TEXT, "x", "x"),
        (CellKind.TEXT, None, ""),
        (CellKind.COUNT, 1_234_567, "1,234,567"),
        (CellKind.SHARE, 0.0, "0.0%"),
        (CellKind.SHARE, 0.000_01, "<0.1%"),
        (CellKind.SHARE, 0.0005, "0.1%"),
        (CellKind.SHARE, 0.1234, "12.3%"),
        (CellKind.SHARE, 0.9999, ">99.9%"),
        (CellKind.SHARE, 1.0, "100.0%"),
        (CellKind.TIME, datetime(2026, 11, 2, 9, 5, 59), "2026-11-02 09:05"),
        (CellKind.DURATION, timedelta(0), "0 s"),
        (CellKind.DURATION, timedelta(seconds=59), "59 s"),
        (CellKind.DURATION, timedelta(seconds=61), "1 min 1 s"),
        (CellKind.DURATION, timedelta(hours=3), "3 h"),
        (CellKind.DURATION, timedelta(hours=3, minutes=20, seconds=5), "3 h 20 min"),
        (CellKind.DURATION, timedelta(days=12, minutes=59), "12 d"),
        (CellKind.DURATION, timedelta(days=12, hours=1), "12 d 1 h"),
        (CellKind.SERIES, (0, 1, 8), "·▁█"),
    ],
)
def test_a_cell_as_text(kind: CellKind, cell: Cell, text: str) -> None:
    assert cell_text(kind, cell) == text


def test_a_block_stands_for_several_numbers_of_a_long_series() -> None:
    assert sparkline([1, 0] * 10 + [4, 4]) == "▁" * 10 + "█"
    assert sparkline([0] * 31) == "·" * 16
    assert sparkline([]) == ""


def test_the_others_are_paler_than_every_group() -> None:
    colours = series_colours(["a", "b", "others"])
    assert len(set(colours)) == 3
    assert series_colours(["a", "b"]) == colours[:2]
    assert series_colours(["others"]) == colours[:1], "the only one is no rest"
