"""Lines with a few cells among full ones: ids alone, and the titles and totals of two cells and more. Pure.

A line is lean if half of the cells that most lines have are blank there. It is a title or a total by its words, or by
an id unlike those of the other lines; with a phone number or an address it is a lead.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from string import ascii_letters

from leadsync.sheets.formats.footers import is_total
from leadsync.sheets.formats.headings import has_letters
from leadsync.sheets.source_lines import SourceLine

FULL = 3
"""Cells of a full line."""
SAMPLE = 5_000
"""Rows with values to compare with others. Dispositions and the like repeat within them."""
WORDS, _BLANKS = "words", "blanks"
_AMOUNT = re.compile(r"(?!0\d|(?:[^\d.,]*\d){9})[^\w+]*\d+(?:[.,\s]\d{3})*(?:[.,]\d+)?\W*")
"""A figure of a total, which no phone number, date or long id looks like."""
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{2,4}(?:[ T].*)?")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,}")
_DIGIT = re.compile(r"\d")
_SHAPE = str.maketrans({**dict.fromkeys("0123456789", "9"), **dict.fromkeys(ascii_letters, "a")})
_LETTERS = re.compile("a+")


class LeanLines:
    """The lean lines of a sheet so far, and the forms of the ids in the others."""

    def __init__(self, width: int, id_at: int, phones_at: Sequence[int]) -> None:
        self._width = width
        self._id_at = id_at
        self._phones_at = phones_at
        self._counts: Counter[int] = Counter()
        """The lines by their number of blank cells."""
        self._lean: dict[int, bool] = {}
        """The numbers of the chunk's lean lines; True where more than half of the usual cells are blank."""
        self._lean_count = 0
        self._shapes = set[str]()
        """The shapes of ids in full lines, of the first rows at least."""
        self._full = self._alone = 0
        """The full lines so far, and those with an id alone."""
        self.kinds = set[str]()
        """The oddities of ids so far beside other cells."""

    def look_at(self, chunk: Sequence[SourceLine], ids: Sequence[str], count: int) -> bool:
        """Learn from a chunk's lines, behind so many; return whether any line is lean or has an id alone."""
        width = self._width
        blanks = [line.cells.count("") for line in chunk]
        self._counts.update(blanks)
        usual = self._usual()
        # Nearly all chunks have none.
        self._lean = {}
        if width > FULL and max(blanks) - usual >= 2:
            self._lean = {
                line.number: 2 * extra > width - 1 - usual
                for line, many in zip(chunk, blanks, strict=True)
                if (extra := many - usual) >= 2 and 2 * extra >= width - 1 - usual and many < width - 1
            }
        self._lean_count += len(self._lean)
        alone = blanks.count(width - 1) if width >= FULL else 0
        full = [
            name
            for name, many, line in zip(ids, blanks, chunk, strict=True)
            if many <= width - FULL and line.number not in self._lean
        ]
        self._alone += alone
        self._full += len(full)
        if full and (alone or self._lean or count < SAMPLE):
            self._shapes.update(_shapes(full))
        return alone > 0 or bool(self._lean)

    def _usual(self) -> int:
        """The blank cells of most lines; of two frequent numbers the lower one."""
        most = max(self._counts.values())
        return min(blanks for blanks, count in self._counts.items() if 2 * count >= most)

    def is_lean(self, line: SourceLine) -> bool:
        """Whether a line of the chunk is lean."""
        return line.number in self._lean

    def is_title(self, line: SourceLine, *, has_bands: bool) -> bool:
        """Whether a line with an id alone, or a lean one, is a title or a total."""
        name = line.cells[self._id_at]
        if not name.strip() or len(line.cells) < FULL:
            return False
        if self.is_lean(line):
            return self._is_lean_title(line, name)
        if is_full(line, self._id_at):
            return False
        if has_bands:
            return self._alone <= self._full
        return self._is_odd_shape(name)

    def _is_odd_shape(self, name: str) -> bool:
        # Ids of all shapes, such as names, tell nothing.
        return 2 * max(self._alone, len(self._shapes)) <= self._full and self._shapes.isdisjoint(_shapes([name]))

    def _is_lean_title(self, line: SourceLine, name: str) -> bool:
        others = [cell.strip() for at, cell in enumerate(line.cells) if at != self._id_at and cell.strip()]
        if any(line.cells[at].strip() for at in self._phones_at) or any(map(_is_of_a_person, others)):
            return False
        if all(map(_is_figure, others)):
            if any(map(is_total, others)):
                return True
        elif not self._lean[line.number]:
            return False
        # Many lean lines among few others are leads with few values.
        if self._lean_count > self._full:
            return False
        kind = oddity(name)
        return bool(kind and self.kinds and kind not in self.kinds) or self._is_odd_shape(name)


def is_beside_figures(line: SourceLine, id_at: int) -> bool:
    """Whether a line of several columns has nothing but figures of a total beside its id."""
    others = [cell.strip() for at, cell in enumerate(line.cells) if at != id_at and cell.strip()]
    return len(line.cells) > 1 and all(map(is_amount, others))


def is_full(line: SourceLine, id_at: int) -> bool:
    """Whether a line has a cell beside its id; in a sheet of one column, each has."""
    others = (*line.cells[:id_at], *line.cells[id_at + 1 :])
    return any(others) or not others


def oddity(cell: str) -> str:
    """Return what makes an id unusual among others; empty for most."""
    if not has_digit(cell):
        return WORDS if cell.strip() else ""
    return _BLANKS if " " in cell.strip() else ""


def has_digit(cell: str) -> bool:
    """Whether a cell has a digit of ours."""
    return _DIGIT.search(cell) is not None


def is_amount(cell: str) -> bool:
    """Whether a cell is a figure of a total, or a formula."""
    return cell.startswith("=") or _AMOUNT.fullmatch(cell) is not None


def _is_figure(cell: str) -> bool:
    return is_amount(cell) or not has_letters(cell) or is_total(cell)


def _is_of_a_person(cell: str) -> bool:
    """Whether a cell is an address, or a phone number under any heading."""
    return "@" in cell or (_PHONE.fullmatch(cell) is not None and not is_amount(cell) and not _DATE.fullmatch(cell))


def _shapes(ids: Iterable[str]) -> set[str]:
    """The forms of ids: `C-101` is `a-999`."""
    return set(_LETTERS.sub("a", "\n".join(ids).translate(_SHAPE)).split("\n"))
