"""The rule about cells corrupted by a program since the first run. Pure."""

import re
from collections.abc import Iterator

from leadsync.models import EXTERNAL_ID
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.reimport.context import Context
from leadsync.reimport.workbook import heading_name
from leadsync.sheets import TRUNCATED
from leadsync.spreadsheet import CHECK_PREFIX

_KNOWN_BY_OTHERS = (
    FaultKind.SWAPPED_DATE_CELL,
    FaultKind.TOTAL_BETWEEN,
    FaultKind.OTHER_TABLE,
    FaultKind.WORDS_ALONE,
    FaultKind.TEMPLATE,
    FaultKind.SECOND_HEADINGS,
    FaultKind.HEADINGS_DOWN,
)
_IN_POWERS = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
"""A number with many digits as a spreadsheet program shows it."""


def corrupted_cells(context: Context) -> Rejected | None:
    """A value was cut to the size of a workbook's cell, or a program made a number of a text: another lead's id.

    In a workbook a text stays one: another value was typed.
    """
    faults = (*_corrupted(context), *_known_by_others(context))
    if not faults:
        return None
    mapped = context.mapped
    others = mapped.faults if isinstance(mapped, Rejected) else ()
    inserts = mapped.inserts
    return Rejected((*others, *faults), mapped.external_id, inserts)


def _corrupted(context: Context) -> Iterator[Fault]:
    for column, cell in zip(context.sheet.columns, context.row.cells, strict=False):
        if cell.endswith(TRUNCATED):
            yield Fault(column.heading, "", FaultKind.CUT_TEXT)
        # Of the system fields only the id: the rule for phones puts a lost zero back.
        if context.sheet.is_workbook or not (column.campaign or column.field == EXTERNAL_ID):
            continue
        was, now = context.before.get(heading_name(column.heading)), cell.strip()
        # Only digits can be taken for a number; an emptied cell was emptied by a person.
        if was is None or was.cell == now or not now or not was.cell.isdecimal():
            continue
        # 00123 became 123, or 12345678901234567 became 1.23457E+16.
        if (was.cell.lstrip("0") or "0") == now or _IN_POWERS.fullmatch(now):
            by_check = was.run_id.startswith(CHECK_PREFIX)
            kind = FaultKind.CHECKED_NUMBER if by_check else FaultKind.CORRUPTED_NUMBER
            yield Fault(column.heading, now, kind, was.cell, {"run": was.run_id})


def _known_by_others(context: Context) -> Iterator[Fault]:
    """The faults told by other rows of the first sheet, gone by now; a cell changed since has none."""
    reason = context.origin.reason if context.origin else None
    if not isinstance(reason, Rejected):
        return
    here = {heading_name(column.heading): column for column in context.sheet.columns}
    unchanged = {name for name, column in here.items() if context.is_as_before(column)}
    known = context.mapped.faults if isinstance(context.mapped, Rejected) else ()
    for fault in reason.faults:
        names = {heading_name(fault.column)} if fault.column else here.keys() & context.before.keys()
        if fault.kind in _KNOWN_BY_OTHERS and fault not in known and names and names <= unchanged:
            yield fault
