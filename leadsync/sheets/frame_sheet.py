"""A DataFrame as a sheet: its columns are the headings, its rows count from 2, its index is no data."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from functools import cached_property
from itertools import islice, repeat
from typing import TYPE_CHECKING

from leadsync.errors import SheetError
from leadsync.models import Row
from leadsync.reasons import Detail, Fault, FaultKind
from leadsync.remarks import Remark
from leadsync.sheets.formats.footers import marked
from leadsync.sheets.formats.headings import Headings
from leadsync.sheets.formats.row_checks import cell_faults, clean
from leadsync.sheets.frame_cells import cells_of, label_text
from leadsync.sheets.source_lines import SourceLine, line_fault
from leadsync.sheets.table import Table
from leadsync.spreadsheet import MOST_COLUMNS, RUN_COLUMN, SheetRules, loose

if TYPE_CHECKING:
    import pandas as pd

FIRST_ROW = 2
"""The number of a frame's first row: the headings stand above it, as in a file."""
_CHUNK = 2_000


class FrameSheet:
    """A frame's cells as texts, taken once; later changes of the frame do not count.

    Times with a timezone are given in `zone`. Raises SheetError for a frame that is no sheet.
    """

    def __init__(self, frame: "pd.DataFrame", name: str, zone: tzinfo) -> None:
        import pandas as pd

        if isinstance(frame.columns, pd.MultiIndex):
            raise SheetError(
                f"{name}: its columns have several levels (a MultiIndex), and a sheet has one line of headings; "
                "flatten them first."
            )
        if not 0 < len(frame.columns) <= MOST_COLUMNS:
            raise SheetError(f"{name}: it has {len(frame.columns):,} columns; a sheet has 1 to {MOST_COLUMNS:,}.")
        self.name = name
        self.headings = tuple(map(label_text, frame.columns))
        self._check_headings()
        self._index_names = [str(level) for level in frame.index.names if level is not None]
        self._count = len(frame)
        self._columns = [cells_of(frame.iloc[:, at], heading, zone) for at, heading in enumerate(self.headings)]

    def _check_headings(self) -> None:
        for kind, details in cell_faults(list(self.headings)):
            raise SheetError(
                f"{self.name}: column {details['letter']} should have a heading, but {FaultKind[kind].value}; "
                "rename that column."
            )

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the headings and cells: equal for frames that are the same sheet."""
        digest = hashlib.sha256(json.dumps(self.headings).encode())
        for column in self._columns:
            digest.update(json.dumps([column.texts, sorted(column.dates)]).encode())
        return digest.hexdigest()

    def table(self, rules: SheetRules) -> Table:
        """The frame as a table, to be read once. Raises SheetError if the index has the ids, and no column."""
        if not any(loose(heading) in rules.names.ids for heading in self.headings):
            for name in self._index_names:
                if loose(name) in rules.names.ids:
                    raise SheetError(
                        f"{self.name}: its index {name} is no column and is not read; reset_index() makes it one."
                    )
        remarks = []
        if self._index_names:
            remarks.append(Remark.fact(f"The index ({', '.join(self._index_names)}) is no column and is not sent."))
        headings = Headings(self.headings, FIRST_ROW - 1, counts_cells=False)
        lines = (rows for chunk in self._chunks() if (rows := clean(chunk, headings, "")))
        # A frame of leadsync's own has statuses for totals and footers already.
        leads = lines if RUN_COLUMN in self.headings else marked(lines, headings.line)
        chunks = ([_row(line, self.headings) for line in chunk] for chunk in leads)
        return Table("csv", "", self.headings, tuple(remarks), ",", bom=False, _chunks=chunks)

    def _chunks(self) -> Iterator[list[SourceLine]]:
        dated = [(at, column.dates) for at, column in enumerate(self._columns) if column.dates]
        long = [(at, column.long_numbers) for at, column in enumerate(self._columns) if column.long_numbers]
        places = iter(range(self._count))
        while numbers := list(islice(places, _CHUNK)):
            cells = zip(*(column.texts[numbers[0] : numbers[-1] + 1] for column in self._columns), strict=True)
            yield [
                SourceLine(
                    place + FIRST_ROW, list(row), at, tuple([line_fault(FaultKind.LONG_NUMBER, one) for one in faulty])
                )
                for place, row, at, faulty in zip(
                    numbers, cells, _positions(numbers, dated), _positions(numbers, long), strict=True
                )
            ]


def _positions(places: list[int], columns: list[tuple[int, frozenset[int]]]) -> Iterator[tuple[int, ...]]:
    """For each place, the positions of the columns that have it."""
    if all(having.issuperset(places) for _, having in columns):
        return repeat(tuple([at for at, _ in columns]), len(places))
    return (tuple([at for at, having in columns if place in having]) for place in places)


def _row(line: SourceLine, headings: Sequence[str]) -> Row:
    faults = tuple(Fault("", "", FaultKind[kind], details=_named(details, headings)) for kind, details in line.faults)
    return Row(line.number, tuple(line.cells), line.dates, faults)


def _named(details: Mapping[str, Detail], headings: Sequence[str]) -> Mapping[str, Detail]:
    """A fault's details with the column's label in place of a letter: a frame has none."""
    at = details.get("at")
    return {**details, "letter": headings[at] or details["letter"]} if isinstance(at, int) else details
