"""Lines of other tables among the leads: headings once more, other headings, titles, bands, a bare count.

Pure but for the stream.

Two exports joined to one file repeat their headings. A second table under other headings has values of other meanings,
so its rows are rejected. A last line with words for an id beside bare figures is a total. Any other line is a lead's.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile

from leadsync.reasons import FaultKind
from leadsync.sheets.formats.continuation import COLUMN_WORDS, goes_on, shares_values
from leadsync.sheets.formats.headings import filled, has_letters, is_value
from leadsync.sheets.formats.lean_lines import (
    FULL,
    SAMPLE,
    WORDS,
    Kind,
    LeanLines,
    has_digit,
    is_amount,
    is_beside_figures,
    is_full,
    oddity,
)
from leadsync.sheets.formats.second_headings import is_repeated, is_template, without_second_headings
from leadsync.sheets.formats.total_labels import ColumnSums, Label, label_of
from leadsync.sheets.source_lines import SourceLine, line_fault
from leadsync.spreadsheet import HeadingNames, loose

_WITHOUT_DIGIT = re.compile(r"^[^\d\n]+$", re.MULTILINE)
_TOTALS = (
    FaultKind.NO_LEAD.name,
    FaultKind.TOTAL_BETWEEN.name,
    FaultKind.LINE_IN_CELL.name,
    FaultKind.WORDS_ALONE.name,
    FaultKind.TEMPLATE.name,
    FaultKind.SECOND_HEADINGS.name,
    FaultKind.HEADINGS_DOWN.name,
)
_OF_LEADS = re.compile(r"\d{4}|@")
"""Phone numbers, years and addresses, as no heading has them."""
_ABOVE = 100
"""Lines above one in which to look for a group's value."""
_NEAR = 30
"""Lines above one that tell the columns of leads."""
_BELOW = 5
"""Lines below one that tell whether leads go on there."""
_NUMBER = re.compile(r"\d[\d.,]*")
_MOST_DIGITS, _SMALL_ID = 15, 999
"""Of ids to add up; among small ones, 1, 2, 3 is a list."""


