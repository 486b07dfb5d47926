"""Cells merged over a column and its nameless neighbours, as report programs lay out sheets: one column. Pure."""

from collections import Counter
from collections.abc import Sequence

from leadsync.sheets.formats.footers import Look, look_of
from leadsync.sheets.formats.headings import filled
from leadsync.sheets.source_lines import Merged, SourceLine, first_faults, letter, merged_fault
from leadsync.spreadsheet import HeadingNames, loose

_FEW = 10
"""Of more values under one heading, a single one may stand in another column: a footer, or told as nameless."""


def without_gaps(merged: Sequence[Merged], lines: Sequence[SourceLine], most: int) -> list[Merged]:
    """Return the merged cells of the first `most` lines without the columns on their right that are blank below."""
    lowest: dict[int, int] = {}
    for line in lines:
        lowest.update((at, line.number - 1) for at, cell in enumerate(line.cells) if cell.strip())
    return [
        ((top, left), (bottom, max(at for at in range(left, right + 1) if at == left or lowest.get(at, 0) > bottom)))
        for (top, left), (bottom, right) in merged
        if top < most
    ]


def headed(line: SourceLine, below: Sequence[SourceLine], names: HeadingNames) -> tuple[SourceLine, list[str]]:
    """Return the headings, each merged one above the only one of its columns with values, and remarks on those moved.

    A heading over several columns with values is a fault, unless the settings leave it out: then all of them are. So is
    a single one above wider lines, a title.
    """
    if not line.across:
        return line, []
    is_title = filled(line) == 1 < max(map(filled, below), default=0)
    counts = Counter(at for other in _without_footer(below) for at, cell in enumerate(other.cells) if cell.strip())
    cells, faults, remarks = list(line.cells), list(line.faults), []
    for left, right in line.across:
        name, over = cells[left], range(left, min(right + 1, len(cells)))
        held = [at for at in over if counts[at] * _FEW > sum(counts[one] for one in over)] or [left]
        if loose(name) in names.unsent:
            for at in held:
                cells[at] = cells[at] or name
        elif is_title or not _is_alone(line, left, right) or len(held) > 1:
            faults.append(merged_fault(left, right))
        elif held != [left]:
            cells[left], cells[held[0]] = "", name
            where = f"{letter(left)} to {letter(right)} is that of {letter(held[0])}"
            remarks.append(f"The heading of the columns {where}, where the values stand.")
    return line._replace(cells=cells, faults=first_faults(faults), across=()), remarks


def _without_footer(lines: Sequence[SourceLine]) -> Sequence[SourceLine]:
    """The lines up to the last one with the look of a row, if any has it."""
    last = next((at for at in range(len(lines), 0, -1) if look_of(lines[at - 1].cells) is Look.ROW), len(lines))
    return lines[:last]


def settled(line: SourceLine, names: Sequence[str]) -> SourceLine:
    """Return a row with the faults of the cells merged over a column with a name or a text of its own."""
    faults = [
        merged_fault(left, right)
        for left, right in line.across
        if any(names[left + 1 : right + 1]) or not _is_alone(line, left, right)
    ]
    return line._replace(faults=first_faults([*line.faults, *faults]), across=()) if faults else line


def _is_alone(line: SourceLine, left: int, right: int) -> bool:
    """Whether a merged cell hides no text of the columns beside its first."""
    return not any(map(str.strip, line.cells[left + 1 : right + 1]))
