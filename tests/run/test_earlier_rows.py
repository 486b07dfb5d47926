"""What sends rows before later ones of their leads; which are named when, tests/cli/test_resolve.py shows."""

import pytest

from leadsync.run.earlier_rows import _sends_first


@pytest.mark.parametrize(
    ("undecided_in", "by_file", "words"),
    [
        ("", False, "`leadsync retry 7` instead sends"),
        ("", True, "the retry file of `leadsync report 7`, corrected like this one and given in its place, sends"),
        (
            "8",
            False,
            "to decide by `leadsync resolve 8 --row N` instead, and then `leadsync retry 7`, sends",
        ),
        (
            "8",
            True,
            (
                "to decide by `leadsync resolve 8 --row N` in place of this file, and then to give the retry file of "
                "`leadsync report 7`, corrected like this one, sends"
            ),
        ),
    ],
)
def test_what_sends_rows_first(undecided_in: str, by_file: bool, words: str) -> None:
    assert _sends_first("7", undecided_in, by_file=by_file) == words
