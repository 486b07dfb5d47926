"""Lines below the headings to rows, a chunk at a time: blank ones left out, faults found, cells laid under headings."""

import re
from collections.abc import Iterator

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.headings import Headings
from leadsync.sheets.formats.merged_columns import settled
from leadsync.sheets.source_lines import LineFault, SourceLine, counted, line_fault
from leadsync.spreadsheet import LONGEST_CELL

_NO_ROW = re.compile(r"\s*(?:(?:TRUE|FALSE|[☐☑☒])(?:\s+|\Z))*", re.IGNORECASE)
"""Blanks, or nothing but checkboxes, as spreadsheet programs fill them in far below the last lead."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""A lone surrogate, half a character, counts among them."""
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(chunk: list[SourceLine], headings: Headings, delimiter: str) -> list[SourceLine]:
    """Return the rows of a chunk."""
    # One text for each line, and one for all: a look at that spares looking into the cells of most sheets at all.
    texts = ["\n".join(line.cells) for line in chunk]
    is_odd = max(map(len, texts), default=0) > LONGEST_CELL or _CONTROLS.search("\n".join(texts)) is not None
    width = len(headings.names)
    rows: list[SourceLine] = []
    for text, line in zip(texts, chunk, strict=True):
        # The first character spares nearly all rows the pattern.
        if ((first := text[:1]) in "TtFf☐☑☒" or first.isspace()) and _NO_ROW.fullmatch(text):
            continue
        if line.across:
            line = settled(line, headings.names)
        cells = line.cells
        if is_odd:
            line = line._replace(faults=(*line.faults, *cell_faults(cells)))
            # No journal and no file can hold them.
            cells = [_SURROGATES.sub("\ufffd", cell) for cell in cells]
            line = line._replace(cells=cells)
        if len(cells) != width or (headings.named is not None and headings.counts_cells):
            faults = (*line.faults, *_width_fault(cells, headings))
            line = line._replace(cells=_laid_out(cells, width, delimiter), faults=faults)
        rows.append(line)
    return rows


def cell_faults(cells: list[str]) -> Iterator[LineFault]:
    """Yield the faults of cells: control characters, and more text than a spreadsheet program takes."""
    for at, cell in enumerate(cells):
        if found := _CONTROLS.search(cell):
            if found[0] == "\0":
                yield line_fault(FaultKind.NUL_BYTE, at)
            else:
                yield line_fault(FaultKind.CONTROL_CHARACTER, at, character=f"U+{ord(found[0]):04X}")
        if len(cell) > LONGEST_CELL:
            yield line_fault(FaultKind.LONG_CELL, at, length=len(cell))


def _width_fault(cells: list[str], headings: Headings) -> Iterator[LineFault]:
    """Yield the fault in a line's number of cells; surplus blank ones are harmless.

    A short line is at fault, though only trailing blanks may be missing: the rules of its columns tell.
    """
    width = len(headings.names)
    named = width if headings.named is None else headings.named
    if not headings.counts_cells:
        return
    if len(cells) < named:
        found = counted(len(cells), "cell")
        yield line_fault(FaultKind.TOO_FEW_CELLS, cells=found, headings=width, present=len(cells))
    elif any(map(str.strip, cells[named:])):
        if len(cells) > width:
            yield line_fault(FaultKind.TOO_MANY_CELLS, cells=counted(len(cells), "cell"), headings=width)
        elif _has_slipped(cells, named):
            last = max(at for at, cell in enumerate(cells, 1) if cell.strip())
            yield line_fault(FaultKind.TOO_MANY_CELLS, cells=counted(last, "cell"), headings=named)


def _has_slipped(cells: list[str], named: int) -> bool:
    """Whether a cell begins with a blank unlike the others, as behind the comma of a text without quotes."""
    spaced = [cell.startswith(" ") for cell in cells[1 : named + 1] if cell.strip()]
    return any(spaced) and not all(spaced)


def _laid_out(cells: list[str], width: int, delimiter: str) -> list[str]:
    """Return exactly `width` cells; a surplus goes to the end of the last one, for the report."""
    if len(cells) <= width:
        return cells + [""] * (width - len(cells))
    surplus = cells[width - 1 :]
    return [*cells[: width - 1], delimiter.join(surplus) if any(map(str.strip, surplus[1:])) else surplus[0]]
