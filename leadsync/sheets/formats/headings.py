"""The heading line: the first line with a known heading of the external id, else the first line with text. Pure.

A wrong guess would put values under the wrong names: lines above the headings have to look like titles, and a first
line without a known heading must not look like a lead. Each refusal is one sentence, without a cell of a lead.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from leadsync.errors import SheetError
from leadsync.reasons import FaultKind
from leadsync.sheets.source_lines import SourceLine, counted
from leadsync.spreadsheet import RUN_COLUMN, HeadingNames, loose

_CUSTOM = "__c"
"""Salesforce's ending of a custom field's name."""
_VALUE = re.compile(
    r"\+?[\d\s().\-/]{6,}"  # a phone number, or a long id
    r"|[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?:[ T].*)?"
)
"""Cells of leads which no heading looks like: numbers, addresses, dates."""
_TICKS = ("TRUE", "FALSE")
"""A tick box for all rows at once has no name."""
_MARKED = re.compile(r"""\s*(?:="([^"]*)"|'(?=[^\W_])(?!\w\w?[ -])(.*[^'\s]))\s*""", re.DOTALL)
"""A text of Excel as exports write it: `="Name"` or `'Name`."""
_FIRST, _FARTHEST = 20, 200
"""Lines with text in which to look for the headings, and for those that certainly are some."""
_WIDEST = 500
"""Cells of headings below a long text: to look into each of a very wide sheet takes seconds."""
_MOST_NUMBERS = 5
_NUMBERING = re.compile(r"\d{1,3}")
_ORDINAL = re.compile(r"\s#?\s?\d\Z")
"""At the end of a heading, as in `Phone 1`."""
_PHONE_DIGITS = 6
_PARAMETER = 2
"""Cells of a line with a name and its value."""


class Headings(NamedTuple):
    """The names as they stand in the sheet, with "" for a column without one.

    `counts_cells`: a line's number of cells is checked, as in delimited text. Lines of workbooks have none. A line of
    more cells may have no value from `named` on, the position behind the last heading; a shorter one lacks cells before
    it alone.
    """

    names: tuple[str, ...]
    line: int
    counts_cells: bool
    remarks: tuple[str, ...] = ()
    named: int | None = None
    """None: all columns, though some are nameless."""

    @classmethod
    def of(cls, lines: Sequence[SourceLine], place: int, shown: str, *, counts_cells: bool) -> "Headings":
        """Take the line at `place` for the headings, with a look at those below. Raises `SheetError`."""
        line, below = lines[place], lines[place + 1 :]
        named = _end(line) if counts_cells and _is_regular(line, below) else None
        cells = line.cells if named is not None else line.cells[: _width(line, below, counts_cells=counts_cells)]
        names = tuple("" if cell in _TICKS else cell for cell in cells)
        # A file of leadsync's own has marks of its own.
        if counts_cells and RUN_COLUMN not in names:
            names = tuple(map(_unmarked, names))
        if line.faults:
            kind, details = line.faults[0]
            where = f" (column {details['letter']})" if "letter" in details else ""
            raise SheetError(
                f"{shown}: line {line.number} should be the headings, but {FaultKind[kind].value}{where}; "
                f"correct that cell{_or(_proposal(lines, place))}."
            )
        return cls(names, line.number, counts_cells, tuple(_remarks(lines[:place], line)), named)


def first_lines(lines: Sequence[SourceLine], names: HeadingNames, row: int | None) -> list[SourceLine]:
    """Return the lines among which the headings are: the first ones, or those down to headings below a long text.

    Those name the external id and another field, and no line above has two known headings; or the settings name their
    `row`.
    """
    if row is not None:
        return [line for place, line in enumerate(lines) if place < _FIRST or line.number <= row]
    for place, line in enumerate(lines[:_FARTHEST]):
        is_far = place >= _FIRST
        known = known_headings(line, names) if filled(line) > 1 and (len(line.cells) <= _WIDEST or not is_far) else ()
        if len(known) > 1:
            is_far = is_far and not names.ids.isdisjoint(known)
            return list(lines[: place + _FIRST if is_far else _FIRST])
    return list(lines[:_FIRST])


