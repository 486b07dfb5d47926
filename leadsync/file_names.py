"""The names of a run's files: `leads.<run>.report.csv` for the sheet `leads.csv`, and the places of its sheet."""

import re
from pathlib import PurePath

UPLOADS = "uploads"
"""The folder of the page's uploads in the state folder."""

_OWN = re.compile(
    r"\.(\d{8}-\d{6}-[0-9a-f]{4})\.(?:(?:report|retry|review|marked)(?:\.edited-\d{6})?\.(?:csv|xls[xm])|summary\.html)$"
)
_KIND = re.compile(r"\.\d{8}-\d{6}-[0-9a-f]{4}\.(report|retry|review|marked)\b")
# Earlier versions named the report of a report after both: `leads.<run>.report.<run>.report.csv`.
_GROWN = re.compile(r"(?:\.\d{8}-\d{6}-[0-9a-f]{4}\.(?:report|retry|review|marked)(?:\.edited-\d{6})?)+$")

_CONTENT = re.compile(r"[0-9a-f]{16}")


def own_run_id(name: str) -> str:
    """The run of a report, retry, review or summary file, by its name; empty for any other file."""
    match = _OWN.search(name)
    return match[1] if match else ""


def is_retry(name: str) -> bool:
    """Whether a file is a retry file by its name, also as a copy or in another format."""
    return _KIND.findall(name)[-1:] == ["retry"]


def first_stem(name: str) -> str:
    """The stem of a file's first sheet, by its name: `leads` for `leads.csv` and its report."""
    stem = PurePath(name).stem
    return _GROWN.sub("", stem) or stem


def is_pages_own(file: PurePath) -> bool:
    """Whether a file of a run lies in the page's own folder, `…/uploads/<upload>/files`: deleted with the upload."""
    return file.parent.name == "files" and file.parent.parent.parent.name == UPLOADS


def is_uploaded(file: PurePath) -> bool:
    """Whether a run's sheet was uploaded to the page: it then has the path `…/uploads/<digits of its content>/<name>`,
    and nothing lies there."""
    return file.parent.parent.name == UPLOADS and _CONTENT.fullmatch(file.parent.name) is not None
