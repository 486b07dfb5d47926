"""The forms of ids beside the values of their rows: titles, counts and footers that look like updates. Pure.

Their ids have a form of their own. They have fewer values than all others and stand each for itself between these, or
they are the first or the last rows, perhaps below a title or a blank line. Short sheets alone are looked at.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from leadsync.models import DISPOSITION, NO_CHANGE
from leadsync.run.id_forms import kind_of
from leadsync.sheets.formats.footer_words import ENDS, folded

MOST_ROWS = 2_000
"""In a sheet to look at; with one more it is too long."""
_FEWEST = 2
_LONGER = 2
"""Times as long as the others."""
_MANY = 3
_SENTENCE = 4
"""Blanks of an id that is a sentence."""
_DIGITS = "9"
"""The kind of an id of digits alone."""
_RUNS = re.compile(r"([Aa])\1+")
_FRACTION = re.compile(r"9+[.,]9+")


class RowForm(NamedTuple):
    """A row's number, its id, the form of it, the number of its values, and its outcome and texts in small letters."""

    number: int
    name: str
    form: str
    values: int
    outcome: str
    texts: frozenset[str]


class RowForms:
    """The rows so far."""

    def __init__(self) -> None:
        self._rows: list[RowForm] = []
        self._last: int | None = None
        """The number of the last line, a row or not."""
        self._titles = set[int]()
        """The places of rows below a line rejected alone,"""
        self._gaps = set[int]()
        """and below a blank one."""

    def pass_over(self, number: int, *, is_title: bool) -> None:
        """Learn of a line that is not sent, be it for itself alone, as a title is."""
        self._go_on(number)
        if is_title:
            self._titles.add(len(self._rows))

    def _go_on(self, number: int) -> None:
        if self._last is not None and number - self._last > 1:
            self._gaps.add(len(self._rows))
        self._last = number

    def look_at(self, number: int, name: str, form: str, fields: Mapping[str, str]) -> None:
        """Learn from a row to be sent; `form` is that of its id, by `form_of`."""
        self._go_on(number)
        values = sum(value not in {"", NO_CHANGE} for value in fields.values())
        outcome = fields.get(DISPOSITION, "").replace(NO_CHANGE, "").casefold()
        # Numbers of one list are of one length; words are not.
        others = (value for field, value in fields.items() if field != DISPOSITION)
        texts = frozenset(value.casefold() for value in others if value[:1].isalpha())
        self._rows.append(
            RowForm(number, name, form if name.isdecimal() else _RUNS.sub(r"\1", form), values, outcome, texts)
        )

    def odd(self) -> set[int]:
        """The rows that are titles, counts, footers or averages, perhaps."""
        rows = self._rows
        if not _FEWEST < len(rows) <= MOST_ROWS:
            return set()
        below = _below(rows, self._titles, self._gaps)
        odd = (_between(rows), _at_edge(rows), _at_edge(rows[::-1]), _averages(rows), below)
        return {row.number for row in chain.from_iterable(odd)}

    def legend(self) -> set[int]:
        """The last rows, if they explain values of the leads above."""
        rows = self._rows
        return {row.number for row in _legend(rows)} if _FEWEST < len(rows) <= MOST_ROWS else set()


def _between(rows: Sequence[RowForm]) -> Sequence[RowForm]:
    """The rows of one other form with fewer values, each apart from the next, where the ids do not just count on."""
    counts = Counter(row.form for row in rows)
    usual = max(rows, key=lambda row: (counts[row.form], row.values)).form
    places = [place for place, row in enumerate(rows) if row.form != usual]
    others = [rows[place] for place in places]
    full = [row for row in rows if row.form == usual]
    if not 0 < _FEWEST * len(others) <= len(full) or len(others) < _FEWEST or len({row.form for row in others}) > 1:
        return ()
    # `A1-2` is a second row of A1.
    if any(row.name.startswith(tuple(one.name for one in full)) for row in others):
        return ()
    are_apart = all(second - first > 1 for first, second in pairwise(places))
    ids = [int(row.name) for row in rows if row.name.isdecimal()]
    counts_on = len(ids) == len(rows) and all(first < second for first, second in pairwise(ids))
    return others if are_apart and not counts_on and _are_leaner(others, full) else ()


def _at_edge(rows: Sequence[RowForm]) -> Sequence[RowForm]:
    """The last rows, if their ids have another form than all above: leaner words, an end, a text or a long number."""
    usual = rows[0].form
    count = next((place for place, row in enumerate(rows) if row.form != usual), len(rows))
    above, others = rows[:count], rows[count:]
    if not others or count < _FEWEST or len(others) > count or any(row.form == usual for row in others):
        return ()
    if "9" not in usual and not any("9" in row.form for row in others) and _are_leaner(others, above):
        return others
    return others if len(others) == 1 and _is_odd_beside(others[0], above) else ()


