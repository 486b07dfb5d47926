"""Lines with a few cells among full ones: ids alone, and the titles and totals of two cells and more. Pure.

A line is lean if half of the cells that most lines have are blank there. It is a title or a total by its words, or by
an id that no lead has; with an id of another form than the others it is doubted. With a phone number or an address it
is a lead.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from string import ascii_letters

from leadsync.sheets.formats.footer_words import TOTALS, folded
from leadsync.sheets.formats.footer_words import WORDS as LETTERS
from leadsync.sheets.formats.footers import is_total
from leadsync.sheets.formats.headings import has_letters
from leadsync.sheets.formats.total_labels import Label, label_of
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
_FEWER_DIGITS = 2
"""Digits that a count has less than ids."""
_Above = Callable[[int], str]


class Kind(Enum):
    """What a line is, by its cells and those of the others."""

    LEAD = auto()
    DOUBT = auto()
    """Sent, with a warning."""
    TITLE = auto()
    """A title or a total."""


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
        self.asked = set[int]()
        """The numbers of the chunk's lines with more blank cells than usual: any other is a lead."""
        self._sparse = set[int]()
        """The numbers of those among them with several cells and no phone number."""
        self._shapes = set[str]()
        """The shapes of ids in full lines, of the first rows at least."""
        self._digits = set[int]()
        """The lengths of ids of digits alone, in the same lines."""
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
        self._lean, self._sparse, self.asked = {}, set(), set()
        if width >= FULL and max(blanks) > usual:
            few = [(line, many) for line, many in zip(chunk, blanks, strict=True) if many > usual]
            self.asked = {line.number for line, _ in few}
            self._sparse = {line.number for line, many in few if many < width - 1 and not self._has_phone(line)}
        if width > FULL and max(blanks) - usual >= 2:
            self._lean = {
                line.number: 2 * extra > width - 1 - usual
                for line, many in zip(chunk, blanks, strict=True)
                if (extra := many - usual) >= 2 and 2 * extra >= width - 1 - usual and many < width - 1
            }
        self._lean_count += len(self._lean)
        alone = blanks.count(width - 1) if width >= FULL else 0
        full = {
            line.number: name
            for name, many, line in zip(ids, blanks, chunk, strict=True)
            if many <= width - FULL and line.number not in self._lean
        }
        self._alone += alone
        self._full += len(full)
        if full and (alone or self._lean or self._sparse or count < SAMPLE):
            self._shapes |= _shapes(full.values())
            # A sparse line may be a total with labels among its figures.
            own = full if not self._sparse else {at: name for at, name in full.items() if at not in self._sparse}
            self._digits.update(map(len, filter(str.isdecimal, own.values())))
        return bool(self.asked)

    def _has_phone(self, line: SourceLine) -> bool:
        return any(line.cells[at].strip() for at in self._phones_at)

    def _usual(self) -> int:
        """The blank cells of most lines; of two frequent numbers the lower one."""
        most = max(self._counts.values())
        return min(blanks for blanks, count in self._counts.items() if 2 * count >= most)

    def is_lean(self, line: SourceLine) -> bool:
        """Whether a line of the chunk is lean."""
        return line.number in self._lean

    def kind_of(self, line: SourceLine, above: _Above, count: int, *, has_bands: bool) -> Kind:
        """Tell a line's kind: a title or a total has an id alone, or few cells.

        `above` gives the value above the line in a column, `count` is the number of leads above.
        """
        name = line.cells[self._id_at].strip()
        if not name or len(line.cells) < FULL:
            return Kind.LEAD
        kind = self._labelled(line, name, above, count) if line.number in self._sparse else Kind.LEAD
        if kind is not Kind.LEAD:
            return kind
        if self.is_lean(line):
            return self._lean_kind(line, name, above, count)
        is_title = not is_full(line, self._id_at) and (
            self._alone <= self._full if has_bands else self._is_odd_shape(name)
        )
        return Kind.TITLE if is_title else Kind.LEAD

    def _is_odd_shape(self, name: str) -> bool:
        # Ids of all shapes, such as names, tell nothing.
        return 2 * max(self._alone, len(self._shapes)) <= self._full and self._shapes.isdisjoint(_shapes([name]))

    def _others(self, line: SourceLine) -> list[tuple[int, str]]:
        """The cells beside the id."""
        return [(at, cell.strip()) for at, cell in enumerate(line.cells) if at != self._id_at and cell.strip()]

    def _labelled(self, line: SourceLine, name: str, above: _Above, count: int) -> Kind:
        """The kind of a line with nothing but labels and figures beside its id."""
        before = above(self._id_at)
        is_next = _follows(name, before)
        if is_next and not self.is_lean(line):
            return Kind.LEAD
        labels, has_figures = set[Label](), False
        for at, cell in enumerate(line.cells):
            if at == self._id_at or not cell or cell.isspace():
                continue
            if _is_bare(cell):
                has_figures = True
            elif (label := label_of(cell, above(at))) is Label.NONE:
                return Kind.LEAD
            else:
                labels.add(label)
        if any(_is_of_a_person(cell) for _, cell in self._others(line)):
            return Kind.LEAD
        if self.is_lean(line) and not (is_next and Label.SAME in labels):
            if Label.TOTAL in labels:
                return Kind.TITLE
            if Label.BEGUN in labels and has_figures:
                return Kind.DOUBT
        if labels <= {Label.SAME} or not before or is_next:
            return Kind.LEAD
        if not (is_amount(name) or label_of(name, before) is not Label.NONE):
            return Kind.LEAD
        is_odd = _shapes([name]) != _shapes([before]) if Label.TOTAL in labels else self._is_count(name, count)
        return Kind.TITLE if is_odd else Kind.LEAD

    def is_in_words(self, line: SourceLine) -> bool:
        """Whether a lean line is a title by its id: a word, or a blank in it, as in no id of a full line."""
        name = line.cells[self._id_at].strip()
        return not self._is_like_an_id(name) and self._is_bare_title(line) and self._is_odd_kind(name)

    def _is_odd_kind(self, name: str) -> bool:
        kind = oddity(name)
        return bool(kind and self.kinds) and kind not in self.kinds

    def _is_bare_title(self, line: SourceLine) -> bool:
        """Whether a lean line has figures alone beside its id, or is mostly blank: no lead, by its cells."""
        others = [cell for _, cell in self._others(line)]
        return (
            not self._has_phone(line)
            and not any(map(_is_of_a_person, others))
            and (self._lean[line.number] or all(map(_is_figure, others)))
            # Many lean lines among few others are leads with few values.
            and self._lean_count <= self._full
        )

    def _lean_kind(self, line: SourceLine, name: str, above: _Above, count: int) -> Kind:
        is_shaped = self._is_odd_shape(name) and not _follows(name, above(self._id_at))
        if not self._is_bare_title(line):
            return (
                Kind.DOUBT
                if is_shaped and name == str(count) and count > 1 and not self._has_phone(line)
                else Kind.LEAD
            )
        if self._is_odd_kind(name):
            return Kind.DOUBT if self._is_like_an_id(name) else Kind.TITLE
        if not is_shaped:
            return Kind.LEAD
        says_total = not TOTALS.isdisjoint(LETTERS.findall(folded(name)))
        return Kind.TITLE if says_total or self._is_total(line, name, count) else Kind.DOUBT

    def _is_total(self, line: SourceLine, name: str, count: int) -> bool:
        """Whether a total's figure is the id; names and outcomes alone beside a short one may be a lead's."""
        if not self._is_count(name, count):
            return False
        is_short = name.isdecimal() and name != str(count)
        return not is_short or any(_is_figure(cell) for _, cell in self._others(line))

    def _is_like_an_id(self, name: str) -> bool:
        """Whether a word may be an id of a lead: in capitals, as long as a number among the others."""
        return name.isalnum() and name.isupper() and len(name) in self._digits

    def _is_count(self, name: str, count: int) -> bool:
        """Whether an id of another form is a total's figure: the leads' number, far shorter than ids, or an average."""
        if not name.isdecimal():
            return bool(self._digits) and is_amount(name)
        return (name == str(count) and count > 1) or len(name) <= min(self._digits, default=0) - _FEWER_DIGITS


def _follows(name: str, before: str) -> bool:
    """Whether an id is the number behind that of the line above."""
    return name.isdecimal() and before.isdecimal() and int(name) == int(before) + 1


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
    return _is_bare(cell) or is_total(cell)


def _is_bare(cell: str) -> bool:
    return not has_letters(cell) or is_amount(cell)


def _is_of_a_person(cell: str) -> bool:
    """Whether a cell is an address, or a phone number under any heading."""
    return "@" in cell or (_PHONE.fullmatch(cell) is not None and not is_amount(cell) and not _DATE.fullmatch(cell))


def _shapes(ids: Iterable[str]) -> set[str]:
    """The forms of ids: `C-101` is `a-999`."""
    return set(_LETTERS.sub("a", "\n".join(ids).translate(_SHAPE)).split("\n"))
