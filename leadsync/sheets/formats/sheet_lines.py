"""A workbook's sheet to lines of texts, each with its faults."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import cast

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.cell_metadata import CellMetadata, Place
from leadsync.sheets.formats.cell_text import Value, text_of
from leadsync.sheets.formats.number_formats import LARGEST_EXACT, is_hidden, shown, shown_text, word_shown
from leadsync.sheets.formats.serial_dates import seen
from leadsync.sheets.formats.sheet_values import Sheet, ValueSheet
from leadsync.sheets.source_lines import LineFault, Merged, SourceLine, first_faults, line_fault, merged_fault

_WIDEST_GENERAL = 11
"""Characters of a number under the format General; a longer fraction is rounded, as Excel shows it."""
_TIMES = (time, timedelta)
_ZEROS = frozenset((0, time(), timedelta(), date(1899, 12, 30), datetime(1899, 12, 30)))  # noqa: DTZ001
"""The values of a 0: as a number, a time, or the first day of OpenDocument's count."""


def lines(sheet: Sheet, metadata: CellMetadata) -> Iterator[SourceLine]:
    """The sheet's lines in order; those without any text, and the hidden ones below the headings, are left out."""
    first_column = sheet.start[1] if sheet.start else 0
    merged = _Merged(merged_cells(sheet, metadata))
    missed = metadata.missed()
    struck = metadata.struck_columns()
    last = sheet.end[0] if sheet.end else -1
    # Where only such cells stand below or beside the others, calamine's table ends before them.
    below = ((row, list[Value]()) for row in sorted(missed) if row > last)
    before = [""] * first_column
    odd_texts = bool(metadata.texts or metadata.text_formats or metadata.unclear)
    # Rows of markup end with their own last cell: what stands behind the headings' is under no heading, not in theirs.
    width = _width(sheet.values) if isinstance(sheet, ValueSheet) else 0
    begun = False
    for row, values in chain(enumerate(sheet.iter_rows()), below):
        here = missed.get(row, ())
        dates: list[int] = []
        faults: list[LineFault] = []
        cells = [*before, *cast("list[str]", values)]  # as soon as those that are none have been replaced
        for column, value in enumerate(values, first_column):
            # Nearly all cells are texts: they are let through without a call.
            if (value.__class__ is not str or odd_texts) and column not in here:
                cells[column] = _text((row, column), value, metadata, dates, faults)
        for column in here:
            cells += [""] * (column + 1 - len(cells))
            cells[column] = _hidden_text((row, column), metadata, faults)
        faults += merged.faults(row, cells)
        across = merged.across(row, cells)
        if row in struck:
            faults += [
                line_fault(FaultKind.STRUCK_TEXT, at) for at in struck[row] if "".join(cells[at : at + 1]).strip()
            ]
        if (faults or any(cells)) and not (begun and row in metadata.hidden):
            begun = True
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            yield SourceLine(row + 1, cells, tuple(dates), first_faults(faults), across=across)


def _width(rows: list[list[Value]]) -> int:
    """The number of columns to the last one with a value."""
    width = 0
    for row in rows:
        width = next((at for at in range(len(row), width, -1) if row[at - 1] != ""), width)
    return width


def merged_cells(sheet: Sheet, metadata: CellMetadata) -> list[Merged]:
    """The sheet's merged cells."""
    return [*(sheet.merged_cell_ranges or ()), *metadata.merged]


def text_at(metadata: CellMetadata, row: int, column: int, value: Value) -> str:
    """The text of a cell, whatever its faults."""
    return _text((row, column), value, metadata, [], [])


