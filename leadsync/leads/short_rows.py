"""Rows short at their end: a spreadsheet program leaves out trailing blank cells of a text. Pure.

A cell left out in the middle looks the same, and puts each value behind it under the wrong heading. Such a row is not
safe: a present value would belong to a missing column, or no checked value holds the others in place.
"""

from collections.abc import Sequence

from leadsync.leads.callbacks import clean_callback
from leadsync.leads.dispositions import clean_disposition
from leadsync.leads.input_rules import Rules
from leadsync.leads.phones import clean_phone
from leadsync.leads.priorities import clean_priority
from leadsync.leads.sheet_columns import Column
from leadsync.leads.text import Cleaned, trim
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, PRIORITY, Row
from leadsync.reasons import FaultKind

MISSING_AT_END = "cells missing at the end of the line read as blank"
"""The repair of a short row."""
_FEWEST = 2


def present_cells(row: Row) -> int | None:
    """Return the number of cells of a row at fault for being short alone; None for any other row."""
    if len(row.faults) != 1 or row.faults[0].kind is not FaultKind.TOO_FEW_CELLS:
        return None
    present = row.faults[0].details.get("present")
    return present if isinstance(present, int) else None


def is_short_at_end(cells: Sequence[str], columns: Sequence[Column], rules: Rules) -> bool:
    """Whether only trailing blank cells can be missing from a row with these `cells`."""
    blank = ("", *rules.input.blank_words)
    values = [(column, trim(cell)) for column, cell in zip(columns, cells, strict=False) if trim(cell) not in blank]
    missing = [column for column in columns[len(cells) :] if column.field or column.completes]
    if len(values) < _FEWEST or not any(column.field == EXTERNAL_ID for column, _ in values):
        return False
    # Even an unreadable phone that the settings leave out may be the value of another column.
    if not all(_fits(column, value, rules) for column, value in values if column.field in rules.input.phone_fields):
        return False
    free = [value for column, value in values if not _is_checked(column, rules) and column.field != EXTERNAL_ID]
    checked = [column for column in missing if _is_checked(column, rules)]
    if any(_fits(column, value, rules) for column in checked for value in free):
        return False
    return len(checked) == len(missing) or any(_is_checked(column, rules) for column, _ in values)


def _is_checked(column: Column, rules: Rules) -> bool:
    """Whether the column's rule refuses most values of other columns."""
    field = column.field or column.completes
    if field == DISPOSITION:
        return bool(rules.input.dispositions)
    return field in (CALLBACK, PRIORITY) or field in rules.input.phone_fields


def _fits(column: Column, value: str, rules: Rules) -> bool:
    field = column.field or column.completes
    if field == CALLBACK:
        return isinstance(clean_callback(value, rules), Cleaned)
    if field == PRIORITY:
        return isinstance(clean_priority(value), Cleaned)
    if field == DISPOSITION:
        return isinstance(clean_disposition(value, rules.input.dispositions), Cleaned)
    return isinstance(clean_phone(value, rules.input.region), Cleaned)
