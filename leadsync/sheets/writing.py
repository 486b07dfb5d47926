"""Files written whole or not at all: delimited text, a workbook, a page."""

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

from leadsync.errors import OutputError
from leadsync.models import Line, Summary
from leadsync.sheets.books import fill_workbook
from leadsync.sheets.guard import protect_all
from leadsync.sheets.page import Page

OutputRow = Sequence[Any]
"""A line, or no more of it than its cells and the positions of those that are dates."""


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
    if kind == "xlsx":
        return write_book(path, [Page("Leads", headings, len(headings))], ((Line(*row),) for row in rows))
    return _written(path, partial(_fill_text, headings=headings, rows=rows, delimiter=delimiter, bom=bom))


def write_book(
    path: Path,
    pages: Sequence[Page],
    lines: Iterable[Sequence[Line | None]],
    summary: Callable[[], Summary] | None = None,
) -> int:
    """`write_workbook`, which see."""
    return _written(path, partial(fill_workbook, pages=pages, lines=lines, summary=summary))


def write_text(path: Path, text: str) -> None:
    """`write_page`, which see."""
    _written(path, lambda stream: stream.write(text.encode("utf-8", "replace")))


def _written(path: Path, fill: Callable[[IO[bytes]], int]) -> int:
    try:
        return _whole_or_not(path, fill)
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
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(protect_all(headings))
    count = 0
    for row in rows:
        writer.writerow(protect_all(row[0]))
        count += 1
    text.flush()
    text.detach()
    return count
