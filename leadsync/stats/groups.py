"""Counts of rows and failures by value and by period. Pure: frames in, frames and values out."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from leadsync.failure_stats import NOT_RECOVERED, OF_FAILURES, OF_TIME, By, Count, Group, Period, Recovery
from leadsync.stats.periods import is_later
from leadsync.stats.streaks import recovery


def counts(frame: pd.DataFrame, by: By) -> pd.DataFrame:
    """Rows and failures of each value, and those of the later half of the days, by value.

    A value with failures goes before others, the one with most first; days, weeks and months keep their order.
    """
    later = is_later(frame["day"])
    marks = pd.DataFrame(
        {
            "value": frame["value"],
            "rows": 1,
            "failures": frame["failed"].astype("int64"),
            "later_rows": 0 if later is None else later.astype("int64"),
            "later_failures": 0 if later is None else (later & frame["failed"]).astype("int64"),
        }
    )
    table = marks.groupby("value", observed=by not in OF_TIME, sort=False).sum()
    if by in OF_FAILURES:
        table["rows"], table["later_rows"] = len(marks), int(marks["later_rows"].sum())
    if by in OF_TIME:
        return table.sort_index()
    return table.sort_values(["failures", "rows"], ascending=False, kind="stable")


def halves(frame: pd.DataFrame) -> tuple[Count | None, Count | None]:
    """The counts of the earlier and the later half of the days; None for a single day."""
    later = is_later(frame["day"])
    if later is None:
        return None, None
    failed = frame["failed"]
    return (
        Count(int((~later).sum()), int((~later & failed).sum())),
        Count(int(later.sum()), int((later & failed).sum())),
    )


def groups(frame: pd.DataFrame, table: pd.DataFrame, of_leads: pd.DataFrame) -> tuple[Group, ...]:
    """The groups of a table of counts; `of_leads` are the streaks."""
    has_halves = is_later(frame["day"]) is not None
    values = list(table.index)
    series = _series(frame[frame["failed"] & frame["value"].isin(values)])
    recoveries = _recoveries(of_leads[of_leads["value"].isin(values)])
    none = (0,) * len(frame["period"].cat.categories)
    columns = (table[name].tolist() for name in ("rows", "failures", "later_rows", "later_failures"))
    return tuple(
        Group(
            value.date() if isinstance(value, pd.Timestamp) else str(value),
            Count(rows, failures),
            Count(rows - later_rows, failures - later_failures) if has_halves else None,
            Count(later_rows, later_failures) if has_halves else None,
            recoveries.get(value, NOT_RECOVERED),
            series.get(value, none),
        )
        for value, rows, failures, later_rows, later_failures in zip(values, *columns, strict=True)
    )


def periods_of(frame: pd.DataFrame) -> tuple[Period, ...]:
    """The counts of each period, in order and without gaps."""
    table = frame.groupby("period", observed=False)["failed"].agg(["size", "sum"])
    lines = zip(table.index, table["size"].tolist(), table["sum"].tolist(), strict=True)
    return tuple(Period(begins.date(), Count(rows, failures)) for begins, rows, failures in lines)


def _series(failures: pd.DataFrame) -> Mapping[object, tuple[int, ...]]:
    """The failures of each value in each period."""
    width = len(failures["period"].cat.categories)
    # Without the categories of a million other values.
    values = failures["value"].cat.remove_unused_categories()
    places = values.cat.codes.astype("int64") * width + failures["period"].cat.codes
    numbers = np.bincount(places, minlength=len(values.cat.categories) * width).reshape(-1, width)
    return {value: tuple(line) for value, line in zip(values.cat.categories, numbers.tolist(), strict=True)}


def _recoveries(of_leads: pd.DataFrame) -> Mapping[object, Recovery]:
    values = of_leads["value"].cat.remove_unused_categories()
    return {value: recovery(part) for value, part in of_leads.groupby(values, observed=True)}
