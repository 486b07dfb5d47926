"""A sheet of leads: headings and rows, whichever kind of file they come from."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Literal

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.private_files import open_regular
from leadsync.remarks import Remark
from leadsync.sheets.sandbox.reader import read
from leadsync.spreadsheet import SheetRules

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet opened for reading, while the context of `open_table` lasts.

    `kind` is the format of the run's files: `csv` for delimited text, `xlsx` for any workbook. `sheet` is the sheet's
    name, empty for text. `headings` stand as in the sheet; that of a blank column may be blank. `remarks` are about
    guesses. `delimiter` and `bom` are for text written back. `parts` are the sheets of leadsync's own report,
    those to work on first; `sheet` is the first of them. `sheets` are all sheets of a workbook. `epoch_1904`: the
    workbook counts days from 1904, not 1900; a bare number in a cell does not tell. `headings_line` counts from 1.
    """

    kind: Literal["csv", "xlsx"]
    sheet: str
    headings: tuple[str, ...]
    remarks: tuple[Remark, ...]
    delimiter: str
    bom: bool
    _chunks: Iterator[list[Row]] = field(repr=False, compare=False)
    parts: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    epoch_1904: bool = False
    headings_line: int = 1

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings, once; wholly blank lines are left out but counted.

        Raises `SheetError` at a fault of the whole file.
        """
        return chain.from_iterable(self._chunks)

    def chunks(self) -> Iterator[list[Row]]:
        """Yield the same rows in lists of some thousand, never empty, for work cheaper on many at once."""
        return self._chunks

    def holding(self, headings: tuple[str, ...], rows: Iterator[Row]) -> "Table":
        """The same file read as another table, put together from several of its sheets."""
        return replace(self, sheet="", headings=headings, _chunks=_in_chunks(rows))


@contextmanager
def opened(
    path: Path,
    *,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    shown: str,
    rules: SheetRules,
) -> Iterator[Table]:
    """See `open_table`."""
    with _file(path, shown) as file:
        request = {
            "shown": shown,
            "suffix": Path(shown).suffix.lower(),
            "sheet": sheet,
            "encoding": encoding,
            "delimiter": delimiter,
            "rules": [list(map(sorted, rules.names)), *rules[1:]],
        }
        properties, chunks = read(file, request)
        with _closed(chunks):
            yield Table(**properties, _chunks=chunks)


def _file(path: Path, shown: str) -> BinaryIO:
    if path.is_dir():
        raise SheetError(f"{shown}: this is a folder; name the file in it.", names_file=True)
    try:
        return open_regular(path)
    except FileNotFoundError as error:
        raise SheetError(f"{shown}: there is no such file; check its name and folder.", names_file=True) from error
    except PermissionError as error:
        raise SheetError(f"{shown}: the file may not be read; check its permissions.", names_file=True) from error
    except OSError as error:
        why = error.strerror or error
        raise SheetError(f"{shown}: the file cannot be read ({why}); check the disk.", names_file=True) from error


def _closed(chunks: Iterator[list[Row]]) -> AbstractContextManager[object]:
    """Let the reading process go when the table's context ends, read to its end or not."""
    return closing(chunks)  # type: ignore[type-var]


def _in_chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
