"""The work of a worker beside sending: runs to wake, old drafts, old runs."""

from collections.abc import Sequence
from datetime import timedelta

from leadsync.journal import Journal
from leadsync.run import has_expired

AUTHOR = "leadsync worker"


def wake_queued(journal: Journal, queues: Sequence[str]) -> list[str]:
    """Wake the workers for queued runs that nobody sends; return their ids."""
    runs = journal.to_wake(queues)
    for run_id, queued in runs.items():
        journal.wake(run_id, queued)
    return list(runs)


def expire_drafts(journal: Journal) -> list[str]:
    """Delete drafts that nobody has confirmed in their time; return their ids."""
    now = journal.now()
    # The lock: somebody may be at the question of this draft.
    old = [run.id for run in journal.runs() if has_expired(journal, run, now) and journal.try_hold(run.id)]
    for run_id in old:
        journal.delete_draft(run_id)
    return old


def prune(journal: Journal, days: int) -> list[str]:
    """Forget finished runs that are older than so many days, 0 for none; return their ids."""
    if not days:
        return []
    pruned = journal.prune(journal.now() - timedelta(days=days), undecided=False)
    if pruned.runs:
        journal.add_audit("prune", AUTHOR, runs=len(pruned.runs), rows=pruned.rows)
    return list(pruned.runs)
