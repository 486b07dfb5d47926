"""Spreadsheets in and out. The libraries for workbooks, containers and encodings live here alone.

`open_table` reads any delimited text or workbook as `leadsync.models.Row`s. `new_table`, `new_workbook` and `new_page`
write files, whole or not at all. Each loads its libraries on its first call: most commands need none of them.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO

from leadsync.sheets.markable import Markable, NotMarkedError
from leadsync.sheets.output.sheet_layout import TRUNCATED, SheetLayout, fit_to_cell
from leadsync.spreadsheet import SheetRules

if TYPE_CHECKING:
    from pathlib import Path

    from leadsync.cell_marks import SheetMarks
    from leadsync.models import FileKind
    from leadsync.report_values import Line, Summary
    from leadsync.sheets.output.output_file import Output
    from leadsync.sheets.table import Table
    from leadsync.stats_summary import StatsSummary

__all__ = [
    "TRUNCATED",
    "Markable",
    "NotMarkedError",
    "SheetLayout",
    "fit_to_cell",
    "inspected",
    "new_page",
    "new_stats_workbook",
    "new_table",
    "new_workbook",
    "open_table",
    "write_marked",
]

NO_RULES = SheetRules()


def open_table(
    path: "Path",
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    shown: str = "",
    rules: SheetRules = NO_RULES,
) -> "AbstractContextManager[Table]":
    """Open a spreadsheet; the context manager gives a `Table`.

    `sheet` names a workbook's sheet. `encoding` and `delimiter` overrule the guesses for delimited text. `shown` is the
    file's name in messages if this is not its path. `rules` are those of the settings.
    Raises `SheetError` on entering; also from `Table.rows()`, as an unclosed quote may show further down only.
    """
    from leadsync.sheets.table import opened

    return opened(
        path,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
        shown=shown or str(path),
        rules=rules,
    )


def new_table(
    path: "Path",
    headings: Sequence[str],
    *,
    kind: "FileKind",
    delimiter: str = ",",
    bom: bool = False,
    even_empty: bool = False,
) -> "Output[Line]":
    """Open a new table for lines; the context manager takes them by `put` and counts them.

    At the end it replaces the file at `path`. An error leaves the old file as it was. A table without lines removes the
    old file, unless `even_empty`. Dates are real dates in a workbook, ISO text in delimited text. `delimiter` and `bom`
    concern delimited text alone. The file has mode 0600. Raises `OutputError`, at the end too.
    """
    from leadsync.sheets.output.output_file import table_output

    return table_output(path, headings, kind=kind, delimiter=delimiter, bom=bom, even_empty=even_empty)


def new_workbook(
    path: "Path",
    layouts: Sequence[SheetLayout],
    summary: "Callable[[], Summary] | None" = None,
    *,
    even_empty: bool = False,
) -> "Output[Sequence[Line | None]]":
    """Open a new workbook of several sheets, as `new_table` does for one; `put` takes a line or None for each sheet.

    `summary` is called behind the last line, for a sheet in front of the others.
    """
    from leadsync.sheets.output.output_file import workbook_output

    return workbook_output(path, layouts, summary, even_empty=even_empty)


def new_page(path: "Path") -> "Output[str]":
    """Open a new file of UTF-8 text, as `new_table` does for a table."""
    from leadsync.sheets.output.output_file import page_output

    return page_output(path)


def new_stats_workbook(path: "Path") -> "Output[StatsSummary]":
    """Open a new workbook of failures over many runs, as `new_table` does; `put` takes its whole content."""
    from leadsync.sheets.output.output_file import stats_output

    return stats_output(path)


def inspected(file: BinaryIO, memory: BinaryIO) -> Markable | None:
    """Look at a file before it is marked; None for anything but an .xlsx or .xlsm. `memory` is a new temporary file.

    Raises NotMarkedError.
    """
    from leadsync.sheets.sandbox.marker import inspect

    return inspect(file, memory)


def write_marked(file: BinaryIO, memory: BinaryIO, marks: "SheetMarks", target: BinaryIO) -> None:
    """Write the marked copy of a workbook to `target`. `memory` is a new temporary file. Raises NotMarkedError."""
    from leadsync.sheets.sandbox.marker import mark

    mark(file, memory, marks, target)
