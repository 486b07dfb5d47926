"""The process that counts failures: `python -m leadsync.web.stats_child STATE BY [SINCE]`, for `stats_counts.py` alone.

pandas and its frames are no load to the page then.
"""

import pickle
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from leadsync.errors import LeadsyncError
from leadsync.report import stats_summary
from leadsync.session import Session
from leadsync.stats import failure_stats
from leadsync.stats_summary import StatsSummary

_TOP = 20


def count_failures(state: Path, by: str, since: datetime | None) -> StatsSummary:
    """Count the failures in the journal of a state folder. Raises UsageError for an unknown column."""
    with Session(state).journal() as journal:
        for run in journal.runs():
            if run.complete and not run.finished:
                # Rows of a killed process count with the end that `show` would give them.
                journal.settle_if_dead(run.id)
        return stats_summary(failure_stats(journal, by, since=since, top=_TOP))


def main(arguments: Sequence[str]) -> int:
    """Put the figures on standard output; an error's sentence on standard error, with 2."""
    state, by, *since = arguments
    try:
        found = count_failures(Path(state), by, datetime.fromisoformat(since[0]) if since else None)
    except LeadsyncError as error:
        sys.stderr.buffer.write(str(error).encode())
        return 2
    sys.stdout.buffer.write(pickle.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
