"""The marks for a copy of the user's own workbook: cells at fault, `sync_*` cells, and a sheet in front.

Values alone; `report.workbook_marks` makes them, `sheets.output.marked_workbook` draws them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Fault = tuple[int, str]
"""A cell at fault: its column in the sheet, counted from 0, and the reason."""


class RowMark(NamedTuple):
    """One row: its number in the sheet, its status, its `sync_*` cells by heading, and its cells at fault."""

    number: int
    status: str
    cells: Mapping[str, str]
    faults: Sequence[Fault] = ()


class FrontLine(NamedTuple):
    """A line on the sheet in front; `row` and `column` (from 0) name the cell behind a link, row 0 for none."""

    cells: Sequence[str]
    status: str = ""
    row: int = 0
    column: int = 0


class FrontSection(NamedTuple):
    """A table on the sheet in front, with a sentence below its title."""

    title: str
    note: str
    headings: Sequence[str]
    lines: Sequence[FrontLine]


class Front(NamedTuple):
    """The sheet in front: the next steps, and the findings."""

    title: str
    headline: str
    facts: Sequence[str]
    sections: Sequence[FrontSection]


class SheetMarks(NamedTuple):
    """All marks of one workbook.

    `headings_line` counts from 1. `width` is the number of the sheet's columns, `id_column` the external id's position.
    `places` are the positions of the `sync_*` columns that the sheet has already, `columns` all headings to be filled.
    """

    sheet: str
    headings_line: int
    width: int
    id_column: int
    columns: Sequence[str]
    places: Mapping[str, int]
    rows: Sequence[RowMark]
    front: Front
