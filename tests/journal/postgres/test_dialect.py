"""A statement in PostgreSQL's words."""

import pytest

from leadsync.journal.postgres.dialect import translate


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT a FROM t WHERE b = ? AND c IN (?, ?)", "SELECT a FROM t WHERE b = %s AND c IN (%s, %s)"),
        ("SELECT value FROM json_each(?)", "SELECT value FROM json_items(%s)"),
        ("FROM rows INDEXED BY open_rows WHERE run = ?", "FROM rows WHERE run = %s"),
        ("FROM rows NOT INDEXED WHERE TRUE", "FROM rows WHERE TRUE"),
        ("code IS ? AND kind IS NULL", "code IS NOT DISTINCT FROM %s AND kind IS NULL"),
        ("cells LIKE ? ESCAPE '!'", "cells ILIKE %s ESCAPE '!'"),
        ("a % 2", "a %% 2"),
    ],
)
def test_words_with_another_form_are_replaced(statement: str, expected: str) -> None:
    assert translate(statement) == expected
