"""Leads that fail again and again, and the time from failure to success. Pure: frames in, frames and values out."""

from datetime import timedelta

import numpy as np
import pandas as pd

from leadsync.failure_stats import Recovery

_SLOW = 0.9


def streaks(frame: pd.DataFrame) -> pd.DataFrame:
    """The streaks of the frame's leads: a lead's failures up to its next success, by their first failure's time.

    Columns: `who`, `lead`, `campaign`, `value` (of the first failure), `first` and `last` (failures, in seconds),
    `failures`, `runs` (their number), `cause` (of the last failure), `solved` and `seconds` (first failure to success).
    """
    rows = frame[frame["who"].isin(frame.loc[frame["failed"] & (frame["who"] >= 0), "who"].unique())]
    # lexsort takes its last key first: by lead, and by time within a lead.
    rows = rows.iloc[np.lexsort((rows["time"], rows["who"]))]
    goes_on = (rows["who"] == rows["who"].shift()) & rows["failed"].shift(fill_value=False).astype(bool)
    # The running number grows at each first failure: all rows up to the success share it.
    number = (rows["failed"] & ~goes_on).cumsum()
    failures = rows[rows["failed"]]
    of_failures = number[rows["failed"]]
    first = failures[~of_failures.duplicated()].set_index(of_failures[~of_failures.duplicated()])
    last = failures[~of_failures.duplicated(keep="last")].set_index(of_failures[~of_failures.duplicated(keep="last")])
    of_runs = pd.DataFrame({"number": of_failures, "run": failures["run"].cat.codes}).drop_duplicates()
    solved = rows[~rows["failed"] & goes_on]
    solved_at = pd.Series(solved["time"].to_numpy(), index=number[solved.index].to_numpy())
    return pd.DataFrame(
        {
            "who": first["who"],
            "lead": first["lead"],
            "campaign": first["campaign"],
            "value": first["value"],
            "first": first["time"],
            "last": last["time"],
            "failures": of_failures.value_counts(),
            "runs": of_runs["number"].value_counts(),
            "cause": last["cause"],
            "solved": first.index.isin(solved_at.index),
            "seconds": solved_at.reindex(first.index) - first["time"],
        },
        index=first.index,
    )


def repeated(of_leads: pd.DataFrame) -> pd.DataFrame:
    """The open streaks over several runs, those with most failures first, then the newest."""
    again = of_leads[~of_leads["solved"] & (of_leads["runs"] > 1)]
    return again.sort_values(["failures", "last"], ascending=False, kind="stable")


def recovery(of_leads: pd.DataFrame) -> Recovery:
    """How many streaks were solved, and how long that took."""
    seconds = of_leads["seconds"].dropna()
    if seconds.empty:
        return Recovery(len(of_leads))
    return Recovery(len(of_leads), len(seconds), _time(float(seconds.median())), _time(float(seconds.quantile(_SLOW))))


def _time(seconds: float) -> timedelta:
    return timedelta(seconds=round(seconds))
