"""A workbook's sheet to lines of texts, each with its faults."""

from collections.abc import Iterator
from itertools import chain
from typing import cast

from python_calamine import CalamineSheet

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.cell_metadata import CellMetadata, Place
from leadsync.sheets.formats.cell_text import LARGEST_EXACT, Value, text_of
from leadsync.sheets.formats.openpyxl_reader import OpenpyxlSheet
from leadsync.sheets.source_lines import LineFault, SourceLine, line_fault

Sheet = CalamineSheet | OpenpyxlSheet
_MOST_FAULTS = 5


def lines(sheet: Sheet, metadata: CellMetadata) -> Iterator[SourceLine]:
    """The sheet's lines in order; those without any text, and the hidden ones below the headings, are left out."""
    first_column = sheet.start[1] if sheet.start else 0
    merged = _Merged([*(sheet.merged_cell_ranges or ()), *metadata.merged])
    missed = metadata.missed()
    last = sheet.end[0] if sheet.end else -1
    # Where only such cells stand below or beside the others, calamine's table ends before them.
    below = ((row, list[Value]()) for row in sorted(missed) if row > last)
    before = [""] * first_column
    begun = False
    for row, values in chain(enumerate(sheet.iter_rows()), below):
        here = missed.get(row, ())
        dates: list[int] = []
        faults: list[LineFault] = []
        cells = [*before, *cast("list[str]", values)]  # as soon as those that are none have been replaced
        for column, value in enumerate(values, first_column):
            # Nearly all cells are texts: they are let through without a call.
            if (value.__class__ is not str or metadata.texts) and column not in here:
                cells[column] = _text((row, column), value, metadata, dates, faults)
        for column in here:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = _hidden_text((row, column), metadata, faults)
        faults += merged.faults(row, cells)
        if (faults or any(cells)) and not (begun and row in metadata.hidden):
            begun = True
            yield SourceLine(row + 1, cells, tuple(dates), _first(faults))


def _first(faults: list[LineFault]) -> tuple[LineFault, ...]:
    """The first few of a row's faults, and how many more there are."""
    if len(faults) > _MOST_FAULTS:
        faults[_MOST_FAULTS:] = [line_fault(FaultKind.MORE_SUCH_CELLS, count=len(faults) - _MOST_FAULTS)]
    return tuple(faults)


def _text(place: Place, value: Value, metadata: CellMetadata, dates: list[int], faults: list[LineFault]) -> str:
    """Return a cell's text; add the cell to its row's dates and faults if it is one."""
    if place in metadata.texts:
        return metadata.texts[place]
    text, is_date = text_of(value, metadata.formats.get(place, ""))
    if is_date:
        dates.append(place[1])
    elif isinstance(value, int | float) and abs(value) >= LARGEST_EXACT:
        faults.append(line_fault(FaultKind.LONG_NUMBER, place[1]))
    return text


def _hidden_text(place: Place, metadata: CellMetadata, faults: list[LineFault]) -> str:
    """Return the text of an error or a formula without a value; calamine gives such a cell as blank or 0."""
    if place in metadata.errors:
        faults.append(line_fault(FaultKind.ERROR_VALUE, place[1], error=metadata.errors[place]))
        return metadata.errors[place]
    faults.append(line_fault(FaultKind.NO_STORED_VALUE, place[1]))
    return metadata.formulas[place]


class _Merged:
    """The rows in merged cells with a value: a person sees it in all of them, the file has it in one."""

    def __init__(self, ranges: list[tuple[Place, Place]]) -> None:
        self._starting: dict[int, list[tuple[int, int]]] = {}
        self._open: list[tuple[int, int]] = []
        for (top, left), (bottom, right) in ranges:
            if (top, left) != (bottom, right):
                self._starting.setdefault(top, []).append((left, bottom))

    def faults(self, row: int, cells: list[str]) -> list[LineFault]:
        if not self._starting and not self._open:
            return []
        self._open = [(left, bottom) for left, bottom in self._open if bottom >= row]
        self._open += [
            (left, bottom) for left, bottom in self._starting.pop(row, ()) if "".join(cells[left : left + 1])
        ]
        return [line_fault(FaultKind.MERGED_CELL, left) for left, _ in self._open]
