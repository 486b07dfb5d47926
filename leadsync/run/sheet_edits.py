"""The changes of people in an unsent sheet: cells, and rows left out. A draft of the sheet as it stands keeps them."""

from collections.abc import Collection, Mapping, Sequence
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
    def texts(self) -> dict[tuple[int, int], str]:
        """The texts of the changed cells, by row and column."""
        return {(number, at): edit.new for number, row in self.cells.items() for at, edit in row.items()}

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
    return _edits_of(journal, draft)


def is_changed_since(journal: Journal, trial: RunRecord, draft: RunRecord) -> bool:
    """Whether people have changed the draft of a trial's rest: neither what the trial has nor what was taken back."""
    if not journal.edit_count(draft.id):
        return False
    before, now = _edits_of(journal, trial.id), _edits_of(journal, draft.id)
    return before.texts != now.texts or journal.left_out(trial.id).keys() != now.left_out.keys()


def _edits_of(journal: Journal, run_id: str) -> SheetEdits:
    edits = journal.edits(run_id)
    rows: dict[int, dict[int, Edit]] = {}
    for edit in edits:
        cells = rows.setdefault(edit.number, {})
        first = cells.get(edit.position, edit)
        cells[edit.position] = edit._replace(version=0, old=first.old)
    outs = {number: cells.pop(LEFT_OUT, None) for number, cells in rows.items()}
    return SheetEdits(
        run_id,
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

    There is one of them afterwards. Their locks are held. A sheet begun already keeps the changes of its run.
    """
    kept = _only_draft(journal, draft)
    if (begun := _begun(journal, draft)) is not None:
        _take_over(journal, begun, journal.run(kept))
    return kept


def _only_draft(journal: Journal, draft: RunRecord) -> str:
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


def _begun(journal: Journal, draft: RunRecord) -> RunRecord | None:
    """The newest run that has sent rows of the draft's sheet to the same place."""
    if draft.follows:
        return journal.find(draft.follows)
    runs = [run for run in journal.runs_of(draft.file) if run.complete and not run.retry_of]
    alike = (
        run for run in runs if (run.fingerprint, run.dialer, run.ids) == (draft.fingerprint, draft.dialer, draft.ids)
    )
    return next(alike, None)


def _take_over(journal: Journal, begun: RunRecord, draft: RunRecord) -> None:
    """Give a draft the changes of people in a run of its sheet; of two changes of a row the later counts."""
    if (begun.fingerprint, begun.sheet) != (draft.fingerprint, draft.sheet):
        return
    changes: dict[int, list[Edit]] = {}
    for edit in journal.edits(begun.id) if begun.headings == draft.headings else ():
        changes.setdefault(edit.number, []).append(edit)
    for number, out in journal.left_out(begun.id).items():
        at = out.at or begun.created
        changes.setdefault(number, []).append(Edit(number, 0, LEFT_OUT, "", "left out", out.text, at))
    own = {edit.number: edit for edit in journal.edits(draft.id, list(changes))}
    cells = journal.cells(draft.id, list(changes))
    by_user: dict[str, dict[int, tuple[int, dict[int, str]]]] = {}
    for number, edits in changes.items():
        last, own_last = max(edits, key=lambda edit: edit.at), own.get(number)
        is_later = own_last is None or own_last.at < last.at
        if is_later and number in cells and _is_as_read(edits, cells[number]):
            new = {edit.position: edit.new for edit in edits}
            by_user.setdefault(last.user, {})[number] = own_last.version if own_last else 0, new
    for user, rows in by_user.items():
        journal.edit_rows(draft.id, rows, user=user)


def _is_as_read(edits: Sequence[Edit], cells: Sequence[str]) -> bool:
    """Whether the cells are those that the changes were made in."""
    first = {edit.position: edit.old for edit in reversed(edits)}
    return all(at == LEFT_OUT or cells[at : at + 1] == (old,) for at, old in first.items())


def _read_as(run: RunRecord) -> tuple[object, ...]:
    return run.rules, run.reading, run.dialer, run.ids, run.inserts, run.follows


def _changed(cells: Mapping[int, Edit]) -> dict[int, Edit]:
    return {position: edit for position, edit in cells.items() if edit.old != edit.new}
