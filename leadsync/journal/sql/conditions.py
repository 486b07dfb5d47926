"""Conditions of the journal's indexes, in the words by which each store recognises its index."""

OPEN = "state IN ('pending', 'in_flight', 'unknown', 'conflict')"
"""The rows in the index `open_rows`."""
OPEN_ROWS = "rows INDEXED BY open_rows"
"""The open rows by their index; by itself SQLite walks through the whole run."""

NOTABLE = "((state <> 'pending' AND state <> 'in_flight' AND state <> 'succeeded') OR code <> 0 OR kind <> '')"
"""The rows in the index `notable_rows`. A plain row is never in it: the index costs the sending nothing."""
