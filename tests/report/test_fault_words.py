"""Each kind of fault has its words and its remedy."""

from leadsync.reasons import FaultKind
from leadsync.report.fault_words import FAULT_WORDS, LINE_FAULTS


def test_every_kind_of_fault_has_words_and_a_remedy() -> None:
    assert FAULT_WORDS.keys() == set(FaultKind)
    assert all(words and remedy for words, remedy in FAULT_WORDS.values())
    assert FAULT_WORDS.keys() >= LINE_FAULTS
