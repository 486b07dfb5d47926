"""The changes of people in an unsent sheet: cells, and rows left out. A draft of the sheet as it stands keeps them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from leadsync.journal import LEFT_OUT, Edit, Journal
from leadsync.models import Row, RunRecord
from leadsync.reasons import Skip, SkipKind


@dataclass(frozen=True, slots=True)
class SheetEdits:
    """The changes: for each changed cell one, from its text in the sheet to the last, by row and column.

    `draft` is the run with all of them, `count` their number there.
    """

    draft: str = ""
    count: int = 0
    cells: Mapping[int, Mapping[int, Edit]] = field(default_factory=dict)
    left_out: Mapping[int, Skip] = field(default_factory=dict)
    """The rows left out, by number, each with its reason."""

    @property
    def before_sending(self) -> list[Edit]:
        """The changed cells, for the journal of the run that is sent."""
        return [edit for row in self.cells.values() for edit in row.values()]

    def applied_to(self, row: Row, sync: Collection[int]) -> Row:
        """The row with its changes; `sync` are the positions of the sync_* columns, which the draft does not have."""
        changes = self.cells.get(row.number)
        if not changes:
            return row
        places = [at for at in range(len(row.cells)) if at not in sync]
        cells = list(row.cells)
        for position, edit in changes.items():
            if position >= len(places) or cells[places[position]] != edit.old:
                return row  # read otherwise by now: nobody has seen this row
            cells[places[position]] = edit.new
        typed = {places[position] for position in changes}
        # As in a returned file: the faults of the line in the sheet are gone.
        return Row(row.number, tuple(cells), tuple(at for at in row.dates if at not in typed))


NO_EDITS = SheetEdits()


def edits_in(journal: Journal, draft: str) -> SheetEdits:
    """The changes kept with a draft; none for one that is gone."""
    run = journal.find(draft) if draft else None
    if run is None or run.complete:
        return NO_EDITS
    edits = journal.edits(draft)
    rows: dict[int, dict[int, Edit]] = {}
    for edit in edits:
        cells = rows.setdefault(edit.number, {})
        first = cells.get(edit.position, edit)
        cells[edit.position] = edit._replace(version=0, old=first.old)
    outs = {number: cells.pop(LEFT_OUT, None) for number, cells in rows.items()}
    return SheetEdits(
        draft,
        len(edits),
        {number: changed for number, cells in rows.items() if (changed := _changed(cells))},
        {
            number: Skip(SkipKind.LEFT_OUT, at=out.at, text=out.user)
            for number, out in outs.items()
            if out is not None and out.new
        },
    )


def kept_draft(journal: Journal, draft: RunRecord) -> str:
    """The id of the draft to be corrected: this one, or an earlier one of the sheet read alike, with its changes.

    There is one of them afterwards. Their locks are held.
    """
    for other in journal.runs_of(draft.file):
        same = (other.sheet, other.headings) == (draft.sheet, draft.headings) and other.id != draft.id
        if not same or other.complete or not journal.edit_count(other.id):
            continue
        if _read_as(other) == _read_as(draft):
            # The same page stays open in front of another person.
            journal.delete_draft(draft.id)
            return other.id
        journal.move_edits(other.id, draft.id)
        journal.delete_draft(other.id)
    return draft.id


def _read_as(run: RunRecord) -> tuple[object, ...]:
    return run.rules, run.reading, run.dialer, run.ids, run.inserts


def _changed(cells: Mapping[int, Edit]) -> dict[int, Edit]:
    return {position: edit for position, edit in cells.items() if edit.old != edit.new}
