"""The words beside the figures of a total, and the sums of columns."""

import pytest

from leadsync.sheets.formats.total_labels import ColumnSums, Label, label_of
from leadsync.sheets.source_lines import SourceLine


@pytest.mark.parametrize(
    ("cell", "above", "label"),
    [
        ("Total", "Ann", Label.TOTAL),
        ("Jane Summe", "Jane", Label.TOTAL),
        ("Jane Ergebnis", "JANE", Label.LONGER),
        ("Anzahl von Jane", "Jane", Label.TOTAL),
        ("Jane", "Jane", Label.SAME),
        ("leads", "Ann", Label.COUNTED),
        ("3 Sales", "Sale", Label.COUNTED),
        ("Sales", "Sale", Label.COUNTED),
        ("Salesman", "Sale", Label.NONE),
        ("Sub total North", "Ann", Label.BEGUN),
        ("Total Oil", "", Label.BEGUN),
        ("Jane Doe", "Joe", Label.NONE),
        ("Jane 2", "Jane", Label.NONE),
        ("Janet", "Jane", Label.NONE),
        ("Totally", "", Label.NONE),
    ],
)
def test_a_label_says_what_is_counted(cell: str, above: str, label: Label) -> None:
    assert label_of(cell, above) is label


@pytest.mark.parametrize(
    ("last", "fits"),
    [
        (["9", "2", "1,234.50", ""], True),
        (["9", "", "1,234.50", ""], True),
        (["9", "Total", "", ""], True),
        (["9", "3", "1,234.50", ""], False),
        (["9", "", "1,234.51", ""], False),
        (["9", "", "", "24/11/2027"], False),
    ],
)
def test_figures_are_sums_or_the_number_of_the_lines_above(last: list[str], fits: bool) -> None:
    sums, line = ColumnSums(4), SourceLine(4, last)
    sums.learn([SourceLine(2, ["1", "Ann", "1,000", ""]), SourceLine(3, ["2", "Bob", "234.5", ""]), line])
    assert sums.fits(line, 0) is fits
