"""The journal's statements in PostgreSQL's words."""

import re
from functools import lru_cache

_WORDS = (
    # PostgreSQL has a json_each of its own; see `functions` in the schema.
    (re.compile(r"\bjson_each\("), "json_items("),
    # It finds an index by itself.
    (re.compile(r" (?:NOT INDEXED|INDEXED BY \w+)"), ""),
    (re.compile(r"\bIS \?"), "IS NOT DISTINCT FROM ?"),
    # SQLite's LIKE takes A and a for the same; in the collation "C" so does ILIKE, and no other letters.
    (re.compile(r" LIKE "), " ILIKE "),
    (re.compile("%"), "%%"),
    (re.compile(r"\?"), "%s"),
)


@lru_cache(maxsize=1024)
def translate(statement: str) -> str:
    """The statement for PostgreSQL, with psycopg's places for values. No text in it may hold a question mark."""
    for words, replacement in _WORDS:
        statement = words.sub(replacement, statement)
    return statement
