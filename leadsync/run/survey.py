"""Counts over a sheet: its rows, and the effects of sending them. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadsync.models import CALLBACK, DISPOSITION, NO_CHANGE, Lead, Note, NoteKind, Row
from leadsync.reasons import TAKEN_OVER, WAITING, Rejected, Skip, SkipKind
from leadsync.report import problem, remedy
from leadsync.run.alone_ids import AloneIds
from leadsync.run.id_doubts import IdDoubts

_EXAMPLES = 3
_ROWS_SAMPLED = 200
_SEVERAL_VALUES = 3
_EMPTY = frozenset({"", NO_CHANGE})
MOST_LISTED = 1_000
"""Rows of one kind to be looked at before anything is sent."""


@dataclass(slots=True)
class Group:
    """Repairs, warnings or rejections of one kind: their count, first rows and first examples."""

    what: str
    column: str
    count: int = 0
    rows: list[int] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)
    """The cell and the value sent for it; for rejections the value and the remedy."""
    listed: list[int] = field(default_factory=list, compare=False)
    """The first rows, for a list of them."""

    def add(self, number: int, before: str, after: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.listed) >= MOST_LISTED:
            return
        # A row can have two of one kind.
        if number not in self.listed[-1:]:
            self.listed.append(number)
        if len(self.rows) < _EXAMPLES:
            self.rows.append(number)
            self.examples.append((before, after))


class Survey:
    """Counts the rows of one sheet by their effects."""

    def __init__(self, headings: Collection[str] = ()) -> None:
        """`headings` are those that no lead's id is, as `loose` gives them."""
        self.rows = 0
        self.to_send = 0
        self.skipped = 0
        self.rejected = 0
        self.repairs: dict[tuple[str, str], Group] = {}
        self.warnings: dict[tuple[str, str], Group] = {}
        self.rejections: dict[tuple[str, str], Group] = {}
        self.dispositions: Counter[str] = Counter()
        self.disposition_rows: dict[str, int] = {}
        """The first row of each disposition."""
        self.callbacks = 0
        # A byte a row: a trial's end is known only after the whole sheet.
        self._without_callback = bytearray()
        """For each row to be sent, in the sheet's order: 1 without a callback date, else 0."""
        self.undated: Counter[str] = Counter()
        """The rows to be sent without a callback date by their disposition; each makes its lead a new one."""
        self.examples: dict[int, list[str]] = {}
        """The first different values of each column, by the column's position."""
        self.skips: Counter[SkipKind] = Counter()
        """The skipped rows by the reason."""
        self.repeated = 0
        """Rows to be sent that say what their leads were last sent."""
        self.skippable = 0
        """Those of them that can be skipped."""
        self.repeated_last: tuple[datetime, str] | None = None
        """The time and the run of the latest of those."""
        self.of_other_runs: Counter[tuple[SkipKind, str]] = Counter()
        """Rows equal to a row of another run, undecided or for that run to send, by kind and run."""
        self._rows_of_lead: Counter[int] = Counter()
        self.ids_alone = Group("", "")
        """Rows to be sent with an id and no other value, and"""
        self._alone = AloneIds()
        """their likeness to the others."""
        self.doubted: list[int] = []
        """Rows to be sent that the reader takes for no lead, perhaps."""
        self.words_alone: list[int] = []
        """Rows rejected as words alone."""
        self.below_words = Group("", "")
        """Rows to be sent below the first of them."""
        self.id_doubts = IdDoubts(headings)
        self._rich = 0
        """Rows with several values."""

    @property
    def samples(self) -> dict[int, str]:
        """The first value of each column, by the column's position."""
        return {position: values[0] for position, values in self.examples.items() if values}

    @property
    def repeated_leads(self) -> int:
        """The number of leads with several rows to be sent."""
        return sum(count > 1 for count in self._rows_of_lead.values())

    @property
    def no_leads(self) -> list[int]:
        """The rows to be sent that are titles, totals or words for no id, perhaps: among them ids alone between full
        rows."""
        alone = self.ids_alone.count
        are_titles = 0 < alone * 2 <= self.to_send and self._rich * 10 >= (self.to_send - alone) * 9
        return sorted({*self.doubted, *self.id_doubts.odd(), *(self._alone.odd() if are_titles else ())})

    @property
    def repeated_rows(self) -> int:
        """The rows of those leads."""
        return sum(count for count in self._rows_of_lead.values() if count > 1)

    def is_repeated(self, lead: str) -> bool:
        """Whether a lead has several rows to be sent."""
        return self._rows_of_lead[hash(lead)] > 1

    def new_leads(self, first: int | None = None) -> int:
        """The number of rows without a callback date, of all to be sent or the first: each makes its lead a new one."""
        return sum(self._without_callback[:first])

    def sample(self, rows: Sequence[Row]) -> None:
        """Keep the first values of each column, from the sheet's first rows."""
        for row in rows[: _ROWS_SAMPLED if not self.rows else 0]:
            for position, cell in enumerate(row.cells):
                known = self.examples.setdefault(position, [])
                if len(known) < _EXAMPLES and cell.strip() and cell not in known:
                    known.append(cell)

    def skip(self, reason: Skip) -> None:
        """Count a row settled by an earlier run, or waiting for a decision there."""
        self.rows += 1
        self.skipped += 1
        self.skips[reason.kind] += 1
        # A row that waits for itself was corrected before a person has decided on it: another line tells.
        if (reason.run, reason.row) != (reason.of_run, reason.of_row) and reason.kind in (
            SkipKind.UNDECIDED_BEFORE,
            SkipKind.UNDECIDED_SINCE,
            SkipKind.LEFT_TO_RUN,
            *WAITING,
            SkipKind.OTHER_SENT_SINCE,
            *TAKEN_OVER,
        ):
            self.of_other_runs[reason.kind, reason.run] += 1
        if reason.kind is SkipKind.WAITS_IN_RETRY:
            self.of_other_runs[reason.kind, reason.of_run] += 1

    def repeat(self, time: datetime, run_id: str, *, can_be_skipped: bool = True) -> None:
        """Count a row that says what its lead was last sent, the last time at that time and by that run."""
        self.repeated += 1
        self.skippable += can_be_skipped
        self.repeated_last = max(self.repeated_last or (time, run_id), (time, run_id))

    def reject(self, number: int, rejected: Rejected) -> None:
        """Count a rejected row."""
        self.rows += 1
        self.rejected += 1
        for fault in rejected.faults:
            what = problem(fault)
            group = self.rejections.setdefault((what, fault.column), Group(what, fault.column))
            group.add(number, fault.value, remedy(fault))

    def accept(self, number: int, lead: Lead) -> None:
        """Count a row to be sent."""
        self.rows += 1
        self.to_send += 1
        # The hash alone: a million ids would be too large to keep, and a collision only miscounts by one.
        self._rows_of_lead[hash(lead.external_id)] += 1
        disposition = lead.fields.get(DISPOSITION, NO_CHANGE)
        if disposition not in self.dispositions:
            self.disposition_rows[disposition] = number
        self.dispositions[disposition] += 1
        has_callback = CALLBACK in lead.fields
        self.callbacks += has_callback
        is_undated = not (has_callback or lead.inserts)
        self._without_callback.append(is_undated)
        if is_undated:
            self.undated[disposition] += 1
        if self.words_alone:
            self.below_words.add(number, "", "")
        self._rich += len(lead.fields) >= _SEVERAL_VALUES
        if disposition == NO_CHANGE and _EMPTY.issuperset(lead.fields.values()):
            self.ids_alone.add(number, "", "")
            self._alone.add(number, lead.external_id)
        else:
            self._alone.compare(lead)
        self.id_doubts.look_at(number, lead)
        for note in lead.notes:
            self._note(number, note)

    def warn(self, number: int, what: str, column: str, value: str) -> None:
        """Count a row to be sent that a person should look at, for the value in a column or as a whole."""
        self._note(number, Note(NoteKind.WARNING, what, column, value))

    def _note(self, number: int, note: Note) -> None:
        groups = self.repairs if note.kind is NoteKind.REPAIR else self.warnings
        group = groups.get((note.what, note.column))
        if group is None:
            group = groups[note.what, note.column] = Group(note.what, note.column)
        group.add(number, note.before, note.after)