def _is_odd_beside(row: RowForm, others: Sequence[RowForm]) -> bool:
    """Whether a first or last row's id is none of a lead's, beside others that are all alike."""
    usual = others[0].form
    is_bare = not any(one.values for one in (row, *others))
    if is_bare and folded(row.name) in ENDS:
        return True
    if "9" not in usual:
        is_sentence = row.name.count(" ") >= _SENTENCE and " " not in usual
        # As in a template's `$id`.
        return is_sentence or (usual[0].isalpha() and not (row.name[0].isalnum() or row.name[0].isspace()))
    length, number = len(others[0].name), row.name.removeprefix("+")
    is_longer = number.isdecimal() and length > _FEWEST and len(number) >= _LONGER * length
    # A blank may have slipped into a lead's id; hints stand above all leads.
    is_text = (is_bare or row.number < others[0].number) and " " in row.name
    return usual.isdecimal() and (is_longer or is_text)


def _below(rows: Sequence[RowForm], titles: Collection[int], gaps: Collection[int]) -> Sequence[RowForm]:
    """The rows below the first title or gap under which all ids are unlike those above.

    A title makes unlike another kind, or a shorter one in a row with fewer values; a gap only far shorter numbers.
    """
    kinds, shortest, fewest = set[str](), len(rows[0].name), rows[0].values

    def is_unlike(row: RowForm) -> bool:
        is_far_shorter = row.name.isdecimal() and kinds == {_DIGITS} and len(row.name) * _LONGER <= shortest
        is_leaner = len(row.name) < shortest and row.values < fewest
        return is_far_shorter or (place in titles and (is_leaner or kind_of(row.form) not in kinds))

    for place, row in enumerate(rows):
        is_below = place >= _FEWEST and (place in titles or place in gaps)
        if is_below and len(rows) - place <= _LONGER * place and all(map(is_unlike, rows[place:])):
            return rows[place:]
        kinds.add(kind_of(row.form))
        shortest, fewest = min(shortest, len(row.name)), min(fewest, row.values)
    return ()


def _averages(rows: Sequence[RowForm]) -> Sequence[RowForm]:
    """The rows with a fraction for an id among whole numbers."""
    others = [row for row in rows if _FRACTION.fullmatch(row.form)]
    is_few = 0 < len(others) * _MANY <= len(rows)
    are_numbers = is_few and all(row.name.isdecimal() for row in rows if row not in others)
    return others if are_numbers else ()


def _legend(rows: Sequence[RowForm]) -> Sequence[RowForm]:
    """The last rows, if half of them explain values of the rows above, under ids in a form of their own."""
    above = _Above()
    start = len(rows)
    for place, row in enumerate(rows):
        if above.is_explained_by(row):
            start = place
            break
        above.learn(row)
    forms = {row.form for row in rows[start:]}
    # The first code may be none of those above.
    while start and rows[start - 1].form in forms:
        start -= 1
    leads, others = rows[:start], rows[start:]
    # A legend has each of its lines once.
    if len(leads) < _FEWEST or len({(row.name, row.outcome) for row in others}) < len(others):
        return ()
    above = _Above()
    for row in leads:
        above.learn(row)
    codes = sum(map(above.is_explained_by, others))
    if codes < _FEWEST or _FEWEST * codes < len(others) or any(row.form in forms for row in leads):
        return ()
    shortest = min(len(row.name) for row in leads)
    # Of numbers that count on, the longer ones stand below.
    return others if all(len(row.name) < shortest or not row.name.isdecimal() for row in others) else ()


class _Above:
    """The values of rows above."""

    def __init__(self) -> None:
        self._outcomes = Counter[str]()
        self._texts = set[str]()

    def learn(self, row: RowForm) -> None:
        if row.outcome:
            self._outcomes[row.outcome] += 1
        self._texts |= row.texts

    def is_explained_by(self, row: RowForm) -> bool:
        """Whether a row's id is an outcome, the number of its own one or another text, or it has one elsewhere."""
        name = row.name.casefold()
        is_code = name in self._outcomes or name in self._texts or not self._outcomes.keys().isdisjoint(row.texts)
        return is_code or str(self._outcomes.get(row.outcome, "")) == name


def _are_leaner(rows: Sequence[RowForm], others: Sequence[RowForm]) -> bool:
    return max(row.values for row in rows) < min(row.values for row in others)