def place_of_headings(lines: Sequence[SourceLine], names: HeadingNames, shown: str, row: int | None) -> int:
    """Return the place of the headings among a sheet's first lines with text. Raises `SheetError`.

    `row` is the line's number by the settings; a file of leadsync's own has its headings first. Without it, the first
    line with a heading of the external id is taken, else the first with two known headings, else the one behind a
    title, else the first of all.
    """
    if row is not None and RUN_COLUMN not in lines[0].cells:
        return _given(lines, row, shown)
    # In a sheet of one column a single cell can be the headings; elsewhere it is a title.
    is_narrow = max(map(filled, lines)) == 1
    known = [known_headings(line, names) if filled(line) > 1 or is_narrow else frozenset() for line in lines]
    places = [place for place, keys in enumerate(known) if keys & names.ids]
    wide = max(
        (place for place in places if filled(lines[place]) > _PARAMETER or _are_words(lines[place], 2)), default=0
    )
    place = next((place for place in places if place >= wide or not _are_parameters(lines[place:wide])), None)
    if place is not None:
        _refuse_leads(lines[:place], lines[place], names, shown)
        return place
    # MYOB writes {} above its headings, others a rule.
    first = next((place for place, line in enumerate(lines) if any(map(str.isalnum, "".join(line.cells)))), 0)
    place = next(
        (place for place, keys in enumerate(known) if len(keys) > 1), _place_behind_title(lines, names) or first
    )
    _refuse_leads(lines[:place], lines[place], names, shown)
    if place == first and not known[place]:
        _refuse_titles(lines[first:], shown)
    if not any(map(has_letters, lines[place].cells)) or any(map(is_value, lines[place].cells)):
        raise SheetError(
            f"{shown}: line {lines[place].number} is a lead, not headings; put headings above it"
            f"{_or(_proposal(lines, place))}."
        )
    return place


def _unmarked(name: str) -> str:
    marked = _MARKED.fullmatch(name) if "'" in name or "=" in name else None
    return (marked[1] or marked[2] or "") if marked else name


def _proposal(lines: Sequence[SourceLine], place: int) -> str:
    """The setting for the only line of headings beside the one at `place`; empty without one."""
    width = max(map(filled, lines))
    fitting = [line.number for at, line in enumerate(lines) if at != place and _are_words(line, width)]
    return f"set headings_row = {fitting[0]} in [input]" if len(fitting) == 1 else ""


def _or(remedy: str) -> str:
    return f", or {remedy}" if remedy else ""


def _are_words(line: SourceLine, width: int) -> bool:
    """Whether a line has different words, and no figures but `Phone 1`, in most columns."""
    cells = [cell.strip().casefold() for cell in line.cells if cell.strip()]
    return (
        2 * len(cells) > width
        and len(set(cells)) == len(cells) > 1
        and not line.faults
        and all(map(has_letters, cells))
        and not any(_has_digits(_ORDINAL.sub("", cell)) for cell in cells)
    )


def _place_behind_title(lines: Sequence[SourceLine], names: HeadingNames) -> int:
    """Return the place of a full line behind titles if it is one of headings: different words, one of them perhaps an
    external id's, above lines with figures; else 0."""
    width = max(map(filled, lines))
    place = next((place for place, line in enumerate(lines) if filled(line) > 1), 0)
    cells = [cell.strip().casefold() for cell in lines[place].cells if cell.strip()]
    below = lines[place + 1 :]
    # `Cust No.` ends in the word "no".
    if not names.id_words.intersection(cell.rstrip(" .:#").rpartition(" ")[2] for cell in cells):
        return 0
    is_full = len(set(cells)) == len(cells) == width
    are_words = all(map(has_letters, cells)) and not any(map(_has_digits, cells))
    return place if is_full and are_words and below and all(any(map(_has_digits, one.cells)) for one in below) else 0


def _given(lines: Sequence[SourceLine], row: int, shown: str) -> int:
    place = next((place for place, line in enumerate(lines) if line.number == row), None)
    if place is None:
        raise SheetError(
            f"{shown}: line {row} is none of the first {len(lines)} lines with text; "
            f"{_proposal(lines, len(lines)) or 'correct headings_row in [input]'}."
        )
    return place


def known_headings(line: SourceLine, names: HeadingNames) -> frozenset[str]:
    """The known headings of a line; a label such as `Lead Id:` is none."""
    cells = (cell.strip() for cell in line.cells)
    return names.fields & {loose(cell.removesuffix(_CUSTOM)) for cell in cells if not cell.endswith(":")}


