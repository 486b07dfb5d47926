"""Numbered lines of texts, headings included: the first form of text files and workbooks alike.

Also the few words for a place in a sheet.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from leadsync.reasons import Detail, FaultKind
from leadsync.remarks import Remark

_MOST_FAULTS = 5
_MOST_CELLS = 100
"""Further cells at fault with their positions; of a row with more, some are certainly sent."""

LineFault = tuple[str, Mapping[str, Detail]]
"""The name of a fault's kind, and its details: plain values, because they come through a pipe as JSON."""


Merged = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of merged ones, each by its row and column, counted from 0."""


class SourceLine(NamedTuple):
    """One line of the sheet: its number, its cells as texts, the positions of dates, and its faults.

    `doubted`: it may be none of a lead, and is sent with a warning. `across`: the first and the last position of cells
    merged over several columns of this line alone, those with a text; the headings tell which of them are faults.
    """

    number: int
    cells: list[str]
    dates: tuple[int, ...] = ()
    faults: tuple[LineFault, ...] = ()
    doubted: bool = False
    across: tuple[tuple[int, int], ...] = ()


class Source(NamedTuple):
    """A file opened for reading, before its headings are known.

    `chunks` streams once, some thousand lines at a time. `sheet` is empty for delimited text, `delimiter` and `bom`
    mean nothing for a workbook. `parts` are the sheets of a report of leadsync's own, `sheets` all sheets of a
    workbook. `epoch_1904`: the workbook counts days from 1904 instead of 1900. `merged` are the merged cells of the
    first rows.
    """

    kind: Literal["csv", "xlsx"]
    chunks: Iterator[list[SourceLine]]
    sheet: str = ""
    remarks: tuple[Remark, ...] = ()
    delimiter: str = ","
    bom: bool = False
    parts: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    epoch_1904: bool = False
    merged: tuple[Merged, ...] = ()


def line_fault(kind: FaultKind, at: int | None = None, **details: Detail) -> LineFault:
    """A fault of a line, or of its cell at a position counted from 0."""
    place: dict[str, Detail] = {} if at is None else {"at": at, "letter": letter(at)}
    return kind.name, {**place, **details}


def merged_fault(left: int, right: int) -> LineFault:
    """The fault of a merged cell between these positions; under a very wide one, some are certainly sent."""
    is_known = left < right and right - left < _MOST_CELLS
    cells = {"cells_at": ",".join(map(str, range(left, right + 1)))} if is_known else {}
    return line_fault(FaultKind.MERGED_CELL, left, **cells)


def first_faults(faults: Sequence[LineFault]) -> tuple[LineFault, ...]:
    """The first few of a row's faults, and how many more there are; those may have been counted before."""
    more = faults[_MOST_FAULTS:]
    if len(faults) <= _MOST_FAULTS or (len(more) == 1 and more[0][0] == FaultKind.MORE_SUCH_CELLS.name):
        return tuple(faults)
    cells = [str(details.get("cells_at", details.get("at", ""))) for _, details in more]
    positions = ",".join(cells)
    are_known = all(cells) and positions.count(",") < _MOST_CELLS
    known: dict[str, Detail] = {"cells_at": positions} if are_known else {}
    count = sum(int(str(details.get("count", 1))) for _, details in more)
    return (*faults[:_MOST_FAULTS], (FaultKind.MORE_SUCH_CELLS.name, {"count": count, **known}))


def letter(position: int) -> str:
    """The column letter a spreadsheet program shows for a position counted from 0: 0 is A, 26 is AA."""
    name = ""
    position += 1
    while position:
        position, digit = divmod(position - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def counted(number: int, noun: str) -> str:
    """`1 cell`, `12 cells`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
