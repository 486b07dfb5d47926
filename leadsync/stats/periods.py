"""Days, weeks and months of moments, by the clock of this machine."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from leadsync.failure_stats import OF_TIME, By

_QUARTER = 900
"""Every timezone's midnight lies on a quarter of an hour, in seconds."""
_MOST_DAYS, _MOST_WEEKS = 31, 26
_FREQUENCIES = {By.DAY: "D", By.WEEK: "W-SUN", By.MONTH: "M"}


def days(times: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "pd.Categorical[Any]":
    """The local day of each moment in seconds since 1970, in order."""
    # Only distinct quarters are asked for their local day: a year has 35,000, a frame may have millions of rows.
    quarters, places = np.unique((times // _QUARTER).astype("int64"), return_inverse=True)
    locals_ = [datetime.fromtimestamp(int(quarter) * _QUARTER, UTC).astimezone() for quarter in quarters]
    of_quarters = pd.to_datetime([moment.date().isoformat() for moment in locals_])
    found, of_days = np.unique(of_quarters.to_numpy(), return_inverse=True)
    return pd.Categorical.from_codes(of_days[places], dtype=pd.CategoricalDtype(pd.DatetimeIndex(found), ordered=True))


def unit_of(frame: pd.DataFrame, by: By) -> By:
    """The length of a period: the groups' own, or one that gives a readable number of them."""
    if by in OF_TIME:
        return by
    dates = frame["day"].cat.categories
    span = (dates[-1] - dates[0]).days + 1 if len(dates) else 0
    return By.DAY if span <= _MOST_DAYS else By.WEEK if span <= _MOST_WEEKS * 7 else By.MONTH


def periods(of_days: pd.Series, unit: By) -> pd.Series:
    """The beginning of each day's period; the categories have no gaps."""
    dates = pd.DatetimeIndex(of_days.cat.categories)
    # Weeks that end on Sunday begin on Monday.
    starts = dates.to_period(_FREQUENCIES[unit])
    whole = pd.period_range(starts.min(), starts.max(), freq=_FREQUENCIES[unit])
    codes = whole.get_indexer(starts)[of_days.cat.codes]
    begun = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(whole.start_time.normalize(), ordered=True))
    return pd.Series(begun, index=of_days.index)


def is_later(of_days: pd.Series) -> pd.Series | None:
    """Whether each day lies in the later half of all; None if there is only one."""
    dates = of_days.cat.categories
    if len(dates) < 2:
        return None
    middle = dates[0] + (dates[-1] - dates[0] + pd.Timedelta(days=1)) / 2
    return pd.Series((dates >= middle)[of_days.cat.codes], index=of_days.index)
