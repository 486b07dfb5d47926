"""Rows left of a run that the file which takes its sheet over does not hold: they would be forgotten without a word."""

from collections import Counter, defaultdict
from collections.abc import Collection

from leadsync.journal import Journal
from leadsync.models import RowRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.reimport.unchanged import digest_of
from leadsync.remarks import Remark


def left_behind(journal: Journal, run_id: str, draft_id: str, but_of: Collection[str] = ()) -> list[int]:
    """The numbers of the rows left of a run that a draft, which begins its sheet anew, does not hold; leads `but_of`
    have none.

    A row of the draft that says something new of the lead is a correction: it stands for one that is missing.
    """
    rows = journal.records(run_id, [Status.UNSENT, Status.UNKNOWN])
    left = [row for row in rows if _goes(row) and row.lead not in but_of]
    leads = {row.lead for row in left}
    before = Counter(_text(row) for row in journal.records(run_id) if row.lead in leads)
    here = Counter(_text(row) for row in journal.records(draft_id) if row.lead in leads)
    corrections = defaultdict[str, int](int)
    for (lead, _), count in (here - before).items():
        corrections[lead] += count
    missing = []
    for row in left:
        if here[_text(row)]:
            here[_text(row)] -= 1
        elif corrections[row.lead]:
            corrections[row.lead] -= 1
        else:
            missing.append(row.number)
    return missing


def left_behind_remark(run_id: str, count: int, what: str) -> Remark:
    """The loud sentence about rows left of a run that this `what`, a file or a copy, does not hold."""
    rows, them = counted(count, "row left of", "rows left of"), agreeing(count, "is", "are")
    it = agreeing(count, "it", "them")
    how = f"to send {it}, give a sheet of {it} alone"
    return Remark(f"{rows} run {run_id} {them} not in this {what}, and {them} skipped there; {how}", loud=True)


def _goes(row: RowRecord) -> bool:
    return row.status is Status.UNSENT or row.harmless


def _text(row: RowRecord) -> tuple[str, object]:
    return row.lead, digest_of(row.fields)
