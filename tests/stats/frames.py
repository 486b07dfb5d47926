"""Frames of rows' ends, written by hand."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from leadsync.models import TO_LOOK_AT, Status
from leadsync.stats.periods import days

Line = tuple[str, str, str, str]
"""The lead, the moment, the cause of its failure (empty: it succeeded), and the value."""


def seconds(moment: str) -> float:
    """The seconds of a moment such as `2026-11-02 09:00` by the clock of this machine."""
    return datetime.fromisoformat(moment).astimezone().timestamp()


def moment(text: str) -> datetime:
    return datetime.fromtimestamp(seconds(text), UTC).astimezone()


def a_frame(*lines: Line, runs: str = "") -> pd.DataFrame:
    """The frame of these lines; `runs` has a letter for each line, the run's id. Without it, each has its own."""
    leads, moments, causes, values = zip(*lines, strict=True)
    names = list(dict.fromkeys(leads))
    times = np.array([seconds(moment) for moment in moments])
    statuses = [Status.FAILED if cause else Status.SUCCEEDED for cause in causes]
    return pd.DataFrame(
        {
            "run": pd.Categorical(list(runs) or [f"run {n}" for n in range(len(lines))]),
            "lead": pd.Categorical(leads),
            "campaign": 41,
            "who": [names.index(lead) if lead else -1 for lead in leads],
            "failed": [bool(cause) for cause in causes],
            "status": pd.Categorical(statuses, categories=[Status.SUCCEEDED, *TO_LOOK_AT]),
            "cause": pd.Categorical([cause or None for cause in causes]),
            "time": times,
            "day": days(times),
            "again": False,
            "value": pd.Categorical(values),
        }
    )
