"""Constants of spreadsheets, for all packages. Without a library: each process that reads a sheet loads this anew."""

import unicodedata
from typing import NamedTuple

LONGEST_CELL = 32_767
"""Characters that a workbook's cell can hold."""
MOST_COLUMNS = 16_384
"""What a spreadsheet program shows, XFD being the last."""
RUN_COLUMN = "sync_run"
"""The heading by which leadsync knows a file of its own."""
SUMMARY_SHEET = "Summary"
REPORT_SHEET = "Report"
TO_CORRECT_SHEET = "To correct"
TO_DECIDE_SHEET = "To decide"
"""The sheets of a report as a workbook, by which it is known again when it is given back."""
READY_SHEET = "Ready"
"""In the workbook of `check`, the rows without a fault; the others are on *To correct*."""
MARKED_SHEET = "leadsync"
"""The sheet in front of a marked copy of the user's own workbook."""
CHECK_PREFIX = "check-"
"""The beginning of `sync_run` in a file of `check`, which no run's id has."""
CHECKED_ID = " id "
"""Behind that, before an external id whose digits a spreadsheet program may change."""


_OWN = "sync_"


def is_own_heading(heading: str) -> bool:
    """Whether a column is leadsync's own."""
    return heading.strip().lower().startswith(_OWN)


class HeadingNames(NamedTuple):
    """The headings known beforehand, each as `loose` gives it: those of the external id, of phones, and all of them.

    `id_words` are the last words of headings that may be an external id's, in small letters. `unsent` are the headings
    of columns that the settings leave out.
    """

    ids: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    id_words: frozenset[str] = frozenset()
    unsent: frozenset[str] = frozenset()


class SheetRules(NamedTuple):
    """The reading of a sheet by the settings, each part for a file that has it; an option of the command wins.

    `headings_row` is None where the headings are found by their `names`.
    """

    names: HeadingNames = HeadingNames()
    headings_row: int | None = None
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    skip_hidden: bool = False


DELIMITER_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}
"""Names for delimiters, as some are awkward to type or to quote."""


def delimiter_named(name: str) -> str:
    """Return the delimiter called by a word or by itself; empty for an impossible one."""
    character = DELIMITER_WORDS.get(name.strip().lower(), name)
    return "" if len(character) != 1 or character.isalnum() or character in '"\r\n\0' else character


_POST_CODES = ("postcode", "postalcode", "postcd", "zip", "zipcode", "plz", "postleitzahl", "codepostal", "pincode")
"""Ends of their headings, as `loose` gives them: `Mailing Zip/Postal Code` is one too."""


def is_post_code(heading: str) -> bool:
    """Whether a heading, as `loose` gives it, is that of post codes."""
    return heading.endswith(_POST_CODES)


def loose(text: str) -> str:
    """A heading with letter case, blanks and punctuation ignored; of a text too long for a cell, the beginning."""
    # NFKC: full-width letters and ligatures of other keyboards read as the plain ones.
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text[:LONGEST_CELL]).casefold()))
