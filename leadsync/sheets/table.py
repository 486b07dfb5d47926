"""A sheet of leads: headings and rows, whichever kind of file they come from."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.sheets.content import Content
from leadsync.sheets.delimited import read_delimited
from leadsync.sheets.guard import unprotect
from leadsync.sheets.headings import Headings
from leadsync.sheets.lines import Line, Source
from leadsync.sheets.rows import cell_faults, clean
from leadsync.sheets.unpacking import plain_file
from leadsync.sheets.workbook import read_workbook

RUN_COLUMN = "sync_run"
"""The heading by which a file is known for one that leadsync wrote."""

_WORKBOOK_SUFFIXES = frozenset({".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"})
_PEEK = 20
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet opened for reading, while the context of `open_table` lasts.

    `kind` is the format that the run's files take: `csv` for delimited text, `xlsx` for any workbook. `sheet` is the
    sheet's name, empty for text. `headings` stand as in the sheet; one may be blank where its column is. `remarks`
    are sentences about what was guessed. `delimiter` and `bom` say how text is written back. `parts` are the sheets of
    a report workbook of leadsync's own, those to work on first; `sheet` is the first of them. `epoch_1904`: the
    workbook counts days from 1904 instead of 1900, which a day's number in a cell without a format does not tell.
    """

    path: Path
    kind: Literal["csv", "xlsx"]
    sheet: str
    headings: tuple[str, ...]
    remarks: tuple[str, ...]
    delimiter: str
    bom: bool
    _chunks: Iterator[list[Row]] = field(repr=False, compare=False)
    parts: tuple[str, ...] = ()
    epoch_1904: bool = False

    def rows(self) -> Iterator[Row]:
        """The rows below the headings, streamed once, without wholly blank lines (which count in the numbering).

        Raises `SheetError` on coming upon a fault that makes the whole file unreadable.
        """
        return chain.from_iterable(self._chunks)

    def chunks(self) -> Iterator[list[Row]]:
        """The same rows, some thousand at a time and never none, for work that costs less on many of them at once."""
        return self._chunks

    def holding(self, headings: tuple[str, ...], rows: Iterator[Row]) -> "Table":
        """The same file read as another table, put together from several of its sheets."""
        return replace(self, sheet="", headings=headings, _chunks=_in_chunks(rows))


@contextmanager
def opened(
    path: Path, *, sheet: str | None, encoding: str | None, delimiter: str | None, shown: str
) -> Iterator[Table]:
    """`open_table`, which see."""
    with plain_file(path, shown) as (plain, content):
        if content is Content.TEXT:
            if sheet is not None:
                raise SheetError(f"{shown}: this is delimited text, which has no sheets; leave out --sheet.")
            source = read_delimited(plain, shown, path.suffix.lower(), encoding, delimiter)
        else:
            _refuse_for_workbook(shown, encoding=encoding, delimiter=delimiter)
            source = read_workbook(plain, shown, sheet, content)
        with _closed(source.chunks):
            yield _table(path, shown, source)


def _refuse_for_workbook(shown: str, **options: str | None) -> None:
    for name, value in options.items():
        if value is not None:
            raise SheetError(f"{shown}: this is a workbook, which has no {name} of its own; leave out --{name}.")


def _closed(chunks: Iterator[list[Line]]) -> AbstractContextManager[object]:
    """Whatever the reader holds (a file, a process) is let go when the table's context ends, read to its end or not."""
    return closing(chunks)  # type: ignore[type-var]


def _table(path: Path, shown: str, source: Source) -> Table:
    first, ahead = _beginning(source, shown)
    headings = Headings.of(first, ahead[:_PEEK], shown, counts_cells=source.kind == "csv")
    own = source.kind == "csv" and RUN_COLUMN in headings.names
    names = tuple(map(unprotect, headings.names)) if own else headings.names
    return Table(
        path=path,
        kind=source.kind,
        sheet=source.sheet,
        headings=names,
        remarks=(*_renamed(path, source), *source.remarks, *headings.remarks),
        delimiter=source.delimiter,
        bom=source.bom,
        _chunks=_rows(source, ahead, headings, guarded=own),
        parts=source.parts,
        epoch_1904=source.epoch_1904,
    )


def _beginning(source: Source, shown: str) -> tuple[Line, list[Line]]:
    """The first line that is not blank, and the lines behind it that were read along with it."""
    for chunk in source.chunks:
        for place, line in enumerate(chunk):
            if any(map(str.strip, line.cells)):
                first = line._replace(faults=(*line.faults, *cell_faults(line.cells)))
                return first, chunk[place + 1 :] or next(source.chunks, [])
    raise SheetError(f"{shown}: the file is empty; give one with headings on its first line and leads below them.")


def _renamed(path: Path, source: Source) -> Iterator[str]:
    """A name that promises another format than the content's is worth a word: the user may have the wrong file."""
    suffix = path.suffix.lower()
    if source.kind == "csv" and suffix in _WORKBOOK_SUFFIXES:
        yield f"The file is called {suffix} but is delimited text."
    if source.kind == "xlsx" and suffix in {".csv", ".tsv", ".txt"}:
        yield f"The file is called {suffix} but is a workbook."


def _rows(source: Source, ahead: list[Line], headings: Headings, *, guarded: bool) -> Iterator[list[Row]]:
    for chunk in chain([ahead], source.chunks):
        rows = clean(chunk, headings, source.delimiter)
        if guarded:
            rows = [Row(row.number, tuple(map(unprotect, row.cells)), row.dates, row.faults) for row in rows]
        if rows:
            yield rows


def _in_chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
