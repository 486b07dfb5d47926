"""Lines of other tables among the leads: headings once more, other headings, titles, bands, a bare count.

Pure but for the stream.

Two exports joined to one file repeat their headings. A second table under other headings has values of other meanings,
so its rows are rejected. A last line with words for an id beside bare figures is a total. Any other line is a lead's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from string import ascii_letters

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.headings import filled, has_letters, is_value
from leadsync.sheets.source_lines import SourceLine, line_fault
from leadsync.spreadsheet import HeadingNames, loose

_WITHOUT_DIGIT = re.compile(r"^[^\d\n]+$", re.MULTILINE)
_TOTALS = (FaultKind.NO_LEAD.name, FaultKind.TOTAL_BETWEEN.name, FaultKind.LINE_IN_CELL.name)
_WORDS, _BLANKS = "words", "blanks"
_AMOUNT = re.compile(r"(?!0\d|(?:[^\d.,]*\d){9})[^\w+]*\d+(?:[.,\s]\d{3})*(?:[.,]\d+)?\W*")
"""A figure of a total, which no phone number, date or long id looks like."""
_DIGIT = re.compile(r"\d")
_OF_LEADS = re.compile(r"\d{4}|@")
"""Phone numbers, years and addresses, as no heading has them."""
_NUMBER = re.compile(r"\d[\d.,]*")
_SHAPE = str.maketrans({**dict.fromkeys("0123456789", "9"), **dict.fromkeys(ascii_letters, "a")})
_LETTERS = re.compile("a+")
_FULL = 3
"""Cells of a full line."""
_MOST_DIGITS, _SMALL_ID = 15, 999
"""Of ids to add up; among small ones, 1, 2, 3 is a list."""
_SAMPLE = 5_000
"""Rows with values to compare with a line of words. Dispositions and the like repeat within them."""


def told_apart(
    chunks: Iterator[list[SourceLine]], headings: Sequence[str], above: int, names: HeadingNames
) -> Iterator[list[SourceLine]]:
    """Yield the same rows, all of one width, with a fault for each line of another table.

    `above` is the number of the headings' line.
    """
    lines = _Lines(headings, above, names)
    held = None
    for chunk in chunks:
        if held is not None:
            yield lines.told(held)
        held = chunk
    if held is not None:
        yield lines.without_totals(lines.told(held))


class _Lines:
    """A reading of the lines below the headings, with facts of those so far."""

    def __init__(self, headings: Sequence[str], above: int, names: HeadingNames) -> None:
        self._headings = list(map(loose, headings))
        self._names = names
        self._id_at = next((at for at, key in enumerate(self._headings) if key in names.ids), 0)
        self._known = names.fields | {*self._headings} - {""}
        own = [self._headings[self._id_at], *(key for key in self._headings if _has_digit(key) and has_letters(key))]
        repeated = "|".join(r"[\W_]*".join(map(re.escape, key)) for key in own)
        self._repeat = re.compile(rf"^[\W_]*(?:{repeated})", re.IGNORECASE | re.MULTILINE)
        self._last = above
        self._apart = False
        """A blank line stands above, or a title behind one."""
        self._table_at: int | None = None
        """The number of other headings above."""
        self._odd: Counter[str] = Counter()
        """The ids so far without a digit, and those with a blank, by `_oddity`."""
        self._kinds = set[str]()
        """The oddities of ids so far beside other cells."""
        self._has_bands = False
        self._bands, self._titles = set[int](), set[int]()
        """The numbers of the titles so far, in words and by their shape; below all leads one may be a total."""
        self._shapes = set[str]()
        """The shapes of ids in full lines, of the first rows at least."""
        self._full = self._alone = 0
        """The full lines so far, and those with an id alone."""
        self._sum: int | None = 0
        """The sum of the ids so far, as long as they are numbers."""
        self._lengths: Counter[int] = Counter()
        """The ids of digits alone, by their length."""
        self._count = 0
        """The leads so far."""
        self._seen: list[set[str]] = [set() for _ in headings]
        """The values of each column in the first rows."""

    def told(self, chunk: list[SourceLine]) -> list[SourceLine]:
        """The lines, with the faults of those of other tables."""
        ids = [line.cells[self._id_at] for line in chunk]
        text = "\n".join(ids)
        has_words = _WITHOUT_DIGIT.search(text) is not None
        if has_words or " " in text:
            full = (one for one, line in zip(ids, chunk, strict=True) if one.strip() and self._is_full(line))
            self._kinds.update(map(_oddity, full))
            self._has_bands = self._has_bands or any(map(self._is_band, chunk))
            has_words = has_words or self._has_bands
        elif text.strip():
            self._kinds.add("")
        has_lone_ids = self._look_at_shapes(chunk, ids)
        if self._table_at is None and not has_words and not self._repeat.search(text):
            # Nearly all chunks have leads alone.
            self._last, self._apart = chunk[-1].number, False
            return self._without_titles(chunk, ids) if has_lone_ids else self._leads(chunk, ids)
        return list(map(self._told, chunk))

    def _leads(self, chunk: list[SourceLine], ids: Sequence[str]) -> list[SourceLine]:
        self._learn(chunk, ids)
        if " " in "".join(ids):
            self._odd.update(filter(None, map(_oddity, ids)))
        return chunk

    def _without_titles(self, chunk: list[SourceLine], ids: Sequence[str]) -> list[SourceLine]:
        """The lines, with the faults of ids alone that are titles."""
        titles = {line.number for line in chunk if not _is_told(line) and self._is_title(line)}
        self._titles |= titles
        leads = [line for line in chunk if line.number not in titles]
        self._leads(leads, [line.cells[self._id_at] for line in leads])
        return [_faulty(line, FaultKind.TOTAL_BETWEEN) if line.number in titles else line for line in chunk]

    def _look_at_shapes(self, chunk: Sequence[SourceLine], ids: Sequence[str]) -> bool:
        """Learn the shapes of the ids in full lines; return whether any line has an id alone."""
        width = len(self._headings)
        blanks = [line.cells.count("") for line in chunk]
        alone = blanks.count(width - 1) if width >= _FULL else 0
        full = [name for name, count in zip(ids, blanks, strict=True) if count <= width - _FULL]
        self._alone += alone
        self._full += len(full)
        if full and (alone or self._count < _SAMPLE):
            self._shapes.update(_shapes(full))
        return alone > 0

    def _is_title(self, line: SourceLine) -> bool:
        """Whether an id alone among full lines is a title: its shape is none of theirs, or other titles stand above."""
        name = line.cells[self._id_at]
        if not name.strip() or self._is_full(line) or len(line.cells) < _FULL:
            return False
        if self._has_bands:
            return self._alone <= self._full
        # Ids of all shapes, such as names, tell nothing.
        return 2 * max(self._alone, len(self._shapes)) <= self._full and self._shapes.isdisjoint(_shapes([name]))

    def without_totals(self, chunk: list[SourceLine]) -> list[SourceLine]:
        """The sheet's last lines, without those that are a total by their form: words for an id beside bare figures.

        The number of the leads above is sure. Any other figure, or none, rejects the line.
        """
        if self._table_at is not None:
            return chunk
        bands = {at for at, line in enumerate(chunk) if line.number in self._bands}
        titles = {at for at, line in enumerate(chunk) if line.number in self._titles}
        places = [at for at in reversed(range(len(chunk))) if at in bands | titles or not _is_told(chunk[at])]
        last = list(takewhile(lambda at: self._is_beside_figures(chunk[at]), places))
        own = [at for at in last if at not in bands]
        kinds = Counter(_oddity(chunk[at].cells[self._id_at]) for at in own)
        # An id of the same kind higher up is a lead's.
        counted = [at for at in own if kinds[kind := _oddity(chunk[at].cells[self._id_at])] == self._odd[kind]]
        odd = [at for at in last if at in bands or at in counted]
        count = self._count - len(counted)
        found = {at: count in _numbers(chunk[at].cells) for at in odd if count > 0}
        if not found and places:
            line, above = chunk[places[0]], places[0] in titles
            if self._is_count(line, self._count - (not above)):
                found[places[0]] = True
            elif not above and self._is_sum(line):
                found[places[0]] = False
        return [
            _faulty(line, FaultKind.NO_LEAD if found[at] else FaultKind.TOTAL_BETWEEN) if at in found else line
            for at, line in enumerate(chunk)
        ]

    def _is_beside_figures(self, line: SourceLine) -> bool:
        """Whether a line of several columns has an unusual id, and nothing else but figures of a total."""
        others = [cell.strip() for at, cell in enumerate(line.cells) if at != self._id_at and cell.strip()]
        return len(line.cells) > 1 and bool(_oddity(line.cells[self._id_at])) and all(map(_is_amount, others))

    def _is_count(self, line: SourceLine, count: int) -> bool:
        """Whether a line has the number of leads above alone, unlike their ids."""
        figure = line.cells[self._id_at].strip()
        number = figure.replace(",", "")
        is_count = number.isdecimal() and int(number) == count
        return is_count and filled(line) == 1 and self._lengths[len(figure)] <= figure.isdecimal()

    def _is_sum(self, line: SourceLine) -> bool:
        """Whether the id of a line without a phone number or date is the sum of all ids above."""
        figure = line.cells[self._id_at].strip()
        others = [cell for at, cell in enumerate(line.cells) if at != self._id_at and _has_digit(cell)]
        if not (figure.isdecimal() and self._sum and self._count > _FULL - 1 and all(map(_is_amount, others))):
            return False
        return int(figure) > _SMALL_ID and self._sum == 2 * int(figure)

    def _told(self, line: SourceLine) -> SourceLine:
        self._apart = self._apart or line.number - self._last > 1
        self._last = line.number
        if _is_told(line):
            return line
        name = line.cells[self._id_at]
        key = loose(name)
        if key == self._headings[self._id_at] and list(map(loose, line.cells)) == self._headings:
            self._table_at, self._apart = None, False
            return _faulty(line, FaultKind.NO_LEAD)
        words = self._apart and self._is_words(line)
        if self._table_at is None and (
            (words and filled(line) > 1) or self._has_headings(line) or self._has_words_for_figures(line)
        ):
            self._table_at = line.number
        if self._table_at is not None:
            return _faulty(line, FaultKind.OTHER_TABLE, row=self._table_at)
        if words or self._is_band(line):
            self._bands.add(line.number)
            return _faulty(line, FaultKind.TOTAL_BETWEEN)
        if self._is_title(line):
            self._titles.add(line.number)
            return _faulty(line, FaultKind.TOTAL_BETWEEN)
        self._apart = False
        if kind := _oddity(name):
            self._odd[kind] += 1
        self._learn([line], [name])
        return line

    def _is_band(self, line: SourceLine) -> bool:
        """Whether a line is a title of the leads below: one cell, unlike all ids beside other cells."""
        kind = _oddity(line.cells[self._id_at])
        return bool(kind and self._kinds) and kind not in self._kinds and not self._is_full(line)

    def _is_full(self, line: SourceLine) -> bool:
        """Whether a line has a cell beside its id; in a sheet of one column, each has."""
        others = (*line.cells[: self._id_at], *line.cells[self._id_at + 1 :])
        return any(others) or not others

    def _has_headings(self, line: SourceLine) -> bool:
        """Whether the line has several known headings: the id's among them, or one above its own column."""
        # Spares the lines of leads the comparison of each cell.
        if _OF_LEADS.search("\n".join(line.cells)):
            return False
        keys = list(map(loose, line.cells))
        known = {known for known in keys if known in self._known}
        others = [cell for cell, own in zip(line.cells, keys, strict=True) if own not in self._known]
        if len(known) < 2 or any(map(is_value, line.cells)) or any(map(_has_digit, others)):
            return False
        above = zip(keys, self._headings, strict=True)
        return bool(known & self._names.ids) or any(key and key == heading for key, heading in above)

    def _has_words_for_figures(self, line: SourceLine) -> bool:
        """Whether new words, all different, fill a line, in another column of figures alone too."""
        if not self._is_words(line):
            return False
        if len({cell.strip() for cell in line.cells} - {""}) < len(line.cells):
            return False
        columns = [seen - {""} for at, seen in enumerate(self._seen) if at != self._id_at]
        return any(seen and all(map(_has_digit, seen)) for seen in columns)

    def _is_words(self, line: SourceLine) -> bool:
        """Whether a line has words alone, all of them new, though each id so far has a digit."""
        cells = line.cells
        if self._odd[_WORDS] or not (self._count and cells[self._id_at].strip()):
            return False
        return (
            not _has_digit(cells[self._id_at])
            and all(has_letters(cell) and not is_value(cell) for cell in cells if cell.strip())
            and not any(cell in seen for cell, seen in zip(cells, self._seen, strict=True) if cell)
        )

    def _learn(self, leads: Sequence[SourceLine], ids: Sequence[str]) -> None:
        figures = list(filter(str.isdecimal, ids))
        self._lengths.update(map(len, figures))
        if self._sum is not None:
            are_numbers = len(figures) == sum(map(bool, ids)) and max(self._lengths, default=0) <= _MOST_DIGITS
            self._sum = self._sum + sum(map(int, figures)) if are_numbers else None
        if self._count < _SAMPLE:
            for at, seen in enumerate(self._seen):
                seen.update([line.cells[at] for line in leads])
        self._count += len(leads)


def _has_digit(cell: str) -> bool:
    return _DIGIT.search(cell) is not None


def _oddity(cell: str) -> str:
    """Return what makes an id unusual among others; empty for most."""
    if not _has_digit(cell):
        return _WORDS if cell.strip() else ""
    return _BLANKS if " " in cell.strip() else ""


def _shapes(ids: Iterable[str]) -> set[str]:
    """The forms of ids: `C-101` is `a-999`."""
    return set(_LETTERS.sub("a", "\n".join(ids).translate(_SHAPE)).split("\n"))


def _is_amount(cell: str) -> bool:
    return cell.startswith("=") or _AMOUNT.fullmatch(cell) is not None


def _numbers(cells: Sequence[str]) -> set[int]:
    return {int(re.sub(r"\D", "", number)) for cell in cells for number in _NUMBER.findall(cell)}


def _is_told(line: SourceLine) -> bool:
    """Whether the line is known for a total, a rule or a footer."""
    return any(kind in _TOTALS for kind, _ in line.faults)


def _faulty(line: SourceLine, kind: FaultKind, **details: int) -> SourceLine:
    return line._replace(faults=(line_fault(kind, **details),))
