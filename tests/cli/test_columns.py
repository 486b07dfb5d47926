"""Tables for a terminal: columns stand below each other in every script."""

import unicodedata

import pytest

from leadsync.cli.columns import Column, table
from leadsync.cli.columns import _cut as cut


@pytest.mark.parametrize(
    ("name", "blanks"),
    [
        ("Zoë", 3),
        ("Zoe\u0308", 3),  # the dots are a character of their own
        ("中文", 2),  # two places each
        ("👩\u200d👩\u200d👧", 4),  # one picture of three, two places wide
        ("abcdef", 0),
    ],
)
def test_a_column_is_as_wide_as_its_widest_value_looks(name: str, blanks: int) -> None:
    lines = list(table((Column("Name"), Column("Rows", number=True)), [(name, "1"), ("abcdef", "1000")]))
    assert lines[1] == f"{name}{' ' * blanks}     1"


def test_a_value_is_cut_before_it_gets_too_wide() -> None:
    assert cut("中文字", 6) == "中文字"
    assert cut("中文字", 5) == "中文…"
    assert cut("中文字", 4) == "中…"
    assert cut("abcdef", 4) == "abc…"


def places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else not unicodedata.combining(one) for one in text)


def test_columns_are_aligned_in_every_script() -> None:
    names = ["Ann", "李雷", "Zoe\u0308", "ﾊﾝｶｸ", "राम"]
    shown = list(table([Column("name"), Column("n", number=True)], [(name, "1") for name in names]))
    assert len({places(line.rstrip("n1")) for line in shown[:4]}) == 1


def test_a_value_cannot_give_the_terminal_orders() -> None:
    _, line = table([Column("name")], [("a\x1b[31mred\u202e\r\nb",)])
    assert line == r"a\u001b[31mred\u202e b"
