"""The origin of a run, for people: where it was begun, and by whom."""

from leadsync.file_names import is_uploaded
from leadsync.journal import Journal
from leadsync.models import RunRecord


def origin_of(journal: Journal, run: RunRecord) -> str:
    """Where and by whom a run was begun, such as `on the page by anna`."""
    place = "on the page" if is_uploaded(run.file) else "on the command line"
    by = journal.senders([run.id]).get(run.id, "")
    return f"{place} by {by}" if by else place
