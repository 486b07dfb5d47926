"""Ids that are no lead's, perhaps: words among ids with digits, quoted ones, and one for several people. Pure."""

import re
from collections.abc import Collection, Mapping
from itertools import chain
from typing import NamedTuple

from leadsync.models import CALLBACK, DISPOSITION, Lead
from leadsync.run.id_forms import IdForms, form_of
from leadsync.run.row_forms import MOST_ROWS, RowForms
from leadsync.run.total_doubts import TotalDoubts, is_total_of
from leadsync.spreadsheet import loose

_MOST_IDS = 10_000
"""Ids to compare; where there are more words, ids are words."""
_MOST_FORMS = 2_000
"""Ids with digits whose signs are looked at."""
_REACHED = re.compile(r"@|(?:\D*\d){6}")
"""In the values by which a person is reached."""
_CLOSING = frozenset("'\"`’”»}]>")
"""At the end of an id in quotation marks, or of a template's."""
_BRACKETED = re.compile(r"""\{[^{}'"]*\d[^{}'"]*\}|\[[^\[\]'"]*\d[^\[\]'"]*\]""")
"""An id in brackets that are part of it, where most ids have them."""
_NAME = "name"
"""In the headings of people's names."""
_FEWEST, _MANY = 2, 9
"""Ids with digits beside which a word is odd, and so many for each word beside which any is."""
_WORD, _NUMBER = 2, 3
"""People under one id that are a doubt: a word may be one for no id, a number is a lead's with two rows at times."""
_SENTENCE = 4
"""Blanks of an id that is a sentence, whatever its digits."""
_MOST_BLANKS = 2
"""Blanks in a name."""
_FILLED = 4
"""Digits of an id such as 9999."""


class _Form(NamedTuple):
    """The form of an id: its length, and the kinds of its signs."""

    length: int
    signs: frozenset[str]


class IdDoubts:
    """The ids of the rows to be sent, as far as they may be no lead's."""

    def __init__(self, headings: Collection[str] = ()) -> None:
        """`headings` are those that no lead's id is, as `loose` gives them."""
        self._headings = headings
        self._forms = IdForms()
        self._totals = TotalDoubts()
        self._row_forms = RowForms()
        self._doubted: list[int] = []
        """The rows whose id is a heading, and the totals in the rows of one lead."""
        self._shared: list[int] = []
        """Rows whose id has stood for other people."""
        self._called: list[int] = []
        """Those by their names alone."""
        self._words_once: set[str] = set()
        """The ids without a digit that stand in one row so far."""
        self._quoted: list[int] = []
        """The rows whose id ends in a closing sign."""
        self._bracketed: list[int] = []
        """Those in one pair of brackets."""
        self._plain: set[str] = set()
        """Forms of ids with digits that say nothing more."""
        self._rows = 0
        self._words: dict[int, _Form] = {}
        """The rows with an id without a digit, and its form."""
        self._with_digits = self._last = 0
        """The ids with a digit, and the last row of them."""
        self._lengths: set[int] = set()
        self._signs: set[str] = set()
        """The forms of the first of these."""
        self._people: dict[str, list[Mapping[str, str]]] = {}
        """The fields of different people by their id."""
        self._first: dict[str, int] = {}
        """The first row of each."""

    def look_at(self, number: int, lead: Lead) -> None:
        """Learn from a row to be sent."""
        name = lead.external_id
        form = form_of(name)
        self._rows += 1
        self._totals.look_at(number, lead.fields)
        if self._rows <= MOST_ROWS + 1:
            self._row_forms.look_at(number, name, form, lead.fields)
        is_plain = form in self._plain
        if is_plain:
            self._with_digits += 1
            self._last = number
        is_word = not is_plain and self._look_at_id(number, name, form)
        key = name.casefold()
        if key in self._people:
            self._words_once.discard(key)
            self._look_at_person(number, lead, self._people[key], is_word=is_word)
        elif len(self._people) < _MOST_IDS:
            self._people[key] = [lead.fields]
            self._first[key] = number
            if is_word:
                self._words_once.add(key)

    def pass_over(self, number: int, *, is_title: bool) -> None:
        """Learn of a line that is not sent, be it as a title or a rule among the leads."""
        self._row_forms.pass_over(number, is_title=is_title)

    @property
    def shared(self) -> list[int]:
        """The rows whose id has stood for other people; by their names alone where no other id is a word."""
        return sorted([*self._shared, *(() if self._words_once else self._called)])

    def _look_at_id(self, number: int, name: str, form: str) -> bool:
        """Learn from an id of no usual form; return whether it is a word."""
        last = name[-1:]
        is_known = self._forms.learn(number, form)
        if last in _CLOSING and len(self._quoted) < _MOST_IDS:
            (self._bracketed if _BRACKETED.fullmatch(name) else self._quoted).append(number)
        if len(self._people) < _MOST_IDS and not name.isdecimal() and loose(name) in self._headings:
            self._doubted.append(number)
        if (not last.isdigit() and not any(map(str.isdigit, name))) or name.count(" ") >= _SENTENCE:
            if len(self._words) < _MOST_IDS:
                self._words[number] = _Form(len(name), _signs(name))
            return True
        self._with_digits += 1
        self._last = number
        self._lengths.add(len(name))
        if self._with_digits <= _MOST_FORMS:
            self._signs |= _signs(name)
        if is_known and last not in _CLOSING and len(self._plain) < _MOST_FORMS:
            self._plain.add(form)
        return False

    def odd(self) -> list[int]:
        """The rows that are no lead's, perhaps: an odd id, one in quotation marks, a heading's, or a total."""
        bracketed = self._bracketed if len(self._bracketed) * 2 <= self._rows else ()
        legend = self._row_forms.legend()
        odd = (
            legend,
            self._quoted,
            bracketed,
            self._doubted,
            self._odd_words(),
            self._forms.odd(self._rows),
            self._totals.odd(are_codes=bool(legend)),
            self._row_forms.odd(),
        )
        return list(chain.from_iterable(odd))

    def _odd_words(self) -> list[int]:
        """The rows whose id has no digit, and a form that no id with digits has; none where words are common ids."""
        if not self._words or self._with_digits < _FEWEST:
            return []
        are_few = len(self._words) * _MANY <= self._with_digits
        # Beside the names of users, such as ann7, words are honest more often than beside numbers.
        if not are_few and ("small" in self._signs or (len(self._words) > self._with_digits and not self._is_end())):
            return []
        alike = {"capital", "small" if "capital" in self._signs and not are_few else ""}
        return [number for number, form in self._words.items() if self._is_odd(form, self._signs | alike)]

    def _is_end(self) -> bool:
        """Whether the words stand below all others, as the lines of a footer."""
        return min(self._words) > self._last and len(self._lengths) == 1

    def _is_odd(self, form: _Form, signs: set[str]) -> bool:
        return (len(self._lengths) == 1 and form.length not in self._lengths) or not form.signs <= signs

    def _look_at_person(self, number: int, lead: Lead, people: list[Mapping[str, str]], *, is_word: bool) -> None:
        name, fields = lead.external_id, lead.fields
        if is_total_of(fields, people[0]):
            self._doubted.append(number)
            return
        if is_total_of(people[0], fields):
            self._doubted.append(self._first[name.casefold()])
            people[0] = fields
            return
        is_none = is_word or (len({*name}) == 1 and len(name) >= _FILLED)
        most = _WORD if is_none else _NUMBER
        # Beyond these, only another one than the first is told.
        others = people if len(people) < most else people[:1]
        if any(_may_be_one(fields, other, needs_names=not is_none) for other in others):
            if is_none and all(_are_called_otherwise(name, fields, other) for other in others):
                self._called.append(number)
            return
        if len(people) < most:
            people.append(fields)
        if len(people) == most:
            self._shared.append(number)


