"""A worker: it sends the queued runs of its dialers. The queue wakes it; the lease of a run decides."""

from leadsync.worker.child_runs import ChildRuns
from leadsync.worker.worker import Worker

__all__ = ["ChildRuns", "Worker"]
