"""Headings of several lines to one: those of a workbook whose cells are merged downwards. Pure.

A group's title over several columns is no part of their names, unless two groups have a column of one name.
"""

import re
from collections import Counter
from collections.abc import Sequence

from leadsync.reasons import FaultKind
from leadsync.sheets.source_lines import Merged, SourceLine
from leadsync.spreadsheet import HeadingNames, loose

_MOST_LINES = 4
_REMARK = re.compile(r"\(.*\)|\[.*\]", re.DOTALL)
_Part = tuple[str, Merged | None]
"""A text, and the merged cells over several columns in which it stands."""
_MERGED, _MORE = FaultKind.MERGED_CELL.name, FaultKind.MORE_SUCH_CELLS.name


def joined_headings(
    lines: Sequence[SourceLine], place: int, merged: Sequence[Merged], names: HeadingNames
) -> tuple[list[SourceLine], int, str] | None:
    """Return the lines with those of the headings joined to one, under the last number; its place, and a remark.

    None if no cell at `place` is merged downwards, if a line of the headings has another fault or a figure, or if a
    title over several columns has no heading below it: it may be any of theirs.
    """
    first, last = _block(lines[place].number, merged)
    block = [line for line in lines if first <= line.number <= last]
    if first == last or last - first >= _MOST_LINES or not all(_is_sound(line, lines, merged) for line in block):
        return None
    width = max(len(line.cells) for line in block)
    parts = [_parts(block, column, merged) for column in range(width)]
    bands = {own[-1][1] for own in parts if own} - {band for own in parts for _, band in own[:-1]}
    if bands - {None}:
        return None
    without = list(map(_without_remark, parts))
    lowest = Counter(loose(own[-1][0]) for own in without if own)
    kept = [
        own if short and lowest[loose(short[-1][0])] > 1 else short for own, short in zip(parts, without, strict=True)
    ]
    line = SourceLine(last, [_name(own, lowest, names) for own in kept])
    above = [line for line in lines if line.number < first]
    remark = f"The headings stand on the lines {first} to {last}, joined where their cells are merged."
    return [*above, line, *(line for line in lines if line.number > last)], len(above), remark


def _block(number: int, merged: Sequence[Merged]) -> tuple[int, int]:
    """The first and the last number of the lines joined to one by cells merged downwards."""
    first = last = number
    for _ in range(_MOST_LINES):
        here = [(top + 1, bottom + 1) for (top, _), (bottom, _) in merged if top < last and bottom + 1 >= first]
        first = min([first, *(top for top, bottom in here if top < bottom)])
        last = max([last, *(bottom for top, bottom in here if top < bottom)])
    return first, last


def _is_sound(line: SourceLine, lines: Sequence[SourceLine], merged: Sequence[Merged]) -> bool:
    """Whether a line has no fault but merged cells, and no figure alone in a cell."""
    count = sum(int(str(details["count"])) if kind == _MORE else 1 for kind, details in line.faults)
    texts = {(other.number - 1, at) for other in lines for at, cell in enumerate(other.cells) if cell.strip()}
    open_here = [start for start, (bottom, _) in merged if start[0] < line.number <= bottom + 1 and start in texts]
    are_merged = all(kind in (_MERGED, _MORE) for kind, _ in line.faults) and count <= len(open_here)
    return are_merged and all(any(map(str.isalpha, cell)) for cell in line.cells if cell.strip())


def _parts(block: Sequence[SourceLine], column: int, merged: Sequence[Merged]) -> list[_Part]:
    """The texts above a column from the first line on."""
    parts = []
    for line in block:
        row = line.number - 1
        over = [one for one in merged if one[0][0] == row and one[0][1] <= column <= one[1][1]]
        at = over[0][0][1] if over else column
        text = line.cells[at].strip() if at < len(line.cells) else ""
        if text:
            parts.append((text, over[0] if over and over[0][0][1] < over[0][1][1] else None))
    return parts


def _without_remark(parts: Sequence[_Part]) -> Sequence[_Part]:
    """The parts without a remark such as `(10 digits)` below a heading of this column alone."""
    has_remark = len(parts) > 1 and parts[-2][1] is None and _REMARK.fullmatch(parts[-1][0])
    return parts[:-1] if has_remark else parts


def _name(parts: Sequence[_Part], lowest: Counter[str], names: HeadingNames) -> str:
    if not parts:
        return ""
    own, own_band = parts[-1]
    key = loose(own)
    if own_band:  # a group's title with nothing below it here
        return ""
    if lowest[key] == 1 and (key in names.fields or all(band for _, band in parts[:-1])):
        return own
    return " ".join(text for text, _ in parts)
