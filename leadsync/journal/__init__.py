"""The journal: runs, rows, attempts and their transitions. The only room that knows SQLite."""

from leadsync.journal.history import History, LastSent
from leadsync.journal.lock import folder_lock
from leadsync.journal.pruning import Pruned, old_runs, prune
from leadsync.journal.states import State
from leadsync.journal.store import Journal
from leadsync.journal.totals import totals
from leadsync.journal.values import Effects, Entry, Origin, new_run_id
from leadsync.journal.writing import RunLog

__all__ = [
    "Effects",
    "Entry",
    "History",
    "Journal",
    "LastSent",
    "Origin",
    "Pruned",
    "RunLog",
    "State",
    "folder_lock",
    "new_run_id",
    "old_runs",
    "prune",
    "totals",
]
