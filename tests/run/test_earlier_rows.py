"""Rows to be sent before later ones of their leads: the words; what is named when, tests/cli/test_resolve.py shows."""

from leadsync.run.earlier_rows import decide_before


def test_what_is_decided_in_a_file_is_decided_before_it() -> None:
    assert decide_before("8", "7") == (
        "to decide by `leadsync resolve 8 --row N` in place of this file, and then to give the retry file of `leadsync "
        "report 7`, sends"
    )
