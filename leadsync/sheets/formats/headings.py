"""The heading line, and the promises of its names about the lines below.

It is the first line with text. A title above the headings is not skipped by guessing but refused with a sentence: a
wrong guess would put values under the wrong names.
"""

from typing import NamedTuple

from leadsync.errors import SheetError
from leadsync.reasons import FaultKind
from leadsync.sheets.source_lines import SourceLine, counted, letter


class Headings(NamedTuple):
    """The names as they stand in the sheet, and the columns barred from data, each with the reason.

    `counts_cells`: a line's number of cells is checked, as in delimited text. Lines of workbooks have none.
    """

    names: tuple[str, ...]
    line: int
    shown: str
    counts_cells: bool
    unnamed: dict[int, str]
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, line: SourceLine, below: list[SourceLine], shown: str, *, counts_cells: bool) -> "Headings":
        """Take the first line with text for the headings, with a look at some lines below. Raises `SheetError`."""
        place = f"{shown}: line {line.number}"
        names = tuple(line.cells[: _filled(line.cells)])
        filled = [_filled(other.cells) for other in below if any(map(str.strip, other.cells))]
        is_title = sum(map(bool, map(str.strip, line.cells))) == 1 and len(names) < min(filled, default=0)
        # Of a title it does not matter that its cell is merged; a text's broken quotes may only make it look like one.
        if line.faults and (counts_cells or not is_title):
            kind, details = line.faults[0]
            where = f" (column {details['letter']})" if "letter" in details else ""
            raise SheetError(f"{place} should be the headings, but {FaultKind[kind].value}{where}; correct that cell.")
        if is_title:
            raise SheetError(
                f"{place} holds a single heading, but the lines below have up to {counted(max(filled), 'cell')}; "
                "delete what stands above the headings."
            )
        if not any(character.isalpha() for cell in line.cells for character in cell):
            raise SheetError(f"{place} holds values, not headings; put a line with the columns' names above it.")
        remarks = (f"The headings are on line {line.number}.",) if line.number > 1 else ()
        unnamed = _unnamed(names, len(line.cells), place)
        return cls(names, line.number, shown, counts_cells, unnamed, remarks)

    def refuse(self, column: int, number: int) -> SheetError:
        """Return the error for data below a blank heading, or below the second one of a name."""
        reason = self.unnamed.get(column) or _blank(f"{self.shown}: line {self.line}", column)
        return SheetError(f"{reason} (row {number} has data there).")


def _filled(cells: list[str]) -> int:
    """How many cells a line has when its trailing blank ones are left out."""
    return max((index for index, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _blank(place: str, column: int) -> str:
    return f"{place} has no heading in column {letter(column)}; give the column a name or delete it"


def _unnamed(names: tuple[str, ...], width: int, place: str) -> dict[int, str]:
    reasons = {column: _blank(place, column) for column in range(len(names), width)}
    seen: dict[str, int] = {}
    for column, name in enumerate(names):
        key = name.strip()
        if not key:
            reasons[column] = _blank(place, column)
        elif key in seen:
            reasons[column] = (
                f"{place} has the heading {key!r} in columns {letter(seen[key])} and {letter(column)}; "
                "rename or delete one of them"
            )
        else:
            seen[key] = column
    return reasons
