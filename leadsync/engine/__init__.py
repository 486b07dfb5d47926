"""The worker pool: concurrency, pacing, retries. Given its client, its journal and its progress."""

from leadsync.engine.breaker import LONGEST_ASKED_SECONDS
from leadsync.engine.engine import Engine
from leadsync.engine.insert_policy import InsertPolicy
from leadsync.engine.retry_policy import RetryPolicy

__all__ = ["LONGEST_ASKED_SECONDS", "Engine", "InsertPolicy", "RetryPolicy"]
