"""Words of totals and ends, without regard to accents and letter case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsync.sheets.formats.footer_words import ENDS, NOUNS, TOTALS, VOCABULARY, WORDS, folded, is_end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TOTAL GENERAL", "total general"),
        ("Total général", "total general"),
        ("ΣΎΝΟΛΟ", "συνολο"),
        ("Łącznie", "łacznie"),
        ("Ｔｏｔａｌ", "total"),
    ],
)
def test_folded(text, words):
    assert folded(text) == words


@given(st.sampled_from(sorted(VOCABULARY | ENDS)))
def test_each_word_is_kept_as_folding_gives_it(word):
    assert folded(word) == word
    assert WORDS.findall(word) == [word]


def test_nothing_counted_is_a_total():
    assert not NOUNS & TOTALS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ende der liste", True),
        ("fin del informe", True),
        ("koniec listy", True),
        ("fine", True),
        ("lista", False),
        ("fin smith", False),
        ("", False),
    ],
)
def test_ends(text, expected):
    assert is_end(WORDS.findall(text)) is expected
