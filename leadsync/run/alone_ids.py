"""Ids with no other value in their rows: leads where others have blanks too, else titles, perhaps. Pure."""

from collections import Counter

from leadsync.models import NO_CHANGE, Lead
from leadsync.run.id_forms import form_of, kind_of

_MOST = 1_000
_SAMPLE = 2_000
"""Rows with values to compare."""
_BLANK = 10
"""One such part of a column is blank at least, where its blanks are usual."""


class AloneIds:
    """The ids alone so far, and the columns of the other rows."""

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}
        """The ids alone by their rows."""
        self._kinds = set[str]()
        """The kinds of the other ids."""
        self._filled: Counter[str] = Counter()
        """The other rows with a value, by column."""
        self._rows = 0
        """The other rows, as far as they are compared."""

    def add(self, number: int, name: str) -> None:
        """Learn the id of a row without other values."""
        if len(self._ids) < _MOST:
            self._ids[number] = name

    def compare(self, lead: Lead) -> None:
        """Learn from another row."""
        if self._rows >= _SAMPLE:
            return
        self._rows += 1
        self._kinds.add(kind_of(form_of(lead.external_id)))
        self._filled.update(name for name, value in lead.fields.items() if value not in {"", NO_CHANGE})

    def odd(self) -> list[int]:
        """The rows that are titles, perhaps: all of them in a full sheet, else those of another kind."""
        if len(self._filled) > 1 and any((self._rows - count) * _BLANK < self._rows for count in self._filled.values()):
            return list(self._ids)
        return [number for number, name in self._ids.items() if kind_of(form_of(name)) not in self._kinds]
