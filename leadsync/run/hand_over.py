"""A planned run left to a worker: confirmed and queued at once, and sent by whichever machine is free."""

from collections.abc import Sequence
from datetime import datetime

from leadsync.config import Settings
from leadsync.dialer_address import canonical
from leadsync.journal import Journal, Queued
from leadsync.remarks import Remark
from leadsync.run.plan import Plan
from leadsync.system_user import system_user

SILENT_SECONDS = 20.0
"""A worker gives a sign of life every five seconds; without one for so long it is taken for dead."""
UPLOAD_PRIORITY, REST_PRIORITY = 10, 0
"""A person waits for an upload; a rest or a retry may go behind it."""
NO_WORKER = Remark("No worker is running for this dialer; this machine sends the run", loud=True)


def has_worker(journal: Journal, queue: str) -> bool:
    """Whether a worker of this queue has given a sign of life lately."""
    return any(queue in worker.queues and worker.ago < SILENT_SECONDS for worker in journal.workers())


def is_for_worker(settings: Settings, plan: Plan) -> bool:
    """Whether the settings leave a plan to a worker. A trial, and runs one behind the other, are sent here."""
    return settings.cluster.page_sends == "by_worker" and plan.then is None and plan.trial is None


def hand_over(
    journal: Journal,
    plan: Plan,
    settings: Settings,
    warnings: Sequence[Remark],
    *,
    priority: int,
    until: datetime | None,
) -> bool:
    """Confirm a plan and queue its run, in one transaction; False if there is no worker to send it.

    Being queued is no promise: the worker may die, and another one goes on.
    """
    queue = canonical(settings.url())
    if not has_worker(journal, queue):
        return False
    user = system_user()
    plan.confirm(warnings, Queued(queue, priority, until.isoformat() if until else "", user))
    journal.add_audit("send", user, plan.run.id, rows=plan.waiting)
    return True
