"""Whether leads go on below a line of words: a table under other headings has lines of another kind. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence

from leadsync.sheets.formats.headings import has_letters

_DIGITS = re.compile(r"\d+")
COLUMN_WORDS = frozenset(
    re.findall(
        r"\w+",
        "id ref reference number no nr nummer code name firstname lastname fullname surname customer client account "
        "company firm firma kunde agent staff team address street strasse city town ort state postcode zip plz country "
        "phone mobile email telephone telefon status result outcome ergebnis role category product supplier invoice "
        "date datum price amount total value betrag preis quantity qty notes comment description nom ville prix statut "
        "nombre empresa ciudad precio estado resultado",
    )
)
"""Names of columns as people give them, as `loose` has them. Two in a line of words are headings."""
_FEWEST_LEADS = 3
"""Leads above whose values show whether a column repeats them."""


def goes_on(below: Sequence[Sequence[str]], above: Sequence[Sequence[str]], id_at: int, *, needs_form: bool) -> bool:
    """Whether most lines below fit the leads above, each line by its cells; not without lines below.

    Lines of words alone tell nothing beside others. With `needs_form` the ids have a form of those above, up to the
    number of digits, and a number is as long as one above or has a digit more.
    """
    if not above:
        return False
    columns = [{cell.strip() for cell in cells if cell.strip()} for cells in zip(*above, strict=True)]
    telling = [cells for cells in below if any(map(str.isdigit, "".join(cells)))]
    fitting = [cells for cells in telling if _fits(cells, columns, id_at)]
    if needs_form:
        forms = {form for name in columns[id_at] for form in _forms(name)}
        fitting = [cells for cells in fitting if _form(cells[id_at].strip()) in forms]
    return 2 * len(fitting) > len(telling)


def shares_values(
    below: Sequence[Sequence[str]], words: Sequence[str], columns: Mapping[int, Collection[str]], count: int
) -> bool:
    """Whether a line below has a value that has stood in its column above, in one of `count` leads or among the words.

    `columns` has the values above of each column. One with another value in each lead, as of names, tells nothing;
    without any that tells, the lines may fit.
    """
    telling = {
        at: {words[at], *values}
        for at, values in columns.items()
        if any(values) and (count < _FEWEST_LEADS or len(values) < count)
    }
    return not telling or any(cells[at] in values - {""} for cells in below for at, values in telling.items())


def _fits(cells: Sequence[str], columns: Sequence[Collection[str]], id_at: int) -> bool:
    """Whether a line has texts and figures where the leads above have them, and no value of another column."""
    for at, (cell, seen) in enumerate(zip(map(str.strip, cells), columns, strict=True)):
        if not cell or cell in seen:
            continue
        if at == id_at and not any(map(str.isdigit, cell)):
            return False
        if seen and has_letters(cell) not in set(map(has_letters, seen)) and at != id_at:
            return False
        if has_letters(cell) and any(cell in other for other in columns):
            return False
    return True


def _form(name: str) -> str:
    return "9" * len(name) if name.isdecimal() else _DIGITS.sub("9", name.casefold())


def _forms(name: str) -> tuple[str, ...]:
    """The forms of ids that may follow one."""
    return (_form(name), "9" * (len(name) + 1)) if name.isdecimal() else (_form(name),)