def _refuse_leads(above: Sequence[SourceLine], headings: SourceLine, names: HeadingNames, shown: str) -> None:
    """Raise `SheetError` for a lead above the headings, as in a list sorted together with them."""
    phones = [at for at, cell in enumerate(headings.cells) if loose(cell.strip()) in names.phones]
    for line in above:
        if _is_lead(line, filled(headings), phones):
            raise SheetError(
                f"{shown}: line {line.number} stands above the headings on line {headings.number} and looks like a "
                f"lead; move the headings above it, or set headings_row = {headings.number} in [input] to leave it out."
            )


def _are_parameters(lines: Sequence[SourceLine]) -> bool:
    """Whether lines above headings begin with a name and its value, as `Lead Id,1042` in a report, and go on so."""
    rows = [[cell for cell in line.cells if cell.strip()] for line in lines]
    first = rows[0]
    if len(first) != _PARAMETER or sum(map(str.isdigit, first[1])) <= sum(map(str.isalpha, first[1])):
        return False
    # A lead's first cell has a figure.
    return all(len(cells) <= _PARAMETER and not _has_digits(cells[0]) for cells in rows)


def _is_lead(line: SourceLine, width: int, phones: Sequence[int]) -> bool:
    cells = [cell.strip() for cell in line.cells if cell.strip()]
    if any(at < len(line.cells) and _is_phone(line.cells[at]) for at in phones):
        return True
    # A line of repeated texts or of small numbers is a band above the headings, not a lead.
    is_band = len(set(cells)) < len(cells) or all(map(_NUMBERING.fullmatch, cells))
    return len(cells) >= width > 1 and not is_band and any(any(map(str.isdigit, cell)) for cell in cells)


def _is_phone(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) >= _PHONE_DIGITS and not has_letters(cell)


def _refuse_titles(lines: Sequence[SourceLine], shown: str) -> None:
    """Raise `SheetError` for a single cell above mostly wider lines, if none of them has known headings."""
    widths = [_end(line) for line in lines[1:] if filled(line) > 1]
    if filled(lines[0]) == 1 and 2 * len(widths) > len(lines) - 1 and _end(lines[0]) < min(widths):
        raise SheetError(
            f"{shown}: line {lines[0].number} holds a single heading, but the lines below have up to "
            f"{counted(max(widths), 'cell')}; delete what stands above the headings"
            f"{_or(_proposal(lines, 0) or 'set headings_row in [input]')}."
        )


def _has_digits(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def has_letters(cell: str) -> bool:
    return any(map(str.isalpha, cell))


def is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell.strip()) is not None


def filled(line: SourceLine) -> int:
    return sum(map(bool, map(str.strip, line.cells)))


def _end(line: SourceLine) -> int:
    """How many cells a line has without its trailing blank ones."""
    return max((index for index, cell in enumerate(line.cells, 1) if cell.strip()), default=0)


def _is_regular(line: SourceLine, below: Sequence[SourceLine]) -> bool:
    """Whether the headings end in several blank cells, and most lines have as many: values under them stand there.

    Under a single one may be a value that has slipped out of its column.
    """
    return (
        filled(line) > 1
        and len(line.cells) > _end(line) + 1
        and 2 * sum(len(other.cells) == len(line.cells) for other in below) > len(below)
    )


def _width(line: SourceLine, below: Sequence[SourceLine], *, counts_cells: bool) -> int:
    """The number of columns: to the last heading, and to nameless columns behind it.

    Behind the last heading, a text's column is one if most lines have a value in it: elsewhere a value has slipped out
    of its column. A workbook's lines are as wide as its cells.
    """
    if not counts_cells:
        return len(line.cells)
    width = _end(line)
    while width < len(line.cells) and 2 * sum(_end(other) > width for other in below) > len(below):
        width += 1
    return width


def _remarks(above: Sequence[SourceLine], line: SourceLine) -> list[str]:
    if not above:
        return [f"The headings are on line {line.number}."] if line.number > 1 else []
    numbers = ", ".join(str(other.number) for other in above[:_MOST_NUMBERS])
    if len(above) > _MOST_NUMBERS:
        numbers = f"{above[0].number} to {above[-1].number}"
    what = f"line {numbers} above them is" if len(above) == 1 else f"the lines {numbers} above them are"
    return [f"The headings are on line {line.number}; {what} not read."]