def _text(place: Place, value: Value, metadata: CellMetadata, dates: list[int], faults: list[LineFault]) -> str:
    """Return a cell's text; add the cell to its row's dates and faults if it is one."""
    code = metadata.formats.get(place, "")
    if metadata.values:
        value = metadata.values.get(place, value)
    # "No zeros" is a usual format of amounts, and a formula leaves a 0 for a blank cell.
    if value in _ZEROS and not isinstance(value, bool) and (metadata.hides_zeros or is_hidden(0, code)):
        return ""
    if code:
        if (told := seen(value, code, epoch_1904=metadata.epoch_1904)) is None:
            faults.append(line_fault(FaultKind.HIDDEN_VALUE, place[1], format=code))
            return text_of(value)[0]
        value, code = told
    # An .ods has times of a day or more as texts.
    is_time = value.__class__ in _TIMES or (value.__class__ is str and place in metadata.unclear)
    if is_time and place[1] in metadata.identifiers:
        faults.append(line_fault(FaultKind.TIME_CELL, place[1]))
        value = metadata.unclear.get(place, value)
    if metadata.texts and not (place[1] in metadata.identifiers and place in metadata.unclear):
        value = metadata.texts.get(place, value)
    if isinstance(value, str):
        return _text_shown(place, value, metadata, faults)
    text, is_date = text_of(value, code)
    if is_date:
        dates.append(place[1])
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return text
    elif abs(value) >= LARGEST_EXACT:
        faults.append(line_fault(FaultKind.LONG_NUMBER, place[1]))
    elif place[1] in metadata.identifiers and not code and len(text) > _WIDEST_GENERAL and value != int(value):
        faults.append(line_fault(FaultKind.UNCLEAR_NUMBER, place[1], format="General"))
    elif code and is_hidden(value, code):
        faults.append(line_fault(FaultKind.HIDDEN_VALUE, place[1], format=code))
    elif place[1] in metadata.identifiers and (code := metadata.unclear.get(place) or code):
        # A number that names something is what the sheet shows, if that tells all of its digits.
        name = None if place in metadata.unclear else shown(value, code)
        if name is not None:
            return name
        faults.append(line_fault(FaultKind.UNCLEAR_NUMBER, place[1], format=code))
    elif place[1] not in metadata.identifiers and (word := word_shown(value, code)) is not None:
        if not word:
            faults.append(line_fault(FaultKind.HIDDEN_VALUE, place[1], format=code))
        return word or text
    return text


def _text_shown(place: Place, text: str, metadata: CellMetadata, faults: list[LineFault]) -> str:
    """Return a text as its format shows it; add a fault to its row's if the format hides it."""
    code = metadata.text_formats.get(place)
    if code is None or not text.strip():
        return text
    if (told := shown_text(text, code)) is None:
        faults.append(line_fault(FaultKind.HIDDEN_VALUE, place[1], format=code))
    return told or text


def _hidden_text(place: Place, metadata: CellMetadata, faults: list[LineFault]) -> str:
    """Return the text of an error or a formula without a value; calamine gives such a cell as blank or 0."""
    if place in metadata.errors:
        faults.append(line_fault(FaultKind.ERROR_VALUE, place[1], error=metadata.errors[place]))
        return metadata.errors[place]
    faults.append(line_fault(FaultKind.NO_STORED_VALUE, place[1]))
    return metadata.formulas[place]


class _Merged:
    """The merged cells with a value: a person sees it in all of their rows and columns, the file has it in one."""

    def __init__(self, ranges: list[Merged]) -> None:
        self._starting: dict[int, list[tuple[int, int, int]]] = {}
        self._across: dict[int, list[tuple[int, int]]] = {}
        self._open: list[tuple[int, int, int]] = []
        for (top, left), (bottom, right) in ranges:
            if top != bottom:
                self._starting.setdefault(top, []).append((left, right, bottom))
            elif left != right:
                self._across.setdefault(top, []).append((left, right))

    def across(self, row: int, cells: list[str]) -> tuple[tuple[int, int], ...]:
        """Return the first and the last column of the row's cells that are merged in this row alone."""
        if row not in self._across:
            return ()
        return tuple((left, right) for left, right in self._across.pop(row) if "".join(cells[left : left + 1]))

    def faults(self, row: int, cells: list[str]) -> list[LineFault]:
        """Return the faults of the cells merged over several rows, this one among them."""
        if not self._starting and not self._open:
            return []
        self._open = [merged for merged in self._open if merged[2] >= row]
        self._open += [merged for merged in self._starting.pop(row, ()) if "".join(cells[merged[0] : merged[0] + 1])]
        return [merged_fault(left, right) for left, right, _ in self._open]
