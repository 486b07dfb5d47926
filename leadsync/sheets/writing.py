"""A table written to a file, whole or not at all: delimited text with pandas, a workbook with XlsxWriter."""

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import date, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Literal

import pandas as pd

from leadsync.errors import OutputError
from leadsync.sheets.guard import protect
from leadsync.sheets.rows import LONGEST_CELL

OutputRow = tuple[Sequence[str], Collection[int]]

_CHUNK = 5_000
_SAMPLE = 200
_NARROWEST, _WIDEST = 8, 60
_CUT = " … [cut: the value was longer than a cell holds]"
_INSIDE_ESCAPE = re.compile(r"(?<=_x[0-9A-Fa-f]{4})(?=_)")
_EARLIEST = date(1900, 3, 1)
"""The first day on which spreadsheet programs agree; before it Excel has a leap day that never was."""


def write(
    path: Path,
    headings: Sequence[str],
    rows: Iterable[OutputRow],
    *,
    kind: Literal["csv", "xlsx"],
    delimiter: str,
    bom: bool,
) -> int:
    """`write_table`, which see."""
    fill = _fill_workbook if kind == "xlsx" else partial(_fill_text, delimiter=delimiter, bom=bom)
    try:
        return _whole_or_not(path, partial(fill, headings=headings, rows=rows))
    except OSError as error:
        raise OutputError(
            f"{path}: the file cannot be written ({error.strerror or error}); "
            "make room, close it where it is open, or name another folder with --output."
        ) from error


def _whole_or_not(path: Path, fill: Callable[[IO[bytes]], int]) -> int:
    """Let `fill` write to a temporary file (made with mode 0600) beside `path`, then rename it to `path`."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            count = fill(stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)
    return count


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, where the platform lets a folder be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _fill_text(
    stream: IO[bytes], *, headings: Sequence[str], rows: Iterable[OutputRow], delimiter: str, bom: bool
) -> int:
    if bom:
        stream.write(b"\xef\xbb\xbf")
    count = 0
    lines = chain([headings], (cells for cells, _ in rows))
    while chunk := list(islice(lines, _CHUNK)):
        frame = pd.DataFrame(chunk, dtype=object).map(protect)
        frame.to_csv(stream, sep=delimiter, header=False, index=False, encoding="utf-8", lineterminator="\r\n")
        count += len(chunk)
    return count - 1


def _fill_workbook(stream: IO[bytes], *, headings: Sequence[str], rows: Iterable[OutputRow]) -> int:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    # XlsxWriter keeps the rows in a file until the end; in a folder of ours it is gone where writing fails, too.
    with tempfile.TemporaryDirectory(prefix="leadsync-") as folder:
        options = {"constant_memory": True, "tmpdir": folder}
        workbook = xlsxwriter.Workbook(stream, options)
        sheet = workbook.add_worksheet("Leads")
        with closing(sheet.row_data_fh):
            count = _fill_sheet(workbook, sheet, headings, iter(rows))
            try:
                workbook.close()
            except FileCreateError as error:
                raise OSError(str(error)) from error
    return count


def _fill_sheet(workbook: Any, sheet: Any, headings: Sequence[str], rows: Iterator[OutputRow]) -> int:
    sample = list(islice(rows, _SAMPLE))
    bold = workbook.add_format({"bold": True})
    for column, (heading, width) in enumerate(_widths(headings, sample)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)
    # Keyed by the length of the ISO text: a day, a minute, a second.
    formats = {
        10: workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        16: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        19: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
    }
    plain = workbook.add_format()
    count = 0
    for count, (cells, dates) in enumerate(chain(sample, rows), 1):
        for column, cell in enumerate(cells):
            when = _moment(cell) if column in dates and len(cell) in formats else None
            if when is not None:
                sheet.write_datetime(count, column, when, formats[len(cell)])
            else:
                _write_text(sheet, count, column, _storable(cell), plain)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, count, max(len(headings) - 1, 0))
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{count + 1}"})
    return count


def _write_text(sheet: Any, row: int, column: int, text: str, plain: Any) -> None:
    """Write a text so that it reads back as it is.

    XlsxWriter takes `<r>…</r>` for markup of its own making, and of two texts that look like escapes and share an
    underscore (`_x0041_x0041_`) it guards only the first. In pieces of the same plain format both are mere text.
    """
    pieces = _INSIDE_ESCAPE.split(text) if "_x" in text else [text]
    if text.startswith("<r>") and text.endswith("</r>"):
        pieces[:1] = [pieces[0][:1], pieces[0][1:]]
    if len(pieces) == 1:
        sheet.write_string(row, column, text)
    else:
        sheet.write_rich_string(row, column, pieces[0], *chain.from_iterable((plain, piece) for piece in pieces[1:]))


def _widths(headings: Sequence[str], sample: list[OutputRow]) -> Iterator[tuple[str, int]]:
    for column, heading in enumerate(headings):
        texts = [heading, *(cells[column] for cells, _ in sample if column < len(cells))]
        longest = max(len(line) for text in texts for line in text.split("\n"))
        yield heading, min(max(longest + 3, _NARROWEST), _WIDEST)


def _moment(text: str) -> datetime | None:
    """The date a cell says in ISO form, None where a spreadsheet program has no such day."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo is None and when.date() >= _EARLIEST else None


def _storable(text: str) -> str:
    """A text as a cell can hold it, saying so where it had to be cut."""
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - len(_CUT)] + _CUT
    return text
