"""The forms of ids: a date or a far longer one among ids that are alike is no lead's, perhaps. Pure."""

import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase, ascii_uppercase

_SHAPE = str.maketrans(
    {**dict.fromkeys("0123456789", "9"), **dict.fromkeys(ascii_lowercase, "a"), **dict.fromkeys(ascii_uppercase, "A")}
)
_RUNS = re.compile(r"(.)\1+")
_DATE = re.compile(r"9{1,4}([-/.])(?:9{1,2}|[Aa]{3,9})\1(?:99){1,2}(?:[ A].*)?|9{1,2}/9{1,2}")
_MOST = 50
"""Forms to compare; ids of more tell nothing."""
_MOST_ROWS = 1_000
_FEWEST, _MANY = 3, 3
"""Ids that are alike, and so many for each one that is not."""
_DATES = 2
"""Other ids for each date."""
_LONGER = 2
"""Times as long as the others."""


def form_of(name: str) -> str:
    """Return the form of an id: `A-101` is `A-999`."""
    return name.translate(_SHAPE)


class IdForms:
    """The forms of the ids so far, such as `A-999`, with their rows."""

    def __init__(self) -> None:
        self._forms: dict[str, list[int]] = {}

    def learn(self, number: int, form: str) -> bool:
        """Learn the form of a row's id; return whether enough of them are known."""
        if len(self._forms) > _MOST:
            return True
        rows = self._forms.get(form)
        if rows is None:
            self._forms[form] = [number]
        elif len(rows) < _MOST_ROWS:
            rows.append(number)
        else:
            return True
        return False

    def odd(self, count: int) -> set[int]:
        """Of so many rows those whose id is a date among others, or unlike the others, which are all alike."""
        if not self._forms or len(self._forms) > _MOST:
            return set()
        forms = sorted(self._forms, key=lambda form: -len(self._forms[form]))
        dates = self._dates(forms, count)
        rest = [form for form in forms if form not in dates]
        unlike = _unlike(rest)
        rows = self._rows([*dates, *unlike])
        is_one = count - len(rows) >= _FEWEST and len(rows) * _MANY <= count
        return self._rows([*dates, *(unlike if is_one else ())])

    def _dates(self, forms: Sequence[str], count: int) -> list[str]:
        dates = [form for form in forms if _DATE.fullmatch(form)]
        has_signs = any("/" in form for form in forms if form not in dates)
        return [] if has_signs or len(self._rows(dates)) * (_DATES + 1) > count else dates

    def _rows(self, forms: Iterable[str]) -> set[int]:
        return {number for form in forms for number in self._forms[form]}


def _unlike(forms: Sequence[str]) -> list[str]:
    """The forms with digits that are unlike the others, which are all alike; the most frequent one is the first."""
    alike = forms[0] if forms else ""
    longer = {form for form in forms if len(form) >= _LONGER * len(alike) and len(alike) >= _FEWEST}
    others = [form for form in forms if form in longer or kind_of(form) != kind_of(alike)]
    with_digits = [form for form in others if "9" in form]
    has_blank = " " in alike
    are_odd = all(form in longer or (" " in form and not has_blank) for form in with_digits)
    return with_digits if "9" in alike and are_odd and (not longer or len(forms) - len(others) == 1) else []


def kind_of(form: str) -> str:
    """Return a form without the lengths of its runs: that of `A-101` is `a-9`."""
    return _RUNS.sub(r"\1", form.lower())
