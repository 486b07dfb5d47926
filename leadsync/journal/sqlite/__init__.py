"""The journal in an SQLite file; `leadsync.journal.open_journal` opens it."""

from leadsync.journal.sqlite.store import SqliteJournal

__all__ = ["SqliteJournal"]
