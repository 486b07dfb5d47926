"""A count and its noun agree in number."""

import pytest

from leadsync.plurals import counted


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1000, "1,000 rows"), (1_234_567, "1,234,567 rows")],
)
def test_a_plain_noun(number: int, words: str) -> None:
    assert counted(number, "row") == words


@pytest.mark.parametrize(("number", "words"), [(1, "1 row waits"), (3, "3 rows wait")])
def test_a_verb_agrees_too(number: int, words: str) -> None:
    assert counted(number, "row waits", "rows wait") == words
