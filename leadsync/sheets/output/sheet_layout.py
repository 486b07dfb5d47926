"""The look of a workbook's sheet, decided before its lines are written."""

from collections.abc import Sequence
from typing import NamedTuple

from leadsync.spreadsheet import LONGEST_CELL

TRUNCATED = " … [cut: the value was longer than a cell holds]"
"""The end of a text that was too long."""
MOST_LINES = 1_048_575
"""Rows of a workbook's sheet, without the headings."""


class SheetLayout(NamedTuple):
    """A sheet with one table. The first `own` of its headings are the user's, the others leadsync's.

    `choices` are the words for its last column, `tab` is the tab's colour. With `wrap_text` a long text is shown whole,
    on several lines.
    """

    name: str
    headings: Sequence[str]
    own: int
    choices: tuple[str, ...] = ()
    wrap_text: bool = False
    tab: str = "#66727F"


def fit_to_cell(text: str) -> str:
    """Return the text, cut to a cell's limit if necessary; the end of a cut text says so."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(TRUNCATED)] + TRUNCATED
