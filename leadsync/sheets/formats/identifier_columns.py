"""The columns whose numbers are names: external ids, phones, post codes. A name is what the sheet shows."""

from collections.abc import Callable
from itertools import islice

from leadsync.sheets.formats.sheet_values import Sheet
from leadsync.spreadsheet import HeadingNames, is_post_code, loose

_FIRST_ROWS, _FARTHEST, _WIDEST = 20, 200, 500
"""With text; the headings are among the first, or else those below a long text."""


def identifier_columns(sheet: Sheet, names: HeadingNames) -> frozenset[int]:
    """Return the columns with such a heading among their first cells, and the nameless ones behind them."""
    keys = names.ids | names.phones
    return _columns(sheet, lambda key: key in keys or is_post_code(key))


def unsent_columns(sheet: Sheet, names: HeadingNames) -> frozenset[int]:
    """Return the columns that the settings leave out, by their headings among the first cells."""
    return _columns(sheet, names.unsent.__contains__) if names.unsent else frozenset()


def _columns(sheet: Sheet, is_wanted: Callable[[str], bool]) -> frozenset[int]:
    first_column = sheet.start[1] if sheet.start else 0
    rows = (row for row in sheet.iter_rows() if any(value != "" for value in row))
    found: set[int] = set()
    for number, row in enumerate(islice(rows, _FARTHEST)):
        if number >= _FIRST_ROWS and (found or len(row) > _WIDEST):
            break
        # The blanks behind a heading may be merged with it, and hold its values.
        is_theirs = False
        for column, value in enumerate(row, first_column):
            if value != "":
                is_theirs = isinstance(value, str) and is_wanted(loose(value.strip().removesuffix("__c")))
            if is_theirs:
                found.add(column)
    return frozenset(found)
