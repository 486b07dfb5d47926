"""The journal in a PostgreSQL database; `leadsync.journal.open_journal` opens it."""

from leadsync.journal.postgres.store import PostgresJournal

__all__ = ["PostgresJournal"]
