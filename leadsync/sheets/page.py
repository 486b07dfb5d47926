"""What a workbook's sheet is to be, before its lines are written."""

from collections.abc import Sequence
from typing import NamedTuple

from leadsync.spreadsheet import LONGEST_CELL

CUT = " … [cut: the value was longer than a cell holds]"
"""The end of a text that had to be cut."""
MOST_LINES = 1_048_575
"""What a workbook's sheet holds below its headings."""


class Page(NamedTuple):
    """A sheet that holds a table. The first `own` of its headings are the user's, the others leadsync's.

    `choices` are the words that its last column takes. On a `roomy` page long texts are shown whole, on as many lines
    as they need. `tab` is the colour of its tab.
    """

    name: str
    headings: Sequence[str]
    own: int
    choices: tuple[str, ...] = ()
    roomy: bool = False
    tab: str = "#66727F"


def as_a_cell_holds(text: str) -> str:
    """A text as a workbook's cell can hold it, saying so where it had to be cut."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT
