"""Files written whole or not at all: delimited text, a workbook, a page."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Generic, Self, TypeVar

from leadsync.errors import OutputError
from leadsync.models import FileKind
from leadsync.private_files import whole_or_not
from leadsync.report_values import Line, Summary
from leadsync.sheets.formula_escapes import escape_row
from leadsync.sheets.output.sheet_layout import SheetLayout
from leadsync.sheets.output.stats_workbook import started_stats
from leadsync.sheets.output.workbook_writer import started_workbook
from leadsync.stats_summary import StatsSummary

_T = TypeVar("_T")
_Put = Callable[[_T], object]


class Output(Generic[_T]):
    """A new file that takes lines one after the other; a context manager.

    At the end it replaces the file at `path`; an error leaves the old file as it was. Without any line the old file is
    removed, unless `even_empty`. Entering, putting and leaving raise OutputError. `start` opens a stream for lines: its
    context gives the function for a line.
    """

    def __init__(
        self, path: Path, start: Callable[[IO[bytes]], AbstractContextManager[_Put[_T]]], *, even_empty: bool = False
    ) -> None:
        self.path = path
        self.count = 0
        """The lines put so far."""
        self._start = start
        self._even_empty = even_empty
        self._parts = ExitStack()
        self._put: _Put[_T] | None = None

    def __enter__(self) -> Self:
        if self._even_empty:
            self._begin()
        return self

    def put(self, line: _T) -> None:
        """Add a line."""
        put = self._put or self._begin()
        try:
            put(line)
        except OSError as error:
            raise self._cannot(error) from error
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._parts.__exit__(kind, error, trace)
        except OSError as failure:
            raise self._cannot(failure) from failure
        # Nothing was put: the file of an earlier writing would tell of rows that are gone.
        if kind is None and self._put is None:
            self._remove()

    def _begin(self) -> _Put[_T]:
        try:
            stream = self._parts.enter_context(whole_or_not(self.path))
            self._put = self._parts.enter_context(self._start(stream))
        except OSError as error:
            raise self._cannot(error) from error
        return self._put

    def _remove(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"{self.path} is out of date and cannot be removed: {error.strerror}; remove it."
            ) from error

    def _cannot(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.path}: the file cannot be written ({error.strerror or error}); "
            "make room, close it where it is open, or name another folder with --output."
        )


def table_output(
    path: Path, headings: Sequence[str], *, kind: FileKind, delimiter: str, bom: bool, even_empty: bool
) -> Output[Line]:
    """See `new_table`."""
    start: Callable[[IO[bytes]], AbstractContextManager[_Put[Line]]]
    if kind == "xlsx":
        start = partial(_started_leads, headings=headings)
    else:
        start = partial(_started_text, headings=headings, delimiter=delimiter, bom=bom)
    return Output(path, start, even_empty=even_empty)


def workbook_output(
    path: Path, layouts: Sequence[SheetLayout], summary: Callable[[], Summary] | None, *, even_empty: bool = False
) -> Output[Sequence[Line | None]]:
    """See `new_workbook`."""
    return Output(path, partial(started_workbook, layouts=layouts, summary=summary), even_empty=even_empty)


def stats_output(path: Path) -> Output[StatsSummary]:
    """See `new_stats_workbook`."""
    return Output(path, started_stats)


def page_output(path: Path) -> Output[str]:
    """See `new_page`."""
    return Output(path, _started_page)


@contextmanager
def _started_leads(stream: IO[bytes], *, headings: Sequence[str]) -> Iterator[_Put[Line]]:
    with started_workbook(stream, layouts=[SheetLayout("Leads", headings, len(headings))]) as put:
        yield lambda line: put([line])


@contextmanager
def _started_text(stream: IO[bytes], *, headings: Sequence[str], delimiter: str, bom: bool) -> Iterator[_Put[Line]]:
    if bom:
        stream.write(b"\xef\xbb\xbf")
    # newline="": the csv module ends lines itself, and Windows would double their CR.
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(escape_row(headings, delimiter))
    try:
        yield lambda line: writer.writerow(escape_row(line.cells, delimiter))
        text.flush()
    finally:
        # A signal between two lines of Python leaves the end to the search for garbage, behind the file's own.
        if not stream.closed:
            text.detach()


@contextmanager
def _started_page(stream: IO[bytes]) -> Iterator[_Put[str]]:
    yield lambda text: stream.write(text.encode("utf-8", "replace"))
