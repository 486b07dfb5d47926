"""The values of a DataFrame's column as the texts of a sheet's cells, by the rules for a workbook's values.

Whole numbers keep all their digits: unlike a workbook's they are exact. Numbers of fewer than 64 bits are not, and a
column with a large one is refused.
"""

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from leadsync.errors import SheetError
from leadsync.sheets.formats.cell_text import text_of
from leadsync.sheets.formats.number_formats import LARGEST_EXACT

if TYPE_CHECKING:
    import pandas as pd

_HALF_A_SECOND = 500_000
_HAIR = 500
"""Microseconds: times are rounded to the second, as in a workbook."""
_YEARS = ("0001", "10000")
_MIDNIGHT = "T00:00:00"
_MANTISSA_BITS = {2: 11, 4: 24}
"""By a number's bytes: up to a power of two with so many bits every whole number is exact (IEEE 754)."""


class ColumnCells(NamedTuple):
    """A column's cells: their texts, and the positions of dates and of numbers without their last digits."""

    texts: list[str]
    dates: frozenset[int] = frozenset()
    long_numbers: frozenset[int] = frozenset()


def cells_of(column: "pd.Series[Any]", heading: str, zone: tzinfo) -> ColumnCells:
    """A column's cells; times with a timezone are given as the clocks of `zone` show them.

    Raises SheetError for values that no cell of a sheet can hold.
    """
    import pandas as pd
    from pandas.api import types

    if isinstance(column.dtype, pd.CategoricalDtype):
        return _of_categories(column, heading, zone)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _of_instants(column, heading, zone)
    if types.is_datetime64_dtype(column.dtype):
        return _of_times(column, heading)
    size = getattr(column.dtype, "itemsize", 0)
    if types.is_float_dtype(column.dtype) and size in _MANTISSA_BITS:
        return _of_objects(list(column.to_numpy(f"float{8 * size}", na_value=math.nan)), heading, zone)
    return _of_objects(column.tolist(), heading, zone)


def _of_categories(column: "pd.Series[Any]", heading: str, zone: tzinfo) -> ColumnCells:
    kinds = cells_of(column.cat.categories.to_series(), heading, zone)
    codes = column.cat.codes.tolist()
    texts = [*kinds.texts, ""]  # a missing value has the code -1
    dates = frozenset(place for place, code in enumerate(codes) if code in kinds.dates) if kinds.dates else frozenset()
    long = kinds.long_numbers
    return ColumnCells(
        [texts[code] for code in codes],
        dates,
        frozenset(place for place, code in enumerate(codes) if code in long) if long else frozenset(),
    )


def _of_instants(column: "pd.Series[Any]", heading: str, zone: tzinfo) -> ColumnCells:
    """Times with a timezone; the hour that comes twice when clocks are set back keeps its offset from UTC."""
    there = column.dt.tz_convert(zone)
    shown = there.dt.tz_localize(None)
    texts, dates, _ = _of_times(shown, heading)
    twice = shown.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").isna() & column.notna()
    places = twice.to_numpy().nonzero()[0].tolist()
    for place in places:
        texts[place] = _with_offset(there.iloc[place])
    return ColumnCells(texts, dates - frozenset(places))


def _of_times(column: "pd.Series[Any]", heading: str) -> ColumnCells:
    import numpy as np

    times = column.to_numpy().astype("datetime64[us]")
    known = ~np.isnat(times)
    if not ((times[known] >= np.datetime64(_YEARS[0])) & (times[known] < np.datetime64(_YEARS[1]))).all():
        raise SheetError(f"The column {heading} holds a date outside the years 1 to 9999; correct it.")
    seconds = (times + np.timedelta64(_HALF_A_SECOND, "us")).astype("datetime64[s]")
    # As in `cell_text`: the last half second of a day does not move to the next one.
    days = (times + np.timedelta64(_HAIR, "us")).astype("datetime64[D]")
    seconds = np.where(seconds.astype("datetime64[D]") > days, times.astype("datetime64[s]"), seconds)
    texts = [_date_text(text) for text in np.datetime_as_string(seconds).tolist()]
    return ColumnCells(texts, frozenset(known.nonzero()[0].tolist()))


