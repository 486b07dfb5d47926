"""The columns whose numbers are names: external ids, phones, post codes. A name is what the sheet shows."""

from itertools import islice

from leadsync.sheets.formats.sheet_values import Sheet
from leadsync.spreadsheet import HeadingNames, is_post_code, loose

_FIRST_ROWS = 20
"""With text; the headings are among them."""


def identifier_columns(sheet: Sheet, names: HeadingNames) -> frozenset[int]:
    """Return the columns with such a heading among their first cells."""
    first_column = sheet.start[1] if sheet.start else 0
    rows = islice((row for row in sheet.iter_rows() if any(value != "" for value in row)), _FIRST_ROWS)
    keys = names.ids | names.phones
    return frozenset(
        column
        for row in rows
        for column, value in enumerate(row, first_column)
        if isinstance(value, str) and ((key := loose(value.strip().removesuffix("__c"))) in keys or is_post_code(key))
    )
