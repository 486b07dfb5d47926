"""The rows to send, as conditions, columns and their order by priority."""

from leadsync.journal.sql.conditions import OPEN

_RESENDABLE = "(harmless OR (? AND NOT inserting))"
SENDABLE = f"(state = 'pending' OR (state = 'unknown' AND {_RESENDABLE}))"
UNDECIDED = f"(state = 'conflict' OR (state = 'unknown' AND NOT {_RESENDABLE}))"
"""The rows for a person to decide; later rows of the same lead wait for them."""

IN_DOUBT = "(made.effect IN ('in_doubt', 'no_answer', 'maybe_applied') OR (made.effect = '' AND NOT harmless))"
"""An attempt `made` of a row that its lead may have taken, whichever process made it (`maybe_applied` in old journals).

One ended by a kill (no effect) says nothing about the row, unless it may have fired an action."""
PENDING = (
    "number, lead, fields, attempts, state, CASE WHEN attempts = 0 THEN 0 ELSE (SELECT count(*) FROM attempts AS made "
    "WHERE made.run = rows.run AND made.number = rows.number AND made.attempt > rows.counted_from "
    f"AND {IN_DOUBT}) END"
)
"""The last column counts attempts in doubt."""
PRIORITY_ORDER = (
    "SELECT number FROM (SELECT number, min(CAST(coalesce(json_extract(fields, '$.njPriority'), '10') AS INTEGER)) "
    "OVER (PARTITION BY lead ORDER BY number ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS first "
    f"FROM rows JOIN lines USING (run, number) WHERE run = ? AND number <= ? AND {OPEN} AND {SENDABLE}) AS urgent "
    "ORDER BY first, number"
)
"""A lead's rows keep their order: each goes as early as the most urgent of those behind it."""
