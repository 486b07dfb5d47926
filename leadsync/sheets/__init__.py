"""Spreadsheets in and out: the only room that knows python-calamine, pandas, openpyxl, XlsxWriter and
charset-normalizer.

`open_table` reads any delimited text or workbook as `leadsync.models.Row`s; `new_table`, `new_workbook` and `new_page`
write files, whole or not at all. All load their libraries when they are called, which most commands need not pay for.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from leadsync.sheets.output.sheet_layout import TRUNCATED, SheetLayout, fit_to_cell

if TYPE_CHECKING:
    from pathlib import Path

    from leadsync.models import FileKind, Line, Summary
    from leadsync.sheets.output.output_file import Output
    from leadsync.sheets.table import Table

__all__ = ["TRUNCATED", "SheetLayout", "fit_to_cell", "new_page", "new_table", "new_workbook", "open_table"]


def open_table(
    path: "Path",
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    shown: str = "",
) -> "AbstractContextManager[Table]":
    """Open a spreadsheet; the context manager gives a `Table`.

    `sheet` names a workbook's sheet; `encoding` and `delimiter` overrule what would be found out for delimited text;
    `shown` is the file's name in messages, where that is not its path.
    Raises `SheetError` when entered, and also from `Table.rows()`, where a fault of the whole file shows only further
    down (an unclosed quote, data below a blank heading).
    """
    from leadsync.sheets.table import opened

    return opened(path, sheet=sheet, encoding=encoding, delimiter=delimiter, shown=shown or str(path))


def new_table(
    path: "Path",
    headings: Sequence[str],
    *,
    kind: "FileKind",
    delimiter: str = ",",
    bom: bool = False,
    even_empty: bool = False,
) -> "Output[Line]":
    """A table in the making: a context manager that lines are `put` into, and that counts them.

    At the end it takes the place of what was at `path`; where the context is left by an error, that stands as it was
    and nothing is left behind. With no lines in it there is no file, and none is left from before, unless `even_empty`.
    The dates of a line are real dates in a workbook, and ISO text in delimited text, which `delimiter` and `bom` are
    for. The file has mode 0600. `OutputError` is raised, also at the end, where it cannot be written.
    """
    from leadsync.sheets.output.output_file import table_output

    return table_output(path, headings, kind=kind, delimiter=delimiter, bom=bom, even_empty=even_empty)


def new_workbook(
    path: "Path", layouts: Sequence[SheetLayout], summary: "Callable[[], Summary] | None" = None
) -> "Output[Sequence[Line | None]]":
    """A workbook of several sheets, as `new_table` makes one of one; what is put is a line, or none, for each page.

    `summary` is called when all lines are there, for a sheet in front of the pages.
    """
    from leadsync.sheets.output.output_file import workbook_output

    return workbook_output(path, layouts, summary)


def new_page(path: "Path") -> "Output[str]":
    """A file of UTF-8 text, as `new_table` makes a table."""
    from leadsync.sheets.output.output_file import page_output

    return page_output(path)
