"""A sheet as it was read, for a person to confirm: its place in the file, and its columns with examples."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from leadsync.config import Settings
from leadsync.errors import MappingError, SheetError
from leadsync.journal import Journal
from leadsync.leads import Column, Rules, columns_of, fields_of, propose, sheet_rules, with_mapping
from leadsync.models import EXTERNAL_ID
from leadsync.run.sheet_source import SheetSource, opened
from leadsync.run.survey import Survey

if TYPE_CHECKING:
    from leadsync.run.sheet_scan import SheetScan
    from leadsync.sheets.table import Table

_SAMPLE_ROWS = 200
_LAST_LINE = 8
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class SheetView:
    """How a sheet was read.

    `sheets` are all of a workbook, `sheet` is empty for text. `headings_line` counts from 1. `examples` are the first
    values by a column's position, `proposed` the fields perhaps meant by headings, `fields` those that a column may
    fill.
    """

    sheet: str
    sheets: tuple[str, ...]
    headings_line: int
    delimiter: str
    columns: tuple[Column, ...]
    examples: Mapping[int, Sequence[str]]
    proposed: Mapping[str, str]
    fields: tuple[str, ...]
    mapping: str = ""
    """The NAME of its `[mappings.NAME]`."""
    date_order: str = ""
    """The order of day, month and year in force; empty if nothing was decided."""


def sheet_view_of(scan: "SheetScan") -> SheetView:
    """The view of a sheet read to its end."""
    return replace(
        _view(scan.table, scan.mapping.columns, scan.survey.examples, scan.proposed, scan.fields),
        mapping=scan.mapping.name,
        date_order=scan.date_order,
    )


def look_at_sheet(source: SheetSource, settings: Settings, now: datetime, journal: Journal) -> SheetView:
    """The view of a sheet by its first rows, also if its columns do not tell the leads; raises SheetError."""
    rules = settings.rules(now)
    with opened(source, journal, sheet_rules(rules)) as table:
        rows = list(islice(table.rows(), _SAMPLE_ROWS))
    survey = Survey()
    survey.sample(rows)
    columns, proposed = _undecided(table.headings, [row.cells for row in rows], rules)
    return _view(table, columns, survey.examples, proposed, fields_of(rules))


def lines_with_headings(source: SheetSource, settings: Settings, now: datetime) -> list[tuple[int, tuple[str, ...]]]:
    """The first lines that could hold the headings, with their cells, for a sheet whose headings were not found."""
    found: list[tuple[int, tuple[str, ...]]] = []
    rules = sheet_rules(settings.rules(now))
    for line in range(1, _LAST_LINE + 1):
        with suppress(SheetError), opened(source, None, rules._replace(headings_row=line)) as table:
            if sum(map(bool, map(str.strip, table.headings))) > 1:
                found.append((line, table.headings))
        if len(found) == _MOST_LINES:
            break
    return found


def _undecided(
    headings: Sequence[str], rows: Sequence[Sequence[str]], rules: Rules
) -> tuple[tuple[Column, ...], Mapping[str, str]]:
    """The columns and the fields proposed for them; settings that contradict themselves are left out."""
    try:
        found = propose(headings, rows, rules)
        ids = {found.likely_id: EXTERNAL_ID} if found.likely_id else {}
        return columns_of(headings, with_mapping(headings, rules)), {**ids, **found.meant, **found.columns}
    except MappingError:
        return columns_of(headings, replace(rules, columns={}, mappings={})), {}


def _view(
    table: "Table",
    columns: tuple[Column, ...],
    examples: Mapping[int, Sequence[str]],
    proposed: Mapping[str, str],
    fields: tuple[str, ...],
) -> SheetView:
    return SheetView(
        table.sheet, table.sheets, table.headings_line, table.delimiter, columns, examples, proposed, fields
    )
