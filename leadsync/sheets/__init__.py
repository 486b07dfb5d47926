"""Spreadsheets in and out: the only room that knows pandas, python-calamine, XlsxWriter and charset-normalizer.

`open_table` reads any delimited text or workbook as `leadsync.models.Row`s, `write_table` writes one. Both load their
libraries when they are called, because importing pandas costs half a second that most commands need not pay.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from leadsync.models import Line, Summary
from leadsync.sheets.page import Page

if TYPE_CHECKING:
    from leadsync.sheets.table import Table

__all__ = ["Page", "open_table", "write_page", "write_table", "write_workbook"]


def open_table(
    path: Path,
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


def write_table(
    path: Path,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    kind: Literal["csv", "xlsx"],
    delimiter: str = ",",
    bom: bool = False,
) -> int:
    """Write a table, whole or not at all, and give the number of rows written.

    Each row is a `Line`, or its cells and the positions of those that are dates (ISO texts): a workbook gets real dates
    there, delimited text the text. `delimiter` and `bom` are for delimited text. The file has mode 0600. Raises
    `OutputError` where it cannot be written; then nothing is left behind, and a file that was there before stands as
    it was.
    """
    from leadsync.sheets.writing import write

    return write(path, headings, rows, kind=kind, delimiter=delimiter, bom=bom)


def write_workbook(
    path: Path,
    pages: Sequence[Page],
    lines: Iterable[Sequence[Line | None]],
    summary: Callable[[], Summary] | None = None,
) -> int:
    """Write a workbook of several sheets, whole or not at all, as `write_table` does; gives the first page's lines.

    Each item of `lines` holds a line, or none, for each page. `summary` is called when all lines are written, for a
    sheet in front of the pages.
    """
    from leadsync.sheets.writing import write_book

    return write_book(path, pages, lines, summary)


def write_page(path: Path, text: str) -> None:
    """Write a text as UTF-8, whole or not at all, as `write_table` does."""
    from leadsync.sheets.writing import write_text

    write_text(path, text)
