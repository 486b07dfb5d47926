"""Remarks: the mark of a loud one, and its way through a line of text."""

import pytest

from leadsync.remarks import Remark


@pytest.mark.parametrize(
    ("remark", "line"),
    [
        (Remark("The file is called .csv but is a workbook.", kept=True), "The file is called .csv but is a workbook."),
        (Remark("This workbook is unusual.", loud=True, kept=True, doubt=True), "! This workbook is unusual."),
        (Remark("!important is the heading.", kept=True), "!important is the heading."),
    ],
)
def test_a_remark_is_read_from_its_line(remark: Remark, line: str) -> None:
    assert str(remark) == line
    assert Remark.read(line) == remark


def test_a_loud_remark_of_the_reader_need_not_be_a_doubt() -> None:
    remark = Remark.read("(!) 2 of the rows are hidden.")
    assert remark == Remark("2 of the rows are hidden.", loud=True, kept=True)
    assert str(remark) == "! 2 of the rows are hidden."
