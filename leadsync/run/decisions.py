"""A person's decisions about conflict and unknown rows: the rules of the command line and of the page."""

from collections.abc import Collection, Iterator

from leadsync.errors import UsageError
from leadsync.journal import Journal
from leadsync.models import RunRecord, Status
from leadsync.plurals import agreeing, counted
from leadsync.reimport import DECISIONS, givers_of
from leadsync.run.earlier_rows import behind_gone
from leadsync.run.sheet_scan import listed_rows

TAKEN_BACK = "taken back"
"""In place of a decision: undo the last one."""


def decide_rows(
    journal: Journal, run: RunRecord, numbers: Collection[int], decision: str, *, user: str, note: str = ""
) -> int:
    """Apply one of `DECISIONS`, or TAKEN_BACK, to rows of a run, each once, and return their count, kept in the audit.

    The run is held until `release` or the journal's end. Raises UsageError for a row with nothing to decide or to take
    back, and BusyError while the run is sent.
    """
    numbers = list(dict.fromkeys(numbers))
    # Nobody may send the run meanwhile.
    journal.hold(run.id)
    _check_rows(journal, run, numbers, take_back=decision == TAKEN_BACK)
    if decision == TAKEN_BACK:
        count = journal.take_back(run.id, numbers)
    else:
        count = journal.resolve(run.id, numbers, DECISIONS[decision], decision, user=user, note=note)
    journal.add_audit("decide", user, run.id, decision=decision, rows=count)
    return count


def retry_step(journal: Journal, run_id: str, numbers: Collection[int]) -> str:
    """How rows of a run that a person calls not applied are sent again: before later rows of their leads."""
    gone = behind_gone(journal, run_id, numbers)
    its_lead, goes = agreeing(len(gone), "its lead", "their leads"), agreeing(len(gone), "is", "are")
    behind = f"{listed_rows(gone).capitalize()} {goes} sent no more: a later row of {its_lead} went through"
    if not (count := len({*numbers}) - len(gone)):
        return behind
    it, its_lead = agreeing(count, "it", "them"), agreeing(count, "its lead", "their leads")
    words = f"{behind}. " * bool(gone) + f"To send {it} again: leadsync retry {run_id}"
    goes_first = (run_id, *givers_of(journal, run_id))
    left = [one for one in goes_first if journal.has_more(one) or journal.waiting(one, None)]
    if not left:
        return words
    then, goes = " and ".join(f"leadsync resume {one}" for one in left), agreeing(count, "it goes", "they go")
    return f"{words}, and only then {then}; once later rows of {its_lead} went through, {goes} no more"


def resume_step(journal: Journal, run_id: str) -> str:
    """How the rows that may go after a decision are sent: of the run, or of those that gave it its rows; empty without
    such rows."""
    own = journal.ready(run_id, None)
    steps = [f"{counted(own, 'row')} of it can go now: leadsync resume {run_id}"] if own else []
    return "; ".join([*steps, *givers_steps(journal, run_id)])


def givers_steps(journal: Journal, run_id: str, but_of: str = "") -> Iterator[str]:
    """How the rows are sent that are left and need not wait in the runs that gave a run its rows, `but_of` one."""
    for giver in givers_of(journal, run_id):
        if giver != but_of and (count := journal.ready(giver, None)):
            yield f"{counted(count, 'row')} of run {giver} can go now: leadsync resume {giver}"


def _check_rows(journal: Journal, run: RunRecord, numbers: Collection[int], *, take_back: bool) -> None:
    """Raise UsageError if one of the rows has nothing to decide, or no decision to take back."""
    found, decided = journal.states(run.id, numbers), journal.decided(run.id, numbers)
    for number in numbers:
        if number not in found:
            raise UsageError(f"Run {run.id} has no row {number}; `leadsync show {run.id}` tells what it has.")
        if number in decided or (found[number] in (Status.CONFLICT, Status.UNKNOWN) and not take_back):
            continue
        if take_back:
            raise UsageError(
                f"Row {number} of run {run.id} is {found[number]}; no decision about it can be taken back: there is "
                "none, or it was acted on."
            )
        raise UsageError(
            f"Row {number} of run {run.id} is {found[number]}; only conflict and unknown rows are decided."
        )
