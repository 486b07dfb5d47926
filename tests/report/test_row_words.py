"""Each kind of reason has its words."""

from leadsync.reasons import Fault, FaultKind, Rejected, SkipKind
from leadsync.report.row_words import _SKIPPED, reason_words


def test_every_kind_of_skip_has_words() -> None:
    assert _SKIPPED.keys() == set(SkipKind)


def test_the_faults_of_a_line_are_told_in_sentences_of_their_own() -> None:
    faults = (
        Fault("", "", FaultKind.ERROR_VALUE, details={"at": 0, "letter": "A", "error": "#N/A"}),
        Fault("", "", FaultKind.NUL_BYTE, details={"at": 1, "letter": "B"}),
        Fault("Phone", "1", FaultKind.TOO_MANY_DIGITS, details={"digits": 16, "example": "(02) 1234 5678"}),
    )
    assert reason_words(Rejected(faults)) == (
        "The row has the error #N/A in column A; correct its formula. It has a NUL byte in column B, which no program "
        "shows; write that cell anew, or have the program export it without NUL bytes. "
        "Phone '1' has 16 digits, more than a phone number has; check it and write it in full, for example "
        "(02) 1234 5678."
    )


def test_braces_of_a_value_are_no_names() -> None:
    fault = Fault("{x}", "{0}", FaultKind.NO_SUCH_MONTH, details={"order": "dmy", "month": "{y}"})
    assert reason_words(Rejected((fault,))).startswith("{x} '{0}' names no month: '{y}'; write it as day/month/year")
