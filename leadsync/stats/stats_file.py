"""The file of failures over many runs: a table as text, a workbook, a page, or an object for scripts."""

import json
from pathlib import Path
from typing import Literal

from leadsync.errors import UsageError
from leadsync.failure_stats import FailureStats
from leadsync.journal import Journal
from leadsync.private_files import is_folder
from leadsync.report import stats_csv, stats_json, stats_page, stats_summary
from leadsync.report_values import Line
from leadsync.run.report_files import check_output, check_own, keep_own
from leadsync.sheets import new_page, new_stats_workbook, new_table

FileFormat = Literal["csv", "xlsx", "html", "json"]


def check_target(path: Path, journal: Journal) -> Path:
    """The path, resolved. Raises UsageError if nothing can be written there, or another's file would be lost."""
    if is_folder(path):
        raise UsageError(f"{path} is a folder; name a file in it with --output, for example {path / 'stats.xlsx'}.")
    check_output(path.parent)
    named = path.parent.resolve() / path.name
    check_own(named, journal, "stats")
    return named


def write_stats(stats: FailureStats, kind: FileFormat, path: Path, journal: Journal) -> None:
    """Write the file, whole or not at all. Raises OutputError."""
    match kind:
        case "csv":
            headings, lines = stats_csv(stats)
            # With the mark Excel takes the text for the UTF-8 that it is.
            with new_table(path, headings, kind="csv", bom=True, even_empty=True) as table:
                for line in lines:
                    table.put(Line(line))
        case "xlsx":
            with new_stats_workbook(path) as workbook:
                workbook.put(stats_summary(stats))
        case "html" | "json":
            with new_page(path) as page:
                text = f"{json.dumps(stats_json(stats))}\n"
                page.put(stats_page(stats_summary(stats)) if kind == "html" else text)
    keep_own(path, journal)
