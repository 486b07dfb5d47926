"""The columns that are not sent: their faults reject no row, and values under no heading are said once. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadsync.leads.sheet_columns import Column
from leadsync.leads.text import trim
from leadsync.models import Row
from leadsync.plurals import counted
from leadsync.reasons import Fault, FaultKind
from leadsync.remarks import Remark


@dataclass(slots=True)
class _Nameless:
    """A column without a heading: its values' count, the first row with one, and the last number of a counting."""

    position: int
    count: int = 0
    first_row: int = 0
    last: int | None = -1

    def look_at(self, number: int, cell: str) -> None:
        value = trim(cell)
        if not value:
            return
        self.count += 1
        self.first_row = self.first_row or number
        # A column of row numbers, as pandas writes its index: growing whole numbers under no heading.
        counts_on = self.last is not None and value.isascii() and value.isdecimal() and int(value) > self.last
        self.last = int(value) if counts_on else None

    def remark(self) -> Remark:
        name = f"column {self.position + 1} has no heading"
        if self.count > 1 and self.last is not None:
            return Remark.fact(f"The {name} and counts the rows; it is not sent.")
        rows = counted(self.count, "row has a value", "rows have values")
        where = f"(first row {self.first_row})"
        return Remark.doubtful(f"The {name}, but {rows} there {where}: not sent; give it a heading.")


class UnsentColumns:
    """A sheet's columns without a field, those of leadsync's own aside."""

    def __init__(self, columns: Sequence[Column], own: Sequence[int]) -> None:
        unsent = [column for column in columns if not (column.field or column.completes)]
        self._positions = frozenset(column.position for column in unsent) - frozenset(own)
        self._nameless = [_Nameless(column.position) for column in unsent if not column.heading]

    def look_at(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows without the faults of unsent cells; counts values under no heading."""
        for column in self._nameless:
            for row in rows:
                # A rule or a footer has no value.
                if column.position < len(row.cells) and not any(map(_is_no_lead, row.faults)):
                    column.look_at(row.number, row.cells[column.position])
        if not self._positions:
            return list(rows)
        return [self._without_faults(row) if row.faults else row for row in rows]

    def remarks(self) -> Iterator[Remark]:
        """Yield a remark for each column with values and no heading; complete after the last row."""
        return (column.remark() for column in self._nameless if column.count)

    def _without_faults(self, row: Row) -> Row:
        kept = tuple(fault for fault in row.faults if not self._is_unsent(fault))
        return row if len(kept) == len(row.faults) else row._replace(faults=kept)

    def _is_unsent(self, fault: Fault) -> bool:
        """Whether all cells of a line's fault are unsent; a fault of the whole line has none."""
        cells = str(fault.details.get("cells_at", fault.details.get("at", "")))
        return cells != "" and self._positions.issuperset(map(int, cells.split(",")))


def _is_no_lead(fault: Fault) -> bool:
    return fault.kind is FaultKind.NO_LEAD
