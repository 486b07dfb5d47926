"""Remarks: the mark of a loud one, whatever its text begins with."""

import pytest

from leadsync.remarks import Remark


@pytest.mark.parametrize(
    ("remark", "line"),
    [
        (Remark.fact("The file is called .csv but is a workbook."), "The file is called .csv but is a workbook."),
        (Remark.doubtful("This workbook is unusual."), "! This workbook is unusual."),
        (Remark("2 of the rows are hidden.", loud=True), "! 2 of the rows are hidden."),
        (Remark.fact("! is the heading."), "! is the heading."),
        (Remark.doubtful("! is the heading."), "! ! is the heading."),
    ],
)
def test_a_loud_remark_is_shown_with_a_mark(remark: Remark, line: str) -> None:
    assert str(remark) == line


@pytest.mark.parametrize(
    ("remark", "loud", "doubt"),
    [(Remark.fact("! is the heading."), False, False), (Remark.doubtful("It is unusual."), True, True)],
)
def test_a_remark_about_a_sheet_is_kept(remark: Remark, loud: bool, doubt: bool) -> None:
    assert (remark.loud, remark.doubt, remark.kept, remark.travels) == (loud, doubt, True, True)