def _date_text(text: str) -> str:
    """`2026-11-24T14:30:00` as a date cell's text; a missing one is blank."""
    if text == "NaT":
        return ""
    if text.endswith(_MIDNIGHT):
        return text[: -len(_MIDNIGHT)]
    return text.removesuffix(":00").replace("T", " ")


def _of_objects(values: list[Any], heading: str, zone: tzinfo) -> ColumnCells:
    import pandas as pd

    kinds = set(map(type, values))
    if kinds <= {str}:
        return ColumnCells(values)
    # The commonest types need no look at each value.
    # By the exact class: bool is an int, and a Timestamp a datetime.
    plain: dict[type, Callable[[Any], str]] = {str: str, int: str, float: _float, bool: _bool, type(None): _blank}
    plain |= {type(pd.NA): _blank, type(pd.NaT): _blank}
    dates: list[int] = []
    texts: list[str] = []
    for place, value in enumerate(values):
        if (text := plain.get(value.__class__)) is not None:
            texts.append(text(value))
            continue
        shown, is_date = _text(value, heading, zone)
        texts.append(shown)
        if is_date:
            dates.append(place)
    if any(isinstance(value, float) and math.isinf(value) for value in values):
        raise SheetError(f"The column {heading} holds an infinite number (inf); correct it, or leave it blank.")
    long = [place for place, value in enumerate(values) if isinstance(value, float) and _is_long(value)]
    return ColumnCells(texts, frozenset(dates), frozenset(long))


def _float(value: float) -> str:
    # No spreadsheet has a negative zero.
    # Only NaN is unequal to itself.
    return "" if value != value else text_of(value + 0.0)[0]


def _bool(value: bool) -> str:
    return text_of(value)[0]


def _blank(_: object) -> str:
    return ""


def _is_long(value: float) -> bool:
    return LARGEST_EXACT <= abs(value) < math.inf


def _text(value: Any, heading: str, zone: tzinfo) -> tuple[str, bool]:
    import numpy as np
    import pandas as pd

    if isinstance(value, np.generic) and not isinstance(value, float | str):
        value = _plain(value, heading)
    if value is pd.NaT:
        return "", False
    match value:
        case str() | UUID():
            return str(value), False
        case int() if not isinstance(value, bool):
            return str(value), False
        case float():
            return _float(value), False
        case Decimal() if value.is_nan():
            return "", False
        case Decimal():
            text = f"{value:f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text), False
        case datetime() if value.tzinfo is not None:
            return _instant_text(value, zone)
        case bool() | date() | time() | timedelta():
            return text_of(value)
        case _:
            raise SheetError(
                f"The column {heading} holds a value of type {type(value).__name__}; a sheet's cells are texts, "
                "numbers, dates, or blank."
            )


def _plain(value: Any, heading: str) -> Any:
    """The Python value of a numpy scalar."""
    import numpy as np
    import pandas as pd

    if isinstance(value, np.datetime64):
        return pd.Timestamp(value)
    if isinstance(value, np.timedelta64):
        return pd.Timedelta(value)
    if isinstance(value, np.floating):
        bits = _MANTISSA_BITS.get(value.itemsize, 64)
        if abs(value) > 2**bits:
            raise SheetError(
                f"The column {heading} holds a number too large to be exact as {value.dtype}; take it from its source "
                "as text."
            )
        # By its text: as a longer number it would show digits of its error.
        return float(str(value))
    return value.item()


def _instant_text(value: datetime, zone: tzinfo) -> tuple[str, bool]:
    there = value.astimezone(zone)
    if there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset():
        return _with_offset(there), False
    return text_of(there.replace(tzinfo=None))


def _with_offset(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")


def label_text(label: object) -> str:
    """A column's label as a heading; a missing one is blank."""
    import pandas as pd

    if label is None or label is pd.NA or label is pd.NaT or label != label:
        return ""
    return str(label)