def _signs(name: str) -> frozenset[str]:
    """The kinds of an id's signs but digits."""
    kinds = {
        "blank" if sign.isspace() else "mark" if not sign.isalnum() else _letter(sign)
        for sign in name
        if not sign.isdigit()
    }
    return frozenset(kinds)


def _letter(sign: str) -> str:
    return "small" if sign.islower() else "capital" if sign.isupper() else "letter"


def _may_be_one(fields: Mapping[str, str], others: Mapping[str, str], *, needs_names: bool) -> bool:
    """Whether two rows may be of one person: of one name, without number and address, or with a common one.

    With `needs_names` rows without a name are: a person has several numbers.
    """
    here, there = _reached(fields), _reached(others)
    if not (here and there) or not here.isdisjoint(there):
        return True
    name, other = _named(fields), _named(others)
    return name == other if name and other else needs_names


def _are_called_otherwise(lead: str, fields: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether two rows of one outcome differ in all texts that may be names, as of people. A user's id is in the
    name."""
    keys = [key for key, value in fields.items() if key in others and not key.startswith("nj") and _is_name(value)]
    names = " ".join(one[key] for key in keys for one in (fields, others)).casefold()
    return (
        bool(keys)
        and not (_reached(fields) and _reached(others))
        and fields.get(DISPOSITION) == others.get(DISPOSITION)
        and lead.casefold() not in names
        and all(_is_name(others[key]) and others[key] != fields[key] for key in keys)
    )


def _is_name(value: str) -> bool:
    return value[:1].isupper() and value.count(" ") <= _MOST_BLANKS and not any(map(str.isdigit, value))


def _named(fields: Mapping[str, str]) -> list[str]:
    """The words of a person's names, in the order of the alphabet: `Lee, Ann` is `Ann Lee`."""
    names = " ".join(value for heading, value in fields.items() if _NAME in heading.casefold())
    return sorted(names.replace(",", " ").casefold().split())


def _reached(fields: Mapping[str, str]) -> set[str]:
    """The phone numbers and addresses among a lead's values."""
    return {value for name, value in fields.items() if name != CALLBACK and _REACHED.search(value)}
