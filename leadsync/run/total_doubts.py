"""Rows with a total's words or figures where the others have a name or an outcome. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from leadsync.models import CALLBACK, DISPOSITION, NO_CHANGE, PRIORITY
from leadsync.sheets.formats.footer_words import NOUNS, TOTALS, VOCABULARY, WORDS, folded
from leadsync.sheets.formats.total_labels import Label, label_of, number_of

_FIGURE = re.compile(r"(?!0\d|(?:[^\d.,]*\d){9})[^\w+]*\d+(?:[.,\s]\d{3})*(?:[.,]\d+)?\W*")
_NO_NAME = re.compile(
    rf"{_FIGURE.pattern}|\d+\s+(?:{'|'.join(sorted(NOUNS))})|\d{{1,4}}([-/.])\d{{1,2}}\1\d{{2,4}}(?:[ T].*)?"
)
"""A figure, a count of leads, or a date."""
_STATISTICS = frozenset(
    {
        *("max", "min", "maximum", "minimum", "best", "worst", "ø", "median", "mittelwert"),
        *("gesamtmaximum", "gesamtminimum", "gesamtmittelwert"),
    }
)
_NAME = "name"
_SAMPLE = 2_000
_MOST = 1_000
_CENT = 0.01
_SHORT = 1_000
"""Rows of a sheet whose last one may be a total of all."""
_FEWEST = 3
"""Rows above it."""


class TotalDoubts:
    """The columns of names and outcomes so far, and the rows with figures in them."""

    def __init__(self) -> None:
        self._rows = self._usual = 0
        """The rows looked at, at most so many, and the number of fields of most."""
        self._sizes: Counter[int] = Counter()
        self._columns: tuple[str, ...] = ()
        """The fields of names and outcomes."""
        self._words: Counter[str] = Counter()
        """The first rows with another text than a figure there."""
        self._odd: list[tuple[str, int]] = []
        """The fields and rows of figures."""
        self._first: list[tuple[int, Mapping[str, str]]] = []
        """The first rows with their values."""

    def look_at(self, number: int, fields: Mapping[str, str]) -> None:
        """Learn from a row to be sent."""
        if len(self._first) <= _SHORT:
            self._first.append((number, fields))
        if self._rows < _SAMPLE:
            self._learn(fields)
        elif len(fields) >= self._usual and fields.get(DISPOSITION) != NO_CHANGE:
            # A total leaves some cells blank; nearly all rows of a long sheet are passed by here.
            return
        for name in self._columns:
            value = fields.get(name)
            # Nearly all begin with a letter.
            if value and not value[0].isalpha() and len(self._odd) < _MOST and _NO_NAME.fullmatch(value.casefold()):
                self._odd.append((name, number))

    def _learn(self, fields: Mapping[str, str]) -> None:
        self._rows += 1
        self._sizes[len(fields)] += 1
        if self._rows == _SAMPLE:
            self._usual = self._sizes.most_common(1)[0][0]
        for name in fields.keys() - {*self._columns}:
            if name == DISPOSITION or _NAME in name.casefold():
                self._columns += (name,)
        for name in self._columns:
            value = fields.get(name, NO_CHANGE)
            if value and value != NO_CHANGE:
                self._words[name] += not _NO_NAME.fullmatch(value.casefold())

    def odd(self, *, are_codes: bool = False) -> list[int]:
        """The rows with a figure in a column of texts, in that of outcomes unless these `are_codes`."""
        figures = Counter(name for name, _ in self._odd if not (are_codes and name == DISPOSITION))
        odd = [
            number for name, number in self._odd if name in figures and self._words[name] > max(1, figures[name] - 1)
        ]
        if _FEWEST < len(self._first) <= _SHORT:
            *above, (number, last) = self._first
            if number not in odd and _is_sum_of(_filled(last), [_filled(fields) for _, fields in above]):
                odd.append(number)
        return odd


def _is_sum_of(last: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether the last row has fewer values than each above, a callback date from there, and sums that none has."""
    if len(last) >= min(map(len, rows)) or not any(last.get(CALLBACK) == row.get(CALLBACK, "") for row in rows):
        return False
    figures = {name: value for name, value in last.items() if name != PRIORITY and _FIGURE.fullmatch(value)}
    return bool(figures) and all(_is_sum(value, [row.get(name, "") for row in rows]) for name, value in figures.items())


def _is_sum(value: str, above: Sequence[str]) -> bool:
    """Whether a figure is the sum of those above, and none of them."""
    numbers = [number_of(cell) for cell in above if cell]
    total = number_of(value)
    known = [number for number in numbers if number is not None]
    return total is not None and known == numbers and total not in known and abs(sum(known) - total) < _CENT / 2


def is_total_of(fields: Mapping[str, str], lead: Mapping[str, str]) -> bool:
    """Whether a row with fewer values than the lead's other one has figures alone, or figures and a total's words,
    perhaps with the latest, first or average callback date.

    With as many values, all are the lead's own but figures and words such as `Jane Max` beside Jane.
    """
    values, others = _filled(fields), _filled(lead)
    if values.keys() == others.keys():
        return _is_statistic_of(values, others)
    if len(values) >= len(others):
        return False
    labels, has_figures, texts = set[str](), False, " ".join(others.values())
    for name, value in values.items():
        own = others.get(name, "")
        if name == CALLBACK:
            continue
        if _FIGURE.fullmatch(value):
            has_figures = has_figures or name != PRIORITY
        elif value.casefold() == own.casefold():
            labels.add("same")
        elif _is_statistic(value, texts) or label_of(value, own) is Label.TOTAL:
            labels.add("total")
        elif label_of(value, own) in {Label.LONGER, Label.COUNTED} or (own and _is_behind(value, own)):
            labels.add("longer")
        else:
            return False
    if CALLBACK in values:
        # A date alone moves the lead's callback; beside figures, it is the lead's own or one of a total.
        is_own = values[CALLBACK] == others.get(CALLBACK)
        return has_figures and ("total" in labels or (is_own and labels != {"same"}))
    return "total" in labels or (has_figures and labels != {"same"})


def _is_statistic_of(values: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether a row differs from the lead's other one by the words of a statistic, and perhaps by figures."""
    texts = [name for name, value in values.items() if value != others[name] and not _FIGURE.fullmatch(value)]
    return bool(texts) and all(_may_be_no_name(name, values[name], others[name]) for name in texts)


def _may_be_no_name(heading: str, value: str, own: str) -> bool:
    """Whether a text has a statistic's words; `Max` alone may be a name, and `Balance` an outcome."""
    if len(value.split()) == 1:
        return heading == DISPOSITION and folded(value) in _STATISTICS
    return _is_statistic(value, own)


def _is_statistic(value: str, own: str) -> bool:
    """Whether a text has a statistic's or a total's words, perhaps beside the other text's or such as `Grand`."""
    words = set(WORDS.findall(folded(value)))
    rest = words - _STATISTICS - TOTALS
    return rest < words and (rest <= {*WORDS.findall(folded(own))} or VOCABULARY.issuperset(rest))


def _is_behind(value: str, own: str) -> bool:
    """Whether a text is a word with a colon, and the other one: `Last: Jane`."""
    first, colon, rest = value.partition(":")
    return bool(colon) and first.isalpha() and rest.strip().casefold() == own.casefold()


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value and value != NO_CHANGE}
