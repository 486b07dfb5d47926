"""The cells of a DataFrame's column: a person sees the same texts in a workbook."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.errors import SheetError
from leadsync.reasons import FaultKind
from leadsync.sheets.formats.cell_text import text_of
from tests.sheets.frame_samples import rows_of


def cells_of(values: Any, **options: Any) -> list[str]:
    """The cells of one column; an id beside it keeps blank ones."""
    column = values if isinstance(values, pd.Series) else pd.Series(values, **options)
    frame = pd.DataFrame({"Lead Id": range(1, len(column) + 1), "Value": column.array})
    return [row.cells[1] for row in rows_of(frame)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (800, "800"),
        (-7, "-7"),
        (1234567890123456789, "1234567890123456789"),
        (412345678.0, "412345678"),
        (12.5, "12.5"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (Decimal("412345678.00"), "412345678"),
        (Decimal("1E+3"), "1000"),
        (Decimal("12.50"), "12.5"),
        (True, "TRUE"),
        (np.bool_(False), "FALSE"),
        (np.int64(800), "800"),
        (np.uint8(7), "7"),
        (np.float64(412345678.0), "412345678"),
        (np.float32(0.1), "0.1"),
        (np.str_("0412"), "0412"),
        ("0412 345 678", "0412 345 678"),
        ("nan", "nan"),
        ("", ""),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 14, 30), "2026-11-24 14:30"),
        (pd.Timestamp("2026-11-24 14:30:05"), "2026-11-24 14:30:05"),
        (pd.Timestamp("2026-11-24 14:29:59.9996"), "2026-11-24 14:30"),
        (np.datetime64("2026-11-24T14:30"), "2026-11-24 14:30"),
        (time(9, 5), "09:05"),
        (timedelta(hours=36), "36:00"),
        (pd.Timedelta(minutes=90), "01:30"),
        (np.timedelta64(90, "m"), "01:30"),
        (UUID(int=255), "00000000-0000-0000-0000-0000000000ff"),
    ],
)
def test_a_value_among_others_is_the_text_of_its_cell(value: object, text: str) -> None:
    assert cells_of([value, "x", None], dtype=object) == [text, "x", ""]


@pytest.mark.parametrize(
    "missing",
    [
        None,
        float("nan"),
        np.nan,
        pd.NA,
        pd.NaT,
        Decimal("NaN"),
        np.float32("nan"),
        np.datetime64("NaT"),
        np.timedelta64("NaT"),
    ],
    ids=repr,
)
def test_every_missing_value_is_a_blank_cell(missing: object) -> None:
    assert cells_of(["x", missing], dtype=object) == ["x", ""]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        (pd.Series([800, 41]), ["800", "41"]),
        (pd.Series([80, 41], dtype="int8"), ["80", "41"]),
        (pd.Series([412345678, None]), ["412345678", ""]),
        (pd.Series([412345678, None], dtype="Int64"), ["412345678", ""]),
        (pd.Series([1234567890123456789, None], dtype="UInt64"), ["1234567890123456789", ""]),
        (pd.Series([12.5, None], dtype="Float64"), ["12.5", ""]),
        (pd.Series([0.1, None], dtype="float32"), ["0.1", ""]),
        (pd.Series([0.1, None], dtype="Float32"), ["0.1", ""]),
        (pd.Series([0.1, 2048.0], dtype="float16"), ["0.1", "2048"]),
        (pd.Series([True, False]), ["TRUE", "FALSE"]),
        (pd.Series([True, None], dtype="boolean"), ["TRUE", ""]),
        (pd.Series(["a", None], dtype="string"), ["a", ""]),
        (pd.Series(["a", None], dtype="category"), ["a", ""]),
        (pd.Series([800, None], dtype="category"), ["800", ""]),
        (pd.Series([800, None], dtype="Int64").astype("category"), ["800", ""]),
        (pd.Series(pd.arrays.SparseArray([1.0, np.nan, 2.0])), ["1", "", "2"]),
        (pd.Series(pd.to_timedelta(["01:30:00", None])), ["01:30", ""]),
        (pd.Series(["0412", 412345678.0, 800, None], dtype=object), ["0412", "412345678", "800", ""]),
    ],
)
def test_a_column_of_any_type_is_read(column: "pd.Series[Any]", cells: list[str]) -> None:
    assert cells_of(column) == cells


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_are_date_cells_and_categories_of_them_too(unit: str) -> None:
    times = pd.Series(["2026-11-24", "2026-11-24 14:30", None, "2026-11-24 14:30:05"], dtype=f"datetime64[{unit}]")
    for column in (times, times.astype("category"), times.astype(object)):
        frame = pd.DataFrame({"Lead Id": range(4), "Callback": column})
        rows = rows_of(frame)
        assert [row.cells[1] for row in rows] == ["2026-11-24", "2026-11-24 14:30", "", "2026-11-24 14:30:05"]
        assert [row.dates for row in rows] == [(1,), (1,), (), (1,)]


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), min_size=1))
def test_a_column_of_times_reads_as_its_values_do_in_a_workbook(times: list[datetime]) -> None:
    assert cells_of(pd.Series(times, dtype="datetime64[us]")) == [text_of(moment)[0] for moment in times]


def test_a_zone_is_converted_to_that_of_the_settings() -> None:
    times = pd.Series(pd.to_datetime(["2026-11-24 03:30", "2026-07-01 00:00", None], utc=True))
    for column in (times, times.astype(object), times.dt.tz_convert("America/New_York"), times.astype("category")):
        rows = rows_of(pd.DataFrame({"Lead Id": range(3), "Callback": column}))
        # Melbourne is 11 hours ahead of UTC in summer, 10 in winter.
        assert [row.cells[1] for row in rows] == ["2026-11-24 14:30", "2026-07-01 10:00", ""]
        assert [row.dates for row in rows] == [(1,), (1,), ()]


def test_an_hour_that_comes_twice_keeps_its_offset() -> None:
    """Melbourne's clocks went back from 03:00 to 02:00 on 5 April 2026: 02:30 came at 15:30 and at 16:30 UTC."""
    times = pd.Series(pd.to_datetime(["2026-04-04 15:30", "2026-04-04 16:30", "2026-04-04 17:30"], utc=True))
    for column in (times, times.astype(object)):
        rows = rows_of(pd.DataFrame({"Lead Id": range(3), "Callback": column}))
        assert [row.cells[1] for row in rows] == [
            "2026-04-05 02:30:00+11:00",
            "2026-04-05 02:30:00+10:00",
            "2026-04-05 03:30",
        ]
        assert [row.dates for row in rows] == [(), (), (1,)]


