"""Rows left of a run that the file which takes its sheet over does not hold: they would be forgotten without a word."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from leadsync.journal import Journal
from leadsync.models import RowRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.reimport.losses import examples
from leadsync.reimport.unchanged import digest_of
from leadsync.remarks import Remark


class LeftBehind(NamedTuple):
    """The numbers of rows left of a run: `missing` in the draft, or `replaced` there by other values of their leads."""

    missing: list[int]
    replaced: list[int]


def left_behind(journal: Journal, run_id: str, draft_id: str, but_of: Collection[str] = ()) -> LeftBehind:
    """The rows left of a run that a draft, which begins its sheet anew, does not hold; leads `but_of` have none.

    A row of the draft that says something new of the lead replaces one that is not there.
    """
    left = [
        (row.number, _text(row))
        for row in journal.records(run_id, [Status.UNSENT, Status.UNKNOWN], beyond_trial=True)
        if _goes(row) and row.lead not in but_of
    ]
    leads = {lead for _, (lead, _) in left}
    before = Counter(_text(row) for row in journal.records(run_id, beyond_trial=True) if row.lead in leads)
    here = Counter(_text(row) for row in journal.records(draft_id) if row.lead in leads)
    new_values = defaultdict[str, int](int)
    for (lead, _), count in (here - before).items():
        new_values[lead] += count
    found = LeftBehind([], [])
    for number, text in left:
        if here[text]:
            here[text] -= 1
        elif new_values[text[0]]:
            new_values[text[0]] -= 1
            found.replaced.append(number)
        else:
            found.missing.append(number)
    return found


def left_behind_remark(run_id: str, numbers: Sequence[int], what: str) -> Remark:
    """The loud sentence about rows left of a run that this `what`, a file or a copy, does not hold."""
    count, listed = len(numbers), examples(numbers)
    rows, them = counted(count, "row left of", "rows left of"), agreeing(count, "is", "are")
    it, its = agreeing(count, "it", "them"), agreeing(count, "its", "their")
    how = f"to send {it}, give {it} in a sheet of {its} own"
    return Remark(
        f"{rows} run {run_id} {them} not in this {what} (row {listed}), and {them} skipped there; {how}", loud=True
    )


def _goes(row: RowRecord) -> bool:
    return row.status is Status.UNSENT or row.harmless


def _text(row: RowRecord) -> tuple[str, object]:
    return row.lead, digest_of(row.fields)
