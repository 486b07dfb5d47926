"""Constants of spreadsheets, for all packages. Without a library: each process that reads a sheet loads this anew."""

import unicodedata
from typing import NamedTuple

LONGEST_CELL = 32_767
"""Characters that a workbook's cell can hold."""
MOST_COLUMNS = 16_384
"""What a spreadsheet program shows, XFD being the last."""
SUMMARY_SHEET = "Summary"
REPORT_SHEET = "Report"
TO_CORRECT_SHEET = "To correct"
TO_DECIDE_SHEET = "To decide"
"""The sheets of a report as a workbook, by which it is known again when it is given back."""


class HeadingNames(NamedTuple):
    """The headings known beforehand, each as `loose` gives it: those of the external id, of phones, and all of them."""

    ids: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


def loose(text: str) -> str:
    """A heading with letter case, blanks and punctuation ignored."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