def test_a_long_decimal_has_lost_digits_and_a_long_whole_number_has_not() -> None:
    frame = pd.DataFrame({"Lead Id": [1234567890123456], "A": [1e15], "B": [999999999999999.0]})
    [row] = rows_of(frame)
    assert row.cells == ("1234567890123456", "1000000000000000", "999999999999999")
    assert [(fault.kind, fault.details["at"]) for fault in row.faults] == [(FaultKind.LONG_NUMBER, 1)]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ([[1, 2]], "The column Value holds a value of type list; a sheet's cells are texts, numbers, dates, or blank."),
        ([b"x"], "a value of type bytes"),
        ([1j], "a value of type complex"),
        (pd.Series([412345678.0], dtype="float32"), "a number too large to be exact as float32"),
        (pd.Series([4096.0 + 4], dtype="float16"), "a number too large to be exact as float16"),
        (pd.period_range("2026-11-24", periods=1, freq="D").to_series(), "a value of type Period"),
        (pd.Series(np.array(["20000-01-01"], "datetime64[s]")), "a date outside the years 1 to 9999"),
        (pd.Series([1.0, float("-inf")]), "holds an infinite number"),
    ],
)
def test_what_no_cell_can_hold_is_refused_in_a_sentence(column: Any, words: str) -> None:
    with pytest.raises(SheetError, match=words.replace("(", r"\(")):
        cells_of(column)
