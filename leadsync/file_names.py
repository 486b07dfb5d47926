"""The names of a run's files: `leads.<run>.report.csv` for the sheet `leads.csv`."""

import re
from pathlib import PurePath

_OWN = re.compile(
    r"\.(\d{8}-\d{6}-[0-9a-f]{4})\.(?:(?:report|retry|review)(?:\.edited-\d{6})?\.(?:csv|xlsx)|summary\.html)$"
)
_GROWN = re.compile(r"(?:\.\d{8}-\d{6}-[0-9a-f]{4}\.(?:report|retry|review)(?:\.edited-\d{6})?)+$")


def own_run_id(name: str) -> str:
    """The run whose report, retry or review file, or summary, has this name; empty where it is none."""
    match = _OWN.search(name)
    return match[1] if match else ""


def first_stem(name: str) -> str:
    """The stem of the sheet that a file came from, as far as its name tells: `leads` for `leads.csv` and its report."""
    stem = PurePath(name).stem
    return _GROWN.sub("", stem) or stem