def told_apart(
    chunks: Iterator[list[SourceLine]], headings: Sequence[str], above: int, names: HeadingNames
) -> Iterator[list[SourceLine]]:
    """Yield the same rows, all of one width, with a fault for each line of another table.

    `above` is the number of the headings' line.
    """
    lines = _Lines(headings, above, names)
    held = None
    for chunk in without_second_headings(chunks, headings, names):
        if held is not None:
            yield lines.told(held, chunk[:_BELOW])
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
        own = [self._headings[self._id_at], *(key for key in self._headings if has_digit(key) and has_letters(key))]
        repeated = "|".join(r"[\W_]*".join(map(re.escape, key)) for key in own)
        self._repeat = re.compile(rf"^[\W_]*(?:{repeated})", re.IGNORECASE | re.MULTILINE)
        self._last = above
        self._first: int | None = None
        """The number of the first line."""
        self._apart = False
        """A blank line stands above, or a title behind one."""
        self._table_at: int | None = None
        """The number of other headings above."""
        self._odd: Counter[str] = Counter()
        """The ids so far without a digit, and those with a blank, by `oddity`."""
        phones = [at for at, key in enumerate(self._headings) if key in names.phones]
        self._lean = LeanLines(len(headings), self._id_at, phones)
        self._has_bands = False
        self._bands, self._titles = set[int](), set[int]()
        """The numbers of the titles so far, in words and by their shape; below all leads one may be a total."""
        self._doubted = set[int]()
        """The numbers of the lines so far that may be no leads."""
        self._sum: int | None = 0
        """The sum of the ids so far, as long as they are numbers."""
        self._lengths: Counter[int] = Counter()
        """The ids of digits alone, by their length."""
        self._count = 0
        """The leads so far."""
        self._seen: list[set[str]] = [set() for _ in headings]
        """The values of each column in the first rows."""
        self._texts = set[int]()
        """The columns with a value without a digit there."""
        self._sums = ColumnSums(len(headings))
        """The sums of the columns, of a short sheet."""
        self._chunk = self._before = list[SourceLine]()
        """The chunk looked at, and the last lines above it."""
        self._after: Sequence[SourceLine] = ()
        """The first lines below it."""

    def told(self, chunk: list[SourceLine], after: Sequence[SourceLine] = ()) -> list[SourceLine]:
        """The lines, with the faults of those of other tables; `after` are the first lines below them."""
        self._first = self._first or chunk[0].number
        self._before, self._chunk, self._after = self._chunk[-_ABOVE:], chunk, after
        ids = [line.cells[self._id_at] for line in chunk]
        text = "\n".join(ids)
        has_lean = self._lean.look_at(chunk, ids, self._count)
        has_words = _WITHOUT_DIGIT.search(text) is not None
        if has_words or " " in text:
            lines = zip(ids, chunk, strict=True)
            full = (
                one
                for one, line in lines
                if one.strip() and self._is_full(line) and not (_is_told(line) or is_repeated(line.cells))
            )
            self._lean.kinds.update(map(oddity, full))
            self._has_bands = self._has_bands or any(map(self._is_band, chunk))
            has_words = has_words or self._has_bands
        elif text.strip():
            self._lean.kinds.add("")
        if self._table_at is None and not has_words and not self._repeat.search(text):
            # Nearly all chunks have leads alone.
            self._last, self._apart = chunk[-1].number, False
            return self._without_titles(chunk, ids) if has_lean else self._leads(chunk, ids)
        return [self._told(line, at) for at, line in enumerate(chunk)]

    def _leads(self, chunk: list[SourceLine], ids: Sequence[str]) -> list[SourceLine]:
        self._learn(chunk, ids)
        if " " in "".join(ids):
            self._odd.update(filter(None, map(oddity, ids)))
        return chunk

    def _without_titles(self, chunk: list[SourceLine], ids: Sequence[str]) -> list[SourceLine]:
        """The lines, with the faults of those that are titles, and the doubts."""
        kinds, count = list[Kind](), self._count
        asked = self._lean.asked
        for at, line in enumerate(chunk):
            is_lead = line.number not in asked or _is_told(line)
            kinds.append(Kind.LEAD if is_lead else self._kind(line, at, count))
            if kinds[-1] is Kind.DOUBT:
                self._doubted.add(line.number)
            if kinds[-1] is Kind.TITLE:
                self._titles.add(line.number)
            else:
                count += 1
        leads = [line for line in chunk if line.number not in self._titles]
        self._leads(leads, [line.cells[self._id_at] for line in leads])
        return [_told_kind(line, kind) for line, kind in zip(chunk, kinds, strict=True)]

    def _kind(self, line: SourceLine, at: int, count: int) -> Kind:
        """The kind of the line at a place of the chunk, below so many leads."""
        return self._lean.kind_of(line, lambda column: self._above(at, column), count, has_bands=self._has_bands)

    def _above(self, at: int, column: int) -> str:
        """The nearest value above a place of the chunk in a column; empty without one."""
        places = range(at - 1, max(at - _ABOVE, 0) - 1, -1)
        for line in chain(map(self._chunk.__getitem__, places), reversed(self._before)):
            cell = line.cells[column].strip()
            if cell and line.number not in self._titles and line.number not in self._doubted and not _is_told(line):
                return cell
        return ""

    def without_totals(self, chunk: list[SourceLine]) -> list[SourceLine]:
        """The sheet's last lines, without those that are a total by their form: words for an id beside bare figures.

        The number of the leads above is sure. Any other figure, or none, rejects the line.
        """
        if self._table_at is not None:
            return chunk
        bands = {at for at, line in enumerate(chunk) if line.number in self._bands}
        titles = {at for at, line in enumerate(chunk) if line.number in self._titles}
        places = [at for at in reversed(range(len(chunk))) if at in bands | titles or not _is_told(chunk[at])]
        last = list(takewhile(lambda at: self._is_odd_figures(chunk[at]), places))
        own = [at for at in last if at not in bands]
        kinds = Counter(oddity(chunk[at].cells[self._id_at]) for at in own)
        # An id of the same kind higher up is a lead's.
        counted = [at for at in own if kinds[kind := oddity(chunk[at].cells[self._id_at])] == self._odd[kind]]
        odd = [at for at in last if at in bands or at in counted]
        count = self._count - len(counted)
        found = {at: count in _numbers(chunk[at].cells) for at in odd if count > 0}
        doubted = -1
        if not found and places:
            line, above = chunk[places[0]], places[0] in titles
            before = [chunk[at].cells[self._id_at] for at in places[1:3]]
            last_kind = Kind.LEAD if above else self._last_kind(line, before)
            if self._is_count(line, self._count - (not above)):
                found[places[0]] = True
            elif last_kind is Kind.TITLE:
                found[places[0]] = False
            elif last_kind is Kind.DOUBT:
                doubted = places[0]
            elif chunk[0].number == self._first and places[-1] != places[0] and self._is_sum(chunk[places[-1]]):
                found[places[-1]] = False
        return [
            _faulty(line, FaultKind.NO_LEAD if found[at] else FaultKind.TOTAL_BETWEEN)
            if at in found
            else (line._replace(doubted=True) if at == doubted else line)
            for at, line in enumerate(chunk)
        ]

    def _last_kind(self, line: SourceLine, above: Sequence[str]) -> Kind:
        """The kind of the last line: with the sum or the number of all ids and figures, or with words of a total alone.

        `above` are the ids above it, the nearest first.
        """
        name = line.cells[self._id_at].strip()
        others = [cell for at, cell in enumerate(line.cells) if at != self._id_at and cell.strip()]
        if texts := list(filter(has_letters, others)):
            is_total = all(label_of(cell, "") is Label.TOTAL for cell in texts)
            return Kind.TITLE if is_total and self._sums.fits(line, self._id_at) else Kind.LEAD
        is_sum = self._is_sum(line)
        if not is_sum and not (others and name.isdecimal() and self._count > 2 and self._sums.fits(line, self._id_at)):
            return Kind.LEAD
        has_texts = any(self._sums.is_of_texts(at) for at in range(len(line.cells)) if at != self._id_at)
        is_total = self._sum is not None and 2 * int(name) == self._sum
        if _goes_on(name, above):
            # One sum under the next id may be a lead's figure by chance; of several leads two are not.
            are_sums = is_total or (len(others) > 1 and self._count > FULL)
            is_odd = is_sum or (has_texts and are_sums) or self._sums.are_large(line, self._id_at)
            return Kind.DOUBT if is_odd else Kind.LEAD
        if is_sum or (is_total and has_texts):
            return Kind.TITLE
        return Kind.DOUBT if name == str(self._count - 1) else Kind.LEAD

    def _is_odd_figures(self, line: SourceLine) -> bool:
        """Whether a line has an unusual id, and nothing else but figures of a total."""
        return bool(oddity(line.cells[self._id_at])) and is_beside_figures(line, self._id_at)

    def _is_count(self, line: SourceLine, count: int) -> bool:
        """Whether a line has the number of leads above alone, unlike their ids."""
        figure = line.cells[self._id_at].strip()
        number = figure.replace(",", "")
        is_count = number.isdecimal() and int(number) == count
        return is_count and filled(line) == 1 and self._lengths[len(figure)] <= figure.isdecimal()

    def _is_sum(self, line: SourceLine) -> bool:
        """Whether the id of a line without a phone number or date is the sum of all other ids; of a lean line, be they
        small, or their average."""
        figure = line.cells[self._id_at].strip()
        others = [cell for at, cell in enumerate(line.cells) if at != self._id_at and has_digit(cell)]
        if not (figure.isdecimal() and self._sum and self._count >= FULL and all(map(is_amount, others))):
            return False
        number, rest = int(figure), self._sum - int(figure)
        if self._lean.is_lean(line) and is_beside_figures(line, self._id_at):
            return number == rest or (self._count > FULL and number * (self._count - 1) == rest)
        return number > _SMALL_ID and number == rest

    def _told(self, line: SourceLine, at: int) -> SourceLine:
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
        is_of_template = self._is_template(line, at)
        if self._table_at is None and not is_of_template:
            has_words = self._has_words_for_figures(line)
            if self._has_headings(line):
                self._table_at = line.number
            elif has_words or (words and filled(line) > 1):
                if not self._is_alone(at, needs_form=has_words):
                    self._table_at = line.number
                else:
                    self._apart = False
                    self._titles.add(line.number)
                    return _faulty(line, FaultKind.WORDS_ALONE)
        if self._table_at is not None:
            return _faulty(line, FaultKind.OTHER_TABLE, row=self._table_at)
        if is_of_template:
            self._titles.add(line.number)
            return _faulty(line, FaultKind.TEMPLATE)
        if words or self._is_band(line) or self._is_repeated(line):
            self._bands.add(line.number)
            return _faulty(line, FaultKind.TOTAL_BETWEEN)
        line = _told_kind(line, self._kind(line, at, self._count))
        if _is_told(line):
            self._titles.add(line.number)
            return line
        if line.doubted:
            self._doubted.add(line.number)
        self._apart = False
        if kind := oddity(name):
            self._odd[kind] += 1
        self._learn([line], [name])
        return line

    def _is_template(self, line: SourceLine, at: int) -> bool:
        """Whether a line has a template's names, and no line beside it has."""
        if line.faults or not is_template(line.cells):
            return False
        beside = [
            *self._before[-1:],
            *self._chunk[max(at - 1, 0) : at],
            *self._chunk[at + 1 : at + 2],
            *self._after[:1],
        ]
        return not any(is_template(other.cells) for other in beside)

    def _is_repeated(self, line: SourceLine) -> bool:
        """Whether one text fills a line whose id is unlike those of full lines, among more of these."""
        kind, kinds = oddity(line.cells[self._id_at]), self._lean.kinds
        is_odd = bool(kind and kinds) and kind not in kinds and len(self._bands) < self._count
        return is_odd and is_repeated(line.cells)

    def _is_alone(self, at: int, *, needs_form: bool) -> bool:
        """Whether no table begins with the line at a place of the chunk: leads go on below it, or nothing does."""
        lines = [*self._before[-_NEAR:], *self._chunk[max(at - _NEAR, 0) : at]][-_NEAR:]
        above = [line for line in lines if not _is_told(line)]
        below = [line for line in [*self._chunk[at + 1 : at + 1 + _BELOW], *self._after] if not _is_told(line)][:_BELOW]
        leads = [line.cells for line in above if line.number not in self._titles]
        if not below:
            return True
        rows, words = [line.cells for line in below], self._chunk[at].cells
        columns = {column: self._seen[column] for column in self._texts if column != self._id_at}
        return (
            len({*map(loose, words)} & (self._known | COLUMN_WORDS)) < 2
            and goes_on(rows, leads, self._id_at, needs_form=needs_form)
            and shares_values(rows, words, columns, self._count)
        )

    def _is_band(self, line: SourceLine) -> bool:
        """Whether a line is a title of the leads below: one cell or a few, with an id unlike those of full lines."""
        kind, kinds = oddity(line.cells[self._id_at]), self._lean.kinds
        if not (kind and kinds) or kind in kinds or self._is_full(line):
            return False
        return not self._lean.is_lean(line) or self._lean.is_in_words(line)

    def _is_full(self, line: SourceLine) -> bool:
        """Whether a line has a cell beside its id, and is not lean."""
        return is_full(line, self._id_at) and not self._lean.is_lean(line)

    def _has_headings(self, line: SourceLine) -> bool:
        """Whether the line has several known headings: the id's among them, or one above its own column."""
        # Spares the lines of leads the comparison of each cell.
        if _OF_LEADS.search("\n".join(line.cells)):
            return False
        # A template's `%name%` is no heading.
        keys = [loose(cell) if cell.strip()[:1].isalnum() else "" for cell in line.cells]
        known = {known for known in keys if known in self._known}
        others = [cell for cell, own in zip(line.cells, keys, strict=True) if own not in self._known]
        if len(known) < 2 or any(map(is_value, line.cells)) or any(map(has_digit, others)):
            return False
        above = zip(keys, self._headings, strict=True)
        return bool(known & self._names.ids) or any(key and key == heading for key, heading in above)

    def _has_words_for_figures(self, line: SourceLine) -> bool:
        """Whether new words, all different, fill a line, in another column of figures alone too."""
        if not self._is_words(line):
            return False
        if len({cell.strip() for cell in line.cells} - {""}) < len(line.cells):
            return False
        # Each with a value that is not blank.
        return any(
            len(seen) > ("" in seen)
            for at, seen in enumerate(self._seen)
            if at != self._id_at and at not in self._texts
        )

    def _is_words(self, line: SourceLine) -> bool:
        """Whether a line has words alone, all of them new, though each id so far has a digit."""
        cells = line.cells
        if self._odd[WORDS] or not (self._count and cells[self._id_at].strip()):
            return False
        return (
            not has_digit(cells[self._id_at])
            and all(has_letters(cell) and not is_value(cell) for cell in cells if cell.strip())
            and not any(cell in seen for cell, seen in zip(cells, self._seen, strict=True) if cell)
        )

    def _learn(self, leads: Sequence[SourceLine], ids: Sequence[str]) -> None:
        figures = list(filter(str.isdecimal, ids))
        self._lengths.update(map(len, figures))
        if self._sum is not None:
            are_numbers = len(figures) == sum(map(bool, ids)) and max(self._lengths, default=0) <= _MOST_DIGITS
            self._sum = self._sum + sum(map(int, figures)) if are_numbers else None
        if self._count < SAMPLE:
            for at, seen in enumerate(self._seen):
                cells = [line.cells[at] for line in leads]
                seen.update(cells)
                if at not in self._texts and not all(map(has_digit, filter(None, cells))):
                    self._texts.add(at)
            self._sums.learn(leads)
        self._count += len(leads)


def _goes_on(name: str, above: Sequence[str]) -> bool:
    """Whether an id goes on in the steps of those above it."""
    ids = [int(one) for one in (name, *above) if one.strip().isdecimal()]
    return len(ids) > 2 and ids[0] - ids[1] == ids[1] - ids[2] > 0


def _numbers(cells: Sequence[str]) -> set[int]:
    return {int(re.sub(r"\D", "", number)) for cell in cells for number in _NUMBER.findall(cell)}


def _is_told(line: SourceLine) -> bool:
    """Whether the line is known for a total, a rule or a footer."""
    return any(kind in _TOTALS for kind, _ in line.faults)


def _told_kind(line: SourceLine, kind: Kind) -> SourceLine:
    if kind is Kind.TITLE:
        return _faulty(line, FaultKind.TOTAL_BETWEEN)
    return line._replace(doubted=True) if kind is Kind.DOUBT else line


def _faulty(line: SourceLine, kind: FaultKind, **details: int) -> SourceLine:
    return line._replace(faults=(line_fault(kind, **details),))
