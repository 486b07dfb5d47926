"""The ends of rows as a frame of pandas: one line a row, texts as categories."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from leadsync.failure_stats import By, cause_of
from leadsync.journal import Journal, RowEnds
from leadsync.models import TO_LOOK_AT, RunRecord, Status
from leadsync.stats.dimensions import Dimension
from leadsync.stats.periods import days

_STATUSES = (Status.SUCCEEDED, *TO_LOOK_AT)


def _column(codes: "np.ndarray[Any, Any]", values: Sequence[str]) -> "pd.Categorical[Any]":
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(pd.Series(values, dtype="object")))


class _Codes:
    """Values as numbers in the order of their first sight: a million rows hold each value once."""

    def __init__(self) -> None:
        self._numbers: defaultdict[Hashable, int] = defaultdict()
        # The dict's own length at the first sight of a value is its number: no look-up is written in Python.
        self._numbers.default_factory = self._numbers.__len__
        self._parts: list[np.ndarray[Any, Any]] = []

    def add(self, values: Iterable[Hashable], count: int) -> None:
        self._parts.append(np.fromiter(map(self._numbers.__getitem__, values), "int32", count))

    def repeat(self, value: Hashable, count: int) -> None:
        self._parts.append(np.full(count, self._numbers[value], "int32"))

    @property
    def values(self) -> list[Any]:
        return list(self._numbers)

    def array(self) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
        # numpy concatenates no empty list.
        return np.concatenate([*self._parts, np.empty(0, "int32")])

    def column(self) -> "pd.Categorical[Any]":
        return _column(self.array(), self.values)


def outcome_frame(
    journal: Journal, runs: Mapping[str, RunRecord], dimension: Dimension, since: datetime | None = None
) -> pd.DataFrame:
    """The ends of the dimension's rows, in the order of runs and rows.

    Columns: `run`, `lead`, `campaign`, `who` (a number for the lead of one campaign of one dialer, -1 without an id),
    `failed`, `again` (an earlier run had the row first), `status`, `cause` (none for a success), `time` (seconds since
    1970), `day` and `value` (the dimension's).
    """
    run, lead, cause, value = _Codes(), _Codes(), _Codes(), _Codes()
    times, again = [np.empty(0)], [np.empty(0, "bool")]
    for batch in journal.ends(dimension.columns, field=dimension.field, since=since):
        count = len(batch.leads)
        run.repeat(batch.run_id, count)
        lead.add(batch.leads, count)
        cause.add(zip(batch.statuses, batch.codes, batch.faults, strict=True), count)
        _add_values(value, batch, runs[batch.run_id], dimension.by)
        times.append(np.asarray(batch.times, "float64"))
        again.append(np.asarray(batch.again, "bool"))
    moments = np.concatenate(times)
    frame = pd.DataFrame(
        {
            "run": run.column(),
            "lead": lead.column(),
            "time": moments,
            "day": days(moments),
            "again": np.concatenate(again),
        }
    )
    places = [(runs[run_id].dialer, runs[run_id].ids.campaign) for run_id in run.values]
    known = list(dict.fromkeys(places))
    frame["campaign"] = np.array([campaign for _, campaign in places], "int64")[run.array()]
    of_places = np.array([known.index(place) for place in places], "int64")[run.array()]
    # One number for lead and place: comparing numbers is cheaper than comparing pairs of texts.
    frame["who"] = np.where(frame["lead"] == "", -1, of_places * len(lead.values) + lead.array())
    _add_causes(frame, cause)
    frame["value"] = _dimension_values(frame, value, dimension.by)
    return frame


def _add_values(value: _Codes, batch: RowEnds, run: RunRecord, by: By) -> None:
    """Add the values as far as the frame's other columns do not have them."""
    count = len(batch.leads)
    if by in (By.DISPOSITION, By.COLUMN, By.CAMPAIGN):
        otherwise = str(run.ids.campaign) if by is By.CAMPAIGN else ""
        value.add((otherwise if one is None else one for one in batch.values), count)
    else:
        value.repeat(run.stem if by is By.FILE else "", count)


def _add_causes(frame: pd.DataFrame, ends: _Codes) -> None:
    """Status and cause from the few distinct ends."""
    codes = ends.array()
    statuses = [Status(status) for status, _, _ in ends.values]
    causes = [cause_of(*end) if end[0] in TO_LOOK_AT else None for end in ends.values]
    known = list(dict.fromkeys(filter(None, causes)))
    of_ends = np.array([known.index(cause) if cause else -1 for cause in causes], "int32")
    frame["status"] = _column(np.array([_STATUSES.index(status) for status in statuses], "int8")[codes], _STATUSES)
    frame["failed"] = (of_ends >= 0)[codes]
    frame["cause"] = _column(of_ends[codes], known)


def _dimension_values(frame: pd.DataFrame, value: _Codes, by: By) -> pd.Categorical | pd.Series:
    match by:
        case By.CODE:
            return frame["cause"]
        case By.STATUS:
            return frame["status"].where(frame["failed"])
        case By.LEAD:
            return frame["lead"]
        case By.DAY | By.WEEK | By.MONTH:
            return frame["day"]
        case _:
            return value.column()
