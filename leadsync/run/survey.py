"""What a sheet holds and what sending it would do, gathered row by row. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadsync.models import CALLBACK, DISPOSITION, NO_CHANGE, Lead, Note, NoteKind, Row
from leadsync.reasons import Rejected, Skip, SkipKind
from leadsync.report import problem, remedy

_EXAMPLES = 3
_ROWS_SAMPLED = 200


@dataclass(slots=True)
class Group:
    """Repairs, warnings or rejections of one sort: how many, the first rows, and the first examples."""

    what: str
    column: str
    count: int = 0
    rows: list[int] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)
    """Cell and what is sent for it; for rejections the value and the remedy."""

    def add(self, number: int, before: str, after: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.rows) < _EXAMPLES:
            self.rows.append(number)
            self.examples.append((before, after))


class Survey:
    """Counts what the rows of one sheet are and would do."""

    def __init__(self) -> None:
        self.rows = 0
        self.to_send = 0
        self.skipped = 0
        self.rejected = 0
        self.repairs: dict[tuple[str, str], Group] = {}
        self.warnings: dict[tuple[str, str], Group] = {}
        self.rejections: dict[tuple[str, str], Group] = {}
        self.dispositions: Counter[str] = Counter()
        self.callbacks = 0
        self._without_callback = bytearray()
        """A 1 for each row to be sent that has no callback date, in the sheet's order, and a 0 for the others."""
        self.samples: dict[int, str] = {}
        """The first value of each column, by the column's position."""
        self.repeated = 0
        """How many rows to be sent say what their lead was last sent."""
        self.repeated_last: tuple[datetime, str] | None = None
        """When, and by which run, the latest of those leads was sent it."""
        self.undecided: Counter[str] = Counter()
        """Rows that are held until a person has decided on the same row of an earlier run, by that run."""
        self._rows_of_lead: Counter[int] = Counter()

    @property
    def repeated_leads(self) -> int:
        """How many leads have more than one row to be sent."""
        return sum(count > 1 for count in self._rows_of_lead.values())

    def new_leads(self, first: int | None = None) -> int:
        """How many of the rows to be sent, or of the first of them, make their lead a new one: no callback is given."""
        return sum(self._without_callback[:first])

    def sample(self, rows: Sequence[Row]) -> None:
        """Keep the first value of each column, from the sheet's first rows."""
        for row in rows[: _ROWS_SAMPLED if not self.rows else 0]:
            for position, cell in enumerate(row.cells):
                if cell.strip():
                    self.samples.setdefault(position, cell)

    def skip(self, reason: Skip) -> None:
        """A row that an earlier run has settled, or that a person has to decide on there."""
        self.rows += 1
        self.skipped += 1
        if reason.kind is SkipKind.UNDECIDED_BEFORE:
            self.undecided[reason.run] += 1

    def repeat(self, time: datetime, run_id: str) -> None:
        """A row that says what its lead was last sent, then and by that run."""
        self.repeated += 1
        self.repeated_last = max(self.repeated_last or (time, run_id), (time, run_id))

    def reject(self, number: int, rejected: Rejected) -> None:
        """A row that is not sent."""
        self.rows += 1
        self.rejected += 1
        for fault in rejected.faults:
            what = problem(fault)
            group = self.rejections.setdefault((what, fault.column), Group(what, fault.column))
            group.add(number, fault.value, remedy(fault))

    def accept(self, number: int, lead: Lead) -> None:
        """A row that would be sent."""
        self.rows += 1
        self.to_send += 1
        # The hash alone: a million ids would be too large to keep, and a collision only miscounts by one.
        self._rows_of_lead[hash(lead.external_id)] += 1
        self.dispositions[lead.fields.get(DISPOSITION, NO_CHANGE)] += 1
        self.callbacks += CALLBACK in lead.fields
        self._without_callback.append(CALLBACK not in lead.fields and not lead.inserts)
        for note in lead.notes:
            self._note(number, note)

    def _note(self, number: int, note: Note) -> None:
        groups = self.repairs if note.kind is NoteKind.REPAIR else self.warnings
        group = groups.setdefault((note.what, note.column), Group(note.what, note.column))
        group.add(number, note.before, note.after)
